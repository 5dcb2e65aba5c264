"""Prepared once, started often; what was started goes its own way."""

from __future__ import annotations

import pytest
from django.contrib.auth.hashers import check_password
from django.core.files.storage import default_storage
from django.utils import timezone

from signing import gate as gates
from signing.flows import drafts, placing, readiness, sending, templates, uploads
from signing.flows.drafts import Details, RoleDetails, SignerDetails, StaleError
from signing.flows.placing import Box
from signing.flows.refusals import RefusedError
from signing.flows.templates import Part, TemplateDetails
from signing.models import Document, Field, SignRequest, Template
from tests import factories
from tests.factories import PASSWORD
from verification import links
from verification.models import Delivery, Factor, Gate, TrailEntry

Kind, Stage = Factor.Kind, Factor.Stage
PAT = "Pat Miller <pat@acme.example>"


@pytest.fixture
def company(db):
    return factories.make_company()


@pytest.fixture
def pat(company):
    return factories.make_member(company, "Pat Miller")


@pytest.fixture
def lease(company, pat) -> Template:
    """The tenant comes with each transaction, the landlord is always Bob."""
    now = timezone.now()
    about = TemplateDetails("Lease", "For flats")
    template = templates.create(company, pat, now, details=about)
    request = template.request
    document = uploads.add_document(request, "lease.pdf", factories.make_pdf(), now)
    tenant = SignerDetails(
        factors={Kind.ACCESS_CODE: Stage.VIEW, Kind.PHONE: Stage.SIGN},
        role=RoleDetails("Tenant", needs_access_code=True, needs_phone=True),
        max_tries=5,
    )
    landlord = SignerDetails(
        name="Bob Reed",
        email="bob@example.com",
        phone=factories.BOB_PHONE,
        language="ja",
        factors={Kind.ACCESS_CODE: Stage.VIEW, Kind.PHONE: Stage.VIEW},
        secret=drafts.hash_access_code(PASSWORD),
        role=RoleDetails("Landlord"),
    )
    for at, details in enumerate((tenant, landlord)):
        signer = drafts.add_signer(request, PAT, details)
        box = Box(0.1, 0.2 + 0.2 * at, 0.3, 0.1)
        placing.place_field(document, signer, Field.Kind.SIGNATURE, 1, box)
    Factor.objects.filter(secret__gt="").update(hint="The ship's name")
    drafts.save_details(request, 1, Details("Lease 2026", "Hello", True), {}, PAT)
    return Template.objects.get()


def role(template, label="Tenant"):
    return template.request.signers.get(label=label)


def start(template, **part) -> SignRequest:
    parts = {role(template).public_id: Part(**part)} if part else {}
    sender = template.owner
    return templates.start(template, sender=sender, now=timezone.now(), parts=parts)


def words(request) -> list[str]:
    request.refresh_from_db()
    return [problem.words for problem in readiness.problems(request)]


def snapshot(request) -> list:
    """All that a draft is made of, without the ids of rows."""
    signers = list(request.signers.select_related("gate"))
    return [
        (request.title, request.message, request.is_ordered),
        list(request.documents.values_list("name", "cleaned_sha256", "position")),
        [(one.name, one.email, one.phone, one.order, one.label) for one in signers],
        list(
            Factor.objects.filter(gate__signer__request=request)
            .order_by("gate__signer__order", "kind")
            .values_list("kind", "stage", "secret", "hint")
        ),
        list(
            Field.objects.filter(document__request=request)
            .order_by("pk")
            .values_list("kind", "page_number", "x", "y", "signer__order")
        ),
    ]


def test_a_start_copies_everything(lease):
    draft = start(lease)
    assert draft.is_draft
    assert draft.started_from == lease
    assert snapshot(draft) == snapshot(lease.request)
    landlord = draft.signers.get(label="Landlord").gate
    password = landlord.factors.get(kind=Kind.ACCESS_CODE)
    assert check_password(PASSWORD, password.secret)
    assert (landlord.language, password.hint) == ("ja", "The ship's name")
    assert draft.signers.get(label="Tenant").gate.max_tries == 5
    assert draft.documents.get().pages.count() == 1


def test_a_draft_has_files_of_its_own(lease):
    draft = start(lease)
    theirs, own = lease.request.documents.get(), draft.documents.get()
    uploads.remove_document(theirs)
    assert own.original.read() == factories.make_pdf()
    assert own.cleaned.size > 0


def test_what_a_role_demands_is_missing_until_it_is_there(lease):
    draft = start(lease)
    assert words(draft) == [
        "Write the name of Tenant.",
        "Tenant needs a phone number and a phone code.",
        "Tenant needs a password.",
    ]
    tenant = draft.signers.get(label="Tenant")
    ada = {"name": "Ada Lane", "email": "ada@example.com"}
    turned_off = SignerDetails(**ada, phone=factories.ADA_PHONE, factors={})
    drafts.update_signer(tenant, turned_off, PAT)
    assert words(draft) == [
        "Tenant needs a phone number and a phone code.",
        "Tenant needs a password.",
    ]


def test_who_takes_a_role_may_come_with_the_start(lease):
    draft = start(
        lease,
        name="Ada Lane",
        email="ada@example.com",
        phone=factories.ADA_PHONE,
        secret=drafts.hash_access_code("Another-7"),
        hint="Her boat",
        factors={Kind.EMAIL: Stage.VIEW},
    )
    assert words(draft) == []
    gate = draft.signers.get(label="Tenant").gate
    kinds = {factor.kind: factor for factor in gate.factors.all()}
    assert set(kinds) == {Kind.ACCESS_CODE, Kind.PHONE, Kind.EMAIL}
    assert kinds[Kind.PHONE].stage == Stage.SIGN
    password = kinds[Kind.ACCESS_CODE]
    assert check_password("Another-7", password.secret)
    assert (password.hint, password.set_by) == (
        "Her boat",
        sending.actor_name(lease.owner),
    )


def test_editing_changes_nothing_in_what_was_started(lease):
    draft = start(lease)
    before = snapshot(draft)
    landlord = role(lease, "Landlord")
    details = SignerDetails(
        name="Somebody Else",
        factors={Kind.ACCESS_CODE: Stage.SIGN},
        secret=drafts.hash_access_code("Changed-1"),
    )
    drafts.update_signer(landlord, details, PAT)
    drafts.remove_signer(role(lease))
    placing.move_field(Field.objects.get(signer=landlord), Box(0.5, 0.5, 0.2, 0.1))
    uploads.add_document(
        lease.request, "more.pdf", factories.make_pdf(2), timezone.now()
    )
    drafts.save_details(lease.request, 2, Details("Other", "Other", False), {}, PAT)
    assert snapshot(draft) == before
    templates.archive(lease, now=timezone.now())
    draft.refresh_from_db()
    assert snapshot(draft) == before


def test_changing_what_was_started_changes_nothing_in_the_template(lease):
    before = snapshot(lease.request)
    draft = start(lease)
    uploads.remove_document(draft.documents.get())
    drafts.remove_signer(draft.signers.first())
    lease.request.refresh_from_db()
    assert snapshot(lease.request) == before
    assert default_storage.exists(lease.request.documents.get().cleaned.name)


def test_nothing_proven_or_filled_in_goes_along(company, pat):
    sent = factories.make_request(company, pat)
    Factor.objects.update(proven_at=timezone.now())
    Field.objects.update(value="Ada")
    removed = sent.signers.get().gate.factors.create(
        kind=Kind.EMAIL, removed_at=timezone.now()
    )
    about = TemplateDetails("Copy")
    made = templates.save_as(
        sent, owner=pat, about=about, keeps_people=True, now=timezone.now()
    )
    factor = Factor.objects.get(gate__signer__request=made.request)
    assert factor.proven_at is None
    assert factor.kind != removed.kind
    assert Field.objects.get(document__request=made.request).value == ""


def test_what_the_publisher_wrote_into_fields_goes_along(lease, company, pat):
    Field.objects.update(value="Flat 3", is_read_only=True)
    draft = start(lease)
    started = Field.objects.filter(document__request=draft)
    assert set(started.values_list("value", "is_read_only")) == {("Flat 3", True)}
    sent = factories.make_request(company, pat)
    Field.objects.filter(document__request=sent).update(value="x", is_read_only=True)
    made = templates.save_as(
        sent,
        owner=pat,
        about=TemplateDetails("Copy"),
        keeps_people=True,
        now=timezone.now(),
    )
    assert Field.objects.get(document__request=made.request).value == "x"


def test_saving_without_people_keeps_their_parts(company, pat):
    kinds = (Kind.ACCESS_CODE, Kind.PHONE)
    sent = factories.make_request(company, pat, people=("ada", "bob"), kinds=kinds)
    made = templates.save_as(
        sent,
        owner=pat,
        about=TemplateDetails("Lease"),
        keeps_people=False,
        now=timezone.now(),
    )
    roles = list(made.request.signers.select_related("gate"))
    assert [(one.label, one.name, one.email, one.phone) for one in roles] == [
        ("Signer 1", "", "", ""),
        ("Signer 2", "", "", ""),
    ]
    assert all(one.needs_access_code and one.needs_phone for one in roles)
    copied = Factor.objects.filter(gate__signer__request=made.request)
    assert set(copied.values_list("secret", "set_by")) == {("", "")}
    assert made.request.is_template
    assert SignRequest.objects.get() == sent


def test_a_duplicate_is_its_makers_own(lease, company):
    quinn = factories.make_member(company, "Quinn Otto")
    Template.objects.update(is_shared=True)
    copy = templates.duplicate(lease, owner=quinn, name="Mine", now=timezone.now())
    assert snapshot(copy.request) == snapshot(lease.request)
    assert (copy.owner, copy.is_shared) == (quinn, False)


def test_an_archived_template_starts_nothing_until_it_is_restored(lease):
    templates.archive(lease, now=timezone.now())
    with pytest.raises(RefusedError, match="template_archived"):
        start(lease)
    assert not SignRequest.objects.exists()
    templates.restore(lease)
    assert start(lease).is_draft


def test_a_draft_that_another_tab_took_is_not_filled_twice(lease, company, pat):
    now = timezone.now()
    draft = drafts.create_draft(company, pat, now)
    templates.start(lease, sender=pat, now=now, into=draft)
    draft.version = 1
    with pytest.raises(StaleError):
        templates.start(lease, sender=pat, now=now, into=draft)
    assert draft.signers.count() == 2


def test_nobody_meets_a_template_among_transactions(lease, company):
    assert not SignRequest.objects.exists()
    assert not company.requests.exists()
    assert SignRequest.with_templates.get() == lease.request


def test_a_template_is_never_sent(lease, pat):
    with pytest.raises(SignRequest.DoesNotExist):
        sending.send(lease.request, actor=pat, now=timezone.now())
    for state in SignRequest.State:
        if state in SignRequest.SOURCES:
            assert not lease.request.move(state)
    assert not TrailEntry.objects.exists()
    assert not Delivery.objects.exists()


def test_a_link_made_for_a_role_opens_nothing(lease, client):
    landlord = role(lease, "Landlord")
    assert gates.closed_because(landlord) == gates.Verdict.UNKNOWN
    gate = landlord.gate
    token = links.make_token(gate.public_id, gate.link_version)
    page = client.get(f"/l/{token}")
    assert page.status_code == 404
    assert "Bob Reed" not in page.content.decode()
    for address in ("/l/new", "/l/opened"):
        response = client.post(address, {"link": token})
        assert b"Bob Reed" not in response.content
    home = client.post(f"/s/{gate.public_id}/", {"link": token})
    assert b"Bob Reed" not in home.content
    assert not Delivery.objects.exists()
    assert not TrailEntry.objects.exists()


def test_two_tabs_on_one_template(lease):
    details = Details("Mine", "", is_ordered=True)
    templates.save_details(lease, 2, TemplateDetails("Mine"), details, {}, PAT)
    with pytest.raises(StaleError):
        templates.save_details(lease, 2, TemplateDetails("Theirs"), details, {}, PAT)
    lease.refresh_from_db()
    assert lease.name == "Mine"


def test_nothing_is_demanded_for_a_factor_that_is_off(lease):
    tenant = role(lease)
    demand = RoleDetails("Tenant", needs_access_code=True, needs_phone=True)
    drafts.update_signer(tenant, SignerDetails(factors={}, role=demand), PAT)
    tenant.refresh_from_db()
    assert not tenant.needs_access_code
    assert not tenant.needs_phone


def test_a_template_says_what_it_lacks(company, pat):
    made = templates.reuse_or_create(company, pat, timezone.now())
    assert templates.reuse_or_create(company, pat, timezone.now()) == made
    assert words(made.request) == [
        "Give the template a name.",
        "Add a PDF.",
        "Add a role.",
    ]
    drafts.add_signer(made.request, PAT)
    assert words(made.request)[-1] == "Name role 1."


def test_what_was_started_is_sent_as_any_draft(lease):
    draft = start(
        lease,
        name="Ada Lane",
        email="ada@example.com",
        phone=factories.ADA_PHONE,
        secret=drafts.hash_access_code("Another-7"),
    )
    sending.send(draft, actor=draft.sender, now=timezone.now())
    created = draft.trail.entries.get(kind="created")
    assert '"template":"Lease"' in created.payload
    assert Delivery.objects.get().address == "ada@example.com"
    assert Gate.objects.filter(link_ends_at__isnull=False).count() == 2


def test_finding_templates(lease, company, pat):
    found = Template.objects.of(company).live()
    quinn = factories.make_member(company, "Quinn Otto")
    assert found.usable_by(pat).matching("TENANT").get() == lease
    assert found.matching("flats").get() == lease
    assert not found.matching("Ada").exists()
    assert not found.usable_by(quinn).exists()
    Template.objects.update(is_shared=True)
    assert found.usable_by(quinn).get() == lease
    assert not Template.objects.of(factories.make_company("Rival")).exists()
    assert Document.objects.count() == 1
