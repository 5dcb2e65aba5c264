from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection
from django.utils import timezone

from tests import factories as make
from tests.signing import in_flight
from verification.flows import identity, opening, passing, trying
from verification.identity.base import Finding, Reason
from verification.models import (
    Budget,
    Factor,
    Grant,
    IdentityCheck,
    IdentityRules,
    Visit,
)
from verification.outcomes import Outcome
from verification.standing import budget_of

pytestmark = pytest.mark.race

PASSED = Finding(is_passed=True)
FAILED = Finding(is_passed=False, reason=Reason.EXPIRED)


@pytest.fixture
def ada():
    gate = make.make_gate(Factor.Kind.IDENTITY)
    IdentityRules.objects.create(factor=gate.factors.get(), max_tries=3)
    return make.Browser(gate)


def start(browser):
    return identity.start(
        browser.visit,
        browser.factor(Factor.Kind.IDENTITY),
        origin=opening.Origin(),
        now=timezone.now(),
    )


def fresh(check):
    rows = IdentityCheck.objects.select_related("gate", "factor", "visit__session")
    return rows.get(pk=check.pk)


def send(check):
    return identity.send(fresh(check), origin=opening.Origin(), now=timezone.now())


def spent(gate):
    budget = budget_of(gate, Budget.Kind.IDENTITY)
    return budget.consecutive, budget.day, budget.total


def test_of_25_starts_at_once_one_check_comes(at_once, ada):
    made = at_once(lambda _n: start(ada), 25)
    assert len({check.pk for check in made}) == 1
    assert IdentityCheck.objects.count() == 1
    assert make.kinds_of(ada.gate.trail).count("identity_started") == 1


def test_of_25_sends_at_once_one_is_charged(at_once, ada):
    check = start(ada)
    outcomes = at_once(lambda _n: send(check), 25)
    assert set(outcomes) == {Outcome.PENDING}
    assert spent(ada.gate) == (1, 1, 1)
    assert make.kinds_of(ada.gate.trail).count("try") == 1


def test_of_12_browsers_that_send_at_once_only_the_allowed_tries_are_judged(
    at_once, ada
):
    browsers = [make.Browser(ada.gate) for _n in range(12)]
    checks = [start(browser) for browser in browsers]
    at_once(lambda n: send(checks[n]), 12)
    states = Counter(IdentityCheck.objects.values_list("state", flat=True))
    assert states == {"sent": 3, "ended": 9}
    assert spent(ada.gate) == (3, 3, 3)


def test_one_of_approving_rejecting_and_settling_at_once_wins(at_once, ada):
    pat = make.make_member(make.make_company())
    check = start(ada)
    send(check)
    identity.settle(fresh(check), Finding(None), timezone.now())

    def decide(number):
        row, now = fresh(check), timezone.now()
        if number % 2:
            return identity.reject(row, "No.", actor="Pat", user_id=pat.pk, now=now)
        return identity.settle(row, FAILED, now)

    assert Counter(at_once(decide, 24))[True] == 1
    told = Counter(make.kinds_of(ada.gate.trail))
    assert told["identity_failed"] + told["identity_passed"] == 1


def test_a_check_that_passed_is_used_once_however_many_tabs_press(at_once, ada):
    check = start(ada)
    send(check)
    identity.settle(fresh(check), PASSED, timezone.now())
    visit = ada.visit

    def press(_number):
        row = fresh(check)
        here = Visit.objects.select_related("gate", "session").get(pk=visit.pk)
        return passing.use(row, here, timezone.now())

    outcomes = Counter(at_once(press, 25))
    assert outcomes[Outcome.PASSED] == 1
    assert Grant.objects.count() == 1


@pytest.mark.parametrize("holds", [False, True])
def test_a_check_that_is_used_and_a_factor_that_is_changed_do_not_wait_on_each_other(
    monkeypatch, holds
):
    lease = make.make_identity_request()
    signer = make.signer_of(lease)
    ada = make.Browser(signer.gate)
    check = make.make_identity_check(lease, browser=ada, finding=PASSED)
    IdentityRules.objects.update(holds_for_prefill=holds)
    half_way, grant = Event(), trying.grant

    def grant_slowly(*facts):
        half_way.set()
        time.sleep(0.5)  # until the other has begun
        grant(*facts)

    monkeypatch.setattr(trying, "grant", grant_slowly)

    def change():
        try:
            half_way.wait(10)
            once = Factor.Frequency.ONCE_PER_DOCUMENT
            in_flight.set_factor(
                signer, "identity", frequency=once, actor=lease.sender,
                now=timezone.now(),
            )  # fmt: skip
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        changed = pool.submit(change)
        passing.use(fresh(check), ada.visit, timezone.now())
        changed.result()
    assert not ada.standing.may_view  # the change came last
    assert not Grant.objects.filter(ended_at=None).exists()
