"""The outbox: nothing is lost, nothing goes twice, nothing dead goes out."""

from __future__ import annotations

import socket
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests import factories as make
from verification import delivery, dispatch, messages, tasks
from verification.channels import memory
from verification.channels.base import (
    DeliveryError,
    Fate,
    OutcomeUnknown,
    Reason,
    Report,
)
from verification.flows import ending
from verification.models import Challenge, Delivery
from verification.outcomes import Outcome

pytestmark = pytest.mark.django_db

State = Delivery.State
MORNING = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _morning(time_machine) -> None:
    time_machine.move_to(MORNING, tick=False)


@pytest.fixture
def ada():
    return make.Browser(make.make_gate())


@pytest.fixture
def row(ada):
    """Ada's code, waiting to leave."""
    return ada.must_ask().delivery


def again(row):
    row.refresh_from_db()
    return row


def claim(row):
    return delivery.claim(row.pk, timezone.now())


def send(row):
    tasks.send(row.pk)
    return again(row)


# Claiming


def test_a_code_leaves_and_is_sent(row, outbox):
    code = row.challenge.code()
    send(row)
    assert (row.state, row.provider_id) == (State.SENT, "memory-0")
    assert code in outbox[0].text
    assert row.challenge.reference in outbox[0].text
    assert make.kinds_of(row.trail)[-1] == "delivery"


def test_a_claimed_row_is_nobody_elses(row):
    first = claim(row)
    assert first is not None
    assert claim(row) is None


def test_a_task_that_runs_twice_sends_once(row, outbox):
    send(row)
    send(row)
    assert len(outbox) == 1


def test_what_waits_for_later_is_not_taken_now(row, time_machine):
    Delivery.objects.update(next_attempt_at=MORNING + timedelta(seconds=1))
    assert claim(row) is None
    assert delivery.due(timezone.now()) == []
    time_machine.shift(1)
    assert delivery.due(timezone.now()) == [row.pk]
    assert claim(row)


def test_a_worker_that_lost_its_lease_writes_nothing(row, time_machine):
    slow = claim(row)
    time_machine.shift(Delivery.LEASE)
    quick = claim(row)
    assert quick.was_unknown
    assert not delivery.settle(
        slow, State.FAILED, timezone.now(), reason=Reason.UNKNOWN
    )
    assert delivery.settle(quick, State.SENT, timezone.now(), provider_id="one")
    assert again(row).state == State.SENT


def test_nothing_is_sent_when_the_lease_is_nearly_over(row, time_machine, outbox):
    claimed = claim(row)
    time_machine.shift(Delivery.LEASE - timedelta(seconds=5))
    delivery.attempt(claimed)
    assert outbox == []
    assert again(row).state == State.QUEUED


# Unknown


def test_a_worker_that_died_after_sending_sends_nothing_twice(
    row, outbox, time_machine
):
    claimed = claim(row)
    memory.build().send(delivery.as_message(claimed.delivery))  # and then it died
    time_machine.shift(Delivery.LEASE)
    send(row)
    assert len(outbox) == 1
    assert (row.state, row.provider_id) == (State.SENT, "memory-0")


def test_a_worker_that_died_before_sending_loses_nothing(row, outbox, time_machine):
    claim(row)
    time_machine.shift(Delivery.LEASE - timedelta(microseconds=1))
    send(row)
    assert outbox == []
    time_machine.shift(timedelta(microseconds=1))
    send(row)
    assert len(outbox) == 1


def test_a_time_out_waits_for_news_and_then_asks_the_carrier(row, outbox, time_machine):
    memory.failures.append(OutcomeUnknown())
    send(row)
    assert row.state == State.UNKNOWN
    assert row.next_attempt_at == MORNING + delivery.CALLBACK_PAUSE
    time_machine.shift(delivery.CALLBACK_PAUSE)
    send(row)
    assert row.state == State.SENT
    assert len(outbox) == 1


def test_a_lost_call_is_not_repeated(ada, outbox, time_machine):
    row = ada.must_ask("voice").delivery
    memory.failures.append(OutcomeUnknown())
    send(row)
    time_machine.shift(delivery.CALLBACK_PAUSE)
    send(row)
    assert row.state == State.FAILED
    assert outbox == []
    assert ada.ask("voice") is Outcome.SENT  # "Call again" needs no waiting


def test_a_lost_email_goes_again_under_the_same_name(outbox, time_machine):
    ada = make.Browser(make.make_gate("email"))
    row = ada.must_ask("email").delivery
    before = delivery.as_message(row).message_id
    memory.failures.append(OutcomeUnknown())
    send(row)
    time_machine.shift(delivery.CALLBACK_PAUSE)
    send(row)
    assert [message.message_id for message in outbox] == [before]


def test_what_stays_unknown_fails_in_the_end(row, time_machine):
    memory.failures.extend(OutcomeUnknown() for _ in range(20))
    for _time in range(Delivery.MAX_ATTEMPTS):
        assert again(row).state != State.FAILED
        send(row)
        time_machine.shift(60)
    assert again(row).state == State.FAILED


# Retries


def test_a_retry_says_the_same_code(row, outbox, time_machine):
    code = row.challenge.code()
    memory.failures.append(DeliveryError(Reason.BUSY, permanent=False))
    send(row)
    assert row.state == State.QUEUED
    assert row.reason == Reason.BUSY
    time_machine.shift(2)
    send(row)
    assert row.state == State.SENT
    assert code in outbox[0].text


def test_retries_come_at_growing_distance_and_end(row, time_machine):
    memory.failures.extend(
        DeliveryError(Reason.BUSY, permanent=False) for _ in range(20)
    )
    pauses = []
    while again(row).state != State.FAILED:
        before = timezone.now()
        send(row)
        pauses.append((row.next_attempt_at - before).total_seconds())
        time_machine.move_to(row.next_attempt_at, tick=False)
    assert row.attempts == Delivery.MAX_ATTEMPTS
    for pause, expected in zip(pauses, (1, 2, 4, 8, 16), strict=False):
        assert pause == pytest.approx(expected, rel=0.11)


def test_what_can_never_arrive_is_not_tried_again(row):
    memory.failures.append(DeliveryError(Reason.LANDLINE, permanent=True))
    send(row)
    assert (row.state, row.reason) == (State.FAILED, Reason.LANDLINE)
    assert row.challenge.state == Challenge.State.ISSUED


@pytest.mark.parametrize("error", [KeyError("boom"), OSError("boom")])
def test_a_channel_that_breaks_is_asked_before_it_sends_again(
    row, error, outbox, time_machine, caplog
):
    memory.failures.append(error)
    send(row)
    assert row.state == State.UNKNOWN
    time_machine.shift(delivery.CALLBACK_PAUSE)
    send(row)
    assert (row.state, len(outbox)) == (State.SENT, 1)


def test_a_message_that_cannot_be_written_fails_and_holds_nothing_up(row, outbox):
    other = make.Browser(make.make_gate()).must_ask().delivery
    Delivery.objects.filter(pk=row.pk).update(kind="no such kind", challenge=None)
    make.deliver_due()
    assert again(row).state == State.FAILED
    assert again(row).reason == Reason.CONFIGURATION
    assert again(other).state == State.SENT


def test_a_code_of_a_retired_key_is_not_made_up(row, settings, outbox):
    settings.CODE_KEYS = {"c2": "f" * 64}
    send(row)
    assert (row.state, row.reason) == (State.FAILED, Reason.CONFIGURATION)
    assert outbox == []


# What is not wanted any more (T31)


def test_a_replaced_code_is_cancelled_and_not_sent(ada, row, outbox, time_machine):
    time_machine.shift(31)
    new = ada.must_ask().delivery
    make.deliver_due()
    assert again(row).state == State.CANCELLED
    assert again(new).state == State.SENT
    assert len(outbox) == 1
    assert new.challenge.code() in outbox[0].text


@pytest.mark.parametrize("end", ["used", "expired", "recalled", "locked"])
def test_a_dead_code_is_not_sent(ada, row, outbox, time_machine, end):
    if end == "used":
        ada.enter()
    elif end == "expired":
        time_machine.shift(timedelta(hours=24))
    elif end == "recalled":
        ending.close(ada.gate, timezone.now())
    else:
        for number in (1, 2, 3):
            ada.enter(make.wrong_code(row.challenge, number), row.challenge)
    send(row)
    assert row.state == State.CANCELLED
    assert not [m for m in outbox if m.to == make.ADA_PHONE]


def test_with_sending_off_messages_wait_and_are_not_lost(row, outbox, settings):
    settings.SENDING_ON = False
    invitation = delivery.enqueue(
        kind=messages.CODE,
        channel="sms",
        address=make.ADA_PHONE,
        language="en",
        now=timezone.now(),
    )
    make.deliver_due()
    assert outbox == []
    assert again(row).state == again(invitation).state == State.QUEUED
    assert row.attempts == 0
    settings.SENDING_ON = True
    make.deliver_due()
    assert len(outbox) == 1


# What the carrier says


def report(row, fate, provider_id="memory-0", reason=None):
    said = Report(provider_id, Fate(fate), reason)
    return delivery.record_report(row.pk, said, timezone.now())


def test_delivered_is_final_and_late_or_repeated_news_change_nothing(row):
    send(row)
    assert report(row, "delivered")
    before = make.kinds_of(row.trail)
    for fate in ("sent", "delivered", "failed", "accepted", "answered"):
        assert not report(row, fate)
    assert again(row).state == State.DELIVERED
    assert make.kinds_of(row.trail) == before


def test_news_of_a_foreign_message_is_ignored(row):
    send(row)
    assert not report(row, "delivered", provider_id="somebody-elses")
    assert again(row).state == State.SENT


def test_a_report_may_overtake_the_answer(row):
    claimed = claim(row)
    assert report(row, "delivered", provider_id="memory-7")
    assert not delivery.settle(
        claimed, State.SENT, timezone.now(), provider_id="memory-7"
    )
    assert again(row).state == State.DELIVERED
    assert row.provider_id == "memory-7"


def test_a_report_settles_what_was_unknown(row, outbox, time_machine):
    memory.failures.append(OutcomeUnknown())
    send(row)
    assert report(row, "delivered", provider_id="memory-9")
    time_machine.shift(60)
    send(row)
    assert outbox == []
    assert again(row).state == State.DELIVERED


def test_a_false_undelivered_kills_no_code(ada, row):
    send(row)
    assert report(row, "failed", reason=Reason.CARRIER)
    assert ada.enter(row.challenge.code()) is Outcome.PASSED


def test_a_call_hears_the_code_while_it_lives_and_only_its_own(ada, time_machine):
    row = ada.must_ask("voice").delivery
    send(row)
    now = timezone.now()
    assert delivery.code_to_speak(row.pk, "somebody-elses", now) is None
    assert delivery.code_to_speak(row.pk, row.provider_id, now) == row.challenge.code()
    time_machine.shift(timedelta(hours=24))
    assert delivery.code_to_speak(row.pk, row.provider_id, timezone.now()) is None
    text = make.Browser(make.make_gate()).must_ask().delivery
    assert delivery.code_to_speak(text.pk, "", now) is None


# The broker is only a hint


def timed_publish(settings, monkeypatch, url):
    settings.REDIS_URL = url
    monkeypatch.setattr(dispatch, "_down_until", 0.0)
    monkeypatch.setattr(dispatch, "_state", threading.local())
    dispatch.current_app.conf.broker_url = url
    begun = time.perf_counter()
    dispatch.hint(1)
    return time.perf_counter() - begun


@pytest.fixture
def _broker_restored(settings):
    before = dispatch.current_app.conf.broker_url
    yield
    dispatch.current_app.conf.broker_url = before
    dispatch._down_until = 0.0
    dispatch._state = threading.local()


@pytest.mark.usefixtures("_broker_restored")
def test_a_broker_that_is_gone_costs_no_time(settings, monkeypatch, time_machine):
    time_machine.move_to(MORNING)  # let it tick
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    url = f"redis://127.0.0.1:{port}/0"
    assert timed_publish(settings, monkeypatch, url) < 1.5
    begun = time.perf_counter()
    dispatch.hint(2)  # not tried again for a while
    assert time.perf_counter() - begun < 0.05


@pytest.mark.usefixtures("_broker_restored")
def test_a_silent_broker_costs_a_moment(settings, monkeypatch, time_machine):
    time_machine.move_to(MORNING)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        assert timed_publish(settings, monkeypatch, url) < 1.5


def test_the_hint_carries_an_id_and_nothing_else(
    ada, monkeypatch, django_capture_on_commit_callbacks
):
    sent = []
    monkeypatch.setattr(
        dispatch.current_app,
        "send_task",
        lambda name, **options: sent.append((name, options["args"])),
    )
    with django_capture_on_commit_callbacks(execute=True):
        challenge = ada.must_ask()
        assert sent == []
    assert sent == [("verification.tasks.send", [challenge.delivery.pk])]


def test_nothing_leaves_before_the_commit(ada, outbox):
    ada.must_ask()
    assert outbox == []
