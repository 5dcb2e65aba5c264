"""Frames, browsers and workers that come for the same thing at once."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from tests import factories as make
from verification import dispatch
from verification.confinement import Result
from verification.flows import identity, opening, picturing, reading
from verification.identity.base import Reason
from verification.models import (
    Budget,
    Capture,
    Factor,
    IdentityCheck,
    IdentityPicture,
    IdentityRules,
)
from verification.outcomes import Outcome
from verification.standing import budget_of

pytestmark = pytest.mark.race


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr(dispatch, "publish", lambda *_: None)


@pytest.fixture
def check():
    gate = make.make_gate(Factor.Kind.IDENTITY)
    IdentityRules.objects.create(factor=gate.factors.get())
    browser = make.Browser(gate)
    return identity.start(
        browser.visit,
        browser.factor(Factor.Kind.IDENTITY),
        document_type="passport",
        country="XU",
        origin=browser.origin,
        now=timezone.now(),
    )


def fresh(check):
    rows = IdentityCheck.objects.select_related("gate", "factor", "visit__session")
    return rows.get(pk=check.pk)


def send_frame(capture, secret, number=0):
    return picturing.receive(
        Capture.objects.get(pk=capture.pk),
        secret,
        "front",
        b"a picture",
        is_frame=True,
        number=number,
        origin=opening.Origin(),
        now=timezone.now(),
    )


def camera(check):
    session = check.visit.session
    return picturing.open_capture(check, "camera", session=session, now=timezone.now())


def test_of_20_frames_with_one_number_one_counts(at_once, check):
    capture, secret = camera(check)
    answers = at_once(lambda _n: send_frame(capture, secret), 20)
    refused = [one for one in answers if one is Reason.NOT_LIVE]
    assert len(refused) == 19
    assert IdentityPicture.objects.count() == 1
    assert Capture.objects.get().pictures_taken == 1


def test_of_20_phones_one_gets_the_capture(at_once, check):
    now = timezone.now()
    secret = picturing.hand_over(check, now)
    phones = [opening.begin(now)[0] for _ in range(20)]
    claimed = at_once(lambda n: picturing.claim(secret, phones[n], now), 20)
    assert Counter(one is not None for one in claimed) == {True: 1, False: 19}


def test_of_20_workers_one_reads_a_picture(at_once, check, monkeypatch):
    capture, secret = camera(check)
    picture = send_frame(capture, secret)
    began = []

    def examine(_source, _side):
        began.append(1)
        return Result({"reason": ""}, (b"jpeg",))

    monkeypatch.setattr(reading, "examine", examine)
    done = at_once(lambda _n: reading.read(picture.pk, timezone.now()), 20)
    assert Counter(done) == {True: 1, False: 19}
    assert len(began) == 1


@pytest.mark.parametrize("_round", range(5))
def test_a_check_is_never_sent_with_a_picture_that_nobody_looked_at(
    at_once, check, _round
):
    capture, secret = camera(check)
    send_frame(capture, secret)
    IdentityPicture.objects.update(state="good")

    def act(n):
        if n % 2:
            return send_frame(capture, secret, number=1)
        sent = fresh(check)
        return identity.send(sent, origin=opening.Origin(), now=timezone.now())

    answers = at_once(act, 6)
    sent = IdentityCheck.objects.get(pk=check.pk).state == "sent"
    picture = IdentityPicture.objects.get()
    assert picture.state == ("good" if sent else "new")
    spent = budget_of(check.gate, Budget.Kind.IDENTITY).total
    assert spent == (1 if sent else 0)
    assert Outcome.PENDING in answers or Outcome.STALE in answers


def test_a_phone_that_comes_while_another_is_being_bound_is_too_late(check):
    now = timezone.now()
    secret = picturing.hand_over(check, now)
    first, second = (opening.begin(now)[0] for _ in range(2))

    def come():
        try:
            return picturing.claim(secret, second, now)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert picturing.claim(secret, first, now) is not None
            late = pool.submit(come)
            time.sleep(0.3)  # until it waits for the row
        assert late.result() is None
    assert Capture.objects.get().session == first
