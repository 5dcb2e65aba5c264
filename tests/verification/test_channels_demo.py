from __future__ import annotations

import pytest

from tests.verification.rows import ADA, make_delivery
from verification import delivery as outbox
from verification.channels import demo
from verification.channels.base import Fate, Reason, get_channel
from verification.models import Challenge, Delivery, DemoMessage, DemoPhone

pytestmark = pytest.mark.django_db
State = Delivery.State
Kind = DemoPhone.Kind


@pytest.fixture(autouse=True)
def _demo(settings):
    settings.SMS_CHANNEL = settings.VOICE_CHANNEL = settings.EMAIL_CHANNEL = "demo"


def set_phone(kind):
    DemoPhone.objects.create(number=ADA, kind=kind)


def send(channel):
    delivery = make_delivery(channel, state=State.SENDING)
    message = outbox.as_message(delivery)
    provider_id = get_channel(channel).send(message)
    delivery.refresh_from_db()
    return delivery, DemoMessage.objects.get(delivery=delivery), provider_id


@pytest.mark.parametrize(
    ("kind", "status", "state", "reason"),
    [
        (Kind.MOBILE, "delivered", State.DELIVERED, ""),
        (Kind.VOICEMAIL, "delivered", State.DELIVERED, ""),
        (Kind.LANDLINE, "undelivered", State.FAILED, Reason.LANDLINE),
        (Kind.OFF, "undelivered", State.FAILED, Reason.UNREACHABLE),
    ],
)
def test_a_text_does_what_the_phone_is_set_to(kind, status, state, reason):
    set_phone(kind)
    delivery, kept, _ = send("sms")
    assert kept.status == status
    assert (delivery.state, delivery.reason) == (state, reason)


@pytest.mark.parametrize(
    ("kind", "status", "state", "reason"),
    [
        (Kind.MOBILE, "ringing", State.SENT, ""),
        (Kind.LANDLINE, "ringing", State.SENT, ""),
        (Kind.VOICEMAIL, "voicemail", State.FAILED, Reason.MACHINE),
        (Kind.OFF, "no-answer", State.FAILED, Reason.NO_ANSWER),
    ],
)
def test_a_call_does_what_the_phone_is_set_to(kind, status, state, reason):
    set_phone(kind)
    delivery, kept, _ = send("voice")
    assert kept.status == status
    assert (delivery.state, delivery.reason) == (state, reason)


def test_a_number_that_nobody_set_is_a_mobile():
    assert send("sms")[1].status == "delivered"


def test_a_text_is_kept_as_it_would_be_sent():
    delivery, kept, provider_id = send("sms")
    assert (kept.channel, kept.to) == ("sms", ADA)
    assert kept.text.endswith(f"#{delivery.challenge.code()}")
    assert provider_id == f"demo-{kept.pk}"
    assert get_channel("sms").find(outbox.as_message(delivery), None) == provider_id


def test_the_text_of_a_call_is_all_that_it_would_say():
    delivery, kept, _ = send("voice")
    apart = ", ".join(delivery.challenge.code())
    assert demo.intro(kept).endswith("Press 1 to hear it.")
    assert apart not in demo.intro(kept)
    assert f"Again: {apart}." in kept.text


def test_pressing_one_delivers_the_code():
    delivery, kept, _ = send("voice")
    words = demo.press(kept, "1")
    assert ", ".join(delivery.challenge.code()) in words
    delivery.refresh_from_db()
    assert delivery.state == State.DELIVERED
    assert demo.press(kept, "1") == words


def test_another_key_keeps_the_phone_ringing():
    _, kept, _ = send("voice")
    assert demo.press(kept, "4") == "Press 1 to hear your security code."
    assert kept.status == "ringing"


def test_a_code_that_died_while_the_phone_rang_is_not_said():
    delivery, kept, _ = send("voice")
    delivery.challenge.move(Challenge.State.REPLACED, delivery.created_at)
    assert "no longer valid" in demo.press(kept, "1")


def test_hanging_up_fails_the_delivery():
    delivery, kept, _ = send("voice")
    demo.hang_up(kept)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == (State.FAILED, Reason.HUNG_UP)
    assert demo.press(kept, "1") == "Goodbye."


def test_hanging_up_after_the_code_was_said_changes_nothing():
    delivery, kept, _ = send("voice")
    demo.press(kept, "1")
    demo.hang_up(kept)
    delivery.refresh_from_db()
    assert delivery.state == State.DELIVERED


def test_a_worker_that_died_can_ask_what_became_of_it():
    set_phone(Kind.LANDLINE)
    _, _, provider_id = send("sms")
    report = get_channel("sms").poll(provider_id)
    assert (report.fate, report.reason) == (Fate.FAILED, Reason.LANDLINE)
    assert get_channel("sms").poll("demo-0") is None


def test_a_whole_attempt_ends_delivered():
    delivery = make_delivery("sms")
    outbox.attempt(outbox.claim(delivery.pk, delivery.created_at))
    delivery.refresh_from_db()
    kept = DemoMessage.objects.get(delivery=delivery)
    assert delivery.state == State.DELIVERED
    assert delivery.provider_id == f"demo-{kept.pk}"
