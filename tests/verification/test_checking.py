from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests import factories as make
from verification import limits
from verification.flows import ending, issuing, locking
from verification.models import Budget, Challenge, Delivery, Factor, Grant, Submission
from verification.outcomes import Outcome
from verification.standing import budget_of

pytestmark = pytest.mark.django_db

ONE_TIME = Budget.Kind.ONE_TIME_CODE
MORNING = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _morning(time_machine) -> None:
    time_machine.move_to(MORNING, tick=False)


@pytest.fixture
def ada():
    """Ada's browser, at a gate that asks for a phone code."""
    return make.Browser(make.make_gate())


def issue(gate, pat=None):
    pat = pat or make.make_member(make.make_company())
    return issuing.issue_alternative(
        gate, issuer=pat, actor="Pat Miller", now=timezone.now()
    )


def left(gate, kind=ONE_TIME):
    return budget_of(gate, kind).tries_left(gate.max_tries, timezone.now())


def unlock(gate, *, clears_total=False):
    return locking.unlock(
        gate,
        actor="Pat Miller",
        reason="She called.",
        clears_total=clears_total,
        now=timezone.now(),
    )


# The whole way


def test_a_signer_asks_types_the_code_and_is_in(ada):
    challenge = ada.must_ask()
    assert not ada.standing.may_view

    assert ada.enter(challenge.code()) is Outcome.PASSED

    assert ada.standing.may_view
    challenge.refresh_from_db()
    assert challenge.state == Challenge.State.VERIFIED
    assert make.kinds_of(ada.gate.trail) == [
        "opened",
        "code_asked",
        "try",
        "code_passed",
    ]


def test_password_then_code_are_asked_in_order():
    ada = make.Browser(make.make_gate(Factor.Kind.ACCESS_CODE, Factor.Kind.PHONE))
    assert ada.standing.next_factor("view").kind == Factor.Kind.ACCESS_CODE
    assert ada.standing.steps("view") == (1, 2)
    assert ada.enter_password() is Outcome.PASSED
    assert ada.standing.next_factor("view").kind == Factor.Kind.PHONE
    assert not ada.standing.may_view
    ada.pass_phone()
    assert ada.standing.may_view


@pytest.mark.parametrize(
    "typed", ["{0} ", "{0:.3} {0:.3}", "\u3000{0}"], ids=["space", "halves", "wide"]
)
def test_spaces_in_a_code_are_forgiven(ada, typed):
    code = ada.must_ask().code()
    assert ada.enter(typed.format(code).replace(code[:3] + " " + code[:3], code)) is (
        Outcome.PASSED
    )


def test_full_width_digits_are_read(ada):
    code = ada.must_ask().code()
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert ada.enter(wide) is Outcome.PASSED


@pytest.mark.parametrize("typed", ["", "   ", "\n"])
def test_an_empty_field_costs_nothing(ada, typed):
    ada.must_ask()
    assert ada.enter(typed) is Outcome.EMPTY
    assert left(ada.gate) == 3


# Counting (T1, T3, T5, T7, T26)


@pytest.mark.parametrize("tries", [1, 3, 10])
def test_the_last_wrong_try_locks(tries):
    ada = make.Browser(make.make_gate(max_tries=tries))
    challenge = ada.must_ask()
    outcomes = [ada.enter(make.wrong_code(challenge, n + 1)) for n in range(tries)]
    assert outcomes == [Outcome.WRONG] * (tries - 1) + [Outcome.LOCKED]
    assert ada.enter(challenge.code(), challenge) is Outcome.LOCKED
    challenge.refresh_from_db()
    assert challenge.state == Challenge.State.LOCKED
    assert make.kinds_of(ada.gate.trail).count("locked") == 1


def test_the_right_code_on_the_last_try_passes(ada):
    challenge = ada.must_ask()
    ada.enter(make.wrong_code(challenge, 1))
    ada.enter(make.wrong_code(challenge, 2))
    assert left(ada.gate) == 1
    assert ada.enter(challenge.code()) is Outcome.PASSED
    assert left(ada.gate) == 3


def test_resend_reopening_and_another_browser_refill_nothing(ada, time_machine):
    first = ada.must_ask()
    assert ada.enter(make.wrong_code(first)) is Outcome.WRONG
    time_machine.shift(31)
    second = ada.must_ask()
    ada.arrive()
    assert left(ada.gate) == 2
    assert ada.enter(make.wrong_code(second)) is Outcome.WRONG
    elsewhere = make.Browser(ada.gate, ip="203.0.113.9")
    third = elsewhere.must_ask()
    assert elsewhere.enter(make.wrong_code(third)) is Outcome.LOCKED


def test_every_channel_draws_on_one_budget(ada, time_machine):
    ada.enter(make.wrong_code(ada.must_ask("sms")))
    time_machine.shift(31)
    ada.enter(make.wrong_code(ada.must_ask("voice")))
    issued = issue(ada.gate)
    assert left(ada.gate) == 1
    assert ada.redeem("WRONGONE") is Outcome.LOCKED
    assert ada.redeem(issued.code) is Outcome.LOCKED
    assert ada.ask("voice") is Outcome.LOCKED


def test_password_and_codes_have_budgets_of_their_own():
    gate = make.make_gate(Factor.Kind.ACCESS_CODE, Factor.Kind.PHONE)
    ada = make.Browser(gate)
    assert ada.enter_password("nonsense") is Outcome.WRONG
    assert left(gate, Budget.Kind.ACCESS_CODE) == 2
    assert left(gate) == 3
    ada.enter_password()
    assert left(gate, Budget.Kind.ACCESS_CODE) == 3


def test_success_ends_the_run_of_wrong_tries_and_keeps_the_total(ada):
    challenge = ada.must_ask()
    ada.enter(make.wrong_code(challenge))
    ada.enter()
    budget = budget_of(ada.gate, ONE_TIME)
    assert (budget.consecutive, budget.day, budget.total) == (0, 1, 1)


def test_a_day_knows_ten_wrong_tries_and_no_more(time_machine):
    ada = make.Browser(make.make_gate(max_tries=3))
    evaluated = 0
    for _round in range(6):
        challenge = ada.ask() is Outcome.SENT and make.live_code(ada.gate)
        if not challenge:
            break
        for number in (1, 2):
            outcome = ada.enter(make.wrong_code(challenge, number), challenge)
            evaluated += outcome is Outcome.WRONG
            evaluated += outcome is Outcome.LOCKED
        if budget_of(ada.gate, ONE_TIME).locked_at:
            break
        ada.enter(challenge.code(), challenge)  # success refills the run only
        time_machine.shift(timedelta(minutes=11))
    assert evaluated == Budget.DAY_CAP
    assert budget_of(ada.gate, ONE_TIME).locked_at
    time_machine.shift(timedelta(days=2))
    assert ada.ask() is Outcome.LOCKED  # time alone never unlocks


def wrong_day(ada, time_machine, days):
    """Nine wrong tries a day, in runs that never lock by themselves."""
    for _day in range(days):
        for _round in range(3):
            challenge = ada.must_ask()
            for number in (1, 2, 3):
                ada.enter(make.wrong_code(challenge, number), challenge)
            assert ada.enter(challenge.code(), challenge) is Outcome.PASSED
            time_machine.shift(timedelta(minutes=11))
        time_machine.shift(timedelta(days=1))


def test_in_all_twenty_wrong_tries_are_looked_at(time_machine):
    ada = make.Browser(make.make_gate(max_tries=10))
    wrong_day(ada, time_machine, 2)
    assert left(ada.gate) == 2
    challenge = ada.must_ask()
    assert ada.enter(make.wrong_code(challenge, 1)) is Outcome.WRONG
    assert ada.enter(make.wrong_code(challenge, 2)) is Outcome.LOCKED
    assert unlock(ada.gate) is False  # the publisher may not clear the total
    assert unlock(ada.gate, clears_total=True)
    assert left(ada.gate) == 10


def test_a_wrong_code_sends_nothing(ada):
    challenge = ada.must_ask()
    sent = Delivery.objects.filter(kind="code").count()
    for number in range(5):
        ada.enter(make.wrong_code(challenge, number + 1), challenge)
    assert Delivery.objects.filter(kind="code").count() == sent


def test_one_press_is_answered_once(ada):
    challenge = ada.must_ask()
    wrong = make.wrong_code(challenge)
    assert ada.enter(wrong, key="same") is Outcome.WRONG
    assert ada.enter(wrong, key="same") is Outcome.WRONG
    assert ada.enter(challenge.code(), key="same") is Outcome.WRONG
    assert left(ada.gate) == 2


def test_a_key_with_a_null_byte_is_an_ordinary_key(ada):
    ada.must_ask()
    assert ada.enter("000000", key="a\x00b") in (Outcome.WRONG, Outcome.PASSED)


def test_a_crash_between_charge_and_answer_gives_no_try_back(ada, monkeypatch):
    challenge = ada.must_ask()

    def crash(*args, **kwargs):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr("verification.flows.checking._explain", crash)
        with pytest.raises(MemoryError):
            ada.enter(make.wrong_code(challenge))
    assert left(ada.gate) == 2


def test_a_crash_on_the_last_try_still_locks_in_the_end(monkeypatch, time_machine):
    ada = make.Browser(make.make_gate(max_tries=1))
    challenge = ada.must_ask()
    with monkeypatch.context() as patch:
        patch.setattr("verification.flows.checking._explain", None)
        with pytest.raises(TypeError):
            ada.enter(make.wrong_code(challenge))
    assert ada.enter(challenge.code(), challenge) is Outcome.LOCKED
    time_machine.shift(31)
    assert ada.enter(challenge.code(), challenge) is Outcome.LOCKED
    assert budget_of(ada.gate, ONE_TIME).locked_at
    assert make.kinds_of(ada.gate.trail).count("locked") == 1


# Locked and unlocked (T8, T23)


def test_a_lock_takes_no_grant_away(ada):
    ada.pass_phone()
    other = make.Browser(ada.gate)
    challenge = other.must_ask()
    for number in (1, 2, 3):
        other.enter(make.wrong_code(challenge, number), challenge)
    assert budget_of(ada.gate, ONE_TIME).locked_at
    assert ada.standing.may_view


def test_a_lock_is_of_one_signer_alone(ada):
    bob = make.Browser(make.make_gate(trail=ada.gate.trail, name="Bob Reed"))
    challenge = ada.must_ask()
    for number in (1, 2, 3):
        ada.enter(make.wrong_code(challenge, number), challenge)
    assert left(bob.gate) == 3
    bob.pass_phone()


def test_unlocking_gives_all_tries_back_and_asks_for_a_new_code(ada):
    challenge = ada.must_ask()
    for number in (1, 2, 3):
        ada.enter(make.wrong_code(challenge, number), challenge)
    assert unlock(ada.gate)
    assert left(ada.gate) == 3
    assert ada.enter(challenge.code(), challenge) is Outcome.LOCKED  # that code died
    budget = budget_of(ada.gate, ONE_TIME)
    assert (budget.consecutive, budget.day, budget.total) == (0, 0, 3)


def lock(ada, time_machine):
    time_machine.shift(timedelta(minutes=11))
    challenge = ada.must_ask()
    for number in range(ada.gate.max_tries):
        ada.enter(make.wrong_code(challenge, number + 1), challenge)


def test_three_unlocks_a_day_and_no_more(time_machine):
    ada = make.Browser(make.make_gate(max_tries=1))
    for _time in range(3):
        lock(ada, time_machine)
        assert unlock(ada.gate)
    lock(ada, time_machine)
    assert unlock(ada.gate) is False
    assert unlock(ada.gate, clears_total=True) is False
    time_machine.shift(timedelta(days=1))
    assert unlock(ada.gate)


def test_what_is_not_locked_is_not_unlocked(ada):
    ada.enter(make.wrong_code(ada.must_ask()))
    assert unlock(ada.gate) is False
    assert left(ada.gate) == 2


def test_an_unlock_names_who_and_why(ada, time_machine):
    lock(ada, time_machine)
    unlock(ada.gate)
    entry = ada.gate.trail.entries.last()
    assert entry.kind == "unlocked"
    assert '"reason":"She called."' in entry.payload
    assert '"actor":"Pat Miller"' in entry.payload


# Which code it was


def test_a_replaced_code_says_so_and_names_itself(ada, time_machine):
    old = ada.must_ask()
    time_machine.shift(31)
    new = ada.must_ask()
    assert old.code() != new.code()
    assert old.reference != new.reference

    assert ada.enter(old.code(), new) is Outcome.REPLACED

    answer = Submission.objects.latest("pk")
    assert answer.about == old
    assert left(ada.gate) == 2
    assert ada.enter(new.code(), new) is Outcome.PASSED


def test_a_dialog_that_was_left_behind_costs_nothing(ada, time_machine):
    old = ada.must_ask()
    time_machine.shift(31)
    ada.must_ask()
    assert ada.enter(old.code(), old) is Outcome.REPLACED
    assert left(ada.gate) == 3


def test_a_used_code_says_so(ada, time_machine):
    used = ada.must_ask()
    ada.enter()
    ada.arrive()
    time_machine.shift(31)
    new = ada.must_ask()
    assert ada.enter(used.code(), new) is Outcome.USED
    assert left(ada.gate) == 2


def test_a_used_code_opens_no_second_browser(ada):
    used = ada.must_ask()
    ada.enter()
    other = make.Browser(ada.gate)
    assert other.enter(used.code(), used) is Outcome.USED
    assert not other.standing.may_view


def test_an_own_old_code_is_known_among_many_of_others(ada, time_machine):
    old = ada.must_ask()
    for _number in range(12):
        make.Browser(
            make.make_gate(trail=ada.gate.trail, phone=f"+1415555{_number:04}")
        ).must_ask()
    time_machine.shift(31)
    new = ada.must_ask()
    assert ada.enter(old.code(), new) is Outcome.REPLACED


def test_a_code_of_a_retired_key_has_expired_and_costs_nothing(ada, settings):
    challenge = ada.must_ask()
    code = challenge.code()
    settings.CODE_KEYS = {"c2": "f" * 64}
    assert ada.enter(code, challenge) is Outcome.EXPIRED
    assert left(ada.gate) == 3


def test_nothing_is_evaluated_once_the_gate_is_shut(ada):
    challenge = ada.must_ask()
    ending.close(ada.gate, timezone.now())
    assert ada.enter(challenge.code(), challenge) is Outcome.CLOSED
    assert ada.ask() is Outcome.CLOSED
    assert not Grant.objects.exists()


# One network, many links (T6)


def test_one_network_may_be_wrong_thirty_times_in_ten_minutes(time_machine, caplog):
    use = limits.Use(limits.IP_FAILURES, "198.51.100.7")
    for _earlier in range(27):
        limits.take([use], timezone.now())
    outcomes = []
    for number in range(5):
        phone, company = f"+1415{5550190 + number * 10_000}", number + 1
        stranger = make.Browser(make.make_gate(phone=phone, company_id=company))
        challenge = make_code_of(stranger)
        outcomes.append(stranger.enter(make.wrong_code(challenge), challenge))
    assert outcomes == [Outcome.WRONG] * 3 + [Outcome.TOO_MANY] * 2
    assert "wrong tries" in caplog.text

    elsewhere = make.Browser(make.make_gate(), ip="203.0.113.9")
    elsewhere.pass_phone()

    time_machine.shift(timedelta(minutes=10))
    assert stranger.enter(make.wrong_code(challenge), challenge) is Outcome.WRONG


def make_code_of(browser):
    """A live code that some other network asked for in this browser."""
    ip, browser.ip = browser.ip, f"192.0.2.{browser.gate.pk % 250}"
    challenge = browser.must_ask()
    browser.ip = ip
    return challenge


def test_a_network_that_is_shut_out_spends_no_tries(ada):
    challenge = make_code_of(ada)
    use = limits.Use(limits.IP_FAILURES, ada.ip)
    for _number in range(limits.IP_FAILURES.most):
        limits.take([use], timezone.now())
    assert ada.enter(make.wrong_code(challenge)) is Outcome.TOO_MANY
    assert left(ada.gate) == 3
