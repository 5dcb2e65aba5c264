"""The tests' carrier against the real package, and against the product."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import requests
from django.utils import timezone
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from tests.carrier.records import Mode
from tests.verification.rows import ADA, make_delivery
from verification import delivery as outbox
from verification.channels.base import Reason
from verification.channels.twilio_client import HttpClient
from verification.models import Delivery

State = Delivery.State
OURS = "+15005550006"
ROBERT = "+14155550134"


@pytest.fixture
def twilio(carrier):
    """The package as anybody would use it."""
    return Client(
        carrier.account_sid, carrier.auth_token, http_client=HttpClient(carrier.url)
    )


def test_the_package_reads_back_what_it_sent(twilio, carrier):
    created = twilio.messages.create(to=ADA, from_=OURS, body="Hello.")
    carrier.settle()
    fetched = twilio.messages(created.sid).fetch()
    assert created.status == "queued"
    assert (fetched.status, fetched.to, fetched.body) == ("delivered", ADA, "Hello.")
    assert abs(fetched.date_created - datetime.now(UTC)) < timedelta(seconds=10)


def test_the_package_pages_through_a_list(twilio, carrier):
    for number in range(5):
        twilio.messages.create(to=ADA, from_=OURS, body=str(number))
    twilio.messages.create(to=ROBERT, from_=OURS, body="other")
    listed = twilio.messages.list(to=ADA, page_size=2)
    assert [message.body for message in listed] == ["4", "3", "2", "1", "0"]


def test_the_package_filters_by_the_day_of_sending(twilio, carrier):
    twilio.messages.create(to=ADA, from_=OURS, body="today")
    carrier.settle()
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert twilio.messages.list(date_sent_after=tomorrow) == []
    assert len(twilio.messages.list(date_sent_before=tomorrow)) == 1


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"to": ""}, 21604),
        ({"from_": ""}, 21603),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"to": "12"}, 21211),
        ({"status_callback": "ftp://x"}, 21609),
    ],
)
def test_the_package_raises_what_twilio_refuses(twilio, facts, code):
    with pytest.raises(TwilioRestException) as caught:
        twilio.messages.create(**({"to": ADA, "from_": OURS, "body": "x"} | facts))
    assert (caught.value.status, caught.value.code) == (400, code)


def test_the_package_knows_what_is_not_there(twilio):
    with pytest.raises(TwilioRestException) as caught:
        twilio.messages(f"SM{'0' * 32}").fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)


def test_another_accounts_path_is_not_found(carrier):
    other = Client(
        carrier.account_sid,
        carrier.auth_token,
        f"AC{'0' * 32}",
        http_client=HttpClient(carrier.url),
    )
    with pytest.raises(TwilioRestException) as caught:
        other.messages.create(to=ADA, from_=OURS, body="Hello.")
    assert caught.value.code == 20404
    assert carrier.messages == []


@pytest.mark.parametrize("auth", [None, ("AC1", "x"), ("", "")])
def test_nobody_gets_in_without_credentials(carrier, auth):
    path = f"/2010-04-01/Accounts/{carrier.account_sid}/Messages.json"
    assert requests.get(carrier.url + path, auth=auth, timeout=5).status_code == 401


def test_a_call_is_read_back_by_the_package(twilio, carrier):
    carrier.keys[ADA] = ()
    words = "<Response><Say>Hello.</Say></Response>"
    created = twilio.calls.create(to=ADA, from_=OURS, twiml=words)
    carrier.settle()
    assert twilio.calls(created.sid).fetch().status == "completed"
    assert [call.sid for call in twilio.calls.list(to=ADA)] == [created.sid]
    assert carrier.calls[0].said == ["Hello."]


def test_a_callback_is_signed_as_the_package_checks(carrier):
    params = {"MessageSid": "SM1"}
    url = f"{carrier.url}/anything?x=1"
    answer = carrier.post(url, params)
    signature = answer.request.headers["X-Twilio-Signature"]
    assert RequestValidator(carrier.auth_token).validate(url, params, signature)


# The product against it: claims, callbacks and calls through a real server.


@pytest.fixture
def online(carrier, live_server, settings):
    """A public https address, so that the carrier can call back."""
    settings.PUBLIC_URL = "https://sign.example.com"
    settings.IS_HTTPS = True
    settings.SECURE_SSL_REDIRECT = False
    carrier.live_url = live_server.url
    return carrier


def attempt(delivery):
    outbox.attempt(outbox.claim(delivery.pk, timezone.now()))


def state_of(delivery):
    delivery.refresh_from_db()
    return delivery.state


@pytest.mark.django_db(transaction=True)
def test_a_text_is_delivered_and_says_so(online):
    delivery = make_delivery("sms")
    attempt(delivery)
    online.settle()
    assert state_of(delivery) == State.DELIVERED
    assert delivery.provider_id == online.messages[0].sid
    assert [callback.answer for callback in online.callbacks] == [204, 204]


@pytest.mark.django_db(transaction=True)
def test_a_text_to_a_landline_fails_and_says_why(online):
    online.set_mode(Mode.LANDLINE, ADA)
    delivery = make_delivery("sms")
    attempt(delivery)
    online.settle()
    assert state_of(delivery) == State.FAILED
    assert delivery.reason == Reason.LANDLINE


@pytest.mark.django_db(transaction=True)
def test_a_callback_makes_up_for_an_answer_that_got_lost(online):
    online.set_mode(Mode.ACCEPT_THEN_DROP)
    delivery = make_delivery("sms")
    attempt(delivery)
    online.settle()
    assert state_of(delivery) == State.DELIVERED
    assert len(online.texts_to(ADA)) == 1


@pytest.mark.django_db(transaction=True)
def test_without_callbacks_a_lost_answer_is_looked_up_and_sent_once(online):
    online.calls_back = False
    online.set_mode(Mode.ACCEPT_THEN_DROP)
    delivery = make_delivery("sms")
    attempt(delivery)
    assert state_of(delivery) == State.UNKNOWN
    outbox.attempt(outbox.claim(delivery.pk, delivery.next_attempt_at))
    assert state_of(delivery) == State.SENT
    assert delivery.provider_id == online.messages[0].sid
    assert len(online.texts_to(ADA)) == 1


@pytest.mark.django_db(transaction=True)
def test_whoever_presses_one_hears_the_code(online):
    delivery = make_delivery("voice")
    attempt(delivery)
    online.settle()
    [call] = online.calls_to(ADA)
    apart = ", ".join(delivery.challenge.code())
    assert apart not in " ".join(call.said[: call.said_before_key])
    assert f"Again: {apart}." in call.said
    assert state_of(delivery) == State.DELIVERED


@pytest.mark.django_db(transaction=True)
def test_a_voicemail_box_never_hears_the_code(online):
    online.set_mode(Mode.VOICEMAIL)
    delivery = make_delivery("voice")
    attempt(delivery)
    online.settle()
    [call] = online.calls_to(ADA)
    assert ", ".join(delivery.challenge.code()) not in " ".join(call.said)
    assert state_of(delivery) == State.FAILED
    assert delivery.reason == Reason.MACHINE


@pytest.mark.django_db(transaction=True)
def test_a_code_replaced_while_the_phone_rings_is_not_said(online):
    online.key_may_be_pressed.clear()
    delivery = make_delivery("voice")
    attempt(delivery)
    online.wait_for(lambda: online.calls[0].said_before_key)
    delivery.challenge.move(delivery.challenge.State.REPLACED, timezone.now())
    online.settle()
    [call] = online.calls_to(ADA)
    assert ", ".join(delivery.challenge.code()) not in " ".join(call.said)
    assert call.said[-1].startswith("This security code is no longer valid.")


@pytest.mark.django_db(transaction=True)
def test_nobody_answering_is_told_apart_from_a_busy_line(online):
    deliveries = {
        mode: make_delivery("voice", address=number)
        for mode, number in [(Mode.NO_ANSWER, ADA), (Mode.LINE_BUSY, ROBERT)]
    }
    for mode, delivery in deliveries.items():
        online.set_mode(mode, delivery.address)
        attempt(delivery)
    online.settle()
    for delivery in deliveries.values():
        assert state_of(delivery) == State.FAILED
    assert deliveries[Mode.NO_ANSWER].reason == Reason.NO_ANSWER
    assert deliveries[Mode.LINE_BUSY].reason == Reason.LINE_BUSY
