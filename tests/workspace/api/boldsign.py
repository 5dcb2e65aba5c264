"""A program at the BoldSign door: a key of Pat's, raw calls and the real client."""

from __future__ import annotations

import io
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import boldsign as sdk
import urllib3
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from signing.models import Signer, SignRequest
from tests.factories import make_pdf
from verification.models import User
from workspace import keys
from workspace.models import ApiKey

# The address and the numbers of the vendor's own page.
ALEX = "alexgayle@cubeflakes.com"
NUMBER = "201566802"
CURL_NUMBER = "2015666802"


def make_key(user: User, *scopes: ApiKey.Scope, name: str = "CRM") -> str:
    """The secret of a key of this member, by default with every scope."""
    member = user.memberships.select_related("company", "user").get()
    issued = keys.issue(
        member, name=name, scopes=scopes or tuple(ApiKey.Scope), now=timezone.now()
    )
    return issued.secret


class InProcess(urllib3.PoolManager):
    """Carries what the library would send to Django's test client, to the byte."""

    def urlopen(self, method, url, redirect=True, *, body=None, headers=None, **rest):
        parts = urlsplit(url)
        headers = dict(headers or {})
        answer = Client().generic(
            method,
            parts.path,
            body.encode() if isinstance(body, str) else body or b"",
            content_type=headers.pop("Content-Type", ""),
            headers=headers,
            QUERY_STRING=parts.query,
        )
        return urllib3.HTTPResponse(
            io.BytesIO(answer.content),
            headers=dict(answer.headers),
            status=answer.status_code,
            reason=answer.reason_phrase,
            preload_content=False,
        )


@contextmanager
def client_of(secret: str, url: str = "", **configuration: Any):
    """The real library: at url over the network, else within this process."""
    options = configuration or {"api_key": secret}
    host = url or "http://testserver"
    with sdk.ApiClient(sdk.Configuration(host=host, **options)) as opened:
        if not url:
            opened.rest_client.pool_manager = InProcess()
        yield opened


def signer(email: str = ALEX, name: str = "Alex Gayle", **members: Any) -> dict:
    return {"name": name, "emailAddress": email} | members


@dataclass
class Door:
    """Calls the door as any HTTP client does, and reads JSON."""

    secret: str
    client: Client = field(default_factory=Client)

    def call(self, method: str, path: str, body: Any = None, **query: Any):
        """Return the answer. A body that is bytes goes out as it is."""
        source = body if isinstance(body, bytes) else json.dumps(body).encode()
        asked = urlencode(query, doseq=True)
        return self.client.generic(
            method,
            f"/v1/{path}" + (f"?{asked}" if asked else ""),
            b"" if body is None else source,
            content_type="application/json;odata.metadata=minimal",
            headers={"X-API-KEY": self.secret} if self.secret else {},
        )

    def get(self, path: str, **query: Any):
        return self.call("GET", path, None, **query)

    def patch(self, path: str, body: Any = None, **query: Any):
        return self.call("PATCH", path, body, **query)

    def delete(self, path: str, **query: Any):
        return self.call("DELETE", path, None, **query)

    def post(self, path: str, body: Any = None, **query: Any):
        return self.call("POST", path, body, **query)

    def form(self, path: str, fields: dict[str, Any], **query: Any):
        asked = urlencode(query, doseq=True)
        return self.client.post(
            f"/v1/{path}" + (f"?{asked}" if asked else ""),
            fields,
            headers={"X-API-KEY": self.secret},
        )

    def send_form(self, signers: list[dict], **fields: Any):
        """Send as the libraries do: one part for each signer, files beside."""
        parts = {
            "Files": fields.pop("files", None) or [pdf()],
            "signers": [json.dumps(one) for one in signers],
            "title": "Agreement",
        }
        return self.form("document/send", parts | fields)

    def sent(self, *signers: dict, **fields: Any) -> SignRequest:
        """Send and return what was made of it."""
        answer = self.send_form(list(signers) or [signer()], **fields)
        assert answer.status_code == 201, answer.content
        return SignRequest.objects.get(public_id=answer.json()["documentId"])

    def properties(self, document: SignRequest) -> dict:
        answer = self.get("document/properties", documentId=document.public_id)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def secure(self, document: SignRequest, **members: Any):
        """Call addAuthentication for Alex."""
        body = {"emailId": ALEX} | members
        return self.patch(
            "document/addAuthentication", body, documentId=document.public_id
        )


def pdf(name: str = "agreement.pdf", pages: int = 1) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, make_pdf(pages), content_type="application/pdf")


def the_signer(document: SignRequest, email: str = ALEX) -> Signer:
    return document.signers.select_related("gate").get(gate__email=email)


def kinds_asked(document: SignRequest, email: str = ALEX) -> list[str]:
    factors = the_signer(document, email).gate.factors.filter(removed_at=None)
    return sorted(factors.values_list("kind", flat=True))


def error_of(answer) -> str:
    """The sentence of a refusal, which is one object with nothing else."""
    body = answer.json()
    assert list(body) == ["error"]
    return body["error"]
