from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from signing.flows import drafts as flows
from signing.models import Document, Field, Signer, SignRequest
from tests import factories
from verification.models import Delivery, Factor

HTMX = {"headers": {"HX-Request": "true"}}


@pytest.fixture
def draft(as_pat) -> SignRequest:
    as_pat.post("/workspace/new/")
    return SignRequest.objects.get()


@pytest.fixture
def signer(draft) -> Signer:
    return flows.add_signer(draft, "Pat Miller <pat@acme.example>")


def address(draft, tail="") -> str:
    return f"/workspace/drafts/{draft.public_id}/{tail}"


def form(draft, **changes) -> dict[str, str]:
    """What the page of this draft sends when nothing was changed.

    changes speak of the first signer, as signer_name=..., or of the draft.
    """
    draft.refresh_from_db()
    sent = {
        "version": draft.version,
        "title": draft.title,
        "message": "",
        "is_ordered": "on",
    }
    for number, row in enumerate(draft.signers.select_related("gate")):
        facts = {
            "name": row.gate.name,
            "email": row.gate.email,
            "phone": row.gate.phone_e164,
            "language": "en",
            "max_tries": row.gate.max_tries,
        }
        for factor in row.gate.factors.all():
            facts |= {f"use_{factor.kind}": "on", f"{factor.kind}_stage": factor.stage}
        if number == 0:
            mine = [name for name in changes if name.startswith("signer_")]
            facts |= {name.removeprefix("signer_"): changes.pop(name) for name in mine}
        sent |= {
            f"signer-{row.public_id}-{name}": value
            for name, value in facts.items()
            if value is not None
        }
    return sent | changes


def upload(source: bytes, name="lease.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, source, "application/pdf")


def with_script() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(factories.make_pdf())))
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(
        {
            NameObject("/S"): NameObject("/JavaScript"),
            NameObject("/JS"): TextStringObject("app.alert('hi')"),
        }
    )
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def test_starting_twice_makes_one_draft(as_pat, pat):
    assert as_pat.get("/workspace/new/").status_code == 200
    assert not SignRequest.objects.exists()
    first = as_pat.post("/workspace/new/")
    assert as_pat.post("/workspace/new/").url == first.url
    assert SignRequest.objects.get().sender == pat


def test_a_draft_keeps_what_was_typed(as_pat, draft, signer):
    changes = {
        "title": "Lease 2026",
        "message": "Hi both",
        "signer_name": "Ada Lane",
        "signer_email": "ada@example.com",
        "signer_phone": "(415) 555-0190",
        "signer_language": "ja",
        "signer_max_tries": "7",
    }
    response = as_pat.post(address(draft, "save/"), form(draft, **changes))
    assert response.url == address(draft)
    draft.refresh_from_db()
    gate = draft.signers.get().gate
    assert (draft.title, draft.message) == ("Lease 2026", "Hi both")
    assert (gate.name, gate.phone_e164) == ("Ada Lane", "+14155550190")
    assert (gate.language, gate.max_tries) == ("ja", 7)


@pytest.mark.parametrize(
    "typed",
    [
        "+1 415 555 0190",
        "415-555-0190",
        "(415) 555 0190",
        "1 415 555 0190",
        "４１５ ５５５ ０１９０",
    ],
)
def test_phones_are_read_in_national_and_international_form(
    as_pat, draft, signer, typed
):
    as_pat.post(address(draft, "save/"), form(draft, signer_phone=typed))
    assert draft.signers.get().phone == "+14155550190"
    assert "(415) 555-0190" in as_pat.get(address(draft)).content.decode()


def test_phones_of_another_country_are_read_as_the_company_dials(as_pat, draft, signer):
    company = draft.company
    company.country, company.allowed_countries = "JP", ["JP", "US"]
    company.save()
    as_pat.post(address(draft, "save/"), form(draft, signer_phone="090-1234-5678"))
    assert draft.signers.get().phone == "+819012345678"
    as_pat.post(address(draft, "save/"), form(draft, signer_phone="+1 555 123 2190"))
    assert draft.signers.get().phone == "+15551232190"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("555-01", "This number is too short. Add the area code."),
        ("415 555 0190 12345", "This number is too long. Check it again."),
        ("no number", "This is not a phone number. Write it as you dial it."),
        ("+999 123 456", "This is not a phone number. Write it as you dial it."),
        ("000 000 0000", "There is no such phone number. Check it again."),
        (
            "+44 7700 900123",
            "Your company does not send codes to this country. Ask your admin.",
        ),
        ("415 555 0190 ext 7", "We can’t reach an extension. Write a direct number."),
    ],
)
def test_impossible_phones_get_a_sentence_and_nothing_is_lost(
    as_pat, draft, signer, typed, words
):
    sent = form(draft, signer_phone=typed, signer_name="Ada Lane", title="Kept")
    page = as_pat.post(address(draft, "save/"), sent).content.decode()
    assert words in page
    assert f'value="{typed}"' in page
    draft.refresh_from_db()
    assert draft.title == "Kept"
    assert draft.signers.get().name == "Ada Lane"
    assert draft.signers.get().phone == ""


def test_an_address_that_is_none_gets_a_sentence(as_pat, draft, signer):
    page = as_pat.post(address(draft, "save/"), form(draft, signer_email="ada at home"))
    assert "Write an email address like ada@example.com." in page.content.decode()


@pytest.mark.parametrize("typed", ["xyz", "x" * 51])
def test_access_codes_out_of_bounds_get_a_sentence(as_pat, draft, signer, typed):
    sent = form(draft, signer_use_access_code="on", signer_access_code=typed)
    page = as_pat.post(address(draft, "save/"), sent).content.decode()
    assert "A password has 4 to 50 characters." in page
    assert typed not in page


def test_an_access_code_is_never_readable_again(as_pat, draft, signer):
    sent = form(draft, signer_use_access_code="on", signer_access_code="Lighthouse-42")
    as_pat.post(address(draft, "save/"), sent)
    factor = Factor.objects.get(kind="access_code")
    assert factor.secret.startswith("argon2$")
    page = as_pat.get(address(draft)).content.decode()
    assert "A password is set; nobody can read it again." in page
    assert "Lighthouse-42" not in page
    assert factor.secret not in page
    as_pat.post(address(draft, "save/"), form(draft))
    assert Factor.objects.get(kind="access_code").secret == factor.secret


def test_a_password_that_is_not_asked_for_is_not_kept(as_pat, draft, signer):
    as_pat.post(address(draft, "save/"), form(draft, signer_access_code="Lighthouse"))
    assert not Factor.objects.filter(kind="access_code").exists()


def test_forged_fields_change_nothing_else(as_pat, draft, signer):
    forged = {"state": "completed", "company": "1", "sealed": "x", "sender": "1"}
    as_pat.post(
        address(draft, "save/"),
        form(
            draft,
            **forged,
            signer_state="signed",
            signer_company_id="99",
            signer_max_tries="999",
        ),
    )
    draft.refresh_from_db()
    row = draft.signers.get()
    assert (draft.state, row.state, row.gate.max_tries) == ("draft", "waiting", 3)
    assert row.gate.company_id == draft.company_id


def test_the_second_tab_is_told(as_pat, draft):
    first = form(draft, title="First tab")
    second = form(draft, title="Second tab")
    as_pat.post(address(draft, "save/"), first)
    page = as_pat.post(address(draft, "save/"), second).content.decode()
    assert "This draft was changed in another tab" in page
    assert "Second tab" in page
    draft.refresh_from_db()
    assert draft.title == "First tab"


def test_the_draft_keeps_itself(as_pat, draft, signer):
    sent = form(draft, title="By script", signer_phone="12")
    response = as_pat.post(address(draft, "save/"), sent, **HTMX)
    assert response.status_code == 204
    told = response.headers["HX-Trigger"]
    draft.refresh_from_db()
    assert f'"version": {draft.version}' in told
    assert f'"id_signer-{signer.public_id}-phone": "This number is too short.' in told
    stale = as_pat.post(address(draft, "save/"), sent, **HTMX)
    assert "draft:stale" in stale.headers["HX-Trigger"]


def test_pdfs_are_added_with_what_was_typed(as_pat, draft):
    files = [upload(factories.make_pdf()), upload(factories.make_pdf(3), "annex.pdf")]
    sent = form(draft, message="Kept") | {"files": files}
    assert as_pat.post(address(draft, "documents/"), sent).url == address(draft)
    names = list(Document.objects.values_list("name", "page_count"))
    assert names == [("lease.pdf", 1), ("annex.pdf", 3)]
    draft.refresh_from_db()
    assert (draft.title, draft.message) == ("lease", "Kept")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"hello", "This file is not a PDF."),
        (b"", "This file is not a PDF."),
        (b"%PDF-1.7\ncut off", "This PDF is damaged or not complete."),
    ],
)
def test_other_files_are_refused_with_a_sentence(as_pat, draft, source, words):
    sent = form(draft, title="Kept") | {"files": [upload(source, "<b>.pdf")]}
    page = as_pat.post(address(draft, "documents/"), sent).content.decode()
    assert words in page
    assert "<b>" not in page
    assert 'value="Kept"' in page
    assert not Document.objects.exists()


def test_a_file_that_is_too_large_is_refused(as_pat, draft, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    sent = form(draft) | {"files": [upload(factories.make_pdf())]}
    page = as_pat.post(address(draft, "documents/"), sent).content.decode()
    assert "This PDF is larger than" in page


def test_too_many_pages_are_refused(as_pat, draft, settings):
    settings.MAX_UPLOAD_PAGES = 2
    sent = form(draft) | {"files": [upload(factories.make_pdf(3))]}
    page = as_pat.post(address(draft, "documents/"), sent).content.decode()
    assert "This PDF has more than 2 pages." in page


def test_active_parts_are_removed_on_request(as_pat, draft):
    sent = form(draft) | {"files": [upload(with_script())]}
    response = as_pat.post(address(draft, "documents/"), sent)
    assert "This PDF contains active parts: JavaScript." in response.content.decode()
    (refusal,) = response.context["refusals"]
    as_pat.post(address(draft, "documents/cleaned/"), form(draft, held=refusal.token))
    document = Document.objects.get()
    assert document.removed == ["javascript"]
    assert b"app.alert" not in document.cleaned.read()
    assert "Active parts were removed." in as_pat.get(address(draft)).content.decode()


def test_no_file_chosen_says_so(as_pat, draft):
    page = as_pat.post(address(draft, "documents/"), form(draft)).content.decode()
    assert "Choose a PDF first." in page


def test_uploading_takes_a_sign_in(client, draft):
    client.logout()
    sent = {"files": [upload(factories.make_pdf())]}
    assert client.post(address(draft, "documents/"), sent).status_code == 302
    assert not Document.objects.exists()


def test_signers_are_added_moved_and_removed_without_scripts(as_pat, draft, signer):
    sent = form(draft, signer_name="Ada Lane")
    response = as_pat.post(address(draft, "signers/"), sent)
    assert "#signer-" in response.url
    one, two = draft.signers.all()
    assert one.name == "Ada Lane"
    as_pat.post(address(draft, f"signers/{two.public_id}/up/"), form(draft))
    assert list(draft.signers.all()) == [two, one]
    as_pat.post(address(draft, f"signers/{two.public_id}/remove/"), form(draft))
    assert list(draft.signers.all()) == [one]


def test_adding_a_signer_keeps_what_was_not_understood(as_pat, draft, signer):
    sent = form(draft, signer_phone="12")
    page = as_pat.post(address(draft, "signers/"), sent, **HTMX).content.decode()
    assert 'value="12"' in page
    assert page.count('<fieldset class="card signer-card"') == 2


@pytest.fixture
def ready(draft, as_pat) -> SignRequest:
    """A draft that can be sent."""
    factories.make_document(draft)
    SignRequest.objects.filter(pk=draft.pk).update(title="Lease 2026")
    factories.add_signer(draft, "ada")
    draft.refresh_from_db()
    return draft


def send(client, draft, version=None):
    sent = {"version": version or draft.version}
    return client.post(address(draft, "send/"), sent)


def test_what_is_missing_is_linked(as_pat, draft, signer):
    page = as_pat.post(address(draft, "to-send/"), form(draft)).content.decode()
    assert 'href="#documents"' in page
    assert f'href="#id_signer-{signer.public_id}-name"' in page
    assert send(as_pat, draft).status_code == 200
    draft.refresh_from_db()
    assert draft.is_draft


def test_sending_twice_sends_once(as_pat, ready):
    version = ready.version
    page = as_pat.get(address(ready, "send/")).content.decode()
    assert "signs in a signature block" in page
    first, second = send(as_pat, ready, version), send(as_pat, ready, version)
    assert first.url == second.url == f"/workspace/transactions/{ready.public_id}/"
    assert Delivery.objects.filter(kind="invitation").count() == 1


def test_what_another_tab_changed_is_looked_at_before_sending(as_pat, ready):
    shown = ready.version
    as_pat.post(address(ready, "save/"), form(ready, signer_name="Mal"))
    page = send(as_pat, ready, shown).content.decode()
    assert "The draft was changed in another tab." in page
    ready.refresh_from_db()
    assert ready.is_draft


def test_fields_are_placed_moved_and_removed_without_scripts(as_pat, ready):
    signer, document = ready.signers.get(), ready.documents.get()
    sent = {
        "kind": "signature",
        "signer": str(signer.public_id),
        "document": str(document.public_id),
        "page": 1,
        "spot": "bottom-right",
    }
    response = as_pat.post(address(ready, "fields/place/"), sent)
    assert response.url.endswith(f"#sheet-{document.public_id}-1")
    field = Field.objects.get()
    assert field.x > 0.6
    assert field.y > 0.85
    place = {"x": 0.1, "y": 0.2, "width": 0.3, "height": 0.1}
    as_pat.post(address(ready, f"fields/{field.public_id}/move/"), place)
    field.refresh_from_db()
    assert (field.x, field.y, field.width, field.height) == (0.1, 0.2, 0.3, 0.1)
    assert (
        "Signature, Ada Lane" in as_pat.get(address(ready, "fields/")).content.decode()
    )
    as_pat.post(address(ready, f"fields/{field.public_id}/remove/"))
    assert not Field.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"page": 2}, {"page": 0}, {"kind": "stamp"}, {"signer": "x"}, {"document": ""}],
)
def test_a_field_that_cannot_be_is_refused(as_pat, ready, wrong):
    sent = {
        "kind": "date",
        "signer": str(ready.signers.get().public_id),
        "document": str(ready.documents.get().public_id),
        "page": 1,
    }
    response = as_pat.post(address(ready, "fields/place/"), sent | wrong)
    assert response.status_code == 200
    assert not Field.objects.exists()


def test_nan_is_no_place(as_pat, ready):
    field = factories.make_field(ready.signers.get())
    place = {"x": "nan", "y": "0.2", "width": "inf", "height": "0.1"}
    address_of = address(ready, f"fields/{field.public_id}/move/")
    assert as_pat.post(address_of, place).status_code == 422


def test_pages_of_a_draft_take_constant_queries(
    as_pat, ready, django_assert_max_num_queries
):
    for person in ("bob", "ada", "bob"):
        signer = factories.add_signer(ready, person, order=2)
        factories.make_field(signer)
    factories.make_document(ready, "annex.pdf", pages=5)
    with django_assert_max_num_queries(21):
        as_pat.get(address(ready))
    with django_assert_max_num_queries(17):
        as_pat.get(address(ready, "fields/"))


def test_a_password_has_a_hint_and_each_check_names_who_asked_for_it(
    as_pat, draft, signer, pat
):
    facts = {
        "signer_use_access_code": "on",
        "signer_access_code": "Harbour-77",
        "signer_hint": "The port.",
        "signer_use_email": "on",
    }
    as_pat.post(address(draft, "save/"), form(draft, **facts))
    rows = {row.kind: row for row in signer.gate.factors.all()}
    assert rows["access_code"].hint == "The port."
    by = f"{pat.name} <{pat.email}>"
    assert rows["access_code"].set_by == rows["email"].set_by == by
    page = as_pat.get(address(draft)).content.decode()
    assert 'value="The port."' in page
    assert "Harbour-77" not in page
