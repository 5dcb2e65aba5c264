"""What a machine may decide of a document by its zone, and what a person must.

Pure. It refuses only what is certain, and passes nobody: whether the face is
the signer's is for a person to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from verification.identity import countries, mrz, names
from verification.identity.base import Finding, Reason
from verification.identity.reading import Reading, facts_of


@dataclass(frozen=True)
class Expected:
    """What the document is held against. document_types: those that will do;
    document_type: the one that the signer said it was."""

    name: str
    name_level: str
    document_type: str
    document_types: tuple[str, ...]
    country: str


# In this order: the first that fails is what the signer is told.
REASONS = {
    "check_digits": Reason.CHECK_DIGITS,
    "type": Reason.WRONG_TYPE,
    "country": Reason.WRONG_COUNTRY,
    "expiry": Reason.EXPIRED,
    "name": Reason.NAME,
}
# Only these documents have to have a zone.
ZONED = frozenset({"passport"})


def judge(reading: Reading, expected: Expected, today: date) -> Finding:
    """Return a refusal where the zone is certain, else that a person has to look.

    A zone that two readings disagree about is not certain, whatever it says.
    """
    zone = reading.zone
    if zone is None:
        is_missing = expected.document_type in ZONED
        return Finding(None, checks={"zone": False} if is_missing else {})
    facts = facts_of(zone, today)
    compared = names.compare(expected.name, _name(zone), expected.name_level)
    checks = {
        "zone": True,
        "check_digits": zone.is_valid,
        "type": facts.document_type == expected.document_type
        and facts.document_type in expected.document_types,
        "country": not expected.country
        or countries.is_issuer(expected.country, facts.country),
        "expiry": facts.expires_on is not None and facts.expires_on >= today,
        "name": compared.is_match,
    }
    failed = [name for name in REASONS if not checks[name]]
    is_certain = reading.is_sure and bool(failed)
    return Finding(
        is_passed=False if is_certain else None,
        facts=facts,
        reason=REASONS[failed[0]] if is_certain else "",
        checks=checks,
        comparison=compared.as_json(),
    )


def _name(zone: mrz.Zone) -> names.ReadName:
    return names.ReadName(zone.surname, zone.given_names)
