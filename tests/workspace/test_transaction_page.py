from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from signing.flows import acting, reassigning, sending
from signing.models import Signer, SignRequest
from tests import factories
from tests.factories import Browser
from verification import links, trail
from verification.models import Budget, Challenge, Delivery, TrailEntry
from workspace import timeline


def address(request, tail="") -> str:
    return f"/workspace/transactions/{request.public_id}/{tail}"


@pytest.fixture
def sent(company, pat) -> SignRequest:
    """Ada and Bob must pass a password, a phone code and an email code."""
    kinds = ("access_code", "phone", "email")
    return factories.make_request(company, pat, people=("ada", "bob"), kinds=kinds)


@pytest.fixture
def ada(sent) -> Browser:
    return Browser(factories.signer_of(sent).gate)


def test_signers_show_how_far_they_got(as_pat, sent, ada):
    ada.enter_password("wrong")
    ada.enter_password()
    challenge = ada.must_ask()
    ada.enter(factories.wrong_code(challenge))
    response = as_pat.get(address(sent))
    card = response.context["cards"][0]
    assert [proof.mark for proof in card.proofs] == ["passed", "", ""]
    assert card.proofs[1].tries == "1 of 3 tries used"
    assert card.state == "At the gate, step 2 of 3"
    page = response.content.decode()
    assert "Signs after Ada, not invited yet" in page
    assert "(415) 555-0190" in page
    assert 'Text at <time datetime="' in page  # a script shows the reader’s hour


def test_who_only_gets_a_copy_is_not_waited_for(as_pat, company, pat):
    draft = factories.make_draft(company, pat, people=("ada",), is_ordered=True)
    factories.add_signer(draft, "bob", order=2, role=Signer.Role.CC, kinds=())
    factories.add_signer(draft, "bob", order=3, name="Cy Dole")
    sending.send(draft, actor=pat, now=timezone.now())
    factories.sign_as(draft)
    page = as_pat.get(address(draft))
    assert [one.turn for one in page.context["cards"]] == [
        "Signs first",
        "Gets a copy",
        "Signs after Ada",
    ]
    listed = as_pat.get("/workspace/").content.decode()
    assert "1 of 2 signed" in page.content.decode()
    assert "1 of 2 signed" in listed
    assert "Bob Reed, gets a copy" in listed


def test_a_new_person_is_not_at_the_gate_where_the_one_before_stood(
    as_pat, sent, ada, pat
):
    reassigning.reassign(
        factories.signer_of(sent),
        name="Cy Dole",
        email="cy@example.com",
        phone="+14155550111",
        reason="She moved.",
        keep_access_code=True,
        actor=pat,
        now=timezone.now(),
    )
    card = as_pat.get(address(sent)).context["cards"][0]
    assert card.state == "Not opened yet"
    (row,) = as_pat.get("/workspace/").context["page"].rows
    assert row.why == "Not opened yet"


def test_a_long_timeline_says_where_the_rest_is(as_pat, sent, monkeypatch):
    told = "Export holds all of them, from the beginning."
    entries = sent.trail.entries.count()
    for most, is_said in ((entries, False), (entries - 1, True)):
        monkeypatch.setattr("workspace.overview.MOST_EVENTS", most)
        page = as_pat.get(address(sent)).content.decode()
        assert (told in page) == is_said


def test_no_link_and_no_code_is_on_any_page(as_pat, sent, ada):
    ada.enter_password()
    challenge = ada.must_ask()
    gate = ada.gate
    secrets = [
        links.make_token(gate.public_id, gate.link_version),
        challenge.code(),
        factories.PASSWORD,
        gate.factors.get(kind="access_code").secret,
        "/l/",
        f"/s/{gate.public_id}",
    ]
    for tail in ("", "recall/"):
        page = as_pat.get(address(sent, tail)).content.decode()
        for secret in secrets:
            assert secret not in page


def test_the_page_takes_the_same_queries_for_any_number_of_signers(
    as_pat, company, pat, django_assert_num_queries
):
    # Session, user, second step, membership, request, signers, budgets, factors;
    # newest entries, messages and presses; trail, entries, documents, pages; news.
    small = factories.make_request(company, pat)
    with django_assert_num_queries(17):
        as_pat.get(address(small))
    people = ("ada", "bob", "ada", "bob")
    large = factories.make_request(company, pat, people=people)
    factories.deliver_due()
    with django_assert_num_queries(17):
        as_pat.get(address(large))


def test_a_stuck_signer_is_explained_and_helped(as_pat, sent, ada):
    for _number in range(3):
        ada.enter_password("wrong")
    page = as_pat.get(address(sent)).content.decode()
    assert "Why can’t they get in?" in page
    assert "The password was typed 3 times wrong." in page
    signer = factories.signer_of(sent)
    assert f'href="/workspace/transactions/{sent.public_id}/signers/' in page
    assert f"{signer.public_id}/unlock/" in page
    assert "It is not Bob’s turn yet: Ada signs first." in page


def test_nothing_is_explained_where_all_is_well(as_pat, company, pat):
    request = factories.make_request(company, pat)
    factories.sign_as(request)
    assert "Why can’t they get in?" not in as_pat.get(address(request)).content.decode()


def test_the_page_asks_for_news_and_hears_of_a_press(as_pat, sent, ada):
    page = as_pat.get(address(sent))
    seen = page.context["seen"]
    assert page.context["looks_every"] == "3s"
    quiet = as_pat.get(address(sent, "news/"), {"seen": seen})
    assert (quiet.status_code, quiet.headers.get("HX-Trigger")) == (204, None)
    ada.enter_password("wrong")
    told = as_pat.get(address(sent, "news/"), {"seen": seen})
    assert (told.status_code, told.content) == (204, b"")
    assert "request:changed" in told.headers["HX-Trigger"]


def test_a_page_on_which_nothing_happens_asks_seldom_or_never(
    as_pat, sent, time_machine
):
    factories.deliver_due()
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    assert as_pat.get(address(sent)).context["looks_every"] == "20s"
    sending.recall(sent, actor=sent.sender, reason="Done.", now=timezone.now())
    assert as_pat.get(address(sent)).context["looks_every"] == ""


def test_what_a_publisher_can_do_stands_on_the_page(as_pat, sent):
    page = as_pat.get(address(sent)).content.decode()
    for name in ("resend", "phones"):
        assert f'href="/workspace/transactions/{name}/?pk={sent.public_id}"' in page
    assert "Recall…" in page
    sending.recall(sent, actor=sent.sender, reason="Done.", now=timezone.now())
    page = as_pat.get(address(sent)).content.decode()
    assert "Update Phone Numbers" not in page
    assert "Download lease.pdf" in page


def test_recalling_takes_a_reason_and_ends_the_links(as_pat, sent):
    assert as_pat.get(address(sent, "recall/")).status_code == 200
    empty = as_pat.post(address(sent, "recall/"), {"reason": " "}).content.decode()
    assert "Write in a few words why." in empty
    as_pat.post(address(sent, "recall/"), {"reason": "Wrong file."})
    sent.refresh_from_db()
    assert (sent.state, sent.closing_reason) == ("recalled", "Wrong file.")
    page = as_pat.get(address(sent)).content.decode()
    assert "Wrong file." in page
    assert "Recall…" not in page
    as_pat.post(address(sent, "recall/"), {"reason": "Again."})
    sent.refresh_from_db()
    assert sent.closing_reason == "Wrong file."


def test_the_recall_dialog_comes_alone_for_scripts(as_pat, sent):
    response = as_pat.get(address(sent, "recall/"), headers={"HX-Request": "true"})
    page = response.content.decode()
    assert page.strip().startswith("<dialog")
    assert "<html" not in page


def test_the_original_is_handed_over_and_that_is_noted(as_pat, sent):
    document = sent.documents.get()
    path = address(sent, f"documents/{document.public_id}/original.pdf")
    response = as_pat.get(path)
    assert b"".join(response.streaming_content) == factories.make_pdf()
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Cache-Control"] == "private, no-store"
    assert "sandbox" in response["Content-Security-Policy"]
    entry = TrailEntry.objects.filter(kind="downloaded").get()
    assert trail.facts_of(entry)["actor"] == "Pat Miller <pat@acme.example>"
    as_pat.head(path)
    assert TrailEntry.objects.filter(kind="downloaded").count() == 1
    assert trail.verify(sent.trail) is None


def test_the_sealed_copy_is_there_when_it_is_sealed(as_pat, sent):
    path = address(sent, "sealed.pdf")
    sent.sealed.save("sealed.pdf", ContentFile(b"%PDF-sealed"))
    assert as_pat.get(path).status_code == 404
    SignRequest.objects.filter(pk=sent.pk).update(state="completed")
    assert "Download sealed PDF" in as_pat.get(address(sent)).content.decode()
    response = as_pat.get(path)
    assert b"".join(response.streaming_content) == b"%PDF-sealed"


def test_page_images_leave_only_when_they_are_drawn(as_pat, sent):
    document = sent.documents.get()
    path = address(sent, f"documents/{document.public_id}/pages/1/")
    assert as_pat.get(path).status_code == 404
    page = document.pages.get()
    page.image.save("one.png", ContentFile(b"\x89PNG"))
    response = as_pat.get(path)
    assert response["Content-Type"] == "image/png"
    assert b"".join(response.streaming_content) == b"\x89PNG"


POLYGLOT = "\"'><img src=x onerror=alert(1)>{{7*7}}"


def test_names_and_titles_are_only_text(as_pat, company, pat):
    request = factories.make_draft(company, pat, title=POLYGLOT)
    gate = request.signers.get().gate
    gate.name = POLYGLOT
    gate.save()
    for path in ("/workspace/", f"/workspace/drafts/{request.public_id}/"):
        page = as_pat.get(path).content.decode()
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page


# The timeline


def told(request) -> list[str]:
    entries = request.trail.entries.select_related("gate").order_by("-seq")
    return [event.what for event in timeline.events(entries)]


def test_the_timeline_tells_the_story(sent, ada):
    ada.enter_password("wrong")
    ada.enter_password()
    challenge = ada.must_ask()
    ada.enter(factories.wrong_code(challenge))
    factories.deliver_due()
    ada.enter()
    assert told(sent)[::-1] == [
        "Pat Miller started the transaction",
        "Pat Miller added a document",
        "Pat Miller sent the transaction",
        "Ada Lane was invited",
        "Ada Lane opened the link",
        "Ada Lane typed a wrong password",
        "Ada Lane passed the password",
        "Ada Lane asked for a code by text",
        "Ada Lane typed a wrong code",
        "Invitation to a••@example.com was handed over",
        "Text to ••• ••• ••90 was handed over",
        "Ada Lane passed the phone code",
    ]


def test_a_failed_text_says_why(sent, ada):
    ada.enter_password()
    challenge = ada.must_ask()
    with_reason = {"reason": "landline", "reference": challenge.reference}
    facts = {"message": "code", "channel": "sms", "to": "••90", "state": "failed"}
    trail.append(
        sent.trail_id,
        "delivery",
        timezone.now(),
        actor="carrier",
        gate=ada.gate,
        **facts,
        **with_reason,
    )
    entry = sent.trail.entries.select_related("gate").last()
    event = timeline.event(entry)
    assert event.what == "Text to ••90 could not be delivered"
    assert event.detail == (
        f"This number can't receive texts. Reference {challenge.reference}."
    )
    assert event.fate == "bad"


@pytest.mark.parametrize(
    "kind", [*timeline.SHAPES, "delivery", "something_of_tomorrow"]
)
@pytest.mark.parametrize("with_gate", [True, False])
def test_every_kind_reads_as_a_sentence_even_without_its_facts(sent, kind, with_gate):
    gate = factories.signer_of(sent).gate if with_gate else None
    trail.append(
        sent.trail_id, kind, timezone.now(), actor="Alex <alex@acme.example>", gate=gate
    )
    event = timeline.event(sent.trail.entries.select_related("gate").last())
    assert event.what
    assert "%" not in event.what + event.detail


def test_reports_and_refusals_are_told(sent, ada):
    signer = factories.signer_of(sent)
    acting.report(signer, "wrong_number_reported", ada.origin, timezone.now())
    assert told(sent)[0] == "Ada Lane says that the number is not theirs"


def test_each_line_names_who_had_the_place_then(sent, ada, pat):
    reassigning.reassign(
        factories.signer_of(sent),
        name="Cleo Marsh",
        email="cleo@example.com",
        phone=factories.BOB_PHONE,
        access_code="Harbour-77",
        reason="Ada has moved.",
        actor=pat,
        now=timezone.now(),
    )
    assert told(sent)[:3] == [
        "Cleo Marsh was invited",
        "Pat Miller asked Cleo Marsh to sign instead of Ada Lane",
        "Ada Lane opened the link",
    ]


def test_facts_are_json_that_holds_no_code(sent, ada):
    ada.enter_password()
    challenge = ada.must_ask()
    ada.enter()
    for entry in TrailEntry.objects.filter(trail=sent.trail):
        assert challenge.code() not in json.dumps(trail.facts_of(entry))
    assert Challenge.objects.count() == 1
    assert Budget.objects.exists()
    assert Delivery.objects.exists()
