from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as django_settings

from tests.carrier.records import Mode
from tests.services.ports import free_port
from verification.channels import twilio_client, twilio_codes
from verification.channels.base import (
    DeliveryError,
    Fate,
    Message,
    OutcomeUnknown,
    Reason,
    get_channel,
)
from verification.channels.sms import TwilioTexts

ADA = "+14155550190"
TEXT = "482 913 is your security code. Ref K7.\n@sign.example.com #482913"


def text_to(number=ADA, text=TEXT, status_url=""):
    return Message(
        delivery_id=7, to=number, text=text, language="en", status_url=status_url
    )


def an_hour_ago():
    return datetime.now(UTC) - timedelta(hours=1)


@pytest.fixture
def sms(carrier):
    return get_channel("sms")


@pytest.fixture
def hasty_sms(carrier):
    """The same with half a second of patience, for carriers that say nothing."""
    http_client = twilio_client.HttpClient(carrier.url)
    http_client.timeout = (0.5, 0.5)
    client = twilio_client.Client(
        carrier.account_sid,
        carrier.auth_token,
        http_client=http_client,
    )
    return TwilioTexts(client, {"from_": "+15005550006"})


def test_a_text_reaches_the_carrier_as_it_was_written(sms, carrier):
    sid = sms.send(text_to())
    assert sid.startswith("SM")
    assert carrier.texts_to(ADA) == [TEXT]
    sent = carrier.messages[0].params
    assert sent["From"] == [django_settings.TWILIO_FROM_NUMBER]
    assert sent["SmartEncoded"] == ["false"]
    assert "StatusCallback" not in sent


def test_a_text_names_where_to_report(sms, carrier):
    carrier.calls_back = False
    url = "https://sign.example.com/hooks/twilio/7/mac/status"
    sms.send(text_to(status_url=url))
    assert carrier.messages[0].params["StatusCallback"] == [url]


def test_a_messaging_service_stands_in_for_the_number(carrier, settings):
    settings.TWILIO_MESSAGING_SERVICE_SID = f"MG{'0' * 32}"
    get_channel("sms").send(text_to())
    sent = carrier.messages[0].params
    assert sent["MessagingServiceSid"] == [f"MG{'0' * 32}"]
    assert "From" not in sent


def test_an_api_key_stands_in_for_the_auth_token(carrier, settings):
    carrier.credentials = {"SK0123": "key-secret"}
    settings.TWILIO_API_KEY_SID = "SK0123"
    settings.TWILIO_API_KEY_SECRET = "key-secret"
    assert get_channel("sms").send(text_to()).startswith("SM")


def test_wrong_credentials_are_a_matter_of_configuration(sms, carrier):
    carrier.credentials = {}
    with pytest.raises(DeliveryError) as caught:
        sms.send(text_to())
    assert caught.value.reason is Reason.CONFIGURATION
    assert caught.value.permanent


@pytest.mark.parametrize(
    ("mode", "reason", "permanent"),
    [
        (Mode.INVALID, Reason.BAD_ADDRESS, True),
        (Mode.OPTED_OUT, Reason.REFUSED, True),
        (Mode.COUNTRY, Reason.COUNTRY, True),
        (Mode.TOO_MANY, Reason.BUSY, False),
        (Mode.ERROR, Reason.BUSY, False),
    ],
)
def test_a_refusal_says_why_and_whether_to_try_again(
    sms, carrier, mode, reason, permanent
):
    carrier.set_mode(mode, ADA)
    with pytest.raises(DeliveryError) as caught:
        sms.send(text_to())
    assert (caught.value.reason, caught.value.permanent) == (reason, permanent)
    assert not isinstance(caught.value, OutcomeUnknown)
    assert carrier.messages == []


def test_a_refusal_repeats_neither_number_nor_text(sms, carrier):
    carrier.set_mode(Mode.INVALID)
    with pytest.raises(DeliveryError) as caught:
        sms.send(text_to())
    told = f"{caught.value!r} {caught.value} {caught.value.detail}"
    assert caught.value.detail == "Twilio 21211"
    assert "4155550190" not in told
    assert caught.value.__suppress_context__


def test_nothing_is_logged_of_numbers_or_texts(sms, carrier, caplog):
    caplog.set_level(logging.DEBUG)
    sms.send(text_to())
    sms.find(text_to(), an_hour_ago())
    assert "4155550190" not in caplog.text
    assert "482913" not in caplog.text


@pytest.mark.parametrize("mode", [Mode.TIME_OUT, Mode.ACCEPT_THEN_SILENCE])
def test_silence_leaves_the_outcome_unknown(hasty_sms, carrier, mode):
    carrier.set_mode(mode)
    with pytest.raises(OutcomeUnknown) as caught:
        hasty_sms.send(text_to())
    assert caught.value.reason is Reason.TIMEOUT
    assert not caught.value.permanent


def test_a_text_lost_after_acceptance_is_found_instead_of_sent_twice(sms, carrier):
    carrier.set_mode(Mode.ACCEPT_THEN_DROP)
    with pytest.raises(OutcomeUnknown):
        sms.send(text_to())
    assert sms.find(text_to(), an_hour_ago()) == carrier.messages[0].sid
    assert carrier.texts_to(ADA) == [TEXT]


def test_a_text_that_never_left_is_not_found(hasty_sms, carrier):
    carrier.set_mode(Mode.TIME_OUT)
    with pytest.raises(OutcomeUnknown):
        hasty_sms.send(text_to())
    assert hasty_sms.find(text_to(), an_hour_ago()) is None


def test_a_gateway_that_gave_up_leaves_the_outcome_unknown(sms, carrier):
    carrier.set_mode(Mode.BAD_GATEWAY)
    with pytest.raises(OutcomeUnknown):
        sms.send(text_to())


def test_a_carrier_that_is_not_there_has_not_taken_the_text(carrier, settings):
    settings.TWILIO_API_URL = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(DeliveryError) as caught:
        get_channel("sms").send(text_to())
    assert not isinstance(caught.value, OutcomeUnknown)
    assert not caught.value.permanent


def test_a_question_that_fails_says_nothing_about_the_text(sms, carrier):
    sms.send(text_to())
    carrier.credentials = {}
    with pytest.raises(DeliveryError) as caught:
        sms.find(text_to(), an_hour_ago())
    assert not isinstance(caught.value, OutcomeUnknown)


@pytest.mark.parametrize("other", [{"number": "+14155550134"}, {"text": "another"}])
def test_only_the_same_text_to_the_same_phone_is_found(sms, carrier, other):
    sms.send(text_to(**other))
    assert sms.find(text_to(), an_hour_ago()) is None


def test_an_old_text_with_the_same_words_is_not_found(sms, carrier):
    sms.send(text_to())
    assert sms.find(text_to(), datetime.now(UTC) + timedelta(hours=1)) is None


def test_a_text_is_found_behind_what_a_trial_account_puts_before_it(sms, carrier):
    sid = sms.send(text_to())
    trial = "Sent from your Twilio trial account - "
    carrier.messages[0].body = trial + carrier.messages[0].body
    assert sms.find(text_to(), an_hour_ago()) == sid


def test_the_newest_texts_are_listed_first(sms, carrier):
    for number in range(60):
        sms.send(text_to(text=f"text {number}"))
    assert sms.find(text_to(text="text 59"), an_hour_ago()) is not None
    assert sms.find(text_to(text="text 5"), an_hour_ago()) is None


@pytest.mark.parametrize(
    ("mode", "fate", "reason"),
    [
        (Mode.OK, Fate.DELIVERED, None),
        (Mode.LANDLINE, Fate.FAILED, Reason.LANDLINE),
        (Mode.OFF, Fate.FAILED, Reason.UNREACHABLE),
    ],
)
def test_what_became_of_a_text_can_be_asked(sms, carrier, mode, fate, reason):
    carrier.set_mode(mode)
    sid = sms.send(text_to())
    carrier.settle()
    report = sms.poll(sid)
    assert (report.provider_id, report.fate, report.reason) == (sid, fate, reason)


def test_a_slow_carrier_is_waited_for(sms, carrier):
    carrier.set_mode(Mode.SLOW)
    carrier.slow_seconds = 0.3
    begun = time.monotonic()
    assert sms.send(text_to()).startswith("SM")
    assert time.monotonic() - begun > 0.3


def test_connect_and_read_have_their_own_limits():
    client = twilio_client.HttpClient()
    assert client.timeout == (3, 7)


def test_a_proxy_path_is_kept_in_front_of_twilios(carrier):
    client = twilio_client.HttpClient(f"{carrier.url}/proxy")
    answer = client.request("GET", "https://api.twilio.com/2010-04-01/x.json?a=1")
    assert answer.status_code == 401
    assert carrier.requests[-1] == ("GET", "/proxy/2010-04-01/x.json?a=1")


@pytest.mark.parametrize("status", ["receiving", "", "DELIVERED", "exploded"])
def test_unknown_words_of_the_carrier_say_nothing(status):
    assert twilio_codes.text_report("SM1", status) is None


def test_an_unknown_error_code_is_an_unknown_reason():
    report = twilio_codes.text_report("SM1", "undelivered", 39999)
    assert report.reason is Reason.UNKNOWN
    assert report.detail == "Twilio undelivered 39999"
