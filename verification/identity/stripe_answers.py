"""Stripe Identity's words in our words.

Sources: https://docs.stripe.com/api/identity/verification_sessions/object,
https://docs.stripe.com/api/identity/verification_reports/object,
https://docs.stripe.com/identity/how-sessions-work,
https://docs.stripe.com/identity/access-verification-results
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from verification.identity.base import Facts, Reason
from verification.identity.hosted import Answer, Stands

STANDS = {
    "requires_input": Stands.OPEN,
    "processing": Stands.WORKING,
    "verified": Stands.VERIFIED,
    "canceled": Stands.CANCELLED,
}
DOCUMENT_TYPES = {
    "driving_license": "driver_license",
    "id_card": "id_card",
    "passport": "passport",
}
THEIR_TYPES = {ours: theirs for theirs, ours in DOCUMENT_TYPES.items()}
# Not named here: Reason.PROVIDER.
REASONS = {
    "country_not_supported": Reason.WRONG_COUNTRY,
    "document_expired": Reason.EXPIRED,
    "document_type_not_allowed": Reason.WRONG_TYPE,
    "document_type_not_supported": Reason.WRONG_TYPE,
    "document_unverified_other": Reason.UNREADABLE,
    "selfie_document_missing_photo": Reason.NO_MATCH,
    "selfie_face_mismatch": Reason.NO_MATCH,
    "selfie_manipulated": Reason.NO_MATCH,
    "selfie_unverified_other": Reason.NO_MATCH,
}
ERASED = "[redacted]"
NUMBER_END = 3
Json = Mapping[str, Any]


def read(session: Json, reports: Collection[str]) -> Answer:
    """Read a session, last_verification_report expanded.

    reports are the ids of the reports that were listed just before: each is one
    attempt (Stripe: "the result of an attempt to collect and verify data"). One
    that came since is the session's last. Raises ValueError for a status that
    we don't know.
    """
    if _part(session, "redaction"):
        return Answer(Stands.ERASED)
    status = _text(session, "status")
    if status not in STANDS:
        raise ValueError("an unknown status")
    report = _part(session, "last_verification_report")
    document, selfie = _part(report, "document"), _part(report, "selfie")
    metadata = _part(session, "metadata")
    seen = {one for one in [*reports, _text(report, "id")] if one}
    asked = _part(_part(session, "options"), "document")
    return Answer(
        stands=STANDS[status],
        check_id=_text(metadata, "check"),
        nonce=_text(metadata, "nonce"),
        attempts=len(seen),
        url=_text(session, "url"),
        reason=_reason(session, document, selfie),
        facts=_facts(document, _part(session, "verified_outputs")),
        is_document_good=_text(document, "status") == "verified",
        is_selfie_good=_text(selfie, "status") == "verified" if selfie else None,
        is_live=asked.get("require_live_capture") is True,
    )


def _facts(document: Json, outputs: Json) -> Facts:
    given = _name(document, "first_name") or _name(outputs, "first_name")
    surname = _name(document, "last_name") or _name(outputs, "last_name")
    if not surname:  # a person of one name
        given, surname = "", given
    return Facts(
        full_name=f"{given} {surname}".strip(),
        surname=surname,
        given_names=given,
        born_on=_date(document, "dob") or _date(outputs, "dob"),
        expires_on=_date(document, "expiration_date"),
        document_type=DOCUMENT_TYPES.get(_text(document, "type"), ""),
        country=_country(document),
        number_end=_name(document, "number")[-NUMBER_END:],
    )


def _reason(session: Json, document: Json, selfie: Json) -> str:
    if session.get("status") == "verified":
        return ""
    codes = (
        _text(_part(part, name), "code")
        for part, name in (
            (session, "last_error"),
            (document, "error"),
            (selfie, "error"),
        )
    )
    code = next((code for code in codes if code), "")
    return REASONS.get(code, Reason.PROVIDER) if code else ""


def _country(document: Json) -> str:
    written = _text(document, "issuing_country").upper()
    is_alpha2 = len(written) == 2 and written.isascii() and written.isalpha()
    return written if is_alpha2 else ""


def _name(part: Json, name: str) -> str:
    written = _text(part, name).strip()
    return "" if written == ERASED else written


def _date(part: Json, name: str) -> date | None:
    kept = _part(part, name)
    try:
        return date(kept["year"], kept["month"], kept["day"])
    except (KeyError, TypeError, ValueError):
        return None


def _part(whole: Json, name: str) -> Json:
    part = whole.get(name)
    return part if isinstance(part, Mapping) else {}


def _text(part: Json, name: str) -> str:
    value = part.get(name)
    return value if isinstance(value, str) else ""
