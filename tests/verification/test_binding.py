"""What was proven here, by this one, for that one, counts nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests import factories as make
from verification.flows import asking, checking, ending, opening
from verification.flows.trying import Try
from verification.models import (
    BrowserSession,
    Challenge,
    Delivery,
    Factor,
    Gate,
    Visit,
)
from verification.outcomes import Outcome
from verification.standing import budget_of, standing

pytestmark = pytest.mark.django_db

Kind = Factor.Kind
MORNING = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _morning(time_machine) -> None:
    time_machine.move_to(MORNING, tick=False)


@pytest.fixture
def ada():
    return make.Browser(make.make_gate())


def tries(gate):
    return budget_of(gate, "one_time_code").consecutive


# Signers (T13, T21)


def test_the_code_of_another_signer_with_the_same_phone_is_told_apart(ada):
    bob = make.Browser(make.make_gate(trail=ada.gate.trail, name="Bob Reed"))
    for_ada, for_bob = ada.must_ask(), bob.must_ask()
    assert for_ada.code() != for_bob.code()

    assert bob.enter(for_ada.code(), for_bob) is Outcome.OTHER_SIGNER

    assert tries(bob.gate) == 1
    assert tries(ada.gate) == 0
    assert not bob.standing.may_view
    assert bob.enter(for_bob.code()) is Outcome.PASSED
    assert ada.enter(for_ada.code()) is Outcome.PASSED


def test_a_signer_of_another_request_learns_nothing_of_a_foreign_code(ada):
    bob = make.Browser(make.make_gate(name="Bob Reed"))
    for_bob = bob.must_ask()
    assert bob.enter(ada.must_ask().code(), for_bob) is Outcome.WRONG


def test_a_foreign_dialog_is_no_way_in(ada):
    bob = make.Browser(make.make_gate(name="Bob Reed"))
    for_bob = bob.must_ask()
    attempt = ada.attempt(for_bob.code(), Kind.PHONE)
    outcome = checking.verify(attempt, for_bob.pk, "key", timezone.now())
    assert outcome is Outcome.NOTHING_LIVE
    assert tries(ada.gate) == tries(bob.gate) == 0


def test_two_signers_in_one_browser_are_never_mixed_up():
    session, _secret = opening.begin(timezone.now())
    ada = make.Browser(make.make_gate(), session)
    bob = make.Browser(make.make_gate(trail=ada.gate.trail, name="Bob"), session)
    ada.must_ask()
    bob.must_ask()
    assert ada.enter() is Outcome.PASSED
    assert ada.standing.may_view
    assert not bob.standing.may_view
    assert not standing(bob.gate, ada.visit, timezone.now()).may_view

    bob.enter()
    opening.leave(ada.visit, timezone.now())
    assert not ada.standing.may_view
    assert bob.standing.may_view


# Documents (T14)


def test_a_grant_for_one_document_opens_no_other_of_the_same_signer():
    session, _secret = opening.begin(timezone.now())
    lease = make.Browser(make.make_gate(), session)
    annex = make.Browser(make.make_gate(title="Annex"), session)
    lease.pass_phone()
    assert not annex.standing.may_view
    assert not standing(annex.gate, lease.visit, timezone.now()).may_view


# Browsers (T15)


def test_a_code_typed_in_another_browser_is_refused_and_counted(ada):
    challenge = ada.must_ask()
    other = make.Browser(ada.gate)
    assert other.enter(challenge.code(), challenge) is Outcome.OTHER_BROWSER
    assert tries(ada.gate) == 1
    assert not other.standing.may_view
    assert ada.enter() is Outcome.PASSED


def test_have_a_code_takes_the_live_code_of_this_browser_only(ada):
    challenge = ada.must_ask()
    other = make.Browser(ada.gate)
    assert other.redeem(challenge.code()) is Outcome.OTHER_BROWSER
    assert ada.redeem(challenge.code()) is Outcome.PASSED


def test_a_session_is_known_by_its_secret_and_for_a_minute_by_the_one_before(
    time_machine,
):
    now = timezone.now()
    session, first = opening.begin(now)
    second = opening.rotate(session, first, now)
    assert opening.recognise(first, now) == session
    assert opening.recognise(second, now) == session
    assert opening.recognise(first, now + timedelta(seconds=59)) == session
    assert opening.recognise(first, now + timedelta(seconds=60)) is None
    assert opening.recognise("", now) is None
    assert opening.recognise("x" * 43, now) is None
    a_day = timedelta(hours=24)
    assert opening.recognise(second, now + a_day - timedelta(seconds=1)) == session
    assert opening.recognise(second, now + a_day) is None


def test_passing_something_else_does_not_shorten_what_waits_for_a_person():
    now = timezone.now()
    session, first = opening.begin(now)
    a_week = now + timedelta(days=7)
    BrowserSession.objects.update(ends_at=a_week)
    second = opening.rotate(session, first, now)
    assert opening.recognise(second, a_week - timedelta(seconds=1)) == session


def test_two_presses_at_once_end_with_one_cookie_whichever_answer_is_read_last():
    now = timezone.now()
    session, first = opening.begin(now)
    answers = [opening.rotate(session, first, now) for _ in range(2)]
    assert answers[0] == answers[1] != first
    session.refresh_from_db()
    assert opening.present_secret(session, first) == answers[0]
    assert opening.present_secret(session, answers[0]) == answers[0]
    later = now + timedelta(minutes=5)
    assert opening.recognise(answers[0], later) == session


def test_no_secret_of_a_session_is_kept():
    session, secret = opening.begin(timezone.now())
    assert secret not in (session.secret_hash, session.previous_hash)
    assert len(session.secret_hash) == 64


def test_a_session_lives_as_long_as_the_code_it_asked_for(time_machine):
    session, secret = opening.begin(timezone.now())
    time_machine.shift(timedelta(hours=3))
    ada = make.Browser(make.make_gate(), session)
    ada.must_ask()
    time_machine.shift(timedelta(hours=23, minutes=59))
    assert opening.recognise(secret, timezone.now()) == session
    assert ada.enter() is Outcome.PASSED


# Factors


@pytest.fixture
def two():
    """Ada at a gate with a password and a phone code."""
    return make.Browser(make.make_gate(Kind.ACCESS_CODE, Kind.PHONE))


def test_a_code_stands_in_for_no_password(two):
    two.enter_password()
    challenge = two.must_ask()
    two.arrive()  # the password is asked anew, the code still lives
    assert two.standing.next_factor("view").kind == Kind.ACCESS_CODE

    outcomes = [
        two.enter(challenge.code(), challenge, kind=Kind.ACCESS_CODE),
        two.redeem(challenge.code(), kind=Kind.ACCESS_CODE),
    ]

    assert Outcome.PASSED not in outcomes
    assert two.standing.passed == frozenset()
    assert tries(two.gate) == 0
    two.enter_password()
    assert two.enter(challenge.code(), challenge) is Outcome.PASSED


def test_a_text_stands_in_for_no_email():
    ada = make.Browser(make.make_gate(Kind.PHONE, Kind.EMAIL))
    challenge = ada.must_ask()
    assert ada.enter(challenge.code(), kind=Kind.EMAIL) is not Outcome.PASSED
    assert not ada.standing.passed


def test_nothing_is_sent_or_compared_before_its_turn(two):
    assert two.ask() is Outcome.STALE
    assert not Delivery.objects.filter(kind="code").exists()
    two.enter_password()
    challenge = two.must_ask()
    two.arrive()
    assert two.enter(challenge.code(), challenge) is Outcome.STALE
    assert tries(two.gate) == 0


def test_what_guards_signing_comes_after_what_guards_viewing():
    gate = make.make_gate(Kind.ACCESS_CODE)
    make.make_factor(gate, Kind.PHONE, stage=Factor.Stage.SIGN)
    ada = make.Browser(gate)
    assert ada.ask() is Outcome.STALE
    ada.enter_password()
    assert ada.standing.may_view
    assert not ada.standing.may_sign
    ada.pass_phone()
    assert ada.standing.may_sign


def test_a_removed_factor_proves_nothing(ada):
    challenge = ada.must_ask()
    factor = ada.factor()
    attempt = ada.attempt(challenge.code(), Kind.PHONE)
    Factor.objects.filter(pk=factor.pk).update(removed_at=timezone.now())
    make.make_factor(ada.gate, Kind.EMAIL)
    attempt.factor.refresh_from_db()
    outcome = checking.verify(attempt, challenge.pk, "key", timezone.now())
    assert outcome is Outcome.STALE
    assert not ada.standing.may_view


def test_a_factor_of_another_gate_proves_nothing(ada):
    challenge = ada.must_ask()
    foreign = make.make_gate().factors.get()
    attempt = Try(ada.visit, foreign, challenge.code(), ada.origin)
    outcome = checking.verify(attempt, challenge.pk, "key", timezone.now())
    assert outcome is Outcome.STALE
    asked = asking.Ask(ada.visit, foreign, "sms", ada.origin)
    assert asking.ask(asked, "other", timezone.now()) is Outcome.STALE


# Changes (T16)


def test_a_changed_number_ends_proofs_and_codes_at_once(ada):
    ada.pass_phone()
    other = make.Browser(ada.gate)
    pending = other.must_ask()
    Gate.objects.filter(pk=ada.gate.pk).update(phone=make.BOB_PHONE)
    ending.forget_proofs(ada.gate, timezone.now())
    assert not ada.standing.may_view
    assert other.enter(pending.code(), pending) is Outcome.REPLACED
    assert not other.standing.may_view


def test_what_was_proven_once_is_forgotten_when_the_number_changes():
    gate = make.make_gate()
    gate.factors.update(frequency=Factor.Frequency.ONCE_PER_DOCUMENT)
    ada = make.Browser(gate)
    ada.pass_phone()
    assert make.Browser(gate).standing.may_view
    ending.forget_proofs(gate, timezone.now())
    assert not make.Browser(gate).standing.may_view
    assert not ada.standing.may_view


def test_a_code_is_never_sent_to_a_number_that_was_just_replaced(ada):
    asked = asking.Ask(ada.visit, ada.factor(), "sms", ada.origin)
    assert asked.gate.phone_e164 == make.ADA_PHONE  # read before the change
    Gate.objects.filter(pk=ada.gate.pk).update(phone=make.BOB_PHONE)
    ending.forget_proofs(ada.gate, timezone.now())

    assert asking.ask(asked, "key", timezone.now()) is Outcome.STALE

    assert not Challenge.objects.exists()
    assert not Delivery.objects.filter(kind="code").exists()


def test_no_code_is_made_for_a_gate_that_was_just_shut(ada):
    asked = asking.Ask(ada.visit, ada.factor(), "sms", ada.origin)
    assert asked.gate.closed_at is None  # read before the recall
    ending.close(Gate.objects.get(pk=ada.gate.pk), timezone.now())
    assert asking.ask(asked, "key", timezone.now()) is Outcome.CLOSED
    assert not Challenge.objects.exists()


def test_a_password_checked_during_a_change_counts_no_more():
    ada = make.Browser(make.make_gate(Kind.ACCESS_CODE))
    epoch = budget_of(ada.gate, "access_code").epoch
    ending.forget_proofs(ada.gate, timezone.now())
    assert ada.enter_password(epoch=epoch) is Outcome.STALE
    assert not ada.standing.may_view


def test_a_replaced_link_ends_visits_grants_and_codes(ada):
    ada.pass_phone()
    visit = ada.visit
    ending.replace_link(ada.gate, timezone.now())
    gate = Gate.objects.get(pk=ada.gate.pk)
    assert gate.link_version == 2
    assert not standing(gate, visit, timezone.now()).may_view
    assert opening.find_visit(ada.session, gate) is None


def test_a_shut_gate_shows_nothing_to_whoever_was_in(ada):
    ada.pass_phone()
    ending.close(ada.gate, timezone.now())
    assert not ada.standing.may_view


def test_a_gate_without_factors_opens_by_a_press_and_not_by_itself():
    gate = make.make_gate()
    gate.factors.all().delete()
    ada = make.Browser(gate)
    assert not ada.standing.may_view
    opening.admit(ada.visit, timezone.now())
    assert ada.standing.may_view
    ada.arrive()
    assert not ada.standing.may_view


def test_no_visit_means_no():
    gate = make.make_gate()
    assert not standing(gate, None, timezone.now()).may_view
    assert not Visit.objects.exists()


# Where a code goes (T19)


def test_a_code_goes_to_the_number_on_file(ada, outbox):
    ada.must_ask()
    make.deliver_due()
    assert [message.to for message in outbox] == [make.ADA_PHONE]


@pytest.mark.parametrize("channel", ["email", "fax", "", "alternative"])
def test_a_way_that_the_factor_does_not_have_is_refused(ada, channel):
    asked = asking.Ask(ada.visit, ada.factor(), channel, ada.origin)
    assert asking.ask(asked, "key", timezone.now()) is Outcome.NOT_ALLOWED
    assert not Delivery.objects.filter(kind="code").exists()


def test_a_pinned_way_is_the_only_one():
    gate = make.make_gate()
    gate.factors.update(channel="voice")
    ada = make.Browser(gate)
    assert ada.ask("sms") is Outcome.NOT_ALLOWED
    assert ada.ask("voice") is Outcome.SENT
