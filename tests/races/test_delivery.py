from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories as make
from verification import delivery, limits, tasks
from verification.models import Allowance, Delivery

pytestmark = pytest.mark.race


def test_of_20_workers_one_claims(at_once):
    row = make.Browser(make.make_gate()).must_ask().delivery
    claims = at_once(lambda _n: delivery.claim(row.pk, timezone.now()), 20, 20)
    assert sum(claim is not None for claim in claims) == 1


def test_of_20_workers_one_takes_what_a_dead_one_left(at_once):
    row = make.Browser(make.make_gate()).must_ask().delivery
    delivery.claim(row.pk, timezone.now())
    later = timezone.now() + Delivery.LEASE
    claims = [c for c in at_once(lambda _n: delivery.claim(row.pk, later), 20, 20) if c]
    assert [claim.was_unknown for claim in claims] == [True]


def test_ten_codes_and_eighty_tasks_are_ten_messages(at_once, outbox):
    rows = [
        make.Browser(
            make.make_gate(phone=f"+1415{5550190 + number * 10_000}", company_id=number)
        )
        .must_ask()
        .delivery
        for number in range(10)
    ]
    at_once(lambda number: tasks.send(rows[number % 10].pk), 80)
    assert len(outbox) == 10
    assert len({message.to for message in outbox}) == 10


def test_a_limit_counts_exactly_among_many(at_once):
    now = timezone.now()
    uses = [
        limits.Use(limits.PREFIX, "+1415555"),
        limits.Use(limits.INSTANCE, "all"),
        limits.Use(limits.COMPANY[0], "7"),
    ]

    def take(number):
        try:
            limits.take(uses[number % 3 :] + uses[: number % 3], now)
        except limits.LimitReachedError as reached:
            return reached.limit.name
        return ""

    outcomes = at_once(take, 100)

    assert outcomes.count("") == limits.PREFIX.most
    assert set(outcomes) == {"", "prefix-hour"}
    used = dict(Allowance.objects.values_list("name", "used"))
    assert set(used.values()) == {limits.PREFIX.most}


def test_a_window_that_ends_begins_anew_once(at_once):
    use = limits.Use(limits.PREFIX, "+1415555")
    then = timezone.now() - timedelta(hours=1)
    for _number in range(limits.PREFIX.most):
        limits.take([use], then)

    def take(_number):
        try:
            limits.take([use], then + limits.PREFIX.period)
        except limits.LimitReachedError:
            return False
        return True

    assert sum(at_once(take, 60)) == limits.PREFIX.most


def test_a_limit_that_is_being_forgotten_still_counts(at_once):
    now = timezone.now()
    use = limits.Use(limits.IP_UNKNOWN_LINKS, "198.51.100.7")

    def act(number):
        if number % 5 == 0:
            limits.forget(use)
            return 0
        limits.take([use], now)
        return 1

    at_once(act, 60)
    limits.forget(use)
    at_once(lambda _n: limits.take([use], now), 20)
    assert Allowance.objects.get(name="ip-unknown-links").used == 20
