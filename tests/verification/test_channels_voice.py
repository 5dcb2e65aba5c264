from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.carrier.phones import parse
from tests.carrier.records import Mode
from verification import texts
from verification.channels import voice
from verification.channels.base import (
    DeliveryError,
    Fate,
    Message,
    OutcomeUnknown,
    Reason,
    get_channel,
)
from verification.channels.twilio_codes import call_report

ROBERT = "+14155550134"
INTRO = "This is Countersign. Press 1 to hear it."
HOOKS = "https://sign.example.com/hooks/twilio/8/mac"


def call_to(number=ROBERT, language="en"):
    return Message(
        delivery_id=8,
        to=number,
        text=INTRO,
        after_key=texts.voice_code("482913", language),
        language=language,
        status_url=f"{HOOKS}/status",
        answer_url=f"{HOOKS}/answer",
    )


@pytest.fixture
def calls(carrier):
    carrier.calls_back = False
    carrier.keys[ROBERT] = ()
    return get_channel("voice")


def test_a_call_is_placed_without_the_code_in_it(calls, carrier):
    sid = calls.send(call_to())
    assert sid.startswith("CA")
    everything = str(carrier.calls[0].params)
    assert "482913" not in everything
    assert "4, 8, 2" not in everything


def test_a_call_waits_for_a_key_and_then_hangs_up(calls, carrier):
    calls.send(call_to())
    gather, hangup = parse(carrier.calls[0].twiml)
    assert (gather.tag, hangup.tag) == ("Gather", "Hangup")
    assert gather.attrib["numDigits"] == "1"
    assert gather.attrib["action"] == f"{HOOKS}/answer?language=en"
    assert gather.attrib["method"] == "POST"


def test_a_call_listens_for_machines_while_it_talks(calls, carrier):
    calls.send(call_to())
    params = carrier.calls[0].params
    assert params["MachineDetection"] == ["Enable"]
    assert params["AsyncAmd"] == ["true"]
    assert params["AsyncAmdStatusCallback"] == [f"{HOOKS}/status"]
    assert params["StatusCallbackEvent"] == voice.EVENTS


def test_whoever_presses_nothing_hears_the_introduction_only(calls, carrier):
    calls.send(call_to())
    carrier.settle()
    assert carrier.calls[0].said == [INTRO, INTRO]


def test_the_code_is_said_twice_with_its_digits_apart():
    gather, goodbye, hangup = parse(voice.spoken("054321", "en", f"{HOOKS}/answer"))
    assert [say.text for say in gather.iter("Say")] == [
        "Your security code is: 0, 5, 4, 3, 2, 1.",
        "Again: 0, 5, 4, 3, 2, 1.",
        "Press 1 to hear it again.",
    ]
    assert goodbye.text == "Goodbye."
    assert hangup.tag == "Hangup"


def test_names_cannot_put_verbs_into_a_call():
    words = "</Say><Dial>+19005550123</Dial><Say>"
    gather, _hangup = parse(voice.greeting(words, "en", f"{HOOKS}/answer"))
    assert gather.find(".//Dial") is None
    assert gather.find(".//Say").text == words


@pytest.mark.parametrize(
    ("language", "voice_locale"),
    [("en", "en-US"), ("en-gb", "en-GB"), ("EN-AU", "en-AU"), ("tlh", "en-US")],
)
def test_the_voice_speaks_the_language_that_the_words_are_in(language, voice_locale):
    assert voice.locale(language) == voice_locale


def test_a_language_without_catalogue_is_spoken_in_english(settings):
    settings.LANGUAGES = [("en", "English")]
    assert voice.locale("de") == "en-US"


def test_every_language_of_the_product_has_a_voice(settings):
    for language, _name in settings.LANGUAGES:
        assert language in voice.LOCALES


@pytest.mark.parametrize(
    ("mode", "reason"),
    [(Mode.INVALID, Reason.BAD_ADDRESS), (Mode.COUNTRY, Reason.COUNTRY)],
)
def test_a_call_that_cannot_be_placed_says_why(calls, carrier, mode, reason):
    carrier.set_mode(mode)
    with pytest.raises(DeliveryError) as caught:
        calls.send(call_to())
    assert caught.value.reason is reason
    assert caught.value.permanent


def test_a_call_lost_after_acceptance_is_found(calls, carrier):
    carrier.set_mode(Mode.ACCEPT_THEN_DROP)
    begun = datetime.now(UTC)
    with pytest.raises(OutcomeUnknown):
        calls.send(call_to())
    assert calls.find(call_to(), begun) == carrier.calls[0].sid


def test_which_of_two_calls_it_was_is_not_guessed(calls, carrier):
    begun = datetime.now(UTC)
    calls.send(call_to())
    calls.send(call_to())
    assert calls.find(call_to(), begun) is None
    assert calls.find(call_to(), begun + timedelta(hours=1)) is None


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        (Mode.LINE_BUSY, Reason.LINE_BUSY),
        (Mode.NO_ANSWER, Reason.NO_ANSWER),
        (Mode.OFF, Reason.NO_ANSWER),
        (Mode.VOICEMAIL, Reason.MACHINE),
        (Mode.NO_KEY, Reason.HUNG_UP),
    ],
)
def test_what_became_of_a_call_can_be_asked(calls, carrier, mode, reason):
    carrier.set_mode(mode)
    sid = calls.send(call_to())
    carrier.settle()
    report = calls.poll(sid)
    assert (report.fate, report.reason) == (Fate.FAILED, reason)


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        ("initiated", Fate.ACCEPTED),
        ("ringing", Fate.SENT),
        ("in-progress", Fate.ANSWERED),
    ],
)
def test_a_call_under_way_is_not_settled(status, fate):
    report = call_report("CA1", status)
    assert report.fate is fate
    assert not report.fate.is_final


@pytest.mark.parametrize("heard", ["machine_start", "machine_end_beep", "fax"])
def test_a_machine_is_a_machine_before_the_call_ends(heard):
    assert call_report("CA1", "", heard).reason is Reason.MACHINE


@pytest.mark.parametrize("heard", ["human", "unknown", ""])
def test_detection_alone_proves_no_human(heard):
    assert call_report("CA1", "", heard) is None
