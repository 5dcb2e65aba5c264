from __future__ import annotations

from collections import Counter

import pytest

from tests import factories as make
from verification.flows import issuing
from verification.models import Budget, Challenge, Delivery, Factor, Grant
from verification.outcomes import Outcome
from verification.standing import budget_of

pytestmark = pytest.mark.race

ONE_TIME = Budget.Kind.ONE_TIME_CODE
ACCESS_CODE = Budget.Kind.ACCESS_CODE
EVALUATED = {Outcome.WRONG, Outcome.REPLACED, Outcome.OTHER_BROWSER}


def trail_of(gate):
    return Counter(make.kinds_of(gate.trail))


@pytest.mark.parametrize("tries", [1, 3, 10])
def test_of_500_wrong_guesses_at_once_exactly_the_allowed_number_counts(at_once, tries):
    gate = make.make_gate(max_tries=tries)
    browser = make.Browser(gate)
    challenge = browser.must_ask()

    def guess(number):
        return browser.enter(
            make.wrong_code(challenge, number + 1), challenge, key=f"guess-{number}"
        )

    outcomes = Counter(at_once(guess, 500))

    assert set(outcomes) <= {Outcome.WRONG, Outcome.LOCKED}
    assert outcomes[Outcome.WRONG] == tries - 1  # the last one is told of the lock
    told = trail_of(gate)
    assert told["try"] == told["code_wrong"] == tries
    assert told["locked"] == 1
    budget = budget_of(gate, ONE_TIME)
    assert (budget.consecutive, budget.day, budget.total) == (tries, tries, tries)
    assert budget.locked_at
    assert browser.enter(challenge=challenge) is Outcome.LOCKED
    assert not Grant.objects.exists()


def test_of_200_right_codes_at_once_exactly_one_passes_and_nobody_is_locked(at_once):
    gate = make.make_gate()
    browser = make.Browser(gate)
    challenge = browser.must_ask()
    code = challenge.code()

    at_once(lambda number: browser.enter(code, challenge, key=f"right-{number}"), 200)

    assert Grant.objects.filter(ended_at=None).count() == 1
    assert Grant.objects.count() == 1
    assert trail_of(gate)["code_passed"] == 1
    assert trail_of(gate)["locked"] == 0
    budget = budget_of(gate, ONE_TIME)
    assert (budget.consecutive, budget.day, budget.total) == (0, 0, 0)
    assert budget.locked_at is None
    assert browser.standing.may_view


def test_of_64_right_passwords_at_once_exactly_one_passes(at_once):
    gate = make.make_gate(Factor.Kind.ACCESS_CODE)
    browser = make.Browser(gate)

    at_once(lambda n: browser.enter_password(epoch=1, key=f"right-{n}"), 64)

    assert Grant.objects.count() == 1
    assert trail_of(gate)["access_code_passed"] == 1
    assert trail_of(gate)["locked"] == 0
    budget = budget_of(gate, ACCESS_CODE)
    assert (budget.consecutive, budget.day, budget.total) == (0, 0, 0)
    assert browser.standing.may_view


def test_of_200_wrong_passwords_at_once_exactly_the_allowed_number_counts(at_once):
    gate = make.make_gate(Factor.Kind.ACCESS_CODE, max_tries=5)
    browser = make.Browser(gate)

    at_once(lambda n: browser.enter_password(f"guess {n}", 1, key=f"{n}"), 200)

    told = trail_of(gate)
    assert told["try"] == told["access_code_wrong"] == 5
    assert told["locked"] == 1
    assert budget_of(gate, ACCESS_CODE).total == 5


@pytest.mark.parametrize("repeat", range(5))
def test_guesses_in_flight_never_lock_the_signer_after_success(at_once, repeat):
    gate = make.make_gate(max_tries=5)
    browser = make.Browser(gate)
    challenge = browser.must_ask()
    right = challenge.code()

    def guess(number):
        typed = right if number == 1 else make.wrong_code(challenge, number + 1)
        return browser.enter(typed, challenge, key=f"guess-{number}")

    outcomes = at_once(guess, 24, threads=24)

    budget = budget_of(gate, ONE_TIME)
    told = trail_of(gate)
    if outcomes[1] is Outcome.PASSED:
        assert budget.locked_at is None
        assert told["locked"] == 0
        assert budget.consecutive == 0
    else:
        assert told["code_passed"] == 0
        assert told["locked"] == 1
    assert Grant.objects.count() == told["code_passed"]
    assert told["try"] == told["code_wrong"] + told["code_passed"] <= 5


def test_one_alternative_code_opens_for_one_of_many_browsers(at_once):
    gate = make.make_gate(max_tries=10)
    pat = make.make_member(make.make_company())
    issued = issuing.issue_alternative(
        gate, issuer=pat, actor="Pat", now=make.timezone.now()
    )
    browsers = [make.Browser(gate) for _ in range(20)]

    outcomes = Counter(at_once(lambda n: browsers[n].redeem(issued.code), 20, 20))

    assert outcomes[Outcome.PASSED] == 1
    assert Grant.objects.count() == 1
    assert trail_of(gate)["code_passed"] == 1
    assert trail_of(gate)["locked"] == 0


def test_pressing_twenty_times_with_one_key_sends_one_message(at_once):
    gate = make.make_gate()
    browser = make.Browser(gate)

    outcomes = at_once(lambda _n: browser.ask("sms", key="the same"), 20, 20)

    assert set(outcomes) <= {Outcome.SENT, Outcome.PENDING}
    assert Challenge.objects.count() == Delivery.objects.count() == 1


def test_pressing_twenty_times_with_many_keys_sends_one_message_and_the_rest_wait(
    at_once,
):
    gate = make.make_gate()
    browser = make.Browser(gate)

    outcomes = Counter(at_once(lambda n: browser.ask("sms", key=f"{n}"), 20, 20))

    assert outcomes == {Outcome.SENT: 1, Outcome.WAIT: 19}
    assert Challenge.objects.count() == Delivery.objects.count() == 1


def test_asking_by_both_ways_at_once_leaves_one_live_code(at_once):
    gate = make.make_gate()
    browser = make.Browser(gate)

    outcomes = at_once(lambda n: browser.ask(("sms", "voice")[n], key=f"{n}"), 2, 2)

    assert outcomes == [Outcome.SENT, Outcome.SENT]
    live = make.live_code(gate)
    assert budget_of(gate, ONE_TIME).live_asked_id == live.pk
    assert Challenge.objects.filter(state=Challenge.State.REPLACED).count() == 1
