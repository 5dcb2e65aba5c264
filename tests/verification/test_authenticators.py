"""An authenticator app: set up at a verified visit, asked for at the next."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from django_otp.oath import TOTP, hotp

from tests import factories as make
from verification import authenticators as apps
from verification import devices, tidying
from verification.flows import authenticators, ending, forgetting
from verification.models import Authenticator, Budget, Factor
from verification.outcomes import Outcome
from verification.standing import budget_of

pytestmark = pytest.mark.django_db

Kind = Factor.Kind
MORNING = datetime(2026, 6, 1, 9, 0, 10, tzinfo=UTC)
STEP = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(MORNING, tick=False)


def code(key, *, steps=0):
    """What the app shows now; steps its clock is off."""
    totp = TOTP(key, drift=steps)
    totp.time = timezone.now().timestamp()
    return f"{totp.token():06d}"


def wrong(key, number=1):
    return f"{(int(code(key)) + number) % 10**6:06d}"


def new_gate(*kinds, **changes):
    return make.make_gate(*(kinds or (Kind.PHONE, Kind.TOTP)), **changes)


def begin(browser):
    factor = browser.factor(Kind.TOTP)
    return authenticators.begin(browser.visit, factor, timezone.now())


def begun_key(browser):
    return apps.key_of(authenticators.begun_by(browser.visit))


def confirm(browser, typed, key=None):
    attempt = browser.attempt(typed, Kind.TOTP)
    return authenticators.confirm(attempt, browser.key(key), timezone.now())


def enter(browser, typed, key=None, epoch=None):
    attempt, now = browser.attempt(typed, Kind.TOTP), timezone.now()
    epoch = epoch or tries(browser.gate).epoch
    return authenticators.check(attempt, epoch, browser.key(key), now)


def tries(gate):
    return budget_of(gate, Budget.Kind.ONE_TIME_CODE)


def set_up(gate):
    ada = make.Browser(gate)
    ada.pass_phone()
    begin(ada)
    key = begun_key(ada)
    assert confirm(ada, code(key)) is Outcome.PASSED
    return key


@pytest.fixture
def key(time_machine):
    """Of Ada's app, set up at a document before."""
    key = set_up(new_gate())
    time_machine.shift(10 * STEP)
    return key


@pytest.fixture
def ada(key):
    """Ada at her next document, which asks for nothing else."""
    return make.Browser(new_gate(Kind.TOTP))


def last(browser, kind="totp_failed"):
    entry = browser.gate.trail.entries.filter(kind=kind).latest("seq")
    return json.loads(entry.payload)


# Published vectors: RFC 4226 appendix D, RFC 6238 appendix B (SHA-1)

RFC_KEY = b"12345678901234567890"
RFC_6238 = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]
RFC_4226 = (755224, 287082, 359152, 969429, 338314, 254676, 287922, 162583, 399871)


@pytest.mark.parametrize(("seconds", "expected"), RFC_6238)
def test_published_vectors_of_rfc_6238(seconds, expected):
    totp = TOTP(RFC_KEY, digits=8)
    totp.time = seconds
    assert f"{totp.token():08d}" == expected
    at = datetime.fromtimestamp(seconds, UTC)
    found = apps.match(RFC_KEY, expected[2:], at)
    assert found == apps.Match(seconds // 30, 0)


def test_published_vectors_of_rfc_4226():
    assert tuple(hotp(RFC_KEY, count) for count in range(9)) == RFC_4226


@pytest.mark.parametrize("typed", ["", "94287082", "8708", "x87082", "-87082"])
def test_what_is_no_code_of_six_digits_never_matches(typed):
    assert apps.match(RFC_KEY, typed, datetime.fromtimestamp(59, UTC)) is None


def test_leading_zeros_count_and_spaces_do_not():
    at = datetime.fromtimestamp(1111111109, UTC)
    assert apps.match(RFC_KEY, "081 804", at)
    assert apps.match(RFC_KEY, "０８１８０４", at)
    assert apps.match(RFC_KEY, "81804", at) is None


def test_the_address_is_what_apps_read():
    address = apps.address(b"\0" * 20, "ada@example.com", "Acme: Advisors & Co")
    assert address == (
        "otpauth://totp/Acme%20%20Advisors%20%26%20Co%3Aada%40example.com"
        "?secret=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&issuer=Acme%20%20Advisors%20%26%20Co"
        "&algorithm=SHA1&digits=6&period=30"
    )


# The visits


def test_set_up_at_a_verified_visit_and_asked_for_at_the_next(key, ada):
    assert not ada.standing.may_view
    assert enter(ada, code(key)) is Outcome.PASSED
    assert ada.standing.may_view
    assert make.kinds_of(ada.gate.trail) == ["opened", "try", "totp_passed"]
    assert last(ada, "totp_passed")["failed_before"] == 0
    assert last(ada, "totp_passed")["behind"] == ["phone"]
    assert tries(ada.gate).total == 0


def test_the_key_is_stored_encrypted_and_bound_to_its_person(key):
    stored = Authenticator.objects.get()
    assert key.hex() not in stored.key
    assert apps.key_of(stored) == key
    stored.person = "mal grey"
    assert apps.key_of(stored) is None


def test_nothing_is_set_up_before_everything_else_is_proven():
    ada = make.Browser(new_gate(Kind.ACCESS_CODE, Kind.PHONE, Kind.TOTP))
    ada.enter_password()
    assert begin(ada) is Outcome.STALE
    assert not Authenticator.objects.exists()
    ada.pass_phone()
    begin(ada)
    assert not ada.standing.may_view
    assert confirm(ada, code(begun_key(ada))) is Outcome.PASSED
    assert ada.standing.may_view


def test_a_passkey_and_an_app_are_set_up_one_after_the_other():
    ada = make.Browser(new_gate(Kind.PHONE, Kind.TOTP, Kind.PASSKEY))
    ada.pass_phone()
    assert ada.standing.next_factor("view").kind == Kind.TOTP
    begin(ada)
    confirm(ada, code(begun_key(ada)))
    assert ada.standing.next_factor("view").kind == Kind.PASSKEY
    assert not ada.standing.is_stuck


def test_beginning_twice_shows_the_same_key_and_another_browser_another(ada):
    Authenticator.objects.all().delete()
    gate = new_gate()
    first, second = make.Browser(gate), make.Browser(gate)
    for browser in (first, second):
        browser.pass_phone()
        begin(browser)
        make.asking.forget_sends(gate)
    shown = begun_key(first)
    begin(first)
    assert begun_key(first) == shown
    assert begun_key(second) != shown
    assert confirm(second, code(shown)) is Outcome.WRONG


def test_a_wrong_first_code_costs_no_try():
    ada = make.Browser(new_gate())
    ada.pass_phone()
    begin(ada)
    for number in range(1, 6):
        assert confirm(ada, wrong(begun_key(ada), number * 1000)) is Outcome.WRONG
    assert tries(ada.gate).total == 0
    assert confirm(ada, code(begun_key(ada))) is Outcome.PASSED


def test_set_up_in_two_browsers_the_second_is_asked_for_it():
    first, second = make.Browser(new_gate()), make.Browser(new_gate())
    keys = []
    for browser in (first, second):
        browser.pass_phone()
        begin(browser)
        keys.append(begun_key(browser))
    assert confirm(first, code(keys[0])) is Outcome.PASSED
    assert confirm(second, code(keys[1])) is Outcome.STALE
    assert Authenticator.objects.count() == 1


def test_what_nobody_finished_is_dropped_after_two_days(time_machine):
    ada = make.Browser(new_gate())
    ada.pass_phone()
    begin(ada)
    tidying.tidy(timezone.now() + timedelta(days=2))
    assert Authenticator.objects.exists()
    tidying.tidy(timezone.now() + timedelta(days=2, seconds=1))
    assert not Authenticator.objects.exists()


# Codes


def test_a_used_code_works_nowhere_again(key, ada):
    typed = code(key)
    assert enter(ada, typed) is Outcome.PASSED
    ada.arrive()
    assert enter(ada, typed) is Outcome.USED
    other = make.Browser(new_gate(Kind.TOTP))
    assert enter(other, typed) is Outcome.USED
    assert last(other)["why"] == "used"
    assert last(other)["tries_left"] == 2
    assert not other.standing.may_view


def test_the_code_that_set_it_up_is_used(time_machine):
    key = set_up(new_gate())
    ada = make.Browser(new_gate(Kind.TOTP))
    assert enter(ada, code(key)) is Outcome.USED
    time_machine.shift(STEP)
    assert enter(ada, code(key)) is Outcome.PASSED


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (-2, Outcome.WRONG),
        (-1, Outcome.PASSED),
        (1, Outcome.PASSED),
        (2, Outcome.WRONG),
    ],
)
def test_a_clock_may_be_off_by_one_step(key, ada, steps, expected):
    assert enter(ada, code(key, steps=steps)) is expected


def test_a_clock_that_goes_wrong_slowly_is_followed(key, ada, time_machine):
    for steps in (1, 2, 3):
        assert enter(ada, code(key, steps=steps)) is Outcome.PASSED
        assert Authenticator.objects.get().drift == steps
        ada.arrive()
        time_machine.shift(10 * STEP)
    assert enter(ada, code(key)) is Outcome.WRONG


def test_an_older_code_than_the_last_is_refused_also_within_tolerance(key, ada):
    assert enter(ada, code(key, steps=1)) is Outcome.PASSED
    ada.arrive()
    assert enter(ada, code(key)) is Outcome.USED


def test_the_last_wrong_code_locks_and_the_right_one_comes_too_late(key, ada):
    outcomes = [enter(ada, wrong(key, number)) for number in (1000, 2000, 3000)]
    assert outcomes == [Outcome.WRONG, Outcome.WRONG, Outcome.LOCKED]
    assert enter(ada, code(key)) is Outcome.LOCKED
    assert make.kinds_of(ada.gate.trail).count("totp_failed") == 3
    assert make.kinds_of(ada.gate.trail)[-1] == "locked"


def test_phone_codes_and_the_app_draw_on_the_same_tries(key):
    ada = make.Browser(new_gate(Kind.PHONE, Kind.TOTP))
    challenge = ada.must_ask()
    ada.enter(make.wrong_code(challenge), challenge)
    ada.enter()
    assert enter(ada, wrong(key, 1000)) is Outcome.WRONG
    assert tries(ada.gate).total == 2


def test_setting_up_is_refused_while_locked(ada):
    new = make.Browser(new_gate(name="Bob Reed", email="bob@example.com"))
    new.pass_phone()
    begin(new)
    Budget.objects.filter(gate=new.gate).update(locked_at=timezone.now())
    assert confirm(new, code(begun_key(new))) is Outcome.LOCKED


def test_a_publishers_code_never_stands_in_for_the_app(ada):
    assert ada.redeem("ABCD-1234", kind=Kind.TOTP) is Outcome.NOTHING_LIVE
    assert ada.redeem("123456", kind=Kind.TOTP) is Outcome.NOTHING_LIVE


def test_a_phone_code_does_not_prove_the_app(key):
    gate = new_gate(Kind.PHONE, Kind.TOTP)
    ada = make.Browser(gate)
    challenge = ada.must_ask()
    ada.enter()
    assert enter(ada, challenge.code()) is not Outcome.PASSED
    assert ada.enter(challenge=challenge, kind=Kind.TOTP) is not Outcome.PASSED


def test_a_guess_against_an_older_state_costs_nothing(key, ada):
    epoch = tries(ada.gate).epoch
    ending.forget_proofs(ada.gate, timezone.now())
    assert enter(ada, wrong(key), epoch=epoch) is Outcome.STALE
    assert tries(ada.gate).total == 0


def test_pressing_twice_counts_once(key, ada):
    assert enter(ada, wrong(key), "same") is Outcome.WRONG
    assert enter(ada, wrong(key), "same") is Outcome.WRONG
    assert tries(ada.gate).total == 1


def test_out_of_turn_nothing_is_compared(key):
    ada = make.Browser(new_gate(Kind.PHONE, Kind.TOTP))
    assert enter(ada, code(key)) is Outcome.STALE
    assert tries(ada.gate).total == 0


# Whose it is


@pytest.mark.parametrize(
    "person", [{"company_id": 2}, {"email": "new@example.com"}, {"name": "Bob Reed"}]
)
def test_nobody_elses_gate_opens_with_it(key, person):
    mal = make.Browser(new_gate(**person))
    mal.pass_phone()
    assert devices.authenticator_of(mal.gate) is None
    assert enter(mal, code(key)) is Outcome.STALE
    assert not mal.standing.may_view


def test_who_takes_the_place_while_it_is_set_up_sees_no_key():
    ada = make.Browser(new_gate())
    ada.pass_phone()
    begin(ada)
    type(ada.gate).objects.filter(pk=ada.gate.pk).update(name="Bob Reed")
    assert authenticators.begun_by(ada.visit) is None


def test_a_lost_app_is_removed_and_set_up_anew(key, time_machine):
    ada = make.Browser(new_gate())
    ada.pass_phone()
    assert enter(ada, code(key)) is Outcome.PASSED
    now = timezone.now()
    assert forgetting.forget(ada.gate, [Kind.TOTP], actor="Pat", now=now) == ["totp"]
    assert Authenticator.objects.get().key == ""
    assert not ada.standing.may_view
    make.asking.forget_sends(ada.gate)
    time_machine.shift(STEP)
    ada.pass_phone()
    assert enter(ada, code(key)) is Outcome.STALE
    begin(ada)
    assert begun_key(ada) != key
    assert confirm(ada, code(begun_key(ada))) is Outcome.PASSED


# One key, many documents


def browsers(count):
    """Of somebody who holds Ada's links to as many documents."""
    return [make.Browser(new_gate(Kind.TOTP)) for _ in range(count)]


def app():
    return Authenticator.objects.get(removed_at=None)


def test_many_documents_give_nobody_more_guesses_at_one_key(key):
    everywhere = browsers(6)
    guesses = [(one, wrong(key, number)) for number in (1, 2) for one in everywhere]
    outcomes = [enter(one, typed) for one, typed in guesses]
    assert outcomes == [Outcome.WRONG] * 10 + [Outcome.PAUSED] * 2
    assert tries(everywhere[-1].gate).consecutive == 1
    assert enter(everywhere[-1], code(key)) is Outcome.PAUSED
    assert (app().day, app().in_a_row) == (10, 10)


def test_the_guess_that_made_the_app_pause_is_told_once(key):
    everywhere = browsers(5)
    for number in (1, 2, 3):
        for one in everywhere:
            enter(one, wrong(key, number))
    told = [make.kinds_of(one.gate.trail).count("totp_paused") for one in everywhere]
    assert told == [0, 0, 0, 0, 1]
    assert last(everywhere[-1], "totp_paused")["until"] == "2026-06-02T00:00:00+00:00"


def test_a_paused_app_goes_on_at_midnight(key, time_machine):
    everywhere = browsers(4)
    for number in (1, 2, 3):
        for one in everywhere:
            enter(one, wrong(key, number))
    midnight = datetime(2026, 6, 2, tzinfo=UTC)
    time_machine.move_to(midnight - timedelta(seconds=1), tick=False)
    ada = make.Browser(new_gate(Kind.TOTP))
    assert enter(ada, code(key)) is Outcome.PAUSED
    assert app().resumes_at(timezone.now()) == midnight
    time_machine.move_to(midnight, tick=False)
    assert enter(ada, code(key)) is Outcome.PASSED
    assert (app().day, app().in_a_row) == (0, 0)


def test_a_right_code_ends_the_row_and_costs_nothing_of_the_day(key, time_machine):
    first, second = browsers(2)
    assert enter(first, wrong(key)) is Outcome.WRONG
    assert enter(second, code(key)) is Outcome.PASSED
    assert (app().day, app().in_a_row) == (1, 0)


def test_after_twenty_in_a_row_only_removing_the_app_helps(key, time_machine):
    for day in (2, 3):
        time_machine.move_to(MORNING.replace(day=day), tick=False)
        for one in browsers(5):
            assert [enter(one, wrong(key, n)) for n in (1, 2)] == [Outcome.WRONG] * 2
    time_machine.move_to(MORNING.replace(day=4), tick=False)
    ada = make.Browser(new_gate())
    ada.pass_phone()
    assert enter(ada, code(key)) is Outcome.PAUSED
    assert app().resumes_at(timezone.now()) is None
    forgetting.forget(ada.gate, [Kind.TOTP], actor="Pat", now=timezone.now())
    time_machine.shift(2 * STEP)
    ada.pass_phone()
    begin(ada)
    assert confirm(ada, code(begun_key(ada))) is Outcome.PASSED


def test_the_app_of_somebody_else_is_not_paused(key, time_machine):
    name, email, phone = make.CAST["bob"]
    bobs = set_up(new_gate(name=name, email=email, phone=phone))
    time_machine.shift(10 * STEP)
    for number in (1, 2):
        for one in browsers(6):
            enter(one, wrong(key, number))
    bob = make.Browser(new_gate(Kind.TOTP, name=name, email=email, phone=phone))
    assert enter(bob, code(bobs)) is Outcome.PASSED


def test_a_press_that_is_not_charged_at_the_gate_is_not_charged_at_the_app(key, ada):
    assert enter(ada, wrong(key), epoch=99) is Outcome.STALE
    assert app().in_a_row == 0
    for number in range(1, 5):
        enter(ada, wrong(key, number))
    assert tries(ada.gate).locked_at
    assert app().in_a_row == 3
