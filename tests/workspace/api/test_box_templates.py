from __future__ import annotations

import pytest
from django.contrib.auth.hashers import check_password
from django.test import Client
from django.utils import timezone

from signing.flows import drafts, sending, templates
from signing.flows.drafts import RoleDetails, SignerDetails
from signing.models import Signer, SignRequest, Template
from tests.factories import make_document, make_member
from tests.workspace.api.box import SEED_EMAIL, SEED_PHONE, Program, look_once, make_key
from verification.models import Factor

pytestmark = pytest.mark.django_db
Kind, Stage = Factor.Kind, Factor.Stage
NOW = timezone.now()
CLIENT = {"email": SEED_EMAIL, "password": "1234"} | {
    "verification_phone_number": SEED_PHONE
}


@pytest.fixture(autouse=True)
def _files_are_looked_at_once(monkeypatch):
    monkeypatch.setattr("signing.pdf.sandbox.run", look_once)


@pytest.fixture
def program(pat) -> Program:
    return Program(make_key(pat).secret, Client())


@pytest.fixture
def template(company, pat) -> Template:
    return make_template(company, pat)


def make_template(company, owner, *, is_shared: bool = False) -> Template:
    """A client, of whom password and phone are demanded, then a fixed adviser."""
    about = templates.TemplateDetails("Client agreement", is_shared=is_shared)
    made = templates.create(company, owner, NOW, details=about)
    make_document(made.request)
    actor = sending.actor_name(owner)
    client = SignerDetails(
        factors={Kind.ACCESS_CODE: Stage.VIEW, Kind.PHONE: Stage.VIEW},
        role=RoleDetails("Client", needs_access_code=True, needs_phone=True),
    )
    adviser = SignerDetails(
        name="Bob Reed",
        email="bob@example.com",
        factors={Kind.ACCESS_CODE: Stage.VIEW},
        secret=drafts.hash_access_code("linden-5518"),
        role=RoleDetails("Adviser"),
    )
    for one in (client, adviser):
        drafts.add_signer(made.request, actor, one)
    return made


def test_a_template_tells_what_must_be_said_of_each_role(program, template):
    shown = program.get(f"/2.0/sign_templates/{template.public_id}")
    assert program.get("/2.0/sign_templates")["entries"] == [shown]
    client, adviser = shown["signers"]
    assert (client["label"], client["email"], client["public_id"]) == (
        "Client",
        None,
        str(template.request.signers.first().public_id),
    )
    assert client["is_password_required"]
    assert client["is_phone_number_required"]
    assert adviser["email"] == "bob@example.com"
    assert not adviser["is_password_required"]
    needed = ["email", "password", "verification_phone_number"]
    assert shown["additional_info"]["required"]["signers"] == [needed, []]
    (file,) = shown["source_files"]
    source = program.send("GET", f"/2.0/files/{file['id']}/content")
    assert source.content.startswith(b"%PDF-")


def test_a_request_is_made_from_a_template_with_its_fixed_people(program, template):
    answer = program.request(
        template_id=str(template.public_id), signers=[CLIENT], name="For Ada"
    )
    assert answer["template_id"] == str(template.public_id)
    templates.archive(template, now=NOW)
    templates.delete(template)
    assert program.get(f"/2.0/sign_requests/{answer['id']}") == answer
    request = SignRequest.objects.get(public_id=answer["id"])
    assert (request.title, request.state) == ("For Ada", "sent")
    client, adviser = request.signers.select_related("gate")
    assert (client.email, client.phone) == (SEED_EMAIL, SEED_PHONE)
    assert adviser.email == "bob@example.com"
    passwords = Factor.objects.filter(kind=Kind.ACCESS_CODE)
    assert check_password("1234", passwords.get(gate=client.gate).secret)
    assert check_password("linden-5518", passwords.get(gate=adviser.gate).secret)


def test_one_address_in_two_roles_signs_in_where_it_was_asked_to(program, company, pat):
    about = templates.TemplateDetails("Both parties")
    made = templates.create(company, pat, NOW, details=about)
    make_document(made.request)
    for label in ("Buyer", "Seller"):
        one = SignerDetails(role=RoleDetails(label))
        drafts.add_signer(made.request, sending.actor_name(pat), one)
    for number, signer in enumerate(made.request.signers.all(), start=1):
        Signer.objects.filter(pk=signer.pk).update(order=number)
    answer = program.request(
        template_id=str(made.public_id),
        signers=[
            {"email": SEED_EMAIL, "login_required": True},
            {"email": SEED_EMAIL, "redirect_url": "https://example.com/done"},
        ],
    )
    rows = SignRequest.objects.get(public_id=answer["id"]).signers.all()
    found = [(one.login_required, one.redirect_url) for one in rows]
    assert found == [(True, ""), (False, "https://example.com/done")]


@pytest.mark.parametrize(("told", "stage"), [(True, "view"), (False, "sign")])
def test_the_request_may_say_when_the_phone_is_asked(program, template, told, stage):
    answer = program.request(
        template_id=str(template.public_id),
        signers=[CLIENT],
        is_phone_verification_required_to_view=told,
    )
    request = SignRequest.objects.get(public_id=answer["id"])
    assert (
        Factor.objects.get(gate__signer__request=request, kind="phone").stage == stage
    )


@pytest.mark.parametrize(
    ("signers", "named"),
    [
        ([], "role Client"),
        ([{"email": SEED_EMAIL}], "signers[0].password"),
        ([{"email": SEED_EMAIL, "password": "1"}], "verification_phone_number"),
        ([CLIENT | {"email": None}], "signers[0].email"),
        ([CLIENT, {"email": "third@example.com"}], "signers[1]"),
    ],
)
def test_what_the_template_demands_must_be_said(program, template, signers, named):
    members = {"template_id": str(template.public_id), "signers": signers}
    answer = program.request(400, **members)
    assert named in answer["context_info"]["message"]
    assert not SignRequest.objects.exists()
    assert Signer.objects.count() == 2


def test_a_template_has_its_own_files(program, template):
    members = {"template_id": str(template.public_id), "source_files": [{"id": "1"}]}
    answer = program.request(400, **members)
    assert "source_files" in answer["context_info"]["message"]


@pytest.mark.parametrize("whose", ["another member's", "an archived", "no"])
def test_a_template_that_one_may_not_use_is_not_there(
    program, company, pat, template, whose
):
    public_id = template.public_id
    if whose == "another member's":
        public_id = make_template(company, make_member(company, "Sam Poe")).public_id
    elif whose == "an archived":
        templates.archive(template, now=NOW)
    else:
        public_id = "00000000-0000-4000-8000-000000000000"
    program.get(f"/2.0/sign_templates/{public_id}", 404)
    program.request(404, template_id=str(public_id))
    found = program.get("/2.0/sign_templates")["entries"]
    assert str(public_id) not in [one["id"] for one in found]


def test_what_is_shared_is_there_for_everybody_of_the_company(program, company):
    shared = make_template(company, make_member(company, "Sam Poe"), is_shared=True)
    program.get(f"/2.0/sign_templates/{shared.public_id}")


def test_templates_come_in_pages(program, company, pat):
    made = [make_template(company, pat) for _ in range(5)]
    found, marker = [], ""
    while marker is not None:
        page = program.get(f"/2.0/sign_templates?limit=2&marker={marker}")
        found += [one["id"] for one in page["entries"]]
        marker = page["next_marker"]
    assert sorted(found) == sorted(str(one.public_id) for one in made)


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "marker=x", "marker=-1"])
def test_a_page_of_templates_that_is_none_is_refused(program, query):
    program.get(f"/2.0/sign_templates?{query}", 400)


def test_a_list_of_templates_costs_the_same_however_many(
    program, company, pat, django_assert_num_queries
):
    program.get("/2.0/users/me")
    make_template(company, pat)
    with django_assert_num_queries(8):
        program.get("/2.0/sign_templates")
    make_template(company, pat)
    with django_assert_num_queries(8):
        program.get("/2.0/sign_templates")
