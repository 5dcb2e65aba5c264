"""What Stripe keeps of identity sessions, and how it writes that down.

Sources: https://docs.stripe.com/api/identity/verification_sessions/object,
https://docs.stripe.com/api/identity/verification_reports/object
"""

from __future__ import annotations

import enum
import secrets
import time
from dataclasses import dataclass, field
from typing import Any


class Mode(enum.Enum):
    """How the server treats every request."""

    OK = "ok"
    ERROR = "500"
    TOO_MANY = "429"
    SILENT = "silent"  # nothing is done, nothing is answered
    DROP_AFTER = "drop-after"  # it is done, and the connection breaks
    GARBAGE = "garbage"


def day(text: str) -> dict[str, int]:
    year, month, number = (int(part) for part in text.split("-"))
    return {"day": number, "month": month, "year": year}


@dataclass(frozen=True)
class Document:
    """What somebody holds before Stripe's camera."""

    first_name: str = "Ada"
    last_name: str = "Lane"
    type: str = "passport"
    issuing_country: str = "US"
    number: str = "L898902C3"
    expiration_date: str = "2031-04-15"
    dob: str = "1984-08-12"
    has_face: bool = True  # the selfie's
    error: str = ""  # why Stripe does not believe it


@dataclass
class Report:
    """The result of one attempt."""

    session_id: str
    shown: Document
    with_selfie: bool
    id: str = field(default_factory=lambda: f"vr_{secrets.token_hex(12)}")

    @property
    def error(self) -> str:
        if self.shown.error:
            return self.shown.error
        is_faceless = self.with_selfie and not self.shown.has_face
        return "selfie_face_mismatch" if is_faceless else ""

    def resource(self, guarded: frozenset[str]) -> dict[str, Any]:
        kept = self.shown
        is_bad = bool(kept.error)
        document: dict[str, Any] = {
            "address": None,
            "error": told(kept.error),
            "files": [f"file_{self.id}"],
            "first_name": None if is_bad else kept.first_name,
            "issued_date": None,
            "issuing_country": kept.issuing_country,
            "last_name": None if is_bad else kept.last_name,
            "status": "unverified" if is_bad else "verified",
            "type": kept.type,
        }
        if "document.number" in guarded:
            document["number"] = kept.number
        if "document.expiration_date" in guarded:
            document["expiration_date"] = day(kept.expiration_date)
        if "document.dob" in guarded:
            document["dob"] = day(kept.dob)
        whole = {
            "id": self.id,
            "object": "identity.verification_report",
            "created": int(time.time()),
            "document": document,
            "livemode": True,
            "type": "document",
            "verification_session": self.session_id,
        }
        if self.with_selfie and not is_bad:
            whole["selfie"] = {
                "document": f"file_{self.id}",
                "error": told("" if kept.has_face else "selfie_face_mismatch"),
                "selfie": f"file_face_{self.id}",
                "status": "verified" if kept.has_face else "unverified",
            }
        return whole


@dataclass
class Session:
    """One verification session. account is whose key opened it."""

    account: str
    params: dict[str, Any]
    url_base: str
    id: str = field(default_factory=lambda: f"vs_{secrets.token_hex(12)}")
    status: str = "requires_input"
    last_error: str = ""
    reports: list[Report] = field(default_factory=list)
    links: int = 1  # each address opens once
    is_redacted: bool = False

    @property
    def document_options(self) -> dict[str, Any]:
        return self.params.get("options", {}).get("document", {})

    @property
    def url(self) -> str:
        return f"{self.url_base}/start/{self.id}/{self.links}"

    def show(self, shown: Document) -> Report:
        """One attempt from the camera to Stripe's result."""
        options = self.document_options
        with_selfie = options.get("require_matching_selfie") == "true"
        report = Report(self.id, shown, with_selfie)
        self.reports.append(report)
        self.links += 1
        self.last_error = report.error
        self.status = "requires_input" if report.error else "verified"
        return report

    def resource(self, expand: list[str]) -> dict[str, Any]:
        if self.is_redacted:
            return self.redacted()
        report: Any = self.reports[-1].id if self.reports else None
        prefix = "last_verification_report"
        named = [one for one in expand if one.partition(".")[0] == prefix]
        if report and named:
            guarded = frozenset(one.removeprefix(f"{prefix}.") for one in named)
            report = self.reports[-1].resource(guarded)
        whole = {
            "id": self.id,
            "object": "identity.verification_session",
            "client_reference_id": self.params.get("client_reference_id"),
            "client_secret": None,
            "created": int(time.time()),
            "last_error": told(self.last_error),
            prefix: report,
            "livemode": True,
            "metadata": self.params.get("metadata", {}),
            "options": {"document": as_options(self.document_options)},
            "redaction": None,
            "status": self.status,
            "type": self.params.get("type"),
            "url": self.url if self.status == "requires_input" else None,
        }
        if any(one.startswith("verified_outputs") for one in expand):
            whole["verified_outputs"] = self.outputs("verified_outputs.dob" in expand)
        return whole

    def outputs(self, with_birthday: bool) -> dict[str, Any] | None:
        if self.status != "verified":
            return None
        shown = self.reports[-1].shown
        names = {"first_name": shown.first_name, "last_name": shown.last_name}
        return names | ({"dob": day(shown.dob)} if with_birthday else {})

    def redacted(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": "identity.verification_session",
            "livemode": True,
            "metadata": {},
            "redaction": {"status": "processing"},
            "status": self.status,
            "url": None,
        }


def told(code: str) -> dict[str, str] | None:
    return {"code": code, "reason": f"Stripe's sentence: {code}."} if code else None


def as_options(params: dict[str, Any]) -> dict[str, Any]:
    """Write form values as Stripe gives them back."""
    words = {"true": True, "false": False}
    return {
        name: list(value.values()) if isinstance(value, dict) else words[value]
        for name, value in params.items()
    }
