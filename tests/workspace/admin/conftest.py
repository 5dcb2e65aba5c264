from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.test import Client
from django.utils import timezone

from signing.models import Company, SenderIdentity, Signer, SignRequest
from tests import factories
from verification.models import Delivery, IdentityCheck, TrailEntry, User
from workspace import keys, senders
from workspace.models import ApiKey, CompanyEvent, Membership, Webhook
from workspace.webhooks import flows as webhooks


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

    @property
    def signer(self) -> Signer:
        return self.request.signers.get()

    def rows(self) -> list:
        """One row of each kind that the admin knows."""
        return [
            self.company,
            self.member,
            self.key,
            Webhook.objects.filter(company=self.company).earliest("pk"),
            SenderIdentity.objects.get(company=self.company),
            CompanyEvent.objects.filter(trail__company=self.company).first(),
            self.request,
            self.signer,
            Delivery.objects.filter(gate__signer__request=self.request).first(),
            TrailEntry.objects.filter(trail=self.request.trail).first(),
            IdentityCheck.objects.get(gate__signer__request=self.request),
        ]

    def words(self) -> list[str]:
        """What nobody of another company may ever read."""
        return [
            self.company.name,
            self.admin.name,
            self.admin.email,
            self.publisher.name,
            self.publisher.email,
            self.request.title,
            str(self.request.public_id),
            self.key.start,
            self.key.name,
            f"/countersign-events-of-our-company/{self.company.pk}",
        ]


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
        secret=f"csk_{name[:4]}-" + "x" * 32,
    )
    webhooks.create(
        pat.memberships.get(),
        url=f"https://93.184.216.34/countersign-events-of-our-company/{company.pk}",
        events=["signer.locked"],
        now=now,
    )
    email = f"head@{name.split()[0].lower()}.example"
    senders.add(company, email=email, name=f"Head of {name}", actor=boss, now=now)
    gate = request.signers.get().gate
    IdentityCheck.objects.create(
        gate=gate,
        factor=gate.factors.get(),
        provider=IdentityCheck.Provider.REVIEW,
        state=IdentityCheck.State.WAITING,
        started_at=now,
        sent_at=now,
    )
    return House(company, boss, pat, request, issued.key, issued.secret)


@pytest.fixture
def acme(db) -> House:
    return furnish("Acme Advisors", "Alex Stone", "Pat Miller", "Lease 2026")


@pytest.fixture
def rival(db) -> House:
    return furnish("Rival Realty", "Mal Grey", "Mia Foe", "Takeover of the pier")


@pytest.fixture
def as_alex(acme) -> Client:
    """Alex Stone, company admin of Acme."""
    return signed_in(acme.admin)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
