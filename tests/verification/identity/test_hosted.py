"""A check on Stripe's pages: Stripe's own package, a server of the test's."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from tests import factories as make
from tests.stripe.records import Mode
from verification import sweeper, tasks
from verification.flows import ending, erasing, hosted, identity, opening, passing
from verification.identity.base import Reason
from verification.models import (
    Budget,
    Factor,
    Grant,
    HostedSession,
    IdentityCheck,
    IdentityRules,
    TrailEntry,
)
from verification.outcomes import Outcome
from verification.standing import budget_of

pytestmark = pytest.mark.django_db

State = IdentityCheck.State
MORNING = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(MORNING, tick=False)


@pytest.fixture(autouse=True)
def stripe(stripe_server, company_rules):
    company_rules.identity_provider = "stripe"
    return stripe_server


@pytest.fixture
def ada():
    gate = make.make_gate(Factor.Kind.IDENTITY)
    IdentityRules.objects.create(factor=gate.factors.get(), max_tries=3)
    return make.Browser(gate)


def begin(browser):
    """Press the button that starts a check; the check, or why there is none."""
    factor = browser.factor(Factor.Kind.IDENTITY)
    origin = opening.Origin("192.0.2.7")
    return identity.start(browser.visit, factor, origin=origin, now=timezone.now())


def work(check):
    """Let a worker turn to Stripe about this check as soon as it may."""
    HostedSession.objects.filter(check_of=check).exclude(due_at=None).update(
        due_at=timezone.now()
    )
    tasks.attend_identity(check.pk)
    check.refresh_from_db()
    return check


def opened(browser):
    return work(begin(browser))


def use(check, browser):
    return passing.use(check, browser.visit, timezone.now())


def budget(gate):
    return budget_of(gate, Budget.Kind.IDENTITY)


def left(gate):
    return budget(gate).tries_left(gate.max_tries, timezone.now())


def due_in(check):
    due_at = HostedSession.objects.get(check_of=check).due_at
    return due_at and due_at - timezone.now()


# The way through


def test_a_good_document_on_stripes_pages_opens_the_gate_once(ada, stripe):
    check = begin(ada)
    assert hosted.url_of(check) == ""
    work(check)
    assert hosted.url_of(check) == stripe.session.url
    assert stripe.session.url not in check.provider_url  # encrypted
    assert left(ada.gate) == 3

    stripe.show()
    work(check)

    assert check.state == State.PASSED
    assert hosted.url_of(check) == ""
    assert not ada.standing.may_view  # only its own browser goes on
    assert use(check, make.Browser(ada.gate)) is Outcome.STALE
    assert use(check, ada) is Outcome.PASSED
    assert ada.standing.may_view
    assert use(check, ada) is Outcome.STALE
    assert Grant.objects.count() == 1
    assert left(ada.gate) == 3
    assert due_in(check) is None
    assert make.kinds_of(ada.gate.trail) == [
        "opened",
        "identity_started",
        "try",
        "identity_passed",
        "opened",
    ]


def test_what_the_document_says_is_kept_encrypted_and_the_trail_names_nobody(
    ada, stripe
):
    IdentityRules.objects.update(needs_selfie=True)
    check = opened(ada)
    stripe.show()
    work(check)

    facts = check.get_facts()
    assert (facts.given_names, facts.surname) == ("Ada", "Lane")
    assert (facts.document_type, facts.country) == ("passport", "US")
    assert facts.number_end == "2C3"
    assert facts.expires_on == date(2031, 4, 15)
    assert check.checks == {
        "document": True,
        "selfie": True,
        "type": True,
        "expiry": True,
        "name": True,
    }
    assert identity.comparison_of(check)["is_match"] is True
    told = TrailEntry.objects.get(kind="identity_passed").payload
    assert '"provider":"stripe"' in told
    assert "Lane" not in told
    assert "898902" not in told
    assert not check.pictures.exists()  # they stay at Stripe


def test_a_plain_secret_key_does_without_the_guarded_fields(ada, stripe, settings):
    settings.STRIPE_SECRET_KEY = stripe.plain_key
    check = opened(ada)
    stripe.show()
    work(check)
    assert check.state == State.PASSED
    facts = check.get_facts()
    assert (facts.number_end, facts.expires_on) == ("", None)
    assert "expiry" not in check.checks  # Stripe's own check of the document


def test_a_restricted_key_without_that_right_does_so_too(ada, stripe):
    stripe.shows_guarded = False
    check = opened(ada)
    stripe.show()
    work(check)
    assert check.state == State.PASSED
    assert check.get_facts().number_end == ""


def test_while_stripe_looks_at_it_the_check_is_sent_and_nothing_is_charged_yet(
    ada, stripe
):
    check = opened(ada)
    stripe.session.status = "processing"
    work(check)
    assert check.state == State.SENT
    assert left(ada.gate) == 3
    assert due_in(check) == timedelta(seconds=3)
    stripe.show()
    work(check)
    assert check.state == State.PASSED
    assert make.kinds_of(ada.gate.trail).count("try") == 1


# What is not good enough


@pytest.mark.parametrize(
    ("shown", "reason"),
    [
        ({"first_name": "Bob", "last_name": "Reed"}, Reason.NAME),
        ({"first_name": "", "last_name": ""}, Reason.NAME),
        ({"error": "document_expired"}, Reason.EXPIRED),
        ({"error": "document_type_not_supported"}, Reason.WRONG_TYPE),
        ({"error": "document_unverified_other"}, Reason.UNREADABLE),
        ({"has_face": False}, Reason.NO_MATCH),
        ({"error": "selfie_manipulated"}, Reason.NO_MATCH),
        ({"error": "country_not_supported"}, Reason.WRONG_COUNTRY),
        ({"error": "a_word_of_next_year"}, Reason.PROVIDER),
        # Stripe says yes, and we look at it ourselves.
        ({"expiration_date": "2026-05-30"}, Reason.EXPIRED),
        ({"type": "driving_license"}, Reason.WRONG_TYPE),
        ({"type": "library_card"}, Reason.WRONG_TYPE),
    ],
)
def test_what_is_not_good_enough_fails_with_its_reason_and_costs_one_try(
    ada, stripe, shown, reason
):
    IdentityRules.objects.update(
        needs_selfie=True, document_types=["passport", "id_card"]
    )
    check = opened(ada)
    stripe.show(**shown)
    work(check)
    work(check)
    assert (check.state, check.reason) == (State.FAILED, reason)
    assert use(check, ada) is Outcome.STALE
    assert left(ada.gate) == 2
    kinds = make.kinds_of(ada.gate.trail)
    assert kinds[-2:] == ["try", "identity_failed"]


def test_a_document_is_good_on_its_last_day(ada, stripe):
    check = opened(ada)
    stripe.show(expiration_date="2026-06-01")
    assert work(check).state == State.PASSED


@pytest.mark.parametrize(
    ("level", "state"), [("strict", State.FAILED), ("moderate", State.PASSED)]
)
def test_names_are_compared_at_the_level_of_the_rules(ada, stripe, level, state):
    IdentityRules.objects.update(name_match=level)
    check = opened(ada)
    stripe.show(first_name="Ada Maria")
    assert work(check).state == state


def test_rules_that_became_stricter_meanwhile_count(ada, stripe):
    check = opened(ada)
    IdentityRules.objects.update(needs_selfie=True)
    stripe.show()
    assert work(check).reason == Reason.NO_MATCH
    IdentityRules.objects.update(needs_selfie=False)
    again = opened(ada)
    IdentityRules.objects.update(needs_live_capture=True)
    stripe.show()
    assert work(again).reason == Reason.NOT_LIVE


def test_another_country_than_the_one_chosen_is_refused(ada, stripe):
    check = opened(ada)
    IdentityCheck.objects.update(country="DE")
    stripe.show()
    assert work(check).reason == Reason.WRONG_COUNTRY


def test_a_passport_of_puerto_rico_says_united_states(ada, stripe):
    check = opened(ada)
    IdentityCheck.objects.update(country="PR")
    stripe.show()
    assert work(check).state == State.PASSED


def test_a_person_can_approve_what_failed(ada, stripe):
    check = opened(ada)
    stripe.show(first_name="Adelaide")
    work(check)
    pat = make.make_member(make.make_company())
    identity.approve(check, actor="Pat", user_id=pat.pk, now=timezone.now())
    assert use(check, ada) is Outcome.PASSED


# Counting


def test_after_a_failure_the_next_try_has_a_session_of_its_own(ada, stripe):
    first = opened(ada)
    stripe.show(error="document_unverified_other")
    work(first)
    assert hosted.url_of(first) == ""
    second = opened(ada)
    assert second.pk != first.pk
    assert len(stripe.sessions) == 2
    stripe.show()
    assert work(second).state == State.PASSED
    assert left(ada.gate) == 3


def test_who_tries_again_on_stripes_own_page_is_charged_and_may_pass(ada, stripe):
    check = opened(ada)
    stripe.show(error="document_unverified_other")
    work(check)
    assert left(ada.gate) == 2
    stripe.show(error="document_unverified_other")
    work(check)
    assert (check.state, left(ada.gate)) == (State.FAILED, 1)
    stripe.show()
    work(check)
    assert check.state == State.PASSED
    assert make.kinds_of(ada.gate.trail).count("try") == 3
    assert use(check, ada) is Outcome.PASSED


def test_a_person_who_rejected_a_check_has_the_last_word(ada, stripe):
    check = opened(ada)
    stripe.show(error="document_unverified_other")
    work(check)
    pat = make.make_member(make.make_company())
    IdentityCheck.objects.update(decided_by=pat)
    stripe.show()
    assert work(check).state == State.FAILED
    assert left(ada.gate) == 1


def test_each_attempt_in_one_session_is_one_try(ada, stripe):
    check = opened(ada)
    for _attempt in range(2):
        stripe.show(error="document_unverified_other")
    work(check)
    assert check.state == State.FAILED
    assert left(ada.gate) == 1
    assert make.kinds_of(ada.gate.trail).count("try") == 2


@pytest.mark.parametrize("last_error", ["document_unverified_other", ""])
def test_at_the_limit_the_signer_is_locked_and_a_later_attempt_counts_for_nothing(
    ada, stripe, last_error
):
    check = opened(ada)
    for _attempt in range(3):
        stripe.show(error="document_unverified_other")
    stripe.show(error=last_error)  # the fourth
    work(check)
    assert check.state == State.ENDED
    assert left(ada.gate) == 0
    assert budget(ada.gate).locked_at
    assert stripe.session.status == ("canceled" if last_error else "verified")
    kinds = make.kinds_of(ada.gate.trail)
    assert (kinds.count("try"), kinds.count("locked")) == (3, 1)
    assert "identity_passed" not in kinds
    assert begin(ada) is Outcome.LOCKED


def test_the_last_try_in_a_session_locks_and_cancels_it(ada, stripe):
    IdentityRules.objects.update(max_tries=1)
    check = opened(ada)
    stripe.show(error="document_expired")
    work(check)
    assert (check.state, check.reason) == (State.FAILED, Reason.EXPIRED)
    assert budget(ada.gate).locked_at
    assert stripe.session.status == "canceled"


def test_the_right_document_on_the_last_try_of_one_session_passes(ada, stripe):
    check = opened(ada)
    for _attempt in range(2):
        stripe.show(error="document_unverified_other")
    stripe.show()
    assert work(check).state == State.PASSED
    assert budget(ada.gate).locked_at is None


def test_many_browsers_with_a_session_each_have_the_same_tries_together(ada, stripe):
    browsers = [make.Browser(ada.gate) for _number in range(5)]
    checks = [opened(browser) for browser in browsers]
    for session in stripe.sessions:
        stripe.show(session, first_name="Mal")
    for check in checks:
        work(check)
    states = [check.state for check in checks]
    assert states == [State.FAILED] * 3 + [State.ENDED] * 2
    assert make.kinds_of(ada.gate.trail).count("try") == 3


def test_an_attempt_that_began_before_the_session_was_cancelled_is_charged_and_counts(
    ada, stripe
):
    check = opened(ada)
    stripe.show(error="document_unverified_other")
    stripe.session.status = "processing"  # and shows another at once
    work(check)
    assert check.state == State.SENT
    assert left(ada.gate) == 2
    stripe.show()
    assert work(check).state == State.PASSED
    assert make.kinds_of(ada.gate.trail).count("try") == 2


def test_coming_back_with_nothing_shown_costs_nothing_and_the_way_is_open_again(
    ada, stripe
):
    check = opened(ada)
    stripe.session.links += 1  # the first address was used
    stripe.session.last_error = "consent_declined"
    work(check)
    assert check.state == State.OPEN
    assert hosted.url_of(check) == stripe.session.url
    assert left(ada.gate) == 3


def test_sent_off_and_yet_nothing_looked_at_costs_nothing(ada, stripe):
    check = opened(ada)
    stripe.session.status = "processing"
    work(check)
    stripe.session.status, stripe.session.last_error = "requires_input", "abandoned"
    work(check)
    assert (check.state, check.reason) == (State.FAILED, Reason.PROVIDER)
    assert left(ada.gate) == 3
    assert isinstance(begin(ada), IdentityCheck)


def test_sending_is_no_way_to_have_it_judged(ada, stripe):
    check = opened(ada)
    sent = identity.send(check, origin=opening.Origin(), now=timezone.now())
    assert sent is Outcome.NOT_ALLOWED
    assert (work(check).state, left(ada.gate)) == (State.OPEN, 3)


def test_sessions_are_not_opened_without_end(ada, monkeypatch):
    assert identity.HOSTED_STARTS.most == 30
    few = dataclasses.replace(identity.HOSTED_STARTS, most=2)
    monkeypatch.setattr(identity, "HOSTED_STARTS", few)
    first, second, third = (make.Browser(ada.gate) for _number in range(3))
    check = begin(first)
    assert begin(second) != check
    assert begin(third) is Outcome.WAIT
    assert begin(first) == check  # to go on is to begin nothing


def test_a_person_of_one_name(ada, stripe):
    ada.gate.name = "Sukarno"
    ada.gate.save()
    check = opened(ada)
    stripe.show(first_name="Sukarno", last_name="")
    assert work(check).state == State.PASSED
    assert check.get_facts().surname == "Sukarno"


# What ends


def test_a_session_that_was_cancelled_at_stripe_ends_the_check_for_nothing(ada, stripe):
    check = opened(ada)
    stripe.session.status = "canceled"
    work(check)
    assert check.state == State.ENDED
    assert left(ada.gate) == 3
    assert opened(ada).pk != check.pk


def test_a_check_that_is_over_is_cancelled_there(ada, stripe):
    check = opened(ada)
    check.move(State.ENDED, timezone.now())
    work(check)
    assert stripe.session.status == "canceled"
    assert due_in(check) is None


def test_a_changed_number_or_a_recall_ends_what_waits_at_stripe(ada, stripe):
    check = opened(ada)
    stripe.show()  # shown, and not yet known here
    ending.close(ada.gate, timezone.now())
    work(check)
    assert check.state == State.ENDED
    assert make.kinds_of(ada.gate.trail)[-1] == "identity_started"
    assert due_in(check) is None


def test_what_is_shown_after_a_rule_was_changed_costs_no_try(ada, stripe):
    """It can open nothing any more, so nobody is locked for it."""
    IdentityRules.objects.update(max_tries=1)
    check = opened(ada)
    ending.forget_proofs(ada.gate, timezone.now())
    stripe.show()
    work(check)
    assert check.state == State.ENDED
    assert left(ada.gate) == 1
    assert budget(ada.gate).locked_at is None
    assert HostedSession.objects.get().attempts == 1  # and is erased there in time


def test_a_check_that_ended_before_it_was_opened_opens_nothing(ada, stripe):
    check = begin(ada)
    check.move(State.ENDED, timezone.now())
    work(check)
    assert stripe.sessions == []


def test_what_is_not_finished_within_a_day_is_cancelled(ada, stripe, time_machine):
    check = opened(ada)
    time_machine.shift(timedelta(hours=24) - timedelta(seconds=1))
    assert work(check).state == State.OPEN
    time_machine.shift(timedelta(seconds=1))
    assert work(check).state == State.ENDED
    assert stripe.session.status == "canceled"


# A provider that is out of order


def test_an_outage_is_waited_for_and_then_told_without_costing_a_try(
    ada, stripe, time_machine
):
    stripe.mode = Mode.ERROR
    check = begin(ada)
    pauses = []
    for _attempt in range(4):
        work(check)
        assert check.state == State.OPEN
        pauses.append(due_in(check).seconds)
    assert pauses == [2, 4, 8, 16]
    work(check)
    assert (check.state, check.reason) == (State.FAILED, Reason.PROVIDER)
    assert left(ada.gate) == 3
    assert len(stripe.asked("POST", "verification_sessions")) == 5
    assert due_in(check) is None
    stripe.mode = Mode.OK
    assert hosted.url_of(opened(ada))


@pytest.mark.parametrize("mode", [Mode.ERROR, Mode.TOO_MANY, Mode.GARBAGE])
def test_after_a_short_outage_the_session_is_opened(ada, stripe, mode):
    stripe.mode = mode
    check = opened(ada)
    assert check.state == State.OPEN
    stripe.mode = Mode.OK
    work(check)
    assert hosted.url_of(check) == stripe.session.url


def test_a_session_whose_answer_was_lost_is_opened_once(ada, stripe):
    stripe.mode = Mode.DROP_AFTER
    check = opened(ada)
    assert check.provider_id == ""
    stripe.mode = Mode.OK
    work(check)
    assert len(stripe.sessions) == 1
    assert check.provider_id == stripe.session.id


def test_silence_is_given_up_after_seconds(ada, stripe, monkeypatch):
    monkeypatch.setattr("verification.identity.stripe.READ_SECONDS", 0.2)
    stripe.mode = Mode.SILENT
    check = opened(ada)
    assert check.state == State.OPEN
    assert HostedSession.objects.get().failures == 1


def test_a_refused_key_fails_at_once(ada, stripe, settings):
    settings.STRIPE_SECRET_KEY = "rk_live_of_nobody"
    check = opened(ada)
    assert (check.state, check.reason) == (State.FAILED, Reason.PROVIDER)
    assert left(ada.gate) == 3


def test_an_outage_after_the_document_was_shown_loses_nothing(
    ada, stripe, time_machine
):
    check = opened(ada)
    stripe.show()
    stripe.mode = Mode.ERROR
    for _hour in range(13):
        work(check)
    assert check.state == State.OPEN
    assert due_in(check) == timedelta(hours=1)
    stripe.mode = Mode.OK
    assert work(check).state == State.PASSED


def test_what_goes_wrong_is_logged_without_stripes_sentence(ada, stripe, caplog):
    stripe.mode = Mode.TOO_MANY
    opened(ada)
    assert "Stripe RateLimitError 429" in caplog.text
    assert stripe.key not in caplog.text


# When it is asked


def test_without_webhooks_it_is_asked_often_first_and_then_less(
    ada, stripe, time_machine
):
    check = opened(ada)
    pauses = []
    for minutes in (0, 10, 60, 600):
        time_machine.move_to(MORNING + timedelta(minutes=minutes), tick=False)
        work(check)
        pauses.append(due_in(check).seconds)
    assert pauses == [5, 30, 180, 1800]


def test_with_webhooks_it_is_asked_for_what_got_lost_only(ada, settings):
    settings.IS_HTTPS = True
    assert due_in(opened(ada)) == timedelta(minutes=2)


def test_a_signer_who_is_back_has_it_asked_at_once(ada, stripe):
    check = opened(ada)
    stripe.show()
    assert hosted.due(timezone.now()) == []
    assert hosted.look_soon(check, timezone.now())
    assert hosted.due(timezone.now()) == [check.pk]


def test_a_signer_who_presses_all_the_time_has_it_asked_so_often_only(ada):
    check = opened(ada)
    pressed = [hosted.look_soon(check, timezone.now()) for _press in range(61)]
    assert pressed == [True] * 60 + [False]


def test_what_stripe_never_decides_is_not_asked_about_for_ever(
    ada, stripe, time_machine
):
    check = opened(ada)
    stripe.session.status = "processing"
    time_machine.shift(timedelta(hours=48) - timedelta(seconds=1))
    work(check)
    assert due_in(check)
    time_machine.shift(timedelta(seconds=1))
    work(check)
    assert due_in(check) is None


def test_the_hint_is_a_task_on_the_queue_of_what_may_wait(ada, settings):
    assert tasks.attend_identity.name == identity.ATTEND
    route = settings.CELERY_TASK_ROUTES[identity.ATTEND]
    assert route == {"queue": "pages"}


@pytest.mark.django_db(transaction=True)
def test_the_sweeper_finds_what_no_hint_announced(ada, stripe, eventually):
    check = begin(ada)
    one = sweeper.Sweeper()
    one.sweep()
    for asked in one.asking:
        asked.result(10)
    one.stop()
    check.refresh_from_db()
    assert hosted.url_of(check) == stripe.session.url


# Erasing


def test_erasing_has_stripe_redact_the_session(ada, stripe):
    check = opened(ada)
    stripe.show()
    work(check)
    assert hosted.erase(check, timezone.now())
    assert not hosted.erase(check, timezone.now())
    work(check)
    assert stripe.session.is_redacted
    assert HostedSession.objects.get().erased_at == timezone.now()
    assert due_in(check) is None


def test_what_was_kept_long_enough_is_erased_at_stripe_too(ada, stripe, time_machine):
    check = opened(ada)
    stripe.show()
    work(check)
    time_machine.shift(timedelta(days=30))
    assert erasing.erase_due(timezone.now()) == 1
    assert hosted.due(timezone.now()) == [check.pk]
    work(check)
    assert stripe.session.is_redacted
    assert check.facts == check.provider_url == ""


def test_what_failed_can_be_erased_at_stripe(ada, stripe):
    """Stripe redacts sessions that require input or are verified."""
    check = opened(ada)
    stripe.show(error="document_unverified_other")
    work(check)
    assert stripe.session.status == "requires_input"
    hosted.erase(check, timezone.now())
    work(check)
    assert stripe.session.is_redacted


def test_erasing_is_tried_again_for_a_week(ada, stripe):
    check = opened(ada)
    stripe.show()
    work(check)
    hosted.erase(check, timezone.now())
    stripe.mode = Mode.ERROR
    work(check)
    assert due_in(check) == timedelta(seconds=2)
    HostedSession.objects.update(failures=178)
    work(check)
    assert due_in(check) == timedelta(hours=1)
    work(check)
    assert due_in(check) is None


def test_what_stripe_does_not_redact_is_told_to_the_operator(ada, stripe, caplog):
    """Its documentation promises that for what is open or verified."""
    IdentityRules.objects.update(max_tries=1)
    check = opened(ada)
    stripe.show(error="document_expired")
    work(check)
    assert stripe.session.status == "canceled"
    hosted.erase(check, timezone.now())
    work(check)
    assert due_in(check)
    HostedSession.objects.update(failures=179)
    work(check)
    assert due_in(check) is None
    assert f"Identity check {check.pk} was not erased at its provider" in caplog.text


def test_a_cancelled_session_where_nothing_was_shown_is_left(ada, stripe, caplog):
    check = opened(ada)
    check.move(State.ENDED, timezone.now())
    work(check)
    assert stripe.session.status == "canceled"
    hosted.erase(check, timezone.now())
    work(check)
    assert due_in(check) is None
    assert caplog.text == ""


def test_there_is_nothing_to_erase_where_no_session_was_opened(ada):
    assert not hosted.erase(begin(ada), timezone.now())


def test_a_session_that_stripe_redacted_ends_the_check(ada, stripe):
    check = opened(ada)
    stripe.session.is_redacted = True
    assert work(check).state == State.ENDED
    assert HostedSession.objects.get().erased_at
