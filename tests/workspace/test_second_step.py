from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from tests.factories import MEMBER_PASSWORD
from verification.vault import UnreadableError
from workspace import devices
from workspace.devices import Authenticator

SET_UP = "/workspace/security/set-up/"


def code_now(user, later: int = 0) -> str:
    """The code that the user's app shows, some steps of 30 seconds later."""
    key = Authenticator.objects.get(user=user).bin_key
    app = TOTP(key)
    app.time = time.time() + 30 * later
    return f"{app.token():06d}"


@pytest.fixture
def protected(pat):
    """Pat, with an authenticator app and recovery codes."""
    begun = devices.begin(pat)
    assert devices.confirm(pat, begun.pk, code_now(pat))
    return pat, devices.new_recovery_codes(pat)


def sign_in(client, user):
    facts = {"username": user.email, "password": MEMBER_PASSWORD}
    return client.post("/workspace/sign-in/", facts)


def enter(client, code):
    return client.post("/workspace/sign-in/code/", {"code": code})


def test_a_member_sets_up_an_app(as_pat, pat):
    page = as_pat.get(SET_UP).content.decode()
    assert "<svg" in page
    assert "style=" not in page
    assert devices.key_in_groups(Authenticator.objects.get()) in page
    shown = as_pat.post(SET_UP, {"code": code_now(pat)})
    assert len(shown.context["codes"]) == 10
    assert devices.is_on(pat)
    assert as_pat.get("/workspace/").status_code == 200


def test_loading_the_set_up_again_keeps_the_key(as_pat):
    as_pat.get(SET_UP)
    before = Authenticator.objects.get().key
    as_pat.get(SET_UP)
    assert Authenticator.objects.get().key == before


def test_a_wrong_code_sets_nothing_up(as_pat, pat):
    as_pat.get(SET_UP)
    page = as_pat.post(SET_UP, {"code": "000000"}).content.decode()
    assert "That code is not right." in page
    assert not devices.is_on(pat)


def test_the_password_alone_is_not_enough(client, protected):
    pat, _codes = protected
    assert sign_in(client, pat).url == "/workspace/sign-in/code/"
    assert client.get("/workspace/").url.startswith("/workspace/sign-in/code/")
    assert client.get("/workspace/security/").status_code == 302
    assert enter(client, code_now(pat, later=1)).url == "/workspace/"
    assert client.get("/workspace/").status_code == 200


def test_sessions_from_before_owe_the_second_step(client, pat):
    client.force_login(pat)
    assert client.get("/workspace/").status_code == 200
    begun = devices.begin(pat)
    devices.confirm(pat, begun.pk, code_now(pat))
    assert client.get("/workspace/").url.startswith("/workspace/sign-in/code/")


def test_a_code_passes_once(client, protected):
    pat, _codes = protected
    sign_in(client, pat)
    code = code_now(pat, later=1)
    assert enter(client, code).status_code == 302
    other = Client()
    sign_in(other, pat)
    assert enter(other, code).status_code == 200


def test_a_recovery_code_passes_once(client, protected):
    pat, codes = protected
    sign_in(client, pat)
    assert enter(client, f" {codes[3].lower().replace('-', ' ')}").status_code == 302
    other = Client()
    sign_in(other, pat)
    assert enter(other, codes[3]).status_code == 200
    assert devices.codes_left(pat) == 9


def test_guessing_codes_slows_down(client, protected, time_machine):
    pat, _codes = protected
    sign_in(client, pat)
    time_machine.move_to(timezone.now(), tick=False)
    for _ in range(4):
        enter(client, "000000")
        time_machine.shift(timedelta(seconds=7))
    page = enter(client, code_now(pat, later=1)).content.decode()
    assert "Too many wrong codes. Wait 1 second" in page
    time_machine.shift(timedelta(seconds=1))
    assert enter(client, code_now(pat, later=1)).status_code == 302


def test_guessing_recovery_codes_slows_down(client, protected):
    pat, codes = protected
    sign_in(client, pat)
    enter(client, "AAAAA-AAAAA")
    page = enter(client, codes[0]).content.decode()
    assert "Too many wrong codes. Wait" in page
    assert devices.codes_left(pat) == 10


def test_neither_keys_nor_recovery_codes_lie_in_clear(protected):
    pat, codes = protected
    device = Authenticator.objects.get()
    stored = TOTPDevice.objects.get()
    assert len(stored.key) == 72
    assert device.bin_key.hex() not in stored.key
    tokens = set(StaticToken.objects.values_list("token", flat=True))
    assert len(tokens) == 10
    for code in codes:
        assert code.replace("-", "").lower() not in tokens


def test_a_key_moved_to_another_member_opens_nothing(protected, alex):
    with pytest.raises(UnreadableError):
        devices.open_key(Authenticator.objects.get().key, alex.pk)


def test_keys_are_opened_after_the_storage_key_changed(protected, settings):
    pat, codes = protected
    settings.STORAGE_KEYS = {"s2": "n" * 40, **settings.STORAGE_KEYS}
    assert devices.check(pat, codes[0])
    assert devices.check(pat, code_now(pat, later=1))


def test_a_lost_storage_key_lets_nobody_in(protected, settings):
    pat, codes = protected
    later = code_now(pat, later=1)
    settings.STORAGE_KEYS = {"s2": "n" * 40}
    assert devices.check(pat, later) is None
    assert devices.check(pat, codes[0]) is None


def let_in(client, pat):
    sign_in(client, pat)
    enter(client, code_now(pat, later=1))


def test_new_recovery_codes_end_the_old_ones(client, protected):
    pat, codes = protected
    let_in(client, pat)
    page = client.post("/workspace/security/codes/", {"password": MEMBER_PASSWORD})
    fresh = page.context["codes"]
    assert not set(fresh) & set(codes)
    assert devices.check(pat, codes[0]) is None
    wrong = client.post("/workspace/security/codes/", {"password": "wrong"})
    assert "That password is not right." in wrong.content.decode()


def test_turning_it_off_takes_password_and_code(client, protected):
    pat, codes = protected
    let_in(client, pat)
    address = "/workspace/security/remove/"
    client.post(address, {"password": "wrong", "code": codes[0]})
    assert devices.is_on(pat)
    assert devices.codes_left(pat) == 10
    client.post(address, {"password": MEMBER_PASSWORD, "code": codes[0]})
    assert not devices.is_on(pat)
    assert client.get("/workspace/").status_code == 200


def test_passwords_are_not_guessed_on_the_security_pages(client, protected):
    pat, _codes = protected
    let_in(client, pat)
    for _ in range(6):
        page = client.post("/workspace/security/codes/", {"password": "wrong"})
    assert page.status_code == 429


def test_a_company_may_require_it(as_pat, pat, company):
    company.second_step_required = True
    company.save()
    assert as_pat.get("/workspace/").url == SET_UP
    as_pat.get(SET_UP)
    as_pat.post(SET_UP, {"code": code_now(pat)})
    assert as_pat.get("/workspace/").status_code == 200
