from __future__ import annotations

from collections import Counter

import pytest
from django.utils import timezone
from django_otp.oath import TOTP

from tests import factories as make
from tests.passkeys import ORIGIN, SoftPasskey
from verification import authenticators as apps
from verification import devices
from verification.flows import authenticators, forgetting, passkeys
from verification.models import Authenticator, Budget, Factor, Grant, Passkey
from verification.outcomes import Outcome
from verification.standing import budget_of

pytestmark = pytest.mark.race

Kind = Factor.Kind
EVALUATED = {Outcome.WRONG, Outcome.USED}


def own(gate):
    """An app that Ada has set up before; returns its key."""
    key, person, now = apps.new_key(), devices.person_of(gate), timezone.now()
    facts = {"created_at": now, "confirmed_at": now, "key": apps.seal(key, person)}
    Authenticator.objects.create(**person, **facts)
    return key


def code(key, number=0):
    return f"{(TOTP(key).token() + number) % 10**6:06d}"


def enter(browser, typed, key):
    attempt = browser.attempt(typed, Kind.TOTP)
    return authenticators.check(attempt, 1, key, timezone.now())


def test_of_twenty_right_codes_at_once_exactly_one_passes_and_nobody_is_locked(at_once):
    gate = make.make_gate(Kind.TOTP)
    browser, key = make.Browser(gate), own(gate)
    typed = code(key)

    at_once(lambda n: enter(browser, typed, f"right-{n}"), 20)

    assert Grant.objects.count() == 1
    told = Counter(make.kinds_of(gate.trail))
    assert told["totp_passed"] == 1
    assert told["totp_failed"] == told["locked"] == 0
    budget = budget_of(gate, Budget.Kind.ONE_TIME_CODE)
    assert (budget.consecutive, budget.day, budget.total) == (0, 0, 0)
    assert browser.standing.may_view


def test_one_code_at_twenty_documents_at_once_opens_one(at_once):
    browsers = [make.Browser(make.make_gate(Kind.TOTP)) for _ in range(20)]
    key = own(browsers[0].gate)
    typed = code(key)

    outcomes = Counter(at_once(lambda n: enter(browsers[n], typed, "k"), 20))

    assert outcomes.pop(Outcome.PASSED) == 1
    assert set(outcomes) == {Outcome.USED, Outcome.PAUSED}
    assert Grant.objects.count() == 1


def test_of_200_wrong_codes_at_once_exactly_the_allowed_number_counts(at_once):
    gate = make.make_gate(Kind.TOTP, max_tries=5)
    browser, key = make.Browser(gate), own(gate)

    at_once(lambda n: enter(browser, code(key, 1000 + n), f"{n}"), 200)

    told = Counter(make.kinds_of(gate.trail))
    assert told["try"] == told["totp_failed"] == 5
    assert told["locked"] == 1


def test_of_60_wrong_codes_at_20_documents_at_once_exactly_ten_count(at_once):
    browsers = [make.Browser(make.make_gate(Kind.TOTP)) for _ in range(20)]
    key = own(browsers[0].gate)

    def guess(number):
        browser = browsers[number % 20]
        return enter(browser, code(key, 1000 + number), f"{number}")

    outcomes = Counter(at_once(guess, 60))

    assert outcomes[Outcome.PAUSED] == 50
    told = [kind for one in browsers for kind in make.kinds_of(one.gate.trail)]
    assert told.count("try") == told.count("totp_failed") == 10
    assert told.count("totp_paused") == 1
    app = Authenticator.objects.get()
    assert (app.day, app.in_a_row) == (10, 10)


def test_one_answer_of_a_passkey_sent_twenty_times_is_taken_once(at_once, settings):
    settings.PUBLIC_URL = ORIGIN
    browser = make.Browser(make.make_gate(Kind.PHONE, Kind.PASSKEY))
    browser.pass_phone()
    factor, soft = browser.factor(Kind.PASSKEY), SoftPasskey()
    answer = soft.create(passkeys.begin(browser.visit, factor, timezone.now()))

    def send(number):
        attempt = browser.attempt(answer, Kind.PASSKEY)
        return passkeys.finish(attempt, f"k-{number}", timezone.now())

    outcomes = Counter(at_once(send, 20))
    assert outcomes == {Outcome.PASSED: 1, Outcome.USED: 19}
    assert Passkey.objects.count() == 1
    assert Counter(make.kinds_of(browser.gate.trail))["passkey_enrolled"] == 1


def test_removing_and_entering_at_once_leaves_no_way_in(at_once):
    gates = [make.make_gate(Kind.TOTP) for _ in range(10)]
    browsers = [make.Browser(gate) for gate in gates]
    key = own(gates[0])
    typed = code(key)

    def act(number):
        if number % 2:
            now = timezone.now()
            return forgetting.forget(gates[number], ["totp"], actor="Pat", now=now)
        return enter(browsers[number], typed, "k")

    at_once(act, 10)
    assert not any(browser.standing.may_view for browser in browsers)
    assert not Grant.objects.filter(ended_at=None).exists()
