from __future__ import annotations

from collections import Counter

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories as make
from verification import policy, tasks
from verification.flows import hosted, identity, opening
from verification.models import (
    Budget,
    Factor,
    HostedSession,
    IdentityCheck,
    IdentityRules,
)
from verification.standing import budget_of

pytestmark = pytest.mark.race

State = IdentityCheck.State


@pytest.fixture(autouse=True)
def stripe(stripe_server, _permissive_company):
    policy.register(lambda _id: policy.Policy(True, frozenset({"US"}), "US", "stripe"))
    return stripe_server


@pytest.fixture
def ada():
    gate = make.make_gate(Factor.Kind.IDENTITY)
    IdentityRules.objects.create(factor=gate.factors.get(), max_tries=3)
    return make.Browser(gate)


def begin(browser):
    factor = browser.factor(Factor.Kind.IDENTITY)
    now = timezone.now()
    return identity.start(browser.visit, factor, origin=opening.Origin(), now=now)


def opened(browser):
    check = begin(browser)
    tasks.attend_identity(check.pk)
    check.refresh_from_db()
    return check


def spent(gate):
    budget = budget_of(gate, Budget.Kind.IDENTITY)
    return budget.consecutive, budget.day, budget.total


def look_at_once(at_once, checks, count):
    """Let workers look without waiting for each other: there is always news."""

    def look(number):
        check = checks[number % len(checks)]
        HostedSession.wake(check.pk, timezone.now())
        tasks.attend_identity(check.pk)

    at_once(look, count)


def test_of_20_workers_one_turns_to_stripe(at_once, ada, stripe):
    check = begin(ada)
    at_once(lambda _n: tasks.attend_identity(check.pk), 20)
    assert len(stripe.sessions) == len(stripe.requests) == 1
    check.refresh_from_db()
    assert hosted.url_of(check) == stripe.session.url


def test_workers_that_do_not_know_of_each_other_open_one_session(at_once, ada, stripe):
    """A lease that ran out, news meanwhile: the idempotency key is the same."""
    check = begin(ada)
    look_at_once(at_once, [check], 10)
    assert len(stripe.sessions) == 1
    check.refresh_from_db()
    assert check.provider_id == stripe.session.id


@pytest.mark.parametrize("shown", ["good", "of another"])
def test_20_identical_messages_settle_once_and_charge_once(at_once, ada, stripe, shown):
    check = opened(ada)
    stripe.show(first_name="Ada" if shown == "good" else "Mal")
    hook = stripe.hook(stripe.session, "verified")
    headers = {"Stripe-Signature": hook.signature}

    def tell(_number):
        said = Client().post(
            "/hooks/stripe", hook.body, "application/json", headers=headers
        )
        tasks.attend_identity(check.pk)
        return said.status_code

    assert set(at_once(tell, 20)) == {200}

    check.refresh_from_db()
    told = Counter(make.kinds_of(ada.gate.trail))
    assert told["try"] == 1
    assert told["identity_passed"] + told["identity_failed"] == 1
    is_good = shown == "good"
    assert check.state == (State.PASSED if is_good else State.FAILED)
    assert spent(ada.gate) == ((0, 0, 0) if is_good else (1, 1, 1))


def test_of_8_attempts_in_4_sessions_at_once_the_allowed_tries_are_charged(
    at_once, ada, stripe
):
    checks = [opened(make.Browser(ada.gate)) for _n in range(4)]
    for session in stripe.sessions:
        for _attempt in range(2):
            stripe.show(session, error="document_unverified_other")
    look_at_once(at_once, checks, 24)
    told = Counter(make.kinds_of(ada.gate.trail))
    assert (told["try"], told["identity_failed"], told["locked"]) == (3, 1, 1)
    assert spent(ada.gate) == (3, 3, 3)
    states = Counter(IdentityCheck.objects.values_list("state", flat=True))
    assert states == {State.FAILED: 1, State.ENDED: 3}
