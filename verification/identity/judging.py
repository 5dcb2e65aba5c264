"""What a machine may decide of a document by its zone, and what a person must.

Pure. It refuses only what is certain, and passes nobody: whether the face is
the signer's is for a person to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from verification.identity import countries, mrz, names
from verification.identity.base import Finding, Reason
from verification.identity.reading import Reading, facts_of


@dataclass(frozen=True)
class Expected:
    """What the document is held against. document_types: those that will do;
    document_type: the one that the signer said it was. is_live: whether every
    picture was taken live; None where that is not asked."""

    name: str
    name_level: str
    document_type: str
    document_types: tuple[str, ...]
    country: str
    is_live: bool | None = None


# In this order: the first that fails is what the signer is told.
REASONS = {
    "check_digits": Reason.CHECK_DIGITS,
    "type": Reason.WRONG_TYPE,
    "country": Reason.WRONG_COUNTRY,
    "expiry": Reason.EXPIRED,
    "name": Reason.NAME,
}
LAST_ZONE = timedelta(hours=12)
# Only these documents have to have a zone.
ZONED = frozenset({"passport"})


def earliest_day(now: datetime) -> date:
    """Return the day that it still is somewhere: a document is good on its last
    day wherever on earth that is."""
    return (now.astimezone(UTC) - LAST_ZONE).date()


def judge(reading: Reading, expected: Expected, today: date) -> Finding:
    """Return a refusal where something is certainly wrong, else that a person has
    to look.

    A zone that two readings disagree about is not certain, whatever it says.
    """
    zone = reading.zone
    live = {} if expected.is_live is None else {"live": expected.is_live}
    if zone is None:
        is_missing = expected.document_type in ZONED
        checks = live | ({"zone": False} if is_missing else {})
        reason = _refusal(reading, zone, checks)
        return Finding(False if reason else None, checks=checks, reason=reason)
    facts = facts_of(zone, today)
    compared = names.compare(expected.name, _name(zone), expected.name_level)
    checks = live | {
        "zone": True,
        "check_digits": zone.is_valid,
        "type": facts.document_type == expected.document_type
        and facts.document_type in expected.document_types,
        "country": not expected.country
        or countries.is_issuer(expected.country, facts.country),
        "expiry": facts.expires_on is not None and facts.expires_on >= today,
        "name": compared.is_match,
    }
    reason = _refusal(reading, zone, checks)
    return Finding(
        is_passed=False if reason else None,
        facts=facts,
        reason=reason,
        checks=checks,
        comparison=compared.as_json(),
    )


def _refusal(reading: Reading, zone: mrz.Zone | None, checks: dict[str, bool]) -> str:
    """Return the first reason that is certain, "" for none.

    In a document's number O and 0 or I and 1 are misread the same way again and
    again: with wrong check digits it is for a person. Days are digits only.
    """
    if not checks.get("live", True):
        return Reason.NOT_LIVE
    if zone is None or not reading.is_sure:
        return ""
    are_days_right = zone.checks["birth"] and zone.checks["expiry"]
    certain = checks | {"check_digits": are_days_right}
    return next((REASONS[name] for name in REASONS if not certain[name]), "")


def _name(zone: mrz.Zone) -> names.ReadName:
    return names.ReadName(zone.surname, zone.given_names)
