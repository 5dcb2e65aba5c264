"""What a company allows at this moment, as opposed to what was sent with a gate.

The app that knows companies registers where to look it up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from verification.models import Gate


@dataclass(frozen=True)
class Policy:
    """countries and country are ISO 3166 two-letter codes.

    identity_provider is an IdentityCheck.Provider; pictures of identity checks
    are kept for identity_days_kept days.
    """

    offers_alternative_codes: bool
    countries: frozenset[str]
    country: str
    identity_provider: str = "review"
    identity_days_kept: int = 30


Provider = Callable[[int], Policy]
_providers: list[Provider] = []
# Numbers that earn somebody money for each call, or reach no one person (T25).
BLOCKED_TYPES = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PAGER,
        PhoneNumberType.VOICEMAIL,
        PhoneNumberType.UAN,
        PhoneNumberType.TOLL_FREE,
    }
)


def register(provider: Provider) -> None:
    _providers[:] = [provider]


def of(gate: Gate) -> Policy:
    return _providers[0](gate.company_id)


def allows_number(policy: Policy, e164: str) -> bool:
    """Say whether policy lets us text or call this number.

    A number that no plan assigns is judged by its calling code.
    """
    try:
        number = phonenumbers.parse(e164, None)
    except NumberParseException:
        return False
    if phonenumbers.number_type(number) in BLOCKED_TYPES or _is_dear(number):
        return False
    region = phonenumbers.region_code_for_number(number)
    if region:
        return region in policy.countries
    regions = phonenumbers.region_codes_for_country_code(number.country_code or 0)
    return not policy.countries.isdisjoint(regions)


def _is_dear(number: phonenumbers.PhoneNumber) -> bool:
    """Personal numbers cost like premium ones, but for North America's."""
    kind = phonenumbers.number_type(number)
    return kind == PhoneNumberType.PERSONAL_NUMBER and number.country_code != 1


def calling_code(e164: str) -> int:
    """Return 1 for +1 415 555 0190; 0 for what is no number."""
    try:
        return phonenumbers.parse(e164, None).country_code or 0
    except NumberParseException:
        return 0


def is_foreign(policy: Policy, e164: str) -> bool:
    """Whether the number's calling code is another than the company's country's."""
    code = phonenumbers.country_code_for_region(policy.country)
    return not e164.startswith(f"+{code}")
