"""A passkey: set up at a verified visit, asked for at the next, and nobody else's."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import factories as make
from tests.passkeys import ORIGIN, PRESENT, SoftPasskey
from verification import passkeys as site_of
from verification.flows import ending, forgetting, passkeys
from verification.flows.trying import Try
from verification.models import Budget, Factor, Passkey, PasskeyChallenge
from verification.outcomes import Outcome
from verification.standing import budget_of

pytestmark = pytest.mark.django_db

Kind = Factor.Kind


@pytest.fixture(autouse=True)
def _public_name(settings):
    settings.PUBLIC_URL = ORIGIN


def begin(browser, gate=None):
    factor = browser.factor(Kind.PASSKEY)
    return passkeys.begin(browser.visit, factor, timezone.now())


def finish(browser, answer, key=None):
    attempt = browser.attempt(answer, Kind.PASSKEY)
    return passkeys.finish(attempt, browser.key(key), timezone.now())


def set_up(gate, key=None):
    """Let Ada prove her phone and set up a passkey at gate."""
    ada, key = make.Browser(gate), key or SoftPasskey()
    ada.pass_phone()
    assert finish(ada, key.create(begin(ada))) is Outcome.PASSED
    return key


def new_gate(*kinds, **changes):
    return make.make_gate(*(kinds or (Kind.PHONE, Kind.PASSKEY)), **changes)


@pytest.fixture
def key():
    """Ada's, set up at a document before."""
    return set_up(new_gate())


@pytest.fixture
def ada(key):
    """Ada at her next document, which asks for nothing else."""
    return make.Browser(new_gate(Kind.PASSKEY))


def why(browser):
    entry = browser.gate.trail.entries.filter(kind="passkey_failed").latest("seq")
    return json.loads(entry.payload)["why"]


def is_in(browser):
    return browser.standing.may_view


def test_set_up_at_a_verified_visit_and_asked_for_at_the_next(key, ada):
    stored = Passkey.objects.get()
    assert (stored.email, stored.person) == ("ada@example.com", "ada lane")
    assert stored.enrolled_at_gate is not None
    assert stored.enrolled_behind == ["phone"]
    assert not is_in(ada)
    asked = json.loads(begin(ada))
    assert asked["userVerification"] == "required"
    assert asked["rpId"] == "sign.example.com"
    assert [one["id"] for one in asked["allowCredentials"]] == [stored.credential_id]
    assert finish(ada, key.get(begin(ada))) is Outcome.PASSED
    assert is_in(ada)
    assert make.kinds_of(ada.gate.trail) == ["opened", "passkey_passed"]


def test_what_sets_up_asks_for_a_user_and_tells_no_address_as_handle(ada):
    Passkey.objects.all().delete()
    bob = make.Browser(new_gate())
    bob.pass_phone()
    asked = json.loads(begin(bob))
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["user"]["name"] == "ada@example.com"
    assert "ada" not in site_of.base64url_to_bytes(asked["user"]["id"]).decode("latin1")


def test_nothing_is_set_up_before_everything_else_is_proven():
    ada = make.Browser(new_gate(Kind.ACCESS_CODE, Kind.PHONE, Kind.PASSKEY))
    assert begin(ada) is Outcome.STALE
    ada.enter_password()
    assert begin(ada) is Outcome.STALE
    ada.pass_phone()
    assert finish(ada, SoftPasskey().create(begin(ada))) is Outcome.PASSED
    assert is_in(ada)


def test_identity_comes_before_setting_up_and_after_asking(key):
    new = new_gate(Kind.PHONE, Kind.PASSKEY, Kind.IDENTITY, email="new@example.com")
    order = [one.kind for one in make.Browser(new).standing.factors]
    assert order == [Kind.PHONE, Kind.IDENTITY, Kind.PASSKEY]
    known = new_gate(Kind.PHONE, Kind.PASSKEY, Kind.IDENTITY)
    order = [one.kind for one in make.Browser(known).standing.factors]
    assert order == [Kind.PHONE, Kind.PASSKEY, Kind.IDENTITY]


def test_with_nothing_else_to_prove_nothing_can_be_set_up():
    ada = make.Browser(new_gate(Kind.PASSKEY))
    assert begin(ada) is Outcome.STALE
    assert ada.standing.is_stuck
    assert not is_in(ada)


def test_what_another_browser_settled_once_for_all_is_no_verified_visit():
    gate = new_gate(Kind.PASSKEY)
    once = Factor.Frequency.ONCE_PER_DOCUMENT
    make.make_factor(gate, Kind.PHONE, frequency=once)
    make.Browser(gate).pass_phone()
    thief = make.Browser(gate)
    assert begin(thief) is Outcome.STALE
    thief.pass_phone()
    assert finish(thief, SoftPasskey().create(begin(thief))) is Outcome.PASSED


def test_a_code_before_signing_guards_a_passkey_before_signing_only():
    sign = Factor.Stage.SIGN
    gate = new_gate(Kind.PASSKEY)
    phone = make.make_factor(gate, Kind.PHONE, stage=sign)
    assert make.Browser(gate).standing.is_stuck
    gate.factors.filter(kind=Kind.PASSKEY).update(stage=sign)
    assert not make.Browser(gate).standing.is_stuck
    phone.delete()
    assert make.Browser(gate).standing.is_stuck


# Attacks


def test_a_replayed_answer_is_refused(key, ada):
    answer = key.get(begin(ada))
    assert finish(ada, answer) is Outcome.PASSED
    ada.arrive()
    assert not is_in(ada)
    assert finish(ada, answer) is Outcome.USED
    assert why(ada) == "replayed"
    assert not is_in(ada)


def test_pressing_twice_gives_the_same_answer_and_one_entry(key, ada):
    answer = key.get(begin(ada))
    assert finish(ada, answer, "same") is Outcome.PASSED
    assert finish(ada, answer, "same") is Outcome.PASSED
    assert make.kinds_of(ada.gate.trail).count("passkey_passed") == 1


def test_the_challenge_of_another_browser_is_refused(key, ada):
    other = make.Browser(ada.gate)
    answer = key.get(begin(other))
    assert finish(ada, answer) is Outcome.OTHER_BROWSER
    assert why(ada) == "other_browser"
    assert finish(other, answer) is Outcome.PASSED
    assert is_in(other)
    assert not is_in(ada)


def test_the_challenge_of_another_document_is_refused(key, ada):
    elsewhere = make.Browser(new_gate(Kind.PASSKEY), session=ada.session)
    assert finish(ada, key.get(begin(elsewhere))) is Outcome.OTHER_BROWSER


def test_a_challenge_of_their_own_making_is_refused(key, ada):
    options = begin(ada)
    answer = key.get(options, challenge="AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
    assert finish(ada, answer) is Outcome.WRONG
    assert why(ada) == "unknown_challenge"


def test_a_challenge_ends_after_five_minutes(key, ada, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    options = begin(ada)
    time_machine.shift(timedelta(minutes=5))
    assert finish(ada, key.get(options)) is Outcome.EXPIRED
    options = begin(ada)
    time_machine.shift(timedelta(minutes=5) - timedelta(seconds=1))
    assert finish(ada, key.get(options)) is Outcome.PASSED


def test_only_the_newest_challenge_of_a_browser_is_good(key, ada):
    old = begin(ada)
    begin(ada)
    assert finish(ada, key.get(old)) is Outcome.USED


@pytest.mark.parametrize(
    ("lie", "told"),
    [
        ({"origin": "https://sign.example.com.evil.example"}, "other_origin"),
        ({"origin": "http://sign.example.com"}, "other_origin"),
        ({"site": "evil.example"}, "other_site"),
        ({"flags": PRESENT}, "no_user_verification"),
    ],
)
def test_what_was_signed_for_another_page_is_refused(key, ada, lie, told):
    for name, value in lie.items():
        setattr(key, name, value)
    assert finish(ada, key.get(begin(ada))) is Outcome.WRONG
    assert why(ada) == told
    assert not is_in(ada)


@pytest.mark.parametrize("lie", [{"origin": "https://evil.example"}, {"site": "x.y"}])
def test_what_was_made_for_another_page_is_not_set_up(lie):
    ada = make.Browser(new_gate())
    ada.pass_phone()
    answer = SoftPasskey(**lie).create(begin(ada))
    assert finish(ada, answer) is Outcome.WRONG
    assert not Passkey.objects.exists()


def test_a_passkey_without_user_verification_is_not_set_up():
    ada = make.Browser(new_gate())
    ada.pass_phone()
    answer = SoftPasskey(flags=PRESENT).create(begin(ada))
    assert finish(ada, answer) is Outcome.WRONG
    assert why(ada) == "no_user_verification"


def test_a_forged_signature_is_refused(key, ada):
    answer = key.get(begin(ada), signature=b"0" * 70)
    assert finish(ada, answer) is Outcome.WRONG
    assert why(ada) == "bad_signature"


def test_a_counter_that_goes_back_is_a_copy_and_refused():
    key = set_up(new_gate(), SoftPasskey(counter=7))
    ada = make.Browser(new_gate(Kind.PASSKEY))
    assert finish(ada, key.get(begin(ada))) is Outcome.PASSED
    assert Passkey.objects.get().sign_count == 8
    for counter in (6, 7):  # signs as 7, then as 8: both were seen
        key.counter = counter
        ada.arrive()
        assert finish(ada, key.get(begin(ada))) is Outcome.WRONG
        assert why(ada) == "counter_went_back"
    key.counter = 8
    assert finish(ada, key.get(begin(ada))) is Outcome.PASSED


def test_a_synced_passkey_counts_nothing_and_is_taken_again(key, ada):
    for _visit in range(2):
        assert finish(ada, key.get(begin(ada))) is Outcome.PASSED
        ada.arrive()


def test_another_signers_passkey_opens_nothing(key, ada):
    bobs = set_up(new_gate(name="Bob Reed", email="bob@example.com"))
    assert finish(ada, bobs.get(begin(ada))) is Outcome.OTHER_SIGNER
    assert why(ada) == "other_person"


def test_a_passkey_that_nobody_set_up_opens_nothing(key, ada):
    assert finish(ada, SoftPasskey().get(begin(ada))) is Outcome.WRONG
    assert why(ada) == "unknown_passkey"


def test_the_user_handle_of_somebody_else_is_refused(key, ada):
    answer = key.get(begin(ada), user_handle="c29tZWJvZHk")
    assert finish(ada, answer) is Outcome.WRONG
    assert why(ada) == "other_user"


def test_at_another_company_the_same_person_has_no_passkey(key):
    rival = make.Browser(new_gate(company_id=2))
    assert [one.kind for one in rival.standing.factors] == [Kind.PHONE, Kind.PASSKEY]
    rival.pass_phone()
    options = begin(rival)
    assert "allowCredentials" not in json.loads(options)
    assert finish(rival, key.get(options)) is Outcome.WRONG
    assert finish(rival, key.create(begin(rival))) is Outcome.OTHER_SIGNER
    assert Passkey.objects.count() == 1


@pytest.mark.parametrize(
    "person", [{"email": "new@example.com"}, {"name": "Robert Lane"}]
)
def test_a_new_person_in_the_place_has_their_own(key, ada, person):
    type(ada.gate).objects.filter(pk=ada.gate.pk).update(**person)
    options = begin(make.Browser(new_gate(Kind.PASSKEY)))
    assert ada.standing.is_stuck
    assert finish(ada, key.get(options)) is not Outcome.PASSED


def test_case_and_spaces_make_no_other_person(key):
    gate = new_gate(Kind.PASSKEY, name="ADA  Lane", email="Ada@Example.com")
    ada = make.Browser(gate)
    assert finish(ada, key.get(begin(ada))) is Outcome.PASSED


def test_a_passkey_set_up_meanwhile_is_asked_for(key):
    Passkey.objects.update(removed_at=timezone.now())
    first, second = make.Browser(new_gate()), make.Browser(new_gate())
    for browser in (first, second):
        browser.pass_phone()
    answers = [SoftPasskey().create(begin(one)) for one in (first, second)]
    assert finish(first, answers[0]) is Outcome.PASSED
    assert finish(second, answers[1]) is Outcome.STALE
    assert Passkey.objects.filter(removed_at=None).count() == 1


def test_an_answer_to_the_other_purpose_is_refused(key, ada):
    assert finish(ada, key.create(_as_creation(begin(ada)))) is Outcome.WRONG


def _as_creation(options):
    return json.dumps({**json.loads(options), "user": {"id": "AAAA"}})


def test_who_is_locked_is_locked(key, ada):
    options = begin(ada)
    budget = budget_of(ada.gate, Budget.Kind.ONE_TIME_CODE)
    Budget.objects.filter(pk=budget.pk).update(locked_at=timezone.now())
    assert begin(ada) is Outcome.LOCKED
    assert finish(ada, key.get(options)) is Outcome.LOCKED


def test_a_recalled_document_asks_for_nothing(key, ada):
    options = begin(ada)
    ending.close(ada.gate, timezone.now())
    assert begin(ada) is Outcome.CLOSED
    assert finish(ada, key.get(options)) is Outcome.CLOSED


def test_out_of_turn_nothing_is_asked_or_taken(key):
    ada = make.Browser(new_gate())
    assert begin(ada) is Outcome.STALE
    other = make.Browser(new_gate(Kind.PASSKEY))
    assert finish(ada, key.get(begin(other))) is Outcome.STALE


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "rawId", "response", "clientDataJSON", "type"]),
            inner,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=100)
@given(JSON.map(json.dumps) | st.text(max_size=60))
def test_garbage_is_refused(text):
    with pytest.raises(site_of.Refused):
        site_of.read(text)


@pytest.mark.parametrize("name", ["clientDataJSON", "authenticatorData", "signature"])
@pytest.mark.parametrize("text", ["", "AAAA", "!!", "e30"])
def test_a_broken_part_is_refused(key, ada, name, text):
    answer = json.loads(key.get(begin(ada)))
    answer["response"][name] = text
    assert finish(ada, json.dumps(answer)) is Outcome.WRONG


@pytest.mark.parametrize("text", ["", "AAAA", "!!", "o2NmbXRkbm9uZQ"])
def test_a_broken_attestation_is_refused(text):
    ada = make.Browser(new_gate())
    ada.pass_phone()
    answer = json.loads(SoftPasskey().create(begin(ada)))
    answer["response"]["attestationObject"] = text
    assert finish(ada, json.dumps(answer)) is Outcome.WRONG


def test_too_many_failures_from_one_network_wait(key, ada):
    limit = 30
    for _number in range(limit):
        finish(ada, "no passkey")
    assert finish(ada, key.get(begin(ada))) is Outcome.TOO_MANY
    assert make.kinds_of(ada.gate.trail).count("passkey_failed") == limit


# The lost device


def test_a_removed_passkey_proves_nothing_at_any_document(key, ada):
    elsewhere = make.Browser(new_gate())
    elsewhere.pass_phone()
    assert finish(elsewhere, key.get(begin(elsewhere))) is Outcome.PASSED
    assert finish(ada, key.get(begin(ada))) is Outcome.PASSED
    now = timezone.now()
    gone = forgetting.forget(ada.gate, [Kind.PASSKEY], actor="Pat", now=now)
    assert gone == [Kind.PASSKEY]
    assert not is_in(ada)
    assert not is_in(elsewhere)
    assert make.kinds_of(elsewhere.gate.trail)[-1] == "passkey_removed"
    assert ada.standing.is_stuck
    new = SoftPasskey()
    assert finish(elsewhere, new.create(begin(elsewhere))) is Outcome.PASSED
    assert finish(ada, key.get(begin(ada))) is not Outcome.PASSED
    assert finish(ada, new.get(begin(ada))) is Outcome.PASSED


def test_where_nothing_is_set_up_nothing_is_removed(ada):
    now = timezone.now()
    assert forgetting.forget(ada.gate, [Kind.TOTP], actor="Pat", now=now) == []
    rival = new_gate(company_id=2)
    assert forgetting.forget(rival, [Kind.PASSKEY], actor="Mal", now=now) == []
    assert Passkey.objects.get().removed_at is None


def test_one_ceremony_leaves_one_live_challenge(key, ada):
    for _press in range(3):
        begin(ada)
    assert PasskeyChallenge.objects.filter(used_at=None).count() == 1


# Where passkeys work


@pytest.mark.parametrize(
    ("address", "rp_id", "origin"),
    [
        ("https://sign.example.com", "sign.example.com", "https://sign.example.com"),
        ("https://a.example:8443/x", "a.example", "https://a.example:8443"),
        ("https://a.example:443", "a.example", "https://a.example"),
        ("http://localhost:8000", "localhost", "http://localhost:8000"),
        ("http://127.0.0.1:8000", "localhost", "http://localhost:8000"),
    ],
)
def test_the_site_is_the_name_in_the_public_address(settings, address, rp_id, origin):
    settings.PUBLIC_URL = address
    settings.ALLOWED_HOSTS = ["localhost"]
    assert site_of.site() == site_of.Site(rp_id, origin)


@pytest.mark.parametrize(
    "address",
    ["http://sign.example.com", "https://192.0.2.7", "http://127.0.0.1:8000"],
)
def test_a_number_or_an_open_line_has_no_passkeys(settings, address):
    settings.PUBLIC_URL = address
    settings.ALLOWED_HOSTS = []
    assert not site_of.is_ready()


def test_try_is_never_charged_for_a_passkey(key, ada):
    finish(ada, "no passkey")
    assert not Budget.objects.filter(gate=ada.gate, total__gt=0).exists()
    assert isinstance(ada.attempt("", Kind.PASSKEY), Try)
