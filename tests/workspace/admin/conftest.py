from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client
from django.utils import timezone

from signing.models import Company, SignRequest
from tests import factories
from verification.models import User
from workspace import keys, senders
from workspace.models import ApiKey, Membership


@dataclass
class House:
    """A company with something of everything that the admin shows."""

    company: Company
    admin: User
    publisher: User
    request: SignRequest
    key: ApiKey
    secret: str

    @property
    def member(self) -> Membership:
        return Membership.objects.get(user=self.publisher, company=self.company)


def furnish(name: str, admin: str, publisher: str, title: str) -> House:
    company = factories.make_company(name)
    boss = factories.make_admin(company, admin)
    pat = factories.make_member(company, publisher)
    request = factories.make_request(company, pat, title=title)
    now = timezone.now()
    issued = keys.issue(
        pat.memberships.get(),
        name=f"{name} key",
        scopes=[ApiKey.Scope.READ],
        now=now,
        actor=boss,
    )
    senders.add(
        company,
        email=f"head@{name.split()[0].lower()}.example",
        name=f"Head of {name}",
        actor=boss,
        now=now,
    )
    return House(company, boss, pat, request, issued.key, issued.secret)


@pytest.fixture
def acme(db) -> House:
    return furnish("Acme Advisors", "Alex Stone", "Pat Miller", "Lease 2026")


@pytest.fixture
def rival(db) -> House:
    return furnish("Rival Realty", "Mal Grey", "Mia Foe", "Takeover of Acme")


@pytest.fixture
def as_alex(acme) -> Client:
    """Alex Stone, company admin of Acme."""
    client = Client()
    client.force_login(acme.admin)
    return client
