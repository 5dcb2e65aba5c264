from __future__ import annotations

import pytest
from anymail.signals import AnymailTrackingEvent, tracking
from django.conf import settings as django_settings
from django.utils import timezone
from twilio.request_validator import RequestValidator

from tests.carrier.phones import parse
from tests.verification.rows import make_delivery
from verification import links
from verification.channels.base import Reason
from verification.models import Challenge, Delivery

pytestmark = pytest.mark.django_db

PUBLIC_URL = "https://sign.example.com"
State = Delivery.State


@pytest.fixture(autouse=True)
def _public(settings):
    settings.PUBLIC_URL = PUBLIC_URL


@pytest.fixture
def text():
    return make_delivery("sms", state=State.SENT, provider_id="SM1")


@pytest.fixture
def call():
    return make_delivery("voice", state=State.SENT, provider_id="CA1")


def sign(path, params, token=None, base=PUBLIC_URL):
    validator = RequestValidator(token or django_settings.TWILIO_AUTH_TOKEN)
    return validator.compute_signature(base + path, params)


def post(client, path, params, signature=None, **extra):
    params = {"AccountSid": django_settings.TWILIO_ACCOUNT_SID} | params
    signed = sign(path, params) if signature is None else signature
    return client.post(path, params, headers={"X-Twilio-Signature": signed}, **extra)


def report(client, delivery, status, sid="SM1", **extra):
    path = links.callback_path(delivery.pk, "status")
    return post(client, path, {"MessageSid": sid, "MessageStatus": status, **extra})


def report_call(client, delivery, status, sid="CA1", **extra):
    path = links.callback_path(delivery.pk, "status")
    return post(client, path, {"CallSid": sid, "CallStatus": status, **extra})


def press(client, delivery, key="1", sid="CA1", **extra):
    path = links.callback_path(delivery.pk, "answer") + "?language=en"
    params = {"CallSid": sid, "CallStatus": "in-progress", "Digits": key}
    return post(client, path, params | extra)


def said(response):
    verbs = parse(response.content.decode())
    return [say.text for verb in verbs for say in verb.iter("Say")]


def state_of(delivery):
    delivery.refresh_from_db()
    return delivery.state


def test_a_delivered_text_is_delivered(client, text):
    assert report(client, text, "delivered").status_code == 204
    assert state_of(text) == State.DELIVERED


def test_a_text_to_a_landline_says_so(client, text):
    report(client, text, "undelivered", ErrorCode="30006")
    assert state_of(text) == State.FAILED
    assert text.reason == Reason.LANDLINE


def test_the_signature_is_checked_without_a_csrf_token(text):
    from django.test import Client  # noqa: PLC0415  a client that enforces CSRF

    answer = report(Client(enforce_csrf_checks=True), text, "delivered")
    assert answer.status_code == 204


@pytest.mark.parametrize("signature", ["", "nonsense", "é"])
def test_an_unsigned_callback_is_refused(client, text, signature):
    path = links.callback_path(text.pk, "status")
    params = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    assert post(client, path, params, signature).status_code == 403
    assert state_of(text) == State.SENT


def test_a_callback_signed_with_another_token_is_refused(client, text):
    path = links.callback_path(text.pk, "status")
    params = {
        "AccountSid": django_settings.TWILIO_ACCOUNT_SID,
        "MessageSid": "SM1",
        "MessageStatus": "delivered",
    }
    forged = sign(path, params, token="guessed")
    assert post(client, path, params, forged).status_code == 403


def test_a_callback_signed_for_another_host_is_refused(client, text):
    path = links.callback_path(text.pk, "status")
    params = {
        "AccountSid": django_settings.TWILIO_ACCOUNT_SID,
        "MessageSid": "SM1",
        "MessageStatus": "delivered",
    }
    forged = sign(path, params, base="https://evil.example")
    assert post(client, path, params, forged).status_code == 403


def test_the_host_header_has_no_say(client, text, settings):
    settings.ALLOWED_HOSTS = ["*"]
    path = links.callback_path(text.pk, "status")
    params = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    host = {"HTTP_HOST": "10.0.0.7:8000", "HTTP_X_FORWARDED_HOST": "evil.example"}
    assert post(client, path, params, **host).status_code == 204


def test_a_parameter_added_on_the_way_is_refused(client, text):
    path = links.callback_path(text.pk, "status")
    params = {
        "AccountSid": django_settings.TWILIO_ACCOUNT_SID,
        "MessageSid": "SM1",
        "MessageStatus": "sent",
    }
    signature = sign(path, params)
    tampered = params | {"ErrorCode": "30006"}
    assert post(client, path, tampered, signature).status_code == 403


def test_without_a_token_nobody_is_believed(client, text, settings):
    settings.TWILIO_AUTH_TOKEN = ""
    path = links.callback_path(text.pk, "status")
    params = {
        "AccountSid": settings.TWILIO_ACCOUNT_SID,
        "MessageSid": "SM1",
        "MessageStatus": "delivered",
    }
    signature = RequestValidator("").compute_signature(PUBLIC_URL + path, params)
    assert post(client, path, params, signature).status_code == 403


def test_a_signed_callback_reaches_only_the_delivery_of_its_own_address(client, text):
    other = make_delivery("sms", state=State.SENT, provider_id="SM2")
    mac = links.callback_mac(text.pk)
    path = f"/hooks/twilio/{other.pk}/{mac}/status"
    params = {"MessageSid": "SM2", "MessageStatus": "delivered"}
    assert post(client, path, params).status_code == 403
    assert state_of(other) == State.SENT


def test_another_account_is_ignored(client, text):
    answer = report(client, text, "delivered", AccountSid=f"AC{'f' * 32}")
    assert answer.status_code == 204
    assert state_of(text) == State.SENT


def test_another_message_than_the_one_that_was_sent_is_ignored(client, text):
    assert report(client, text, "delivered", sid="SM9").status_code == 204
    assert state_of(text) == State.SENT


@pytest.mark.parametrize("status", ["", "exploded", "receiving"])
def test_unknown_words_are_ignored(client, text, status):
    assert report(client, text, status).status_code == 204
    assert state_of(text) == State.SENT


def test_a_callback_without_any_id_is_ignored(client, text):
    path = links.callback_path(text.pk, "status")
    assert post(client, path, {"MessageStatus": "delivered"}).status_code == 204
    assert state_of(text) == State.SENT


def test_a_sent_that_comes_after_delivered_is_harmless(client, text):
    report(client, text, "delivered")
    report(client, text, "sent")
    assert state_of(text) == State.DELIVERED


def test_a_repeated_callback_is_harmless(client, text):
    report(client, text, "delivered")
    settled_at = Delivery.objects.get(pk=text.pk).settled_at
    assert report(client, text, "delivered").status_code == 204
    text.refresh_from_db()
    assert text.settled_at == settled_at


def test_a_false_undelivered_does_not_kill_the_code(client, text):
    report(client, text, "undelivered", ErrorCode="30003")
    assert text.challenge.is_live(timezone.now())


def test_a_delivery_that_is_not_there_is_ignored(client):
    path = links.callback_path(987654321, "status")
    params = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    assert post(client, path, params).status_code == 204


@pytest.mark.parametrize("kind", ["status", "answer"])
def test_only_posts_are_taken(client, text, kind):
    assert client.get(links.callback_path(text.pk, kind)).status_code == 405


def test_pressing_one_says_the_code_twice(client, call):
    response = press(client, call)
    apart = ", ".join(call.challenge.code())
    assert said(response)[:2] == [
        f"Your security code is: {apart}.",
        f"Again: {apart}.",
    ]
    assert response["Content-Type"].startswith("text/xml")
    assert response["Cache-Control"] == "no-store"
    assert state_of(call) == State.DELIVERED


def test_pressing_one_again_says_it_again(client, call):
    first = press(client, call)
    assert said(press(client, call)) == said(first)


def test_another_key_does_not_say_the_code(client, call):
    response = press(client, call, key="5")
    assert said(response) == ["Press 1 to hear your security code."] * 2
    assert state_of(call) == State.SENT


def test_an_unsigned_key_hears_nothing(client, call):
    path = links.callback_path(call.pk, "answer")
    answer = post(client, path, {"CallSid": "CA1", "Digits": "1"}, "forged")
    assert answer.status_code == 403
    assert answer.content == b""


def test_another_call_does_not_hear_the_code(client, call):
    words = " ".join(said(press(client, call, sid="CA9")))
    assert call.challenge.code()[0] + ", " not in words
    assert "no longer valid" in words
    assert state_of(call) == State.SENT


@pytest.mark.parametrize("end", [Challenge.State.REPLACED, Challenge.State.VERIFIED])
def test_a_dead_code_is_not_said(client, call, end):
    call.challenge.move(end, timezone.now())
    assert "no longer valid" in " ".join(said(press(client, call)))


def test_a_machine_that_presses_keys_hears_nothing(client, call):
    response = press(client, call, AnsweredBy="machine_start")
    assert said(response) == []
    assert state_of(call) == State.FAILED
    assert call.reason == Reason.MACHINE


def test_a_machine_heard_during_the_call_ends_the_delivery(client, call):
    path = links.callback_path(call.pk, "status")
    post(client, path, {"CallSid": "CA1", "AnsweredBy": "machine_start"})
    assert state_of(call) == State.FAILED
    assert call.reason == Reason.MACHINE


def test_a_human_heard_during_the_call_changes_nothing(client, call):
    path = links.callback_path(call.pk, "status")
    post(client, path, {"CallSid": "CA1", "AnsweredBy": "human"})
    assert state_of(call) == State.SENT


def test_a_call_that_ends_after_the_code_stays_delivered(client, call):
    press(client, call)
    report_call(client, call, "completed")
    assert state_of(call) == State.DELIVERED


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("completed", Reason.HUNG_UP),
        ("busy", Reason.LINE_BUSY),
        ("no-answer", Reason.NO_ANSWER),
        ("failed", Reason.UNREACHABLE),
    ],
)
def test_a_call_that_said_no_code_has_failed(client, call, status, reason):
    report_call(client, call, status)
    assert state_of(call) == State.FAILED
    assert call.reason == reason


@pytest.mark.parametrize("language", ["en", "tlh", "", "../../etc", "en&x=1"])
def test_the_language_of_the_call_is_taken_from_its_own_address(client, call, language):
    path = f"{links.callback_path(call.pk, 'answer')}?language={language}"
    response = post(client, path, {"CallSid": "CA1", "Digits": "1"})
    assert 'language="en-US"' in response.content.decode()


def mail_event(delivery_id, event_type="bounced", **facts):
    event = AnymailTrackingEvent(
        event_type=event_type, metadata={"delivery_id": delivery_id}, **facts
    )
    tracking.send(sender=object, event=event, esp_name="Test")


def test_a_bounced_mail_has_failed():
    delivery = make_delivery("email", state=State.SENT, provider_id="esp-1")
    mail_event(str(delivery.pk), message_id="esp-1", reject_reason="bounced")
    assert state_of(delivery) == State.FAILED
    assert delivery.reason == Reason.BOUNCED


def test_a_delivered_mail_is_delivered():
    delivery = make_delivery("email", state=State.SENT, provider_id="esp-1")
    mail_event(str(delivery.pk), "delivered", message_id="esp-1")
    assert state_of(delivery) == State.DELIVERED


@pytest.mark.parametrize("delivery_id", ["", "x", "-1", "٣", "99999999", None])
def test_a_mail_event_about_nothing_of_ours_is_ignored(delivery_id):
    mail_event(delivery_id, message_id="esp-1")


@pytest.mark.parametrize("event_type", ["opened", "clicked", "deferred", "unknown"])
def test_mail_events_that_say_nothing_new_are_ignored(event_type):
    delivery = make_delivery("email", state=State.SENT, provider_id="esp-1")
    mail_event(str(delivery.pk), event_type, message_id="esp-1")
    assert state_of(delivery) == State.SENT
