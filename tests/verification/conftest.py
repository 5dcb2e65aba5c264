from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from verification import policy


@dataclass
class CompanyRules:
    """What the company of a gate that stands alone allows; tests change it."""

    offers_alternative_codes: bool = True
    countries: frozenset[str] = frozenset({"US"})
    country: str = "US"
    identity_provider: str = "review"

    def look_up(self, company_id: int) -> policy.Policy:
        return policy.Policy(
            self.offers_alternative_codes,
            self.countries,
            self.country,
            self.identity_provider,
        )


@pytest.fixture(autouse=True)
def company_rules() -> Iterator[CompanyRules]:
    before = list(policy._providers)
    rules = CompanyRules()
    policy.register(rules.look_up)
    yield rules
    policy._providers[:] = before
