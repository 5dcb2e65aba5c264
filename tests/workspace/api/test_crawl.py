"""Every operation that the doors' own documents name, called by those who must not:
another company, a colleague, a key without the scope, keys that are over.

An operation that is added and not told here fails the first test.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from string import Template
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import factories
from tests.workspace.api.fuzzing import Belongings
from tests.workspace.api.operations import BOLDSIGN, BOX, OWN, READ
from tests.workspace.api.test_boldsign_other_companies import everything
from workspace import keys
from workspace.api import docs
from workspace.models import AccessToken, ApiKey, Membership

Scope = ApiKey.Scope

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("papers_looked_at_once"),
]
# It needs no key, but credentials; test_credentials_of_a_key_that_is_over_get_none.
TOKEN = "POST /oauth2/token"
DOORS = {"countersign": OWN, "boldsign": BOLDSIGN, "box": BOX}
CALLS = OWN | BOLDSIGN | BOX
# What a door says of what is not there, and of what is somebody else's.
NOT_THERE = {"countersign": 404, "boldsign": 403, "box": 404}


@pytest.fixture
def theirs(pat) -> dict[str, str]:
    """An id of everything that Pat has, as the calls name it."""
    ids = {name: found[0] for name, found in Belongings(pat).grow().ids.items()}
    return ids | {"signer": ids["signer"].split()[1]}


NOBODY_S = {
    "request": str(uuid4()),
    "signer": str(uuid4()),
    "check": str(uuid4()),
    "template": str(uuid4()),
    "webhook": str(uuid4()),
    "identity": "nobody@example.com",
    "folder": "7777777777777",
    "file": "7777777777777",
}


def key_of(user, scopes=tuple(Scope), **options) -> keys.Issued:
    member = user.memberships.select_related("company", "user").get()
    return keys.issue(member, name="CRM", scopes=scopes, now=timezone.now(), **options)


def ask(secret: str, operation: str, ids: dict[str, str]):
    call = CALLS[operation]
    headers = {"X-API-KEY": secret, "Authorization": f"Bearer {secret}"}
    return Client().generic(
        operation.partition(" ")[0],
        Template(call.path).substitute(ids),
        Template(call.text()).substitute(ids),
        content_type=call.kind,
        headers=headers if secret else {},
    )


def said(answer) -> Any:
    """What an answer says, without what is new in each."""
    told = answer.json()
    told.pop("request_id", None)
    return answer.status_code, told


@pytest.mark.parametrize("door", docs.DOORS)
def test_every_operation_is_crawled(client, door):
    paths = client.get(reverse("api-schema", args=[door])).json()["paths"]
    there = {
        f"{method.upper()} {path}"
        for path, methods in paths.items()
        for method in methods
    }
    assert there - {TOKEN} == set(DOORS[door])


@pytest.mark.parametrize("who", ["of another company", "a colleague"])
@pytest.mark.parametrize("door", docs.DOORS)
def test_what_is_somebody_elses_does_not_exist(door, who, theirs, company, mal):
    somebody = mal if who == "of another company" else factories.make_member(company)
    secret = key_of(somebody).secret
    before = everything()
    for operation, call in DOORS[door].items():
        if not call.names_something or (call.is_shared and somebody is not mal):
            continue
        answer = ask(secret, operation, theirs)
        assert answer.status_code == NOT_THERE[door], operation
        assert said(answer) == said(ask(secret, operation, NOBODY_S)), operation
    assert everything() == before


@pytest.mark.parametrize("who", ["of another company", "a colleague"])
def test_lists_show_nothing_of_others(who, theirs, pat, company, mal):
    somebody = mal if who == "of another company" else factories.make_member(company)
    secret = key_of(somebody).secret
    for operation, call in CALLS.items():
        if call.names_something or operation.startswith("POST"):
            continue
        if call.is_shared and somebody is not mal:
            continue
        answer = ask(secret, operation, theirs)
        assert answer.status_code == 200, operation
        for found in (*theirs.values(), pat.email, "Residential Lease"):
            # An identity's number is too short to be looked for.
            assert len(found) < 5 or found not in answer.content.decode(), operation


@pytest.mark.parametrize("door", docs.DOORS)
def test_a_key_does_what_its_scopes_say_and_nothing_else(door, theirs, pat):
    lacking = {
        scope: key_of(pat, [one for one in Scope if one is not scope]).secret
        for scope in Scope
    }
    having = {scope: key_of(pat, [scope]).secret for scope in Scope}
    before = everything()
    for operation, call in DOORS[door].items():
        if call.scope is None:
            continue
        answer = ask(lacking[call.scope], operation, theirs)
        assert answer.status_code == 403, operation
        assert f"lacks the scope {call.scope.value}." in read(answer)
    assert everything() == before
    for operation, call in DOORS[door].items():
        answer = ask(having[call.scope or READ], operation, theirs)
        assert answer.status_code != 401, operation
        assert "lacks the scope" not in read(answer), operation


def read(answer) -> str:
    source = b"".join(answer) if answer.streaming else answer.content
    return source.decode(errors="replace")


@dataclass
class Over:
    """A key of Pat's that is over: its secret is nobody's."""

    issued: keys.Issued
    secret: str


@pytest.fixture(
    params=[
        "no key",
        "unknown",
        "revoked",
        "expired",
        "its member was deactivated",
        "its member's account was deactivated",
        "a token of a revoked key",
        "a token after its hour",
        "a token of a deactivated member",
    ]
)
def over(request, pat) -> Over:
    now, how = timezone.now(), request.param
    is_expired = how == "expired"
    issued = key_of(pat, expires_at=now - timedelta(seconds=1) if is_expired else None)
    secret = {"no key": "", "unknown": "csk_unknown"}.get(how, issued.secret)
    if "token" in how:
        secret = keys.grant_token(str(issued.key.public_id), issued.secret, now)
    if "hour" in how:
        AccessToken.objects.update(ends_at=now)
    elif "revoked" in how:
        keys.revoke(issued.key, now)
    elif "account" in how:
        type(pat).objects.filter(pk=pat.pk).update(is_active=False)
    elif "deactivated" in how:
        Membership.objects.filter(user=pat).update(is_active=False)
    return Over(issued, secret)


def test_a_key_that_is_over_opens_nothing(theirs, over):
    before = everything()
    for door, calls in DOORS.items():
        as_told_to_all = said(ask("csk_unknown", next(iter(calls)), NOBODY_S))
        for operation in calls:
            answer = ask(over.secret, operation, theirs)
            assert answer.status_code == 401, operation
            assert said(answer) == as_told_to_all, f"{door}: {operation}"
            assert "Bearer" in answer["WWW-Authenticate"]
    assert everything() == before


@pytest.mark.parametrize(
    "over",
    ["revoked", "expired", "its member was deactivated"],
    indirect=True,
)
def test_credentials_of_a_key_that_is_over_get_none(client, over):
    body = {
        "grant_type": "client_credentials",
        "client_id": str(over.issued.key.public_id),
        "client_secret": over.issued.secret,
    }
    answer = client.post("/oauth2/token", body)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_client")
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize("odd", ["%0A", "a%0Ab", "%00", "%FF", "%ED%A0%80", "٣"])
@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/{}",
        "/api/v1/webhooks/{}/x",
        "/v1/{}",
        "/v1/document/{}",
        "/oauth2/{}",
        "/2.0/{}",
        "/api/2.0/{}",
        "/2.0/files/{}",
        "/2.0/files/{}/content",
        "/2.0/folders/{}",
        "/2.0/folders/{}/items",
        "/2.0/sign_requests/{}",
        "/2.0/sign_templates/{}",
    ],
)
def test_odd_characters_in_a_path_are_nothing_that_is_there(pat, path, odd):
    secret = key_of(pat).secret
    headers = {"X-API-KEY": secret, "Authorization": f"Bearer {secret}"}
    answer = Client().get(path.format(odd), headers=headers)
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("application/json")
