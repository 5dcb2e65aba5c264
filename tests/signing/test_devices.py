"""Passkeys and authenticator apps through the signer's pages, without a script."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP

from signing.flows import correcting, readiness, reassigning
from signing.flows.forgetting import forget_devices
from signing.flows.refusals import RefusedError
from signing.gate import Action, Verdict, judge
from tests import factories as make
from tests.passkeys import ORIGIN, SoftPasskey
from tests.signing import in_flight
from tests.signing.pages import SignerClient
from verification import authenticators as apps
from verification import messages
from verification.models import Authenticator, Delivery, Factor, Passkey

pytestmark = pytest.mark.django_db

Kind, Stage = Factor.Kind, Factor.Stage
MORNING = datetime(2026, 6, 1, 9, 0, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _morning(time_machine, settings):
    time_machine.move_to(MORNING, tick=False)
    settings.PUBLIC_URL = ORIGIN


@pytest.fixture
def company():
    return make.make_company()


def lease(company, *kinds, **options):
    return make.make_request(company, kinds=kinds, **options)


def client_of(request, person="ada"):
    return SignerClient(make.signer_of(request, person).gate)


def at_the_phone(request, person="ada"):
    """Ada at her page, once her phone is proven."""
    ada = client_of(request, person)
    ada.open_link()
    ada.press("/ask/sms")
    ada.press("/code", code=make.live_code(ada.gate).code())
    return ada


def code(key):
    totp = TOTP(key)
    totp.time = timezone.now().timestamp()
    return f"{totp.token():06d}"


def wrong(key):
    return f"{(int(code(key)) + 1000) % 10**6:06d}"


def begun_key():
    return apps.key_of(Authenticator.objects.get(confirmed_at=None))


def sees_document(client):
    return client.reload().templates[0].name == "signing/document.html"


def set_up_app(company):
    ada = at_the_phone(lease(company, Kind.PHONE, Kind.TOTP))
    ada.press("/app/begin")
    key = begun_key()
    ada.press("/app/confirm", code=code(key))
    assert sees_document(ada)
    return key


def test_an_app_is_set_up_and_asked_for_at_the_next_document(company, time_machine):
    ada = at_the_phone(lease(company, Kind.PHONE, Kind.TOTP))
    assert "Step 2 of 2" in ada.text
    assert "Set up an authenticator app" in ada.text
    assert not Authenticator.objects.exists()
    ada.press("/app/begin")
    key = begun_key()
    assert apps.in_groups(key) in ada.text
    assert b"<svg" in ada.response.content
    assert b'href="otpauth://totp/Acme%20Advisors%3Aada%40example.com' in (
        ada.response.content
    )
    ada.press("/app/confirm", code=wrong(key))
    assert "Wait until the app shows the next one." in ada.text
    ada.press("/app/confirm", code=f"{code(key)[:3]} {code(key)[3:]}")
    assert sees_document(ada)
    time_machine.shift(timedelta(minutes=5))
    again = client_of(lease(company, Kind.TOTP))
    again.open_link()
    assert "Enter the code of your app" in again.text
    assert "June 1, 2026" in again.text
    again.press("/app", code=wrong(key))
    assert "That code is not right. You have 2 tries left." in again.text
    again.press("/app", code=code(key))
    assert sees_document(again)


def test_the_key_is_shown_to_nobody_else_and_not_once_it_is_confirmed(company):
    request = lease(company, Kind.PHONE, Kind.TOTP)
    ada = at_the_phone(request)
    ada.press("/app/begin")
    shown = apps.in_groups(begun_key())
    stranger = client_of(request)
    stranger.open_link()
    assert shown not in stranger.text
    ada.press("/app/confirm", code=code(begun_key()))
    assert shown not in ada.text
    ada.open_link()
    assert shown not in ada.text


def test_the_last_wrong_code_locks(company, time_machine):
    key = set_up_app(company)
    time_machine.shift(timedelta(minutes=5))
    ada = client_of(lease(company, Kind.TOTP))
    ada.open_link()
    for _try in range(3):
        ada.press("/app", code=wrong(key))
    assert "This document is locked for now" in ada.text


def test_a_paused_app_says_until_when_and_whom_to_ask(company, time_machine):
    key = set_up_app(company)
    time_machine.shift(timedelta(minutes=5))
    ada = client_of(lease(company, Kind.TOTP))
    ada.open_link()
    Authenticator.objects.update(day=9, day_on=MORNING.date(), in_a_row=9)
    ada.press("/app", code=wrong(key))
    assert "Your app can’t be used for now" in ada.text
    assert "here or at other documents of Acme Advisors" in ada.text
    assert "You can go on from June 2, 2026" in ada.text
    assert "Pat Miller can remove the app" in ada.text
    Authenticator.objects.update(in_a_row=Authenticator.MOST_IN_A_ROW)
    ada.reload()
    assert "Then you set it up anew at this link." in ada.text


def test_looking_writes_nothing(company):
    ada = at_the_phone(lease(company, Kind.PHONE, Kind.TOTP))
    before = make.kinds_of(ada.gate.trail)
    for _look in range(2):
        ada.reload()
    for address in ("app", "app/begin", "app/confirm", "passkey", "passkey/begin"):
        assert ada.client.get(f"{ada.home}{address}").status_code == 405
    assert make.kinds_of(ada.gate.trail) == before
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("door", ["app", "app/begin", "app/confirm", "passkey"])
def test_out_of_turn_a_press_only_leads_back(company, door):
    ada = client_of(lease(company, Kind.PHONE, Kind.TOTP, Kind.PASSKEY))
    ada.open_link()
    ada.press("/ask/sms")
    answer = ada.client.post(f"{ada.home}{door}", {"key": "k", "code": "123456"})
    assert answer.status_code == 302
    assert ada.client.post(f"{ada.home}passkey/begin").status_code == 409
    assert not Authenticator.objects.exists()


@pytest.mark.parametrize("door", ["app", "app/begin", "passkey", "passkey/begin"])
def test_a_browser_without_the_link_finds_nothing(company, door):
    request = lease(company, Kind.PHONE, Kind.TOTP)
    home = client_of(request).home
    assert Client().post(f"{home}{door}", {"key": "k"}).status_code == 404


def passkey_answer(ada, how):
    options = ada.client.post(f"{ada.home}passkey/begin").content.decode()
    return how(options)


def test_a_passkey_is_set_up_and_asked_for_at_the_next_document(company):
    soft = SoftPasskey()
    ada = at_the_phone(lease(company, Kind.PHONE, Kind.PASSKEY))
    assert "Set up a passkey" in ada.text
    ada.press("/passkey", credential=passkey_answer(ada, soft.create))
    assert sees_document(ada)
    again = client_of(lease(company, Kind.PASSKEY))
    again.open_link()
    assert "Use your passkey" in again.text
    again.client.post(f"{again.home}open", {"link": again.token})
    again.reload()
    answer = passkey_answer(again, soft.get)
    again.press("/passkey", credential=answer)
    assert sees_document(again)
    third = client_of(lease(company, Kind.PASSKEY))
    third.open_link()
    third.press("/passkey", credential=answer)
    assert "That belonged to another window." in third.text


def test_adas_passkey_is_not_set_up_for_bob_too(company):
    soft = SoftPasskey()
    ada = at_the_phone(lease(company, Kind.PHONE, Kind.PASSKEY))
    ada.press("/passkey", credential=passkey_answer(ada, soft.create))
    kinds = (Kind.PHONE, Kind.PASSKEY)
    bob = at_the_phone(make.make_request(company, people=("bob",), kinds=kinds), "bob")
    bob.press("/passkey", credential=passkey_answer(bob, soft.create))
    assert "That passkey belongs to somebody else." in bob.text
    assert Passkey.objects.count() == 1


def test_the_link_leads_to_what_is_asked_first(company):
    ada = client_of(lease(company, Kind.PASSKEY, Kind.PHONE))
    ada.open_link()
    assert ada.offers("/ask/sms")


def test_before_signing_only_the_document_is_read_first(company):
    sent = make.make_draft(company)
    gate = make.signer_of(sent).gate
    make.make_factor(gate, Kind.TOTP, stage=Stage.SIGN)
    make.sending.send(sent, actor=sent.sender, now=timezone.now())
    ada = at_the_phone(sent)
    assert sees_document(ada)
    ada.reload(f"{ada.home}?stage=sign")
    assert "Set up an authenticator app" in ada.text
    ada.press("/app/begin")
    ada.press("/app/confirm", code=code(begun_key()))
    assert ada.response.redirect_chain[-1][0].endswith("/sign")


def test_in_the_demo_the_page_leads_to_the_name_of_this_computer(company, settings):
    settings.DEMO = True
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    ada = at_the_phone(lease(company, Kind.PHONE, Kind.PASSKEY))
    there = f"http://localhost:8000/l/{ada.token}"
    assert f'href="{there}"' in ada.response.content.decode()
    assert 'data-host="localhost:8000"' in ada.response.content.decode()


def test_an_app_whose_key_is_lost_says_whom_to_ask(company, settings):
    set_up_app(company)
    settings.STORAGE_KEYS = {"new": "n" * 32}
    ada = client_of(lease(company, Kind.TOTP))
    ada.open_link()
    assert "Ask Pat Miller to remove it." in ada.text


# Where nothing else guards


def draft(company, *kinds):
    return make.make_draft(company, kinds=kinds)


@pytest.mark.parametrize("kind", [Kind.PASSKEY, Kind.TOTP])
def test_a_draft_with_nothing_else_to_prove_is_not_ready(company, kind):
    (problem,) = readiness.problems(draft(company, kind))
    assert problem.anchor.endswith(f"-use_{kind}")
    assert "Turn on one more" in problem.words
    assert readiness.problems(draft(company, kind, Kind.PHONE)) == []


def test_a_draft_to_somebody_who_has_an_app_is_ready(company):
    set_up_app(company)
    assert readiness.problems(draft(company, Kind.TOTP)) == []
    rival = make.make_company("Rival Realty")
    assert len(readiness.problems(draft(rival, Kind.TOTP))) == 1


def test_who_signs_in_to_an_account_can_set_up_a_passkey(company):
    sent = draft(company, Kind.PASSKEY)
    sent.signers.update(login_required=True)
    assert readiness.problems(sent) == []


def test_without_a_domain_name_no_draft_asks_for_a_passkey(company, settings):
    settings.PUBLIC_URL = "https://192.0.2.7"
    (problem,) = readiness.problems(draft(company, Kind.PHONE, Kind.PASSKEY))
    assert "Passkeys don’t work on this server" in problem.words
    assert readiness.problems(draft(company, Kind.PHONE, Kind.TOTP)) == []


def test_an_address_is_needed_since_a_passkey_belongs_to_one(company):
    sent = draft(company, Kind.PHONE, Kind.PASSKEY)
    gate = make.signer_of(sent).gate
    gate.email = ""
    gate.save()
    (problem,) = readiness.problems(sent)
    assert problem.anchor.endswith("-email")


def change(request, verb, *values, **named):
    signer = make.signer_of(request)
    now = timezone.now()
    return verb(signer, *values, actor=request.sender, now=now, **named)


def test_asking_for_nothing_but_a_passkey_is_refused_with_the_reason(company):
    sent = lease(company, Kind.PHONE)
    change(sent, in_flight.set_factor, Kind.PASSKEY)
    with pytest.raises(RefusedError) as refusal:
        change(sent, in_flight.remove_factor, Kind.PHONE)
    assert refusal.value.code == "nothing_set_up"
    assert "no passkey yet" in str(refusal.value.message)
    gate = make.signer_of(sent).gate
    assert gate.factors.filter(removed_at=None).count() == 2


def verdict(request, visit=None):
    return judge(make.signer_of(request), visit, Action.VIEW, timezone.now()).verdict


def test_a_new_person_is_told_what_keeps_the_gate_shut(company, time_machine):
    set_up_app(company)
    sent = lease(company, Kind.TOTP)
    assert verdict(sent) is Verdict.GATE
    change(sent, correcting.change_email, "new@example.com")
    assert verdict(sent) is Verdict.UNPROVABLE
    new = client_of(sent)
    new.open_link()
    assert "you have set none up for Acme Advisors yet" in new.text
    assert f"Write to {sent.sender.email}" in new.text


def test_who_takes_the_place_sets_up_their_own(company):
    key = set_up_app(company)
    sent = lease(company, Kind.PHONE, Kind.TOTP)
    change(
        sent,
        reassigning.reassign,
        name="Robert Lane",
        email="ada@example.com",
        phone=make.BOB_PHONE,
        reason="Ada is away.",
    )
    gate = sent.signers.get().gate
    robert = SignerClient(gate)
    robert.open_link()
    robert.press("/ask/sms")
    robert.press("/code", code=make.live_code(gate).code())
    assert "Set up an authenticator app" in robert.text
    assert apps.in_groups(key) not in robert.text


# Who has one set up or removed hears of it


def notices():
    rows = Delivery.objects.exclude(kind__in=("invitation", "code")).order_by("pk")
    return [(row.kind, row.address) for row in rows]


def notice():
    return messages.build(Delivery.objects.latest("pk"))


def test_whoever_has_an_app_set_up_is_written_to(company):
    key = set_up_app(company)
    assert notices() == [("app_set_up", "ada@example.com")]
    said = notice()
    assert said.subject == "An authenticator app was set up for you: Acme Advisors"
    assert "When: June 1, 2026, 09:00 UTC" in said.text
    assert "Checked before: Phone code" in said.text
    assert "Was that not you?\nThen somebody else has your link" in said.text
    assert "Tell Pat Miller at once" in said.text
    assert "/s/" not in said.text
    assert apps.in_groups(key) not in said.text
    assert "passkey" not in said.text.lower()


def test_whoever_has_a_passkey_set_up_is_written_to_at_their_own_address(company):
    ada = at_the_phone(lease(company, Kind.PHONE, Kind.PASSKEY))
    answer = passkey_answer(ada, SoftPasskey().create)
    ada.press("/passkey", credential=answer)
    assert notices() == [("passkey_set_up", "ada@example.com")]
    assert "A passkey was set up for you: Acme Advisors" in notice().text


def test_what_failed_or_was_only_begun_is_no_news(company):
    ada = at_the_phone(lease(company, Kind.PHONE, Kind.TOTP))
    ada.press("/app/begin")
    ada.press("/app/confirm", code=wrong(begun_key()))
    assert notices() == []


def test_whose_app_is_removed_is_told_once_by_whom(company, time_machine):
    set_up_app(company)
    others = [lease(company, Kind.PHONE, Kind.TOTP) for _number in range(2)]
    signer, now = make.signer_of(others[0]), timezone.now()
    forget_devices(signer, [Kind.TOTP], actor=others[0].sender, now=now)
    assert [kind for kind, _address in notices()] == ["app_set_up", "app_removed"]
    said = notice()
    assert "Pat Miller removed your authenticator app" in said.text
    assert "talk to Pat Miller before you set up a new one" in said.text


def test_where_a_program_writes_itself_we_write_nothing(company):
    request = lease(company, Kind.PHONE, Kind.TOTP)
    type(request).objects.filter(pk=request.pk).update(emails_off=True)
    ada = at_the_phone(request)
    ada.press("/app/begin")
    ada.press("/app/confirm", code=code(begun_key()))
    assert sees_document(ada)
    assert notices() == []
