"""The identity check on Stripe's pages, as signers go through it."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from signing.models import Signer
from tests import factories as make
from tests.signing.pages import SignerClient
from tests.stripe.records import Mode
from verification import tasks
from verification.flows import ending, hosted
from verification.models import (
    Factor,
    Gate,
    HostedSession,
    IdentityCheck,
    IdentityRules,
)

pytestmark = pytest.mark.django_db

State = IdentityCheck.State
LEADS_TO = re.compile(r'href="(http://127\.0\.0\.1:\d+/start/[^"]+)"')


class Visitor(SignerClient):
    """Presses through the check; `worker` does what a worker would."""

    def reload(self, path: str = ""):
        self.response = self.client.get(path or self.home, follow=True)
        return self.response

    @property
    def check(self) -> IdentityCheck:
        return self.gate.identity_checks.latest("pk")

    @property
    def address(self) -> str:
        """Where the page leads to at Stripe; empty while it does not."""
        found = LEADS_TO.search(self.response.content.decode())
        return found.group(1) if found else ""

    def begin(self) -> Visitor:
        self.open_link()
        self.press("/identity/start")
        worker()
        self.reload()
        return self

    def come_back(self) -> Visitor:
        """Follow the address that Stripe leads back to, and do what it does there."""
        self.reload(f"{self.home}identity/?returned")
        if self.offers("/back"):
            self.press("/back")
        worker()
        self.reload()
        return self


def worker() -> None:
    for check_id in hosted.due(timezone.now()):
        tasks.attend_identity(check_id)


@pytest.fixture(autouse=True)
def stripe(stripe_server):
    return stripe_server


def visitor(stage: str = "view", **rules) -> Visitor:
    company = make.make_company(identity_provider="stripe")
    request = make.make_identity_request(company)
    gate = make.signer_of(request).gate
    factor = gate.factors.get(kind=Factor.Kind.IDENTITY)
    Factor.objects.filter(pk=factor.pk).update(stage=stage)
    IdentityRules.objects.update_or_create(factor=factor, defaults=rules)
    return Visitor(gate)


def test_a_signer_shows_a_passport_at_stripe_and_reads_the_document(client, stripe):
    ada = visitor()
    ada.open_link()
    assert "Residential Lease" in ada.text
    ada.press("/identity/start")
    assert ada.address == ""
    worker()
    ada.reload()
    assert ada.address == stripe.session.url
    assert "Continue to Stripe Identity" in ada.text

    stripe.show()
    hook = stripe.hook(stripe.session, "verified")
    told = client.post(
        "/hooks/stripe",
        hook.body,
        "application/json",
        headers={"Stripe-Signature": hook.signature},
    )
    assert told.status_code == 200
    worker()

    ada.reload()
    assert ada.check.state == State.PASSED
    assert ada.client.get(f"{ada.home}text").status_code == 404
    ada.press("/use")
    assert ada.client.get(f"{ada.home}text").status_code == 200
    signer = Signer.objects.get()
    assert make.kinds_of(signer.request.trail)[-3:] == [
        "try",
        "identity_passed",
        "viewed",
    ]


def test_without_webhooks_the_page_that_is_come_back_to_has_stripe_asked(stripe):
    ada = visitor().begin()
    HostedSession.objects.update(due_at=timezone.now() + make.timedelta(hours=1))
    stripe.show()
    ada.come_back()
    assert ada.check.state == State.PASSED
    ada.press("/use")
    assert ada.client.get(f"{ada.home}text").status_code == 200


def test_coming_back_by_get_changes_nothing(stripe):
    ada = visitor().begin()
    before = HostedSession.objects.values().get()
    for path in ("", "identity/", "identity/?returned"):
        ada.reload(ada.home + path)
    assert HostedSession.objects.values().get() == before
    assert len(stripe.requests) == 1


def test_a_page_whose_address_was_used_up_gets_the_new_one(stripe):
    ada = visitor().begin()
    status = re.search(r'hx-get="([^"]+)"', ada.response.content.decode()).group(1)
    assert ada.client.get(status).status_code == 204
    stripe.session.links += 1  # the person went there, and showed nothing
    HostedSession.objects.update(due_at=timezone.now())
    worker()
    assert ada.client.get(status)["HX-Redirect"]
    ada.reload()
    assert ada.address == stripe.session.url


def test_a_wrong_document_is_told_and_the_next_one_has_a_session_of_its_own(stripe):
    ada = visitor(max_tries=2).begin()
    stripe.show(first_name="Mal", last_name="Grey")
    ada.come_back()
    assert "The name on the document is not the one that this was sent to." in ada.text
    first = stripe.session
    ada.press("/identity/start")
    worker()
    ada.reload()
    assert ada.address == stripe.session.url != first.url
    stripe.show()
    ada.come_back()
    assert ada.check.state == State.PASSED


def test_at_the_last_try_the_signer_is_locked(stripe):
    ada = visitor(max_tries=1).begin()
    stripe.show(error="document_unverified_other")
    ada.come_back()
    assert ada.check.state == State.FAILED
    assert not ada.offers("/identity/start")
    assert stripe.session.status == "canceled"
    sender = Signer.objects.get().request.sender.name
    assert sender in ada.text


def test_a_provider_that_is_out_of_order_is_told_and_costs_no_try(stripe):
    ada = visitor(max_tries=1)
    stripe.mode = Mode.ERROR
    ada.begin()
    for _attempt in range(5):
        HostedSession.objects.update(due_at=timezone.now())
        worker()
    ada.reload()
    assert "The identity check did not succeed." in ada.text
    stripe.mode = Mode.OK
    ada.press("/identity/start")
    worker()
    ada.reload()
    assert ada.address == stripe.session.url


def test_the_address_is_shown_to_the_browser_that_asked_for_it_only(stripe):
    ada = visitor().begin()
    other = Visitor(ada.gate)
    other.open_link()
    other.reload(f"{ada.home}identity/")
    assert other.address == ""
    assert stripe.session.url not in other.response.content.decode()


def test_after_a_recall_nobody_is_led_to_stripe_any_more(stripe):
    ada = visitor().begin()
    ending.close(Gate.objects.get(pk=ada.gate.pk), timezone.now())
    ada.reload(f"{ada.home}identity/")
    assert ada.address == ""


def test_before_signing_it_works_the_same(stripe):
    ada = visitor(stage="sign")
    ada.open_link()
    ada.press("/review")
    ada.reload(f"{ada.home}?stage=sign")
    ada.press("/identity/start")
    worker()
    ada.reload(f"{ada.home}identity/")
    assert ada.address == stripe.session.url
    stripe.show()
    ada.reload(f"{ada.home}identity/?returned")
    HostedSession.objects.update(due_at=timezone.now())
    worker()
    ada.reload(f"{ada.home}identity/")
    ada.press("/use")
    browser = ada.gate.visits.get()
    assert browser.grants.filter(ended_at=None).count() == 1
