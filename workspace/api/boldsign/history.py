"""The trail in the vendor's words. What they have no word for is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from verification import trail
from verification.models import Budget, Challenge, Factor, TrailEntry
from workspace.api.boldsign.schemas.properties import (
    ActivityAction,
    HistoryAction,
    HistoryEntry,
)

Facts = Mapping[str, Any]
Kind = Factor.Kind

SIMPLE: dict[str, HistoryAction] = {
    "created": "Created",
    "sent": "Sent",
    "viewed": "Viewed",
    "signed": "Signed",
    "completed": "Completed",
    "reassigned": "Reassigned",
    "declined": "Declined",
    "recalled": "Recalled",
    "access_code_wrong": "AuthenticationFailed",
    "passkey_failed": "AuthenticationFailed",
    "totp_failed": "AuthenticationFailed",
    "access_code_changed": "AccessCodeChanged",
    "phone_changed": "PhoneNumberChanged",
    "email_changed": "EditRecipient",
    "reminded": "Reminder",
    "resent": "Resend",
    "invitation_resent": "Resend",
    "link_sent_again": "Resend",
    "link_issued": "GeneratedEmbeddedSignLink",
    "expiry_changed": "ExpiryDateExtended",
    "verification_page_linked": "CreateEmbeddedVerificationLink",
    "verification_read": "DownloadedVerificationData",
    "identity_started": "IdentityVerificationInitiated",
    "identity_waiting": "ManualIdentityVerificationInitiated",
    "identity_failed": "IdentityVerificationFailed",
    "identity_looked": "SensitiveDataDownloaded",
}
ADDED: dict[str, HistoryAction] = {
    Kind.PHONE: "SMSAuthenticationAdded",
    Kind.EMAIL: "EmailOTPAuthenticationAdded",
    Kind.IDENTITY: "IdVerificationAdded",
}
REMOVED: dict[str, HistoryAction] = {
    Kind.PHONE: "SMSAuthenticationRemoved",
    Kind.EMAIL: "EmailOTPAuthenticationRemoved",
    Kind.IDENTITY: "IdVerificationRemoved",
}
WRONG: dict[str, HistoryAction] = {
    Kind.PHONE: "SMSAuthenticationFailed",
    Kind.EMAIL: "EmailOTPAuthenticationFailed",
}
PASSED: dict[str, HistoryAction] = {
    Kind.PHONE: "SMSOTPVerified",
    Kind.EMAIL: "EmailOTPVerified",
}
ACTIVITY: dict[str, ActivityAction] = {
    "viewed": "Viewed",
    "signed": "Signed",
    "reassigned": "Reassigned",
    "declined": "Declined",
    "recalled": "Revoked",
    "expired": "Expired",
    "downloaded": "Downloaded",
}


def asked(facts: Facts) -> HistoryAction:
    is_mail = facts.get("channel") == Challenge.Channel.EMAIL
    return "EmailOTP" if is_mail else "SMSOTP"


def downloaded(facts: Facts) -> HistoryAction:
    is_trail = facts.get("what") == "trail"
    return "DownloadedAuditTrail" if is_trail else "Downloaded"


def identity_passed(facts: Facts) -> HistoryAction:
    """By hand, where a person is named for it."""
    if facts.get("actor") in (None, "", "system"):
        return "IdentityVerificationCompleted"
    return "ManualIdentityVerificationCompleted"


def unlocked(facts: Facts) -> HistoryAction:
    is_identity = facts.get("budget") == Budget.Kind.IDENTITY
    return "IdentityVerificationReset" if is_identity else "UnlockedSMSOTP"


def by_factor(
    words: Mapping[str, HistoryAction], other: HistoryAction | None
) -> Callable[[Facts], HistoryAction | None]:
    return lambda facts: words.get(str(facts.get("factor")), other)


BY_FACTS: dict[str, Callable[[Facts], HistoryAction | None]] = {
    "code_asked": asked,
    "identity_passed": identity_passed,
    "unlocked": unlocked,
    "downloaded": downloaded,
    "factor_added": by_factor(ADDED, "AuthenticationAdded"),
    "factor_removed": by_factor(REMOVED, "AuthenticationRemoved"),
    "code_wrong": by_factor(WRONG, "AuthenticationFailed"),
    "code_passed": by_factor(PASSED, None),
}
KINDS = frozenset(SIMPLE) | frozenset(BY_FACTS)


def action_of(kind: str, facts: Facts) -> HistoryAction | None:
    if kind in SIMPLE:
        return SIMPLE[kind]
    told = BY_FACTS.get(kind)
    return told(facts) if told else None


def history(entries: Iterable[TrailEntry]) -> list[HistoryEntry]:
    """Tell entries, which come with their gates, oldest first."""
    told = []
    for entry in entries:
        facts = trail.facts_of(entry)
        action = action_of(entry.kind, facts)
        if action is not None:
            told.append(as_entry(entry, facts, action))
    return told


def as_entry(entry: TrailEntry, facts: Facts, action: HistoryAction) -> HistoryEntry:
    name, email = who(entry, facts)
    is_about = entry.gate is not None and entry.gate.email != email
    return HistoryEntry(
        id=f"{entry.trail_id}-{entry.seq}",
        name=name,
        email=email,
        to_name=entry.gate.name if is_about and entry.gate else None,
        to_email=entry.gate.email if is_about and entry.gate else None,
        ipaddress=str(facts.get("ip") or ""),
        action=action,
        timestamp=int(entry.at.timestamp()),
    )


def who(entry: TrailEntry, facts: Facts) -> tuple[str, str]:
    """Return name and address of the person an entry speaks of."""
    actor = str(facts.get("actor") or "")
    if actor in ("", "signer", "carrier", "system"):
        gate = entry.gate
        return (gate.name, gate.email) if gate else ("Countersign", "")
    name, _sign, rest = actor.partition(" <")
    return name, rest.partition(">")[0]


def activity_of(kind: str) -> ActivityAction:
    return ACTIVITY.get(kind, "None")
