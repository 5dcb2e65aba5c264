"""Templates in the workspace: who finds which, and what each button does."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from signing.flows import drafts, sending, templates
from signing.flows.drafts import RoleDetails, SignerDetails
from signing.flows.refusals import RefusedError
from signing.flows.templates import TemplateDetails
from signing.models import Company, Document, Field, Signer, SignRequest, Template
from tests import factories
from tests.factories import PASSWORD
from tests.workspace.test_draft_pages import form, upload
from verification.models import Delivery, Factor, Gate, TrailEntry
from workspace.urls import draft_patterns, request_patterns, template_patterns

Kind, Stage = Factor.Kind, Factor.Stage
HTMX = {"headers": {"HX-Request": "true"}}


def make_template(
    company: Company, owner, name="Lease", *, shared=False, roles=1
) -> Template:
    """Roles called Tenant 1, Tenant 2, …, of whom a password and a phone is demanded."""
    about = TemplateDetails(name, "For flats", shared)
    made = templates.create(company, owner, timezone.now(), details=about)
    document = factories.make_document(made.request)
    for number in range(1, roles + 1):
        details = SignerDetails(
            factors={Kind.ACCESS_CODE: Stage.VIEW, Kind.PHONE: Stage.VIEW},
            role=RoleDetails(f"Tenant {number}", True, True),
        )
        signer = drafts.add_signer(made.request, "Pat Miller", details)
        factories.make_field(signer, document)
    return made


@pytest.fixture
def lease(company, pat) -> Template:
    return make_template(company, pat)


@pytest.fixture
def as_quinn(client_class, company):
    """Publishes for Acme as well."""
    browser = client_class()
    browser.force_login(factories.make_member(company, "Quinn Otto"))
    return browser


@pytest.fixture
def as_alex(client_class, alex):
    browser = client_class()
    browser.force_login(alex)
    return browser


def address(template, tail="") -> str:
    return f"/workspace/templates/{template.public_id}/{tail}"


def editor(template, tail="") -> str:
    return f"/workspace/drafts/{template.public_id}/{tail}"


def role_form(template, **changes) -> dict[str, str]:
    """What the editor sends when nothing was changed but changes of the first role."""
    request = SignRequest.with_templates.get(pk=template.request_id)
    about = {"name": template.name, "description": template.description}
    sent = form(request, **about)
    for number, row in enumerate(request.signers.select_related("gate")):
        facts = {"label": row.label, "needs_access_code": "on", "needs_phone": "on"}
        facts |= changes if number == 0 else {}
        for name, value in facts.items():
            key = f"signer-{row.public_id}-{name}"
            if value is None:
                sent.pop(key, None)
            else:
                sent[key] = value
    return sent


def snapshot() -> list:
    models = (SignRequest.with_templates, Template.objects, Signer.objects)
    more = (Document.objects, Field.objects, Gate.objects, Factor.objects)
    return [list(rows.order_by("pk").values()) for rows in models + more]


# What a member does


def test_a_template_from_nothing_to_a_started_transaction(as_pat, pat):
    made = as_pat.post("/workspace/templates/new/")
    template = Template.objects.get()
    assert made.url == editor(template)
    assert as_pat.post("/workspace/templates/new/").url == made.url
    as_pat.post(
        editor(template, "documents/"),
        {"version": 1, "name": "Lease", "files": upload(factories.make_pdf())},
    )
    request = SignRequest.with_templates.get()
    as_pat.post(editor(template, "signers/"), {"version": request.version, "name": "L"})
    template.refresh_from_db()
    changes = {"label": "Tenant", "use_access_code": "on", "use_phone": "on"}
    saved = as_pat.post(editor(template, "to-fields/"), role_form(template, **changes))
    assert saved.url == editor(template, "fields/")
    role = Signer.objects.get()
    place = {
        "signer": role.public_id,
        "document": Document.objects.get().public_id,
        "kind": "signature",
        "page": "1",
    }
    as_pat.post(editor(template, "fields/place/"), place)
    assert Field.objects.get().signer == role
    assert (role.label, role.needs_access_code, role.needs_phone) == (
        "Tenant",
        True,
        True,
    )
    page = as_pat.get(address(template)).content.decode()
    assert "required: set it when you start" in page
    started = as_pat.post(address(template, "start/"))
    draft = SignRequest.objects.get()
    assert started.url == f"/workspace/drafts/{draft.public_id}/"
    page = as_pat.get(started.url).content.decode()
    assert "The template requires a password and a phone number here." in page
    assert "Tenant needs a password." in page


def test_an_untouched_draft_becomes_the_started_one(as_pat, lease):
    as_pat.post("/workspace/new/")
    draft = SignRequest.objects.get()
    assert "Use a template" in as_pat.get(editor_of(draft)).content.decode()
    assert as_pat.post(address(lease, "start/")).url == editor_of(draft)
    assert SignRequest.objects.get().signers.get().label == "Tenant 1"
    as_pat.post(address(lease, "start/"))
    assert SignRequest.objects.count() == 2


def editor_of(draft) -> str:
    return f"/workspace/drafts/{draft.public_id}/"


def test_saving_a_started_draft_keeps_its_role(as_pat, lease):
    as_pat.post(address(lease, "start/"))
    draft = SignRequest.objects.get()
    sent = form(draft, signer_name="Ada Lane", signer_use_access_code="on")
    as_pat.post(f"{editor_of(draft)}save/", sent)
    signer = draft.signers.get()
    assert (signer.name, signer.label) == ("Ada Lane", "Tenant 1")
    assert signer.needs_access_code


def test_a_demand_that_is_turned_off_keeps_the_draft_from_being_sent(as_pat, lease):
    as_pat.post(address(lease, "start/"))
    draft = SignRequest.objects.get()
    facts = {"signer_name": "Ada Lane", "signer_email": "ada@example.com"}
    sent = form(draft, **facts)
    sent = {name: value for name, value in sent.items() if "-use_" not in name}
    page = as_pat.post(f"{editor_of(draft)}to-send/", sent).content.decode()
    assert "Tenant 1 needs a password." in page
    assert "Tenant 1 needs a phone number and a phone code." in page
    draft.refresh_from_db()
    as_pat.post(f"{editor_of(draft)}send/", {"version": draft.version})
    draft.refresh_from_db()
    assert draft.is_draft


def test_the_stored_password_is_never_readable(as_pat, lease):
    changes = {"use_access_code": "on", "access_code": PASSWORD}
    as_pat.post(editor(lease, "save/"), role_form(lease, **changes))
    secret = Factor.objects.get(kind=Kind.ACCESS_CODE).secret
    for page in (editor(lease), address(lease)):
        words = as_pat.get(page).content.decode()
        assert PASSWORD not in words
        assert secret not in words
    assert "the stored password" in words


def test_a_template_is_duplicated_archived_and_restored(as_pat, lease):
    as_pat.post(address(lease, "duplicate/"))
    copy = Template.objects.exclude(pk=lease.pk).get()
    assert copy.name == "Copy of Lease"
    dialog = as_pat.get(address(copy, "archive/"), **HTMX).content.decode()
    assert "Archive Copy of Lease?" in dialog
    page = as_pat.post(address(copy, "archive/"), follow=True).content.decode()
    assert "Archived. You can restore it here." in page
    assert "Copy of Lease" not in as_pat.get("/workspace/templates/").content.decode()
    archive = as_pat.get("/workspace/templates/?show=archived").content.decode()
    assert "Copy of Lease" in archive
    assert as_pat.get(editor(copy)).status_code == 404
    refused = as_pat.post(address(copy, "start/"), follow=True).content.decode()
    assert "This template is archived." in refused
    as_pat.post(address(copy, "restore/"))
    assert "Copy of Lease" in as_pat.get("/workspace/templates/").content.decode()


def test_a_transaction_becomes_a_template(as_pat, pat, company):
    sent = factories.make_request(company, pat, people=("ada", "bob"))
    page = f"/workspace/transactions/{sent.public_id}/save-as-template/"
    assert 'value="Residential Lease"' in as_pat.get(page).content.decode()
    assert (
        "Give the template a name." in as_pat.post(page, {"name": ""}).content.decode()
    )
    as_pat.post(page, {"name": "Mine", "keeps_people": "on"})
    made = Template.objects.get()
    names = [signer.name for signer in made.request.signers.all()]
    assert (made.name, names) == ("Mine", ["Ada Lane", "Bob Reed"])
    as_pat.post(page, {"name": "Roles only"})
    newest = Template.objects.latest("pk")
    assert [signer.name for signer in newest.request.signers.all()] == ["", ""]


def test_the_list_is_searched(as_pat, pat, company, lease):
    make_template(company, pat, "Advisory agreement", roles=3)
    page = as_pat.get("/workspace/templates/?q=tenant 3").content.decode()
    assert "Advisory agreement" in page
    assert "Lease" not in page
    nothing = as_pat.get("/workspace/templates/?q=zzz").content.decode()
    assert "No template matches “zzz”." in nothing
    for odd in ("?page=0", "?page=x", "?page=9999", "?q=%00", "?show=x"):
        assert as_pat.get(f"/workspace/templates/{odd}").status_code == 200


def test_the_first_template_is_invited(as_pat):
    page = as_pat.get("/workspace/templates/").content.decode()
    assert "Prepare a document once" in page


def test_a_long_list_has_pages(as_pat, pat, company):
    now = timezone.now()
    for number in range(27):
        about = TemplateDetails(f"Form {number:02}")
        templates.create(company, pat, now, details=about)
    first = as_pat.get("/workspace/templates/").content.decode()
    assert "Form 24" in first
    assert "Form 25" not in first
    second = as_pat.get("/workspace/templates/?page=2").content.decode()
    assert "Form 26" in second


# Who finds what


def addresses(template, patterns=template_patterns) -> dict[str, str]:
    request = template.request
    signer, document = request.signers.first(), request.documents.first()
    known = {
        "pk": template.public_id,
        "signer_pk": signer.public_id,
        "document_pk": document.public_id,
        "field_pk": signer.fields.first().public_id,
        "number": 1,
    }
    found = {}
    for pattern in patterns:
        names = pattern.pattern.converters
        if names and set(names) <= set(known):
            given = {name: known[name] for name in names}
            found[pattern.name] = reverse(f"workspace:{pattern.name}", kwargs=given)
    return found


@pytest.mark.parametrize("method", ["get", "head", "post"])
@pytest.mark.parametrize("shared", [True, False])
def test_mal_finds_no_template(as_mal, company, pat, method, shared):
    lease = make_template(company, pat, shared=shared)
    before = snapshot()
    for name, page in addresses(
        lease, template_patterns + draft_patterns + request_patterns
    ).items():
        assert getattr(as_mal, method)(page).status_code in (404, 405), name
    assert snapshot() == before
    assert "Lease" not in as_mal.get("/workspace/templates/").content.decode()


def test_a_publisher_finds_no_private_template_of_another(as_quinn, lease):
    before = snapshot()
    for name, page in addresses(lease, template_patterns + draft_patterns).items():
        for method in ("get", "post"):
            response = getattr(as_quinn, method)(page)
            assert response.status_code in (404, 405), name
    assert snapshot() == before
    assert "Lease" not in as_quinn.get("/workspace/templates/").content.decode()


def test_a_shared_template_is_started_and_copied_but_not_changed(
    as_quinn, company, pat
):
    lease = make_template(company, pat, shared=True)
    before = snapshot()
    page = as_quinn.get(address(lease)).content.decode()
    assert "Start a transaction" in page
    assert "Edit" not in page
    for name, changing in addresses(lease, draft_patterns).items():
        assert as_quinn.post(changing).status_code in (404, 405), name
        assert as_quinn.get(changing).status_code in (404, 405), name
    assert as_quinn.post(address(lease, "archive/")).status_code == 404
    assert snapshot() == before
    as_quinn.post(address(lease, "start/"))
    as_quinn.post(address(lease, "duplicate/"))
    assert SignRequest.objects.get().sender.name == "Quinn Otto"
    assert Template.objects.latest("pk").owner.name == "Quinn Otto"


def test_company_admins_edit_all_of_the_companys(as_alex, lease):
    assert "Lease" in as_alex.get("/workspace/templates/").content.decode()
    sent = role_form(lease, label="Renter")
    assert as_alex.post(editor(lease, "save/"), sent).url == editor(lease)
    assert Signer.objects.get().label == "Renter"
    as_alex.post(address(lease, "archive/"))
    lease.refresh_from_db()
    assert lease.is_archived
    assert lease.owner.name == "Pat Miller"


# What an attacker tries


def test_looking_writes_nothing(as_pat, lease):
    before = snapshot()
    for page in addresses(lease, template_patterns + draft_patterns).values():
        for method in ("get", "head"):
            getattr(as_pat, method)(page)
    as_pat.get("/workspace/templates/")
    as_pat.get("/workspace/templates/new/")
    assert snapshot() == before
    assert not TrailEntry.objects.exists()


def test_a_template_is_no_transaction(as_pat, as_alex, lease):
    """Its id, posted to what sends, recalls, deletes or shows transactions."""
    before = snapshot()
    pages = addresses(lease, request_patterns)
    pages |= {
        name: page
        for name, page in addresses(lease, draft_patterns).items()
        if name in ("send", "draft-to-send", "discard-draft")
    }
    pages["save-as-template"] = addresses(lease)["save-as-template"]
    allowed = {"original", "page-image"}
    for browser in (as_pat, as_alex):
        for name, page in pages.items():
            if name in allowed:
                continue
            for method in ("get", "post"):
                response = getattr(browser, method)(page, {"version": 1, "reason": "x"})
                assert response.status_code in (404, 405), (name, method)
        assert "Lease" not in browser.get("/workspace/").content.decode()
    assert snapshot() == before
    assert not Delivery.objects.exists()


def test_parts_of_a_template_are_not_found_in_another(as_pat, pat, company, lease):
    other = make_template(company, pat, "Other")
    before = snapshot()
    for name, page in addresses(lease, draft_patterns).items():
        mixed = page.replace(str(lease.public_id), str(other.public_id))
        if page.count("-") > 6 and mixed != page:
            assert as_pat.post(mixed).status_code in (404, 405), name
    assert snapshot() == before


def test_a_draft_is_no_template(as_pat, company, pat):
    draft = factories.make_draft(company, pat)
    for tail in ("", "start/", "duplicate/", "archive/", "restore/"):
        page = f"/workspace/templates/{draft.public_id}/{tail}"
        assert as_pat.get(page).status_code in (404, 405)
        assert as_pat.post(page).status_code in (404, 405)


def test_forged_fields_change_nothing_else(as_pat, lease):
    forged = {"state": "draft", "sender": "1", "archived_at": "1", "company": "1"}
    as_pat.post(editor(lease, "save/"), role_form(lease) | forged)
    lease.refresh_from_db()
    assert lease.request.is_template
    assert not lease.is_archived


def test_words_of_a_template_stay_words(as_pat, pat, company):
    make_template(company, pat, '<script>alert("1")</script>', shared=True)
    for page in ("/workspace/templates/", address(Template.objects.get())):
        assert "<script>alert" not in as_pat.get(page).content.decode()


def test_the_timeline_names_the_template(as_pat, pat, lease):
    parts = {
        lease.request.signers.get().public_id: templates.Part(
            name="Ada Lane",
            email="ada@example.com",
            phone=factories.ADA_PHONE,
            secret=drafts.hash_access_code(PASSWORD),
        )
    }
    now = timezone.now()
    draft = templates.start(lease, sender=pat, now=now, parts=parts)
    sending.send(draft, actor=pat, now=now)
    page = as_pat.get(f"/workspace/transactions/{draft.public_id}/")
    assert "Lease, from the template Lease" in page.content.decode()


def started(template, pat) -> SignRequest:
    """A draft that was started from a template."""
    return templates.start(template, sender=pat, now=timezone.now())


def test_an_archived_template_is_deleted_and_what_was_started_stays(
    as_pat, lease, pat, django_capture_on_commit_callbacks
):
    draft = started(lease, pat)
    templates.archive(lease, now=timezone.now())
    own, theirs = lease.request.documents.get(), draft.documents.get()
    dialog = as_pat.get(address(lease, "delete/"), **HTMX).content.decode()
    assert "Delete Lease?" in dialog
    assert "it has copies of its own" in dialog
    assert Template.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        page = as_pat.post(address(lease, "delete/"), follow=True).content.decode()
    assert "Lease is deleted. What was started from it stays." in page
    assert not Template.objects.exists()
    assert SignRequest.with_templates.get() == draft
    assert Signer.objects.get() == Field.objects.get().signer == draft.signers.get()
    assert Gate.objects.count() == 1
    for file in (own.original, own.cleaned):
        assert not file.storage.exists(file.name)
    for file in (theirs.original, theirs.cleaned):
        assert file.storage.exists(file.name)
    assert as_pat.get(editor_of(draft)).status_code == 200


def test_only_what_is_archived_is_deleted_and_by_whom_it_belongs_to(
    as_pat, as_quinn, as_mal, as_alex, company, pat
):
    lease = make_template(company, pat, shared=True)
    assert as_pat.post(address(lease, "delete/")).status_code == 404
    templates.archive(lease, now=timezone.now())
    for stranger in (as_quinn, as_mal):
        assert stranger.post(address(lease, "delete/")).status_code == 404
    assert "delete/" not in as_quinn.get(address(lease)).content.decode()
    assert "delete/" in as_pat.get(address(lease)).content.decode()
    assert Template.objects.exists()
    assert as_alex.post(address(lease, "delete/")).status_code == 302
    assert not Template.objects.exists()


def test_of_two_tabs_the_one_that_comes_late_is_told(lease, pat):
    templates.archive(lease, now=timezone.now())
    stale = Template.objects.get()
    templates.restore(lease)
    with pytest.raises(RefusedError, match="template_in_use"):
        templates.delete(stale)
    templates.archive(lease, now=timezone.now())
    templates.delete(lease)
    for verb in (lambda: templates.delete(stale), lambda: started(stale, pat)):
        with pytest.raises(RefusedError, match="template_gone"):
            verb()


def test_who_types_into_a_template_that_was_archived_is_told(as_pat, lease):
    sent = role_form(lease)
    templates.archive(lease, now=timezone.now())
    assert as_pat.post(editor(lease, "save/"), sent, **HTMX).status_code == 404


def test_the_second_tab_on_a_template_is_told(as_pat, lease):
    sent = role_form(lease, label="Mine")
    as_pat.post(editor(lease, "save/"), sent)
    page = as_pat.post(editor(lease, "save/"), sent | {"name": "Theirs"})
    assert "This template was changed in another tab" in page.content.decode()
    lease.refresh_from_db()
    assert lease.name == "Lease"


# What a page costs


def test_the_list_asks_as_often_for_one_as_for_many(
    as_pat, pat, company, django_assert_num_queries
):
    make_template(company, pat)
    with django_assert_num_queries(7):
        as_pat.get("/workspace/templates/")
    for number in range(8):
        make_template(company, pat, f"Form {number}", roles=3)
    with django_assert_num_queries(7):
        as_pat.get("/workspace/templates/")


def test_a_template_asks_as_often_for_one_role_as_for_many(
    as_pat, pat, company, django_assert_num_queries
):
    small, large = make_template(company, pat), make_template(company, pat, roles=9)
    for template in (small, large):
        with django_assert_num_queries(12):
            as_pat.get(address(template))


def test_starting_asks_as_often_for_many_fields_as_for_one(
    as_pat, pat, company, django_assert_max_num_queries
):
    lease = make_template(company, pat, roles=2)
    signer = lease.request.signers.first()
    for _ in range(40):
        factories.make_field(signer)
    with django_assert_max_num_queries(45):
        as_pat.post(address(lease, "start/"))
