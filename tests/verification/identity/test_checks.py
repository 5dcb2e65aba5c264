"""One showing of a document: charged once, decided once, used once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from tests import factories as make
from verification.flows import ending, identity, locking, opening, passing
from verification.identity.base import Facts, Finding, Reason
from verification.models import (
    Budget,
    Factor,
    Gate,
    Grant,
    IdentityCheck,
    IdentityRules,
    TrailEntry,
)
from verification.outcomes import Outcome
from verification.standing import budget_of

pytestmark = pytest.mark.django_db

State = IdentityCheck.State
MORNING = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
ADA = Facts(
    full_name="LANE ADA",
    document_type="passport",
    country="US",
    number_end="Z89",
    expires_on=date(2030, 1, 1),
    has_zone=True,
)
LIKELY = Finding(None, ADA, checks={"expiry": True, "name": True})
WRONG_NAME = Finding(
    is_passed=False, facts=ADA, reason=Reason.NAME, checks={"name": False}
)


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(MORNING, tick=False)
    return time_machine


@pytest.fixture
def ada():
    """Ada's browser, at a gate that asks for an identity check."""
    gate = make.make_gate(Factor.Kind.IDENTITY)
    IdentityRules.objects.create(factor=gate.factors.get(), max_tries=3)
    return make.Browser(gate)


def start(browser, **chosen):
    """Press the button that starts a check; the check, or why there is none."""
    return identity.start(
        browser.visit,
        browser.gate.factors.get(kind=Factor.Kind.IDENTITY, removed_at=None),
        origin=opening.Origin("192.0.2.7"),
        now=timezone.now(),
        **chosen,
    )


def send(check):
    return identity.send(check, origin=opening.Origin(), now=timezone.now())


def show(browser, finding):
    """Start, send and have judged one check."""
    check = start(browser, document_type="passport", country="US")
    assert send(check) is Outcome.PENDING
    assert identity.settle(check, finding, timezone.now())
    return check


def approve(check, user):
    return identity.approve(
        check, actor="Pat <pat@example.com>", user_id=user.pk, now=timezone.now()
    )


def use(check, browser):
    return passing.use(check, browser.visit, timezone.now())


def left(gate):
    budget = budget_of(gate, Budget.Kind.IDENTITY)
    return budget.tries_left(gate.max_tries, timezone.now())


def test_a_check_is_approved_by_a_person_and_opens_the_gate_once(ada):
    pat = make.make_member(make.make_company())
    check = show(ada, LIKELY)
    assert check.state == State.WAITING
    assert not ada.standing.may_view
    assert approve(check, pat)
    assert not ada.standing.may_view  # the signer goes on, nobody else for them
    assert use(check, ada) is Outcome.PASSED
    assert ada.standing.may_view
    assert use(check, ada) is Outcome.STALE
    assert Grant.objects.count() == 1
    assert make.kinds_of(ada.gate.trail) == [
        "opened",
        "identity_started",
        "try",
        "identity_waiting",
        "identity_passed",
    ]


def test_reopening_the_link_asks_for_another_check_each_time(ada):
    check = show(ada, Finding(is_passed=True, facts=ADA))
    use(check, ada)
    ada.arrive()
    assert not ada.standing.may_view
    assert use(check, ada) is Outcome.STALE
    again = start(ada)
    assert again.pk != check.pk


def test_an_approval_that_came_later_waits_for_the_browser_that_showed_the_document(
    ada, time_machine
):
    check = show(ada, LIKELY)
    time_machine.shift(timedelta(days=3))
    approve(check, make.make_member(make.make_company()))
    ada.arrive()
    stranger = make.Browser(ada.gate)
    assert use(check, stranger) is Outcome.STALE
    assert not stranger.standing.may_view
    assert use(check, ada) is Outcome.PASSED
    assert ada.standing.may_view


def test_who_sits_down_at_the_browser_later_does_not_go_on_with_what_was_approved(
    ada, time_machine
):
    """A grant ends after 30 idle minutes; what is about to be one does, too."""
    check = show(ada, LIKELY)
    time_machine.shift(timedelta(minutes=30, seconds=1))
    approve(check, make.make_member(make.make_company()))
    assert use(check, ada) is Outcome.STALE
    ada.arrive()
    assert use(check, ada) is Outcome.PASSED


def test_who_waits_half_an_hour_goes_on_at_once(ada, time_machine):
    check = show(ada, LIKELY)
    time_machine.shift(timedelta(minutes=30))
    approve(check, make.make_member(make.make_company()))
    assert use(check, ada) is Outcome.PASSED


def test_leaving_ends_a_check_that_passed_and_was_not_used(ada):
    check = show(ada, Finding(is_passed=True, facts=ADA))
    opening.leave(ada.visit, timezone.now())
    ada.arrive()
    assert use(check, ada) is Outcome.STALE
    assert not ada.standing.may_view


def test_once_per_document_holds_for_every_browser(ada):
    ada.gate.factors.update(frequency=Factor.Frequency.ONCE_PER_DOCUMENT)
    check = show(ada, Finding(is_passed=True, facts=ADA))
    use(check, ada)
    assert make.Browser(ada.gate).standing.may_view


def test_until_sign_completed_asks_again_before_and_not_after(ada):
    ada.gate.factors.update(frequency=Factor.Frequency.UNTIL_SIGN_COMPLETED)
    use(show(ada, Finding(is_passed=True, facts=ADA)), ada)
    ada.arrive()
    assert not ada.standing.may_view
    Gate.objects.update(completed_at=timezone.now())
    ada.gate.refresh_from_db()
    assert ada.standing.may_view


# Counting


def test_sending_twice_charges_one_try(ada):
    check = start(ada)
    assert [send(check), send(check)] == [Outcome.PENDING] * 2
    assert left(ada.gate) == 2


@pytest.mark.parametrize("tries", [1, 3, 10])
def test_the_last_failed_check_locks(ada, tries):
    IdentityRules.objects.update(max_tries=tries)
    for number in range(tries):
        assert left_before(ada.gate, tries, number)
        show(ada, WRONG_NAME)
    assert left(ada.gate) == 0
    assert start(ada) is Outcome.LOCKED
    assert make.kinds_of(ada.gate.trail).count("locked") == 1


def left_before(gate, tries, number):
    budget = budget_of(gate, Budget.Kind.IDENTITY)
    return number == 0 or budget.tries_left(gate.max_tries, timezone.now()) == (
        tries - number
    )


def test_failed_checks_take_nothing_from_the_tries_of_codes():
    gate = make.make_gate(Factor.Kind.PHONE, Factor.Kind.IDENTITY)
    ada = make.Browser(gate)
    ada.pass_phone()
    for _number in range(3):
        show(ada, WRONG_NAME)
    codes = budget_of(gate, Budget.Kind.ONE_TIME_CODE)
    assert codes.tries_left(gate.max_tries, timezone.now()) == 3
    assert codes.locked_at is None


def test_a_new_browser_gives_no_try_back(ada):
    show(ada, WRONG_NAME)
    show(ada, WRONG_NAME)
    show(make.Browser(ada.gate), WRONG_NAME)
    assert start(make.Browser(ada.gate)) is Outcome.LOCKED


def test_a_waiting_check_holds_its_try_and_rejecting_it_locks_on_the_last(ada):
    IdentityRules.objects.update(max_tries=1)
    check = show(ada, LIKELY)
    assert budget_of(ada.gate, Budget.Kind.IDENTITY).locked_at is None
    pat = make.make_member(make.make_company())
    said = identity.reject(
        check, "The photo is of another person.", actor="Pat", user_id=pat.pk,
        now=timezone.now(),
    )  # fmt: skip
    assert said
    assert budget_of(ada.gate, Budget.Kind.IDENTITY).locked_at is not None
    check.refresh_from_db()
    assert check.note == "The photo is of another person."


def test_unlocking_gives_the_tries_back(ada):
    for _number in range(3):
        show(ada, WRONG_NAME)
    unlocked = locking.unlock(
        ada.gate, actor="Pat", reason="She moved.", clears_total=False,
        now=timezone.now(),
    )  # fmt: skip
    assert unlocked
    assert isinstance(start(ada), IdentityCheck)


def test_a_failed_check_can_be_approved_by_hand_also_when_it_locked(ada):
    IdentityRules.objects.update(max_tries=1)
    check = show(ada, WRONG_NAME)
    assert budget_of(ada.gate, Budget.Kind.IDENTITY).locked_at
    assert approve(check, make.make_member(make.make_company()))
    assert budget_of(ada.gate, Budget.Kind.IDENTITY).locked_at is None
    assert use(check, ada) is Outcome.PASSED


def test_a_decision_is_made_once(ada):
    pat = make.make_member(make.make_company())
    check = show(ada, LIKELY)
    assert approve(check, pat)
    assert not identity.reject(
        check, "No.", actor="Pat", user_id=pat.pk, now=timezone.now()
    )
    assert not identity.settle(check, WRONG_NAME, timezone.now())
    assert make.kinds_of(ada.gate.trail).count("identity_passed") == 1


# What may not be


def test_what_was_shown_before_opens_no_later_access(ada):
    """Mal shows a bad document, then a good one, and hopes for a late approval."""
    pat = make.make_member(make.make_company())
    failed = show(ada, WRONG_NAME)
    use(show(ada, Finding(is_passed=True, facts=ADA)), ada)
    ada.arrive()
    approve(failed, pat)
    assert use(failed, ada) is Outcome.STALE
    assert not ada.standing.may_view
    assert identity.current(ada.visit, failed.factor) is None


def test_what_waits_beside_a_check_that_opened_the_gate_is_over(ada):
    pat = make.make_member(make.make_company())
    failed, waiting = show(ada, WRONG_NAME), show(ada, LIKELY)
    approve(failed, pat)
    assert use(failed, ada) is Outcome.PASSED
    waiting.refresh_from_db()
    assert waiting.state == State.ENDED
    assert not approve(waiting, pat)


def test_nothing_starts_before_the_factors_that_come_first():
    ada = make.Browser(make.make_gate(Factor.Kind.PHONE, Factor.Kind.IDENTITY))
    assert start(ada) is Outcome.STALE
    assert not IdentityCheck.objects.exists()


def test_a_type_of_document_that_is_not_allowed_is_refused(ada):
    IdentityRules.objects.update(document_types=["passport"])
    assert start(ada, document_type="driver_license") is Outcome.NOT_ALLOWED
    assert isinstance(start(ada, document_type="passport"), IdentityCheck)


def test_a_provider_that_is_not_there_starts_nothing(ada, company_rules):
    company_rules.identity_provider = "nobody"
    assert start(ada) is Outcome.NOT_ALLOWED


def test_a_closed_gate_takes_no_check_and_uses_none(ada):
    check = show(ada, Finding(is_passed=True, facts=ADA))
    ending.close(ada.gate, timezone.now())
    ada.gate.refresh_from_db()
    ada.visit.gate.refresh_from_db()
    check.refresh_from_db()
    check.gate.refresh_from_db()
    assert use(check, ada) is not Outcome.PASSED
    assert start(ada) is Outcome.CLOSED
    assert not ada.standing.may_view


def test_a_changed_factor_ends_what_waits_and_what_was_approved(ada):
    waiting = show(ada, LIKELY)
    bob = make.Browser(ada.gate)
    approved = show(bob, Finding(is_passed=True, facts=ADA))
    ending.forget_proofs(ada.gate, timezone.now())
    waiting.refresh_from_db()
    approved.refresh_from_db()
    assert waiting.state == State.ENDED
    assert not approve(waiting, make.make_member(make.make_company()))
    assert use(approved, bob) is Outcome.STALE
    assert not bob.standing.may_view


def test_choosing_another_document_keeps_the_check_and_costs_nothing(ada):
    first = start(ada, document_type="passport", country="US")
    second = start(ada, document_type="id_card", country="DE")
    assert second.pk == first.pk
    assert (second.document_type, second.country) == ("id_card", "DE")
    assert left_before(ada.gate, 3, 0)
    assert make.kinds_of(ada.gate.trail).count("identity_started") == 1


# The hold


def test_a_hold_lasts_half_a_minute_once(ada, time_machine):
    IdentityRules.objects.update(holds_for_prefill=True)
    use(show(ada, Finding(is_passed=True, facts=ADA)), ada)
    ada.gate.refresh_from_db()
    assert ada.gate.held_until == timezone.now() + timedelta(seconds=30)
    assert passing.release(ada.gate, actor="Pat", now=timezone.now())
    ada.gate.refresh_from_db()
    assert ada.gate.held_until == timezone.now()
    assert not passing.release(ada.gate, actor="Pat", now=timezone.now())
    time_machine.shift(timedelta(minutes=5))
    ada.arrive()
    use(show(ada, Finding(is_passed=True, facts=ADA)), ada)
    ada.gate.refresh_from_db()
    assert ada.gate.held_until < timezone.now()


# What is kept, and told


def test_what_was_read_is_kept_encrypted_and_the_trail_names_nobody(ada):
    facts = Facts(full_name="LANE ADA MARIA", number_end="Z89", country="US")
    check = show(ada, Finding(None, facts, comparison={"read": "LANE ADA MARIA"}))
    assert check.get_facts() == facts
    assert identity.comparison_of(check) == {"read": "LANE ADA MARIA"}
    assert "LANE" not in check.facts
    assert "LANE" not in check.name_comparison
    payloads = TrailEntry.objects.filter(kind__startswith="identity")
    assert not any("LANE" in entry.payload for entry in payloads)


def test_the_trail_keeps_three_characters_of_the_number_at_most(ada):
    careless = Facts(number_end="L898902C36UTO")
    check = show(ada, Finding(is_passed=True, facts=careless))
    entry = TrailEntry.objects.get(kind="identity_passed")
    assert '"number_end":"UTO"' in entry.payload.replace(" ", "")
    assert check.state == State.PASSED
