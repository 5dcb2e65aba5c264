"""Who comes in at the Box door, and what another company finds there: nothing."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from signing.models import SignRequest
from tests.factories import make_company, make_request, sign_as
from tests.workspace.api.box import Program, make_key
from tests.workspace.api.test_box_templates import make_template
from workspace import keys
from workspace.api.box.shelf import number_of
from workspace.api.box.urls import urlpatterns
from workspace.models import AccessToken, BoxFile, BoxFolder

pytestmark = pytest.mark.django_db
# Every operation of the door but the one that gives out tokens.
OPERATIONS = [
    ("POST", "/api/2.0/files/content"),
    ("POST", "/2.0/files/content"),
    ("GET", "/2.0/files/{file}"),
    ("GET", "/2.0/files/{file}/content"),
    ("GET", "/2.0/folders/{folder}"),
    ("GET", "/2.0/folders/{folder}/items"),
    ("POST", "/2.0/folders"),
    ("GET", "/2.0/users/me"),
    ("POST", "/2.0/sign_requests"),
    ("GET", "/2.0/sign_requests"),
    ("GET", "/2.0/sign_requests/{request}"),
    ("POST", "/2.0/sign_requests/{request}/cancel"),
    ("POST", "/2.0/sign_requests/{request}/resend"),
    ("GET", "/2.0/sign_templates"),
    ("GET", "/2.0/sign_templates/{template}"),
]


@pytest.fixture
def program(pat) -> Program:
    return Program(make_key(pat).secret, Client())


def test_no_operation_is_missing_here():
    """Two addresses at the end answer for whatever is not one."""
    routes = {re.sub("<.*?>", "<>", str(one.pattern)) for one in urlpatterns[:-2]}
    listed = {re.sub("{.*?}", "<>", path[1:]) for _verb, path in OPERATIONS}
    assert routes == listed | {"oauth2/token"}


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Bearer csk_no", "Basic {}", "{}"]
)
def test_nothing_is_looked_at_without_a_key(client, pat, method, path, header):
    """401 comes before bodies and ids: neither is even well formed."""
    where = path.format(file="x", folder="x", request="x", template="x")
    secret = make_key(pat).secret
    headers = {} if header is None else {"Authorization": header.format(secret)}
    answer = client.generic(method, where, b"{", "application/json", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    told = json.loads(answer.content)
    assert (told["type"], told["status"], told["code"]) == (
        "error",
        401,
        "unauthorized",
    )


@pytest.mark.parametrize("how", ["query", "form", "cookie", "session"])
def test_a_key_counts_in_its_header_only(client, pat, how):
    secret = make_key(pat).secret
    path = "/2.0/users/me"
    if how == "query":
        path += f"?access_token={secret}&Authorization=Bearer+{secret}"
    elif how == "cookie":
        client.cookies["Authorization"] = f"Bearer {secret}"
    elif how == "session":
        client.force_login(pat)
    assert client.get(path).status_code == 401


def test_a_revoked_key_and_its_tokens_end_at_once(pat):
    issued = make_key(pat)
    token = keys.grant_token(str(issued.key.public_id), issued.secret, timezone.now())
    programs = [Program(one, Client()) for one in (issued.secret, token)]
    for program in programs:
        program.get("/2.0/users/me")
    keys.revoke(issued.key, timezone.now())
    for program in programs:
        program.get("/2.0/users/me", 401)


def test_too_many_requests_are_told_when_to_come_again(program, settings):
    settings.API_REQUESTS_PER_HOUR = 2
    program.get("/2.0/users/me")
    program.get("/2.0/users/me")
    answer = program.send("GET", "/2.0/users/me")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    assert json.loads(answer.content)["code"] == "too_many_requests"


def test_a_fault_of_ours_is_told_in_the_doors_own_words(program, monkeypatch):
    def fail(*args):
        raise RuntimeError("a fault")

    monkeypatch.setattr("workspace.api.box.shown.user", fail)
    answer = program.get("/2.0/users/me", 500)
    assert answer["code"] == "internal_server_error"
    assert "a fault" not in str(answer)


# Client credentials


def ask(client, **changes):
    body = {"grant_type": "client_credentials", "box_subject_type": "enterprise"}
    return client.post("/oauth2/token", body | changes)


def test_client_credentials_get_a_token_for_an_hour(client, pat):
    issued = make_key(pat)
    own = {"client_id": str(issued.key.public_id), "client_secret": issued.secret}
    answer = ask(client, **own, box_subject_id="1")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["token_type"], told["expires_in"]) == ("bearer", 3600)
    assert "no-store" in answer.headers["Cache-Control"]
    program = Program(told["access_token"], Client())
    assert program.get("/2.0/users/me")["login"] == pat.email
    assert told["access_token"] not in str(AccessToken.objects.values())
    AccessToken.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    program.get("/2.0/users/me", 401)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "unsupported_grant_type"),
        ({"box_subject_type": "group"}, "invalid_request"),
        ({"client_id": "1"}, "invalid_client"),
        ({"client_secret": "csk_wrong"}, "invalid_client"),
        ({"client_secret": ""}, "invalid_client"),
        ({"client_secret": "x" * 5000}, "invalid_client"),
    ],
)
def test_credentials_that_are_wrong_get_none(client, pat, changes, error):
    issued = make_key(pat)
    own = {"client_id": str(issued.key.public_id), "client_secret": issued.secret}
    answer = ask(client, **(own | changes))
    assert answer.status_code == 400
    assert set(answer.json()) == {"error", "error_description"}
    assert answer.json()["error"] == error
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize("body", [b"", b"{", b"\xff=%00", b"a=" * 5000])
@pytest.mark.parametrize(
    "kind",
    ["application/x-www-form-urlencoded", "application/json", "multipart/form-data"],
)
def test_a_body_that_is_no_form_gets_none(client, kind, body):
    answer = client.generic("POST", "/oauth2/token", body, kind)
    assert answer.status_code == 400
    assert answer.json()


def test_asking_for_tokens_is_counted_too(client, pat, settings):
    settings.API_REQUESTS_PER_HOUR = 1
    issued = make_key(pat)
    own = {"client_id": str(issued.key.public_id), "client_secret": issued.secret}
    assert ask(client, **own).status_code == 200
    assert ask(client, **own).status_code == 429


# Another company's key


@pytest.fixture
def theirs(program, company, pat) -> dict[str, str]:
    """Numbers and ids of everything that Pat's program has at this door."""
    folder = program.post("/2.0/folders", {"name": "Leases", "parent": {"id": "0"}})
    file = program.upload(folder=folder["id"])
    made = program.request(source_files=[{"id": file}])
    template = make_template(company, pat, is_shared=True)
    return {
        "folder": folder["id"],
        "file": file,
        "request": made["id"],
        "template": str(template.public_id),
    }


def test_mal_finds_nothing_of_ours_by_any_operation(theirs, mal, company, pat):
    signed = make_request(company, pat)
    sign_as(signed)
    numbers = [
        theirs["file"],
        number_of(signed.public_id),
        number_of(signed.documents.get().public_id),
    ]
    before = state_of_everything()
    program = Program(make_key(mal).secret, Client())
    for method, path in OPERATIONS:
        for number in numbers if "{file}" in path else numbers[:1]:
            where = path.format(**(theirs | {"file": number}))
            body = {} if method == "POST" else None
            answer = program.send(method, where, body)
            if "{" in path:
                assert answer.status_code == 404, where
            told = answer.content.decode()
            for ours in (company.name, pat.email, pat.name, "Leases", "Simple-PDF"):
                assert ours not in told
    program.upload(folder=theirs["folder"], status=404)
    inside = {"name": "A", "parent": {"id": theirs["folder"]}}
    program.post("/2.0/folders", inside, 404)
    program.request(404, source_files=[{"id": theirs["file"]}])
    program.request(404, template_id=theirs["template"])
    program.request(404, parent_folder={"id": theirs["folder"]})
    BoxFile.objects.filter(owner=mal).delete()
    assert state_of_everything() == before


def state_of_everything() -> list:
    return [
        list(SignRequest.with_templates.order_by("pk").values()),
        list(BoxFile.objects.order_by("pk").values()),
        list(BoxFolder.objects.order_by("pk").values()),
    ]


def test_two_companies_may_have_the_same_number(theirs, mal):
    """The documentation's own numbers exist in the demo: they belong to nobody."""
    other = make_company("Third")
    ours = BoxFolder.objects.get()
    BoxFolder.objects.create(
        company=other, number=ours.number, name="Own", created_at=timezone.now()
    )
    Program(make_key(mal).secret, Client()).get(f"/2.0/folders/{ours.number}", 404)
