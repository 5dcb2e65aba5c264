"""A program at the Box door: a key of Pat's, raw calls and the real client."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from box_sdk_gen import (
    BaseUrls,
    BoxClient,
    BoxDeveloperTokenAuth,
    NetworkSession,
)
from django.test import Client
from django.utils import timezone

from signing.pdf import sandbox
from tests.factories import make_pdf
from verification.models import User
from workspace import keys
from workspace.models import ApiKey

# The same file is looked at in a process of its own once for all tests of a run.
look_once = cache(sandbox.run)
SEED_PHONE = "+15551232190"
SEED_EMAIL = "verify@example.com"
SEED_FOLDER = "234102987614"
SEED_FILE = "1358047520478"


def make_key(user: User, *scopes: ApiKey.Scope, name: str = "Ledger") -> keys.Issued:
    """A key of this member, by default with every scope."""
    member = user.memberships.select_related("company", "user").get()
    return keys.issue(
        member, name=name, scopes=scopes or tuple(ApiKey.Scope), now=timezone.now()
    )


@dataclass
class Program:
    """Calls the door as any HTTP client does, and reads JSON."""

    secret: str
    client: Client

    def call(
        self, method: str, path: str, body: Any = None, status: int = 0, **headers: str
    ) -> Any:
        """Return the JSON of an answer; status is what it must have, if given."""
        response = self.send(method, path, body, **headers)
        if status:
            assert response.status_code == status, response.content
        return json.loads(response.content) if response.content else None

    def send(self, method: str, path: str, body: Any = None, **headers: str):
        source = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.generic(
            method,
            path,
            b"" if body is None else source,
            content_type=headers.pop("content_type", "application/json"),
            headers={"Authorization": f"Bearer {self.secret}"} | headers,
        )

    def get(self, path: str, status: int = 200, **headers: str) -> Any:
        return self.call("GET", path, None, status, **headers)

    def post(self, path: str, body: Any = None, status: int = 201) -> Any:
        return self.call("POST", path, body, status)

    def upload(
        self,
        name: str = "Simple-PDF.pdf",
        source: bytes | None = None,
        folder: str = "0",
        status: int = 201,
        path: str = "/api/2.0/files/content",
        **headers: str,
    ) -> Any:
        """Upload as the client libraries do: the file's own filename is empty."""
        attributes = json.dumps({"name": name, "parent": {"id": folder}})
        source = make_pdf() if source is None else source
        body = multipart(attributes.encode(), source)
        kind = "multipart/form-data; boundary=frame"
        answer = self.call("POST", path, body, status, content_type=kind, **headers)
        return answer["entries"][0]["id"] if status == 201 else answer

    def request(self, status: int = 201, **members: Any) -> Any:
        """Ask for a signature of Ada's; members are those of the body."""
        body = {"signers": [{"email": "ada@example.com"}]} | members
        if "source_files" not in body and "template_id" not in body:
            numbers = self.__dict__.setdefault("numbers", [])
            file = self.upload(f"lease-{len(numbers)}.pdf")
            numbers.append(file)
            body["source_files"] = [{"id": file, "type": "file"}]
        return self.post("/2.0/sign_requests", body, status)


def multipart(attributes: bytes, source: bytes, filename: str = "") -> bytes:
    """The body that box-sdk-gen and boxsdk send."""
    return b"\r\n".join(
        [
            b"--frame",
            b'Content-Disposition: form-data; name="attributes"',
            b"",
            attributes,
            b"--frame",
            f'Content-Disposition: form-data; name="file"; filename="{filename}"'.encode(),
            b"Content-Type: application/octet-stream",
            b"",
            source,
            b"--frame--",
            b"",
        ]
    )


def sdk(base: str, secret: str) -> BoxClient:
    """The vendor's client, told where the server is and nothing else."""
    return BoxClient(
        auth=BoxDeveloperTokenAuth(token=secret), network_session=session_at(base)
    )


def session_at(base: str) -> NetworkSession:
    return NetworkSession(
        base_urls=BaseUrls(
            base_url=base, upload_url=f"{base}/api", oauth_2_url=f"{base}/oauth2"
        )
    )
