from __future__ import annotations

import threading

import pytest
from django.contrib.auth.hashers import check_password, identify_hasher
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone
from phonenumber_field.phonenumber import PhoneNumber

from signing.flows import drafts, placing, readiness, sending, uploads
from signing.flows.drafts import Details, SignerDetails, StaleError
from signing.flows.placing import Box
from signing.models import Field, Signer, SignRequest
from signing.pdf.intake import Refused
from tests import factories
from verification.models import Factor, Gate

Kind, Stage = Factor.Kind, Factor.Stage
PAT = "Pat Miller <pat@acme.example>"


@pytest.fixture
def draft(db) -> SignRequest:
    company = factories.make_company()
    sender = factories.make_member(company)
    return drafts.create_draft(company, sender, timezone.now())


def ada(**changes) -> SignerDetails:
    facts = {
        "name": "Ada Lane",
        "email": "ada@example.com",
        "phone": PhoneNumber.from_string("+14155550190"),
        "factors": {Kind.PHONE: Stage.VIEW},
    }
    return SignerDetails(**(facts | changes))


def add(draft, name="lease.pdf", pages=2, **more):
    source = factories.make_pdf(pages)
    return uploads.add_document(draft, name, source, timezone.now(), **more)


def words(draft) -> list[str]:
    draft.refresh_from_db()
    return [problem.words for problem in readiness.problems(draft)]


def test_an_untouched_draft_is_used_again(draft):
    company, sender = draft.company, draft.sender
    now = timezone.now()
    assert drafts.reuse_or_create(company, sender, now) == draft
    drafts.add_signer(draft, PAT)
    assert drafts.reuse_or_create(company, sender, now) != draft


def test_a_new_signer_has_the_companys_tries_and_language(draft):
    draft.company.default_tries, draft.company.language = 5, "ja"
    gate = drafts.add_signer(draft, PAT).gate
    assert (gate.max_tries, gate.language) == (5, "ja")
    assert [factor.kind for factor in gate.factors.all()] == [Kind.PHONE]


def test_signers_share_the_trail_of_their_request(draft):
    signers = [drafts.add_signer(draft, PAT) for _ in range(2)]
    assert {signer.gate.trail_id for signer in signers} == {draft.trail_id}


def test_factors_become_what_the_form_says(draft):
    secret = drafts.hash_access_code("four")
    factors = {Kind.ACCESS_CODE: Stage.SIGN, Kind.EMAIL: Stage.VIEW}
    signer = drafts.add_signer(draft, PAT, ada(factors=factors, secret=secret))
    rows = {factor.kind: factor for factor in signer.gate.factors.all()}
    assert set(rows) == {Kind.ACCESS_CODE, Kind.EMAIL}
    assert rows[Kind.ACCESS_CODE].stage == Stage.SIGN
    assert rows[Kind.ACCESS_CODE].set_by == PAT
    drafts.update_signer(signer, ada(factors={Kind.ACCESS_CODE: Stage.VIEW}), PAT)
    kept = signer.gate.factors.get()
    assert kept.secret == secret
    drafts.update_signer(signer, ada(factors={}), PAT)
    assert not signer.gate.factors.exists()


def test_access_codes_are_hashed_with_argon2():
    stored = drafts.hash_access_code("  Ｂlue-Whale ")
    assert identify_hasher(stored).algorithm == "argon2"
    assert check_password("Blue-Whale", stored)


@pytest.mark.parametrize("typed", ["", "abc", "  abc ", "x" * 51])
def test_access_codes_have_4_to_50_characters(typed):
    with pytest.raises(ValueError, match="4 to 50"):
        drafts.hash_access_code(typed)


def test_one_address_may_sign_twice_at_different_places(draft):
    first = drafts.add_signer(draft, PAT, ada())
    drafts.add_signer(draft, PAT, ada(name="Bob", email="bob@example.com"))
    again = drafts.add_signer(draft, PAT, ada())
    assert (first.order, again.order) == (1, 3)


def test_signers_move_and_leave_in_order(draft):
    one, two, three = (drafts.add_signer(draft, PAT, ada(name=n)) for n in "ABC")
    drafts.move_signer(three, -1)
    assert [row.name for row in draft.signers.all()] == ["A", "C", "B"]
    drafts.move_signer(one, -1)
    drafts.move_signer(two, 1)
    assert [row.name for row in draft.signers.all()] == ["A", "C", "B"]
    drafts.remove_signer(Signer.objects.get(pk=one.pk))
    assert list(draft.signers.values_list("order", flat=True)) == [1, 2]
    assert Gate.objects.count() == 2


def test_the_second_tab_is_told_and_changes_nothing(draft):
    signer = drafts.add_signer(draft, PAT, ada())
    mine = Details("Mine", "", is_ordered=True)
    drafts.save_details(draft, 1, mine, {}, PAT)
    theirs = {signer.public_id: ada(name="Somebody Else")}
    with pytest.raises(StaleError):
        drafts.save_details(draft, 1, Details("Theirs", "", True), theirs, PAT)
    draft.refresh_from_db()
    assert (draft.title, draft.version) == ("Mine", 2)
    assert Signer.objects.get().name == "Ada Lane"


def test_nothing_changes_in_what_was_sent(draft):
    document = add(draft)
    signer = drafts.add_signer(draft, PAT, ada())
    field = placing.place_field(
        document, signer, Field.Kind.SIGNATURE, 1, Box(0.1, 0.1, 0.2, 0.1)
    )
    sending.send(draft, actor=draft.sender, now=timezone.now())
    attempts = [
        lambda: drafts.claim(draft, draft.version),
        lambda: drafts.add_signer(draft, PAT),
        lambda: drafts.update_signer(signer, ada(name="Mal"), PAT),
        lambda: drafts.remove_signer(signer),
        lambda: drafts.move_signer(signer, 1),
        lambda: uploads.remove_document(document),
        lambda: add(draft),
        lambda: placing.move_field(field, Box(0, 0, 1, 1)),
        lambda: placing.remove_field(field),
    ]
    for attempt in attempts:
        with pytest.raises(StaleError):
            attempt()


def test_a_document_is_kept_as_it_came_and_as_it_was_cleaned(draft):
    document = add(draft, name="C:\\files\\Lease\n2026.PDF")
    assert document.name == "Lease 2026.pdf"
    assert document.original.read() == factories.make_pdf(2)
    assert document.cleaned.read().startswith(b"%PDF-")
    assert [page.number for page in document.pages.all()] == [1, 2]
    draft.refresh_from_db()
    assert draft.title == "Lease 2026"


def test_drawing_the_pages_is_asked_for_after_the_commit(
    draft, monkeypatch, django_capture_on_commit_callbacks
):
    asked = []
    monkeypatch.setattr(
        "verification.dispatch.publish", lambda *args: asked.append(args)
    )
    with django_capture_on_commit_callbacks(execute=True):
        document = add(draft)
        assert asked == []
    assert asked == [("signing.tasks.render_document", document.pk)]


def test_a_removed_document_leaves_no_file(draft, django_capture_on_commit_callbacks):
    document = add(draft)
    files = [document.original.name, document.cleaned.name]
    with django_capture_on_commit_callbacks(execute=True):
        uploads.remove_document(document)
    assert not any(default_storage.exists(name) for name in files)
    assert not draft.documents.exists()


def test_a_refused_file_leaves_nothing(draft):
    with pytest.raises(Refused):
        uploads.add_document(draft, "x.pdf", b"<html>", timezone.now())
    assert not draft.documents.exists()


def test_a_held_file_is_given_back_once_and_to_its_draft_only(draft):
    other = drafts.create_draft(draft.company, draft.sender, timezone.now())
    token = uploads.keep_refused(draft, "form.pdf", b"%PDF-")
    assert uploads.take_refused(other, token) is None
    assert uploads.take_refused(draft, token + "x") is None
    assert uploads.take_refused(draft, token) == ("form.pdf", b"%PDF-")
    assert uploads.take_refused(draft, token) is None


def test_held_files_are_forgotten(draft, time_machine):
    token = uploads.keep_refused(draft, "form.pdf", b"%PDF-")
    time_machine.move_to(timezone.now() + uploads.HELD_FOR * 2)
    assert uploads.take_refused(draft, token) is None
    uploads.keep_refused(draft, "other.pdf", b"%PDF-")
    assert len(default_storage.listdir(uploads.HELD)[1]) == 1


def test_fields_stay_on_their_page(draft):
    document, signer = add(draft), drafts.add_signer(draft, PAT, ada())
    page = document.pages.get(number=2)
    box = placing.usual_box(Field.Kind.SIGNATURE, page, 0.99, 0.0)
    field = placing.place_field(document, signer, Field.Kind.SIGNATURE, 2, box)
    assert field.x + field.width <= 1.00001
    assert field.y == 0
    placing.move_field(field, Box(-3, 0.5, 9, 0))
    field.refresh_from_db()
    assert (field.x, field.width) == (0, 1)
    assert field.height > 0


def test_a_field_has_a_page_and_a_signer_of_its_request(draft):
    document, signer = add(draft), drafts.add_signer(draft, PAT, ada())
    other = drafts.create_draft(draft.company, draft.sender, timezone.now())
    stranger = drafts.add_signer(other, PAT, ada())
    box = Box(0.1, 0.1, 0.2, 0.1)
    for who, number in ((signer, 3), (stranger, 1)):
        with pytest.raises(placing.NoRoomError):
            placing.place_field(document, who, Field.Kind.TEXT, number, box)


def test_what_is_missing_is_said_in_the_order_of_the_page(draft):
    assert words(draft) == ["Add a PDF.", "Add a signer.", "Write a title."]
    add(draft)
    signer = drafts.add_signer(draft, PAT)
    assert words(draft) == [
        "Write the name of signer 1.",
        "Write the phone number of signer 1, or turn off the phone code.",
    ]
    by_mail = {Kind.EMAIL: Stage.VIEW}
    drafts.update_signer(signer, ada(factors=by_mail, email=""), PAT)
    assert words(draft) == ["Write the email address of Ada Lane."]
    factors = {Kind.ACCESS_CODE: Stage.VIEW}
    drafts.update_signer(signer, ada(factors=factors, phone=""), PAT)
    assert words(draft) == ["Set the password of Ada Lane, or turn it off."]
    secret = drafts.hash_access_code("four")
    drafts.update_signer(signer, ada(factors=factors, secret=secret), PAT)
    assert words(draft) == []


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_twenty_tabs_save_and_one_wins():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time.")
    company = factories.make_company()
    sender = factories.make_member(company)
    draft = drafts.create_draft(company, sender, timezone.now())
    start, won = threading.Barrier(20), []

    def save(number: int) -> None:
        start.wait()
        try:
            details = Details(f"Tab {number}", "", is_ordered=True)
            drafts.save_details(draft, 1, details, {}, PAT)
            won.append(number)
        except StaleError:
            pass
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    draft.refresh_from_db()
    assert [f"Tab {number}" for number in won] == [draft.title]
    assert draft.version == 2
