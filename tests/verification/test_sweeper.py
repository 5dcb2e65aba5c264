from __future__ import annotations

import socket
import time

import pytest
from django.utils import timezone

from tests import factories as make
from tests.carrier.records import Mode
from verification import delivery, dispatch, sweeper
from verification.channels import memory
from verification.models import Delivery
from verification.outcomes import Outcome

State = Delivery.State


@pytest.fixture
def sweep():
    one = sweeper.Sweeper()
    yield one.sweep
    one.pool.shutdown()


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_a_press_is_quick_and_the_sweeper_delivers(
    settings, outbox, sweep
):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"
    broker_url = dispatch.current_app.conf.broker_url
    dispatch.current_app.conf.broker_url = settings.REDIS_URL
    dispatch._down_until, dispatch._state.connection = 0.0, None
    try:
        ada = make.Browser(make.make_gate())
        begun = time.perf_counter()
        assert ada.ask() is Outcome.SENT
        assert time.perf_counter() - begun < 1.5
    finally:
        dispatch.current_app.conf.broker_url = broker_url
        dispatch._down_until, dispatch._state.connection = 0.0, None

    sweep()

    assert make.newest_code(ada.gate).code() in outbox[0].text
    assert Delivery.objects.get(kind="code").state == State.SENT


@pytest.mark.django_db(transaction=True)
def test_one_bad_message_holds_no_other_up(outbox, sweep):
    gates = [make.make_gate(company_id=number) for number in range(3)]
    rows = [make.Browser(gate).must_ask().delivery for gate in gates]
    Delivery.objects.filter(pk=rows[1].pk).update(kind="no such kind")
    sweep()
    states = [Delivery.objects.get(pk=row.pk).state for row in rows]
    assert states == [State.SENT, State.FAILED, State.SENT]


@pytest.mark.django_db(transaction=True)
def test_a_sweep_asks_what_became_of_what_no_callback_tells(sweep):
    make.Browser(make.make_gate()).must_ask()
    sweep()
    row = Delivery.objects.get(kind="code")
    fate = memory.Report(row.provider_id, memory.Fate.DELIVERED)
    memory.reports[row.provider_id] = fate
    sweep()
    assert Delivery.objects.get(pk=row.pk).state == State.SENT
    sweep(polls=True)
    assert Delivery.objects.get(pk=row.pk).state == State.DELIVERED


@pytest.mark.django_db(transaction=True)
def test_a_sweeper_starts_sweeps_and_stops(monkeypatch, outbox, eventually):
    monkeypatch.setattr(sweeper, "SWEEP_SECONDS", 0.05)
    make.Browser(make.make_gate()).must_ask()
    sweeper.start()
    try:
        eventually(lambda: outbox)
    finally:
        running = sweeper._sweepers[0]
        sweeper.stop()
        running.thread.join(30)
    assert not running.thread.is_alive()


@pytest.mark.django_db
def test_a_text_whose_answer_was_lost_is_sent_once(carrier, time_machine):
    carrier.set_mode(Mode.ACCEPT_THEN_DROP)
    ada = make.Browser(make.make_gate())
    row = ada.must_ask().delivery
    make.deliver_due()
    row.refresh_from_db()
    assert row.state == State.UNKNOWN

    carrier.set_mode(Mode.OK)
    carrier.settle()
    Delivery.objects.update(next_attempt_at=timezone.now())
    make.deliver_due()

    row.refresh_from_db()
    assert row.state == State.SENT
    assert len(carrier.texts_to(make.ADA_PHONE)) == 1
    assert row.provider_id == carrier.messages[0].sid


@pytest.mark.django_db
def test_a_text_that_never_reached_the_carrier_is_sent_after_all(carrier):
    carrier.set_mode(Mode.ERROR)
    ada = make.Browser(make.make_gate())
    row = ada.must_ask().delivery
    make.deliver_due()
    row.refresh_from_db()
    assert row.state == State.QUEUED
    carrier.set_mode(Mode.OK)
    Delivery.objects.update(next_attempt_at=timezone.now())
    make.deliver_due()
    assert [row.challenge.code() in text for text in carrier.texts_to(make.ADA_PHONE)]
    assert len(carrier.messages) == 1


@pytest.mark.django_db
def test_only_what_is_still_wanted_leaves_after_a_long_pause(outbox, time_machine):
    time_machine.move_to(timezone.now())
    ada = make.Browser(make.make_gate())
    for _opening in range(3):
        ada.arrive()
        assert ada.ask() is Outcome.SENT
        time_machine.shift(31)
    for row_id in delivery.due(timezone.now()):
        delivery.attempt(delivery.claim(row_id, timezone.now()))
    assert len(outbox) == 1
    assert make.live_code(ada.gate).code() in outbox[0].text
