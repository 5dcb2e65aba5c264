"""Every operation that the doors' own documents name, called by those who must not:
another company, a colleague, a key without the scope, keys that are over.

An operation that is added and not told here fails the first test.
"""

from __future__ import annotations

import base64
import json
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
from tests.workspace.api.test_boldsign_other_companies import everything
from workspace import keys
from workspace.api import docs
from workspace.models import AccessToken, ApiKey, Membership

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("papers_looked_at_once"),
]
Scope = ApiKey.Scope
READ, SEND, MANAGE, LINKS = Scope.READ, Scope.SEND, Scope.MANAGE, Scope.SIGN_LINKS
ADA = {"emailId": "ada@example.com"}
FORM = "multipart/form-data; boundary=frame"
PDF = base64.b64encode(factories.make_pdf()).decode()


@dataclass(frozen=True)
class Call:
    """One call of an operation; $file and the like stand for ids.

    is_shared: what it names is the company's, so a colleague may have it too.
    """

    scope: Scope | None
    path: str
    body: Any = None
    kind: str = "application/json"
    is_shared: bool = False

    @property
    def names_something(self) -> bool:
        return "$" in self.path or "$" in self.text()

    def text(self) -> str:
        if self.body is None or isinstance(self.body, str):
            return self.body or ""
        return json.dumps(self.body)


def upload(path: str) -> Call:
    told = '{"name": "a.pdf", "parent": {"id": "$folder"}}'
    parts = (
        f'--frame\r\nContent-Disposition: form-data; name="attributes"\r\n\r\n{told}',
        '--frame\r\nContent-Disposition: form-data; name="file"\r\n\r\n%PDF-1.7',
        "--frame--\r\n",
    )
    return Call(SEND, path, "\r\n".join(parts), FORM, is_shared=True)


def of_document(scope: Scope, tail: str, body: Any = None) -> Call:
    return Call(scope, f"/v1/{tail}?documentId=$request", body)


TRANSACTION = "/api/v1/transactions/$request"
SIGNER = "/api/v1/transactions/$request/signers/$signer"
IDENTITY = "/v1/senderIdentities/{}?email=$identity"
VERIFICATION = "identityVerification"
OWN = {
    "GET /api/v1/transactions": Call(READ, "/api/v1/transactions"),
    "GET /api/v1/transactions/{transaction_id}": Call(READ, TRANSACTION),
    "GET /api/v1/transactions/{transaction_id}/trail": Call(
        READ, f"{TRANSACTION}/trail"
    ),
    "POST /api/v1/transactions/{transaction_id}/signers/{signer_id}/alternative-code": (
        Call(MANAGE, f"{SIGNER}/alternative-code", {})
    ),
    "POST /api/v1/transactions/{transaction_id}/signers/{signer_id}/unlock": Call(
        MANAGE, f"{SIGNER}/unlock", {"reason": "x"}
    ),
    "PATCH /api/v1/transactions/{transaction_id}/signers/{signer_id}/phone": Call(
        SEND, f"{SIGNER}/phone", {"phone": "+14155550111"}
    ),
    "GET /api/v1/webhooks": Call(MANAGE, "/api/v1/webhooks"),
    "POST /api/v1/webhooks": Call(
        MANAGE,
        "/api/v1/webhooks",
        {"url": "https://93.184.216.34/", "events": ["signer.locked"]},
    ),
    "DELETE /api/v1/webhooks/{webhook_id}": Call(MANAGE, "/api/v1/webhooks/$webhook"),
}
BOLDSIGN = {
    "POST /v1/document/send": Call(
        SEND,
        "/v1/document/send",
        {
            "files": [f"data:application/pdf;base64,{PDF}"],
            "signers": [{"name": "Ada", "emailAddress": "a@example.com"}],
            "onBehalfOf": "$identity",
        },
        is_shared=True,
    ),
    "GET /v1/document/properties": of_document(READ, "document/properties"),
    "GET /v1/document/list": Call(READ, "/v1/document/list?page=1"),
    "GET /v1/document/behalfList": Call(READ, "/v1/document/behalfList?page=1"),
    "POST /v1/document/remind": of_document(SEND, "document/remind", {}),
    "POST /v1/document/revoke": of_document(SEND, "document/revoke", {"message": "x"}),
    "DELETE /v1/document/delete": of_document(SEND, "document/delete"),
    "PATCH /v1/document/extendExpiry": of_document(
        SEND, "document/extendExpiry", {"newExpiryValue": "99"}
    ),
    "PATCH /v1/document/prefillFields": of_document(
        SEND, "document/prefillFields", {"fields": [{"id": "a", "value": "b"}]}
    ),
    "GET /v1/document/download": of_document(READ, "document/download"),
    "GET /v1/document/downloadAuditLog": of_document(READ, "document/downloadAuditLog"),
    "PATCH /v1/document/addAuthentication": of_document(
        SEND, "document/addAuthentication", ADA | {"authenticationType": "EmailOTP"}
    ),
    "PATCH /v1/document/RemoveAuthentication": of_document(
        SEND, "document/RemoveAuthentication", ADA
    ),
    "PATCH /v1/document/changeAccessCode": Call(
        SEND,
        "/v1/document/changeAccessCode?documentId=$request&emailId=ada@example.com",
        {"accessCode": "1234"},
    ),
    "PATCH /v1/document/changeRecipient": of_document(
        SEND,
        "document/changeRecipient",
        {
            "oldSignerEmail": "ada@example.com",
            "newSignerEmail": "mal@example.com",
            "newSignerName": "Mal",
            "reason": "x",
        },
    ),
    "GET /v1/document/getEmbeddedSignLink": Call(
        LINKS,
        "/v1/document/getEmbeddedSignLink?documentId=$request"
        "&signerEmail=ada@example.com",
    ),
    "POST /v1/template/create": Call(MANAGE, "/v1/template/create", {"title": "x"}),
    "POST /v1/template/send": Call(
        SEND,
        "/v1/template/send?templateId=$template",
        {
            "roles": [
                {"roleIndex": 1, "signerName": "Ada", "signerEmail": "a@example.com"}
            ]
        },
    ),
    "GET /v1/template/list": Call(READ, "/v1/template/list?page=1"),
    "GET /v1/template/properties": Call(
        READ, "/v1/template/properties?templateId=$template"
    ),
    "DELETE /v1/template/delete": Call(
        MANAGE, "/v1/template/delete?templateId=$template"
    ),
    "POST /v1/identityVerification/report": of_document(
        READ, f"{VERIFICATION}/report", ADA
    ),
    "POST /v1/identityVerification/image": of_document(
        READ, f"{VERIFICATION}/image", ADA | {"fileId": "1"}
    ),
    "POST /v1/identityVerification/createEmbeddedVerificationUrl": of_document(
        MANAGE, f"{VERIFICATION}/createEmbeddedVerificationUrl", ADA
    ),
    "POST /v1/senderIdentities/create": Call(
        MANAGE,
        "/v1/senderIdentities/create",
        {"name": "Nora", "email": "nora@example.com"},
    ),
    "GET /v1/senderIdentities/list": Call(
        READ, "/v1/senderIdentities/list?page=1", is_shared=True
    ),
    "GET /v1/senderIdentities/properties": Call(
        READ, IDENTITY.format("properties"), is_shared=True
    ),
    "POST /v1/senderIdentities/update": Call(
        MANAGE, IDENTITY.format("update"), {"name": "Mal"}, is_shared=True
    ),
    "DELETE /v1/senderIdentities/delete": Call(
        MANAGE, IDENTITY.format("delete"), is_shared=True
    ),
    "POST /v1/senderIdentities/rerequest": Call(
        MANAGE, IDENTITY.format("rerequest"), is_shared=True
    ),
    "POST /v1/senderIdentities/resendInvitation": Call(
        MANAGE, IDENTITY.format("resendInvitation"), is_shared=True
    ),
}
BOX = {
    "POST /2.0/files/content": upload("/2.0/files/content"),
    "POST /api/2.0/files/content": upload("/api/2.0/files/content"),
    "GET /2.0/files/{file_id}": Call(READ, "/2.0/files/$file"),
    "GET /2.0/files/{file_id}/content": Call(READ, "/2.0/files/$file/content"),
    "GET /2.0/folders/{folder_id}": Call(READ, "/2.0/folders/$folder", is_shared=True),
    "GET /2.0/folders/{folder_id}/items": Call(
        READ, "/2.0/folders/$folder/items", is_shared=True
    ),
    "POST /2.0/folders": Call(
        SEND,
        "/2.0/folders",
        {"name": "Mal", "parent": {"id": "$folder"}},
        is_shared=True,
    ),
    "GET /2.0/users/me": Call(None, "/2.0/users/me"),
    "POST /2.0/sign_requests": Call(
        SEND,
        "/2.0/sign_requests",
        {"signers": [{"email": "a@example.com"}], "source_files": [{"id": "$file"}]},
    ),
    "GET /2.0/sign_requests": Call(READ, "/2.0/sign_requests"),
    "GET /2.0/sign_requests/{sign_request_id}": Call(
        READ, "/2.0/sign_requests/$request"
    ),
    "POST /2.0/sign_requests/{sign_request_id}/cancel": Call(
        SEND, "/2.0/sign_requests/$request/cancel"
    ),
    "POST /2.0/sign_requests/{sign_request_id}/resend": Call(
        SEND, "/2.0/sign_requests/$request/resend"
    ),
    "GET /2.0/sign_templates": Call(READ, "/2.0/sign_templates"),
    "GET /2.0/sign_templates/{template_id}": Call(
        READ, "/2.0/sign_templates/$template"
    ),
}
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


@pytest.mark.parametrize(
    "path",
    ["/v1/a%0Ab", "/v1/%0A", "/2.0/a%0Ab", "/2.0/files/%0A/x", "/oauth2/a%0A"]
    + ["/api/2.0/%0A", "/api/v1/a%0Ab", "/api/v1/webhooks/%0A/x"],
)
def test_a_new_line_in_a_path_leads_out_of_no_door(pat, path):
    headers = {"X-API-KEY": key_of(pat).secret}
    headers["Authorization"] = f"Bearer {headers['X-API-KEY']}"
    answer = Client().get(path, headers=headers)
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("application/json")
