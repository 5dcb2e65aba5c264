"""One call of every operation of the three doors, as its clients make it.

test_crawl holds this against the doors' own documents: nothing is missing here.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from tests import factories
from workspace.models import ApiKey

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
CHECK = "/api/v1/transactions/{transaction_id}/signers/{signer_id}/identity"
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
    f"GET {CHECK}": Call(READ, f"{SIGNER}/identity"),
    f"POST {CHECK}/approve": Call(
        MANAGE, f"{SIGNER}/identity/approve", {"check": "$check"}
    ),
    f"POST {CHECK}/reject": Call(
        MANAGE, f"{SIGNER}/identity/reject", {"check": "$check", "reason": "x"}
    ),
    f"POST {CHECK}/reset": Call(MANAGE, f"{SIGNER}/identity/reset", {"reason": "x"}),
    f"POST {CHECK}/release": Call(SEND, f"{SIGNER}/identity/release"),
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
    "POST /v1/template/create": Call(
        MANAGE,
        "/v1/template/create",
        {
            "title": "Lease",
            "files": [f"data:application/pdf;base64,{PDF}"],
            "roles": [{"index": 1, "name": "Tenant"}],
        },
    ),
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
        MANAGE, f"{VERIFICATION}/image", ADA | {"fileId": "1"}
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
