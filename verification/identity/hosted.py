"""What a provider with pages of its own answers, and what we make of it.

Knows no models, and no provider's words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol, runtime_checkable

from verification.identity import countries, names
from verification.identity.base import Facts, Finding, Provider, Reason


class Stands(StrEnum):
    """How a session at a provider stands."""

    OPEN = "open"  # the signer may go there
    WORKING = "working"  # something was shown and is being looked at
    VERIFIED = "verified"
    CANCELLED = "cancelled"
    ERASED = "erased"


@dataclass(frozen=True)
class Answer:
    """What a provider says when we ask it, not what somebody says in its name.

    check_id and nonce are those that the session was opened with. attempts
    counts how often something was shown there; a number that only grows. reason
    is why the last one did not succeed. is_selfie_good is None when no selfie
    was asked for. url leads the signer there, while it stands OPEN.
    """

    stands: Stands
    check_id: str = ""
    nonce: str = ""
    attempts: int = 0
    url: str = ""
    reason: str = ""
    facts: Facts = Facts()
    is_document_good: bool = False
    is_selfie_good: bool | None = None
    is_live: bool = False


@dataclass(frozen=True)
class Expected:
    """What an answer is held against."""

    name: str
    name_level: str
    document_types: tuple[str, ...]
    country: str
    needs_live_capture: bool
    needs_selfie: bool


@runtime_checkable
class HostedProvider(Provider, Protocol):
    """Every call may raise ProviderError."""

    def reports_arrive(self) -> bool:
        """Whether it can tell us of news, so that we need not ask so often."""

    def look(self, provider_id: str) -> Answer:
        """Ask how a session stands."""

    def cancel(self, provider_id: str) -> None:
        """Let nothing more be shown in a session that stands OPEN."""

    def erase(self, provider_id: str) -> None:
        """Have everything erased that was shown in a session."""


def judge(answer: Answer, expected: Expected, today: date) -> Finding:
    """Make a finding of what was shown last.

    The provider's yes is not enough: type, end, country and name are compared
    here, too. What the provider refused keeps its reason.
    """
    facts = answer.facts
    checks = {"document": answer.is_document_good}
    if answer.is_selfie_good is not None or expected.needs_selfie:
        checks["selfie"] = bool(answer.is_selfie_good)
    if facts.document_type:
        checks["type"] = facts.document_type in expected.document_types
    if facts.expires_on:
        checks["expiry"] = facts.expires_on >= today
    if expected.country and facts.country:
        checks["country"] = countries.is_issuer(expected.country, facts.country)
    read = names.ReadName(facts.surname, facts.given_names, is_cut=False)
    compared = names.compare(expected.name, read, expected.name_level)
    checks["name"] = compared.is_match
    reason = _refusal(answer, expected, checks)
    return Finding(
        is_passed=not reason,
        facts=facts,
        reason=reason,
        checks=checks,
        comparison=compared.as_json(),
    )


def _refusal(answer: Answer, expected: Expected, checks: dict[str, bool]) -> str:
    """Return what stands in the way first; empty when nothing does."""
    if answer.stands != Stands.VERIFIED:
        return answer.reason or Reason.PROVIDER
    refusals = {
        Reason.UNREADABLE: checks["document"],
        Reason.NO_MATCH: checks.get("selfie", True),
        Reason.NOT_LIVE: answer.is_live or not expected.needs_live_capture,
        Reason.EXPIRED: checks.get("expiry", True),
        Reason.WRONG_TYPE: checks.get("type", False),
        Reason.WRONG_COUNTRY: checks.get("country", not expected.country),
        Reason.NAME: checks["name"],
    }
    return next((reason for reason, is_good in refusals.items() if not is_good), "")
