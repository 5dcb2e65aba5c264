from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from twilio.rest import Client
from twilio.twiml.voice_response import Gather, VoiceResponse

from verification import texts
from verification.channels.base import Message, Report
from verification.channels.twilio_client import asking, get_client, sending, sid_of
from verification.channels.twilio_codes import call_report

RING_SECONDS = 30
# Time to find the key after the words are said. A voicemail box waits as long
# and records nothing but "press 1".
KEY_SECONDS = 8
CALL_SECONDS = 180
CLOCK_SLACK = timedelta(seconds=30)
LOOK_BACK = 20
EVENTS = ["initiated", "ringing", "answered", "completed"]

# Only languages that Twilio's voices speak; the rest hears English.
LOCALES = {
    "ca": "ca-ES",
    "da": "da-DK",
    "de": "de-DE",
    "en": "en-US",
    "en-au": "en-AU",
    "en-ca": "en-CA",
    "en-gb": "en-GB",
    "en-in": "en-IN",
    "es": "es-ES",
    "es-mx": "es-MX",
    "fi": "fi-FI",
    "fr": "fr-FR",
    "fr-ca": "fr-CA",
    "it": "it-IT",
    "ja": "ja-JP",
    "ko": "ko-KR",
    "nb": "nb-NO",
    "nl": "nl-NL",
    "no": "nb-NO",
    "pl": "pl-PL",
    "pt": "pt-PT",
    "pt-br": "pt-BR",
    "ru": "ru-RU",
    "sv": "sv-SE",
    "zh": "zh-CN",
    "zh-hans": "zh-CN",
    "zh-hant": "zh-TW",
    "zh-hk": "zh-HK",
}


class TwilioCalls:
    """Voice calls through Twilio. The call that is placed holds no code."""

    def __init__(self, client: Client, number: str) -> None:
        self.client = client
        self.number = number

    def send(self, message: Message) -> str:
        """Place the call and return its SID. Raises DeliveryError.

        Machine detection runs beside the call: in front of it, whoever picks
        up hears seconds of silence and hangs up.
        """
        with sending():
            created = self.client.calls.create(
                to=message.to,
                from_=self.number,
                twiml=greeting(
                    message.text,
                    message.language,
                    f"{message.answer_url}?{urlencode({'language': message.language})}",
                ),
                timeout=RING_SECONDS,
                time_limit=CALL_SECONDS,
                machine_detection="Enable",
                async_amd="true",
                async_amd_status_callback=message.status_url,
                status_callback=message.status_url,
                status_callback_event=EVENTS,
            )
            return sid_of(created)

    def find(self, message: Message, since: datetime) -> str | None:
        """Return the one call to this number that was placed since then.

        A call carries nothing of ours that could be compared, so with two of
        them (a couple with one phone) it stays unknown which is which.
        """
        with asking():
            recent = self.client.calls.list(to=message.to, limit=LOOK_BACK)
        oldest = since - CLOCK_SLACK
        fresh = [c for c in recent if c.date_created and c.date_created >= oldest]
        return str(fresh[0].sid) if len(fresh) == 1 else None

    def poll(self, provider_id: str) -> Report | None:
        """Fetch the call's status. Raises DeliveryError."""
        with asking():
            fetched = self.client.calls(provider_id).fetch()
        return call_report(provider_id, fetched.status, fetched.answered_by or "")


def from_settings() -> TwilioCalls:
    return TwilioCalls(get_client(), settings.TWILIO_VOICE_FROM_NUMBER)


def greeting(words: str, language: str, answer_url: str) -> str:
    """Compose the TwiML that says words twice, waits for a key and hangs up."""
    response = VoiceResponse()
    gather = _wait_for_key(response, answer_url)
    gather.say(words, language=locale(language))
    gather.pause(length=2)
    gather.say(words, language=locale(language))
    response.hangup()
    return str(response)


def spoken(code: str, language: str, answer_url: str) -> str:
    """Compose the TwiML that says the code twice and again on request."""
    response = VoiceResponse()
    gather = _wait_for_key(response, answer_url)
    for sentence in texts.voice_code_sentences(code, language):
        gather.say(sentence, language=locale(language))
        gather.pause(length=1)
    response.say(texts.voice_goodbye(language), language=locale(language))
    response.hangup()
    return str(response)


def goodbye(words: str, language: str) -> str:
    """Compose the TwiML that says words and hangs up."""
    response = VoiceResponse()
    if words:
        response.say(words, language=locale(language))
    response.hangup()
    return str(response)


def locale(language: str) -> str:
    """Return the voice that reads our texts in language.

    Our texts fall back to English where there is no catalogue, and so does
    the voice: German sounds read from English words help nobody.
    """
    written = texts.written_language(language)
    wanted = language.lower()
    if wanted in LOCALES and wanted.partition("-")[0] == written.partition("-")[0]:
        return LOCALES[wanted]
    return LOCALES.get(written, LOCALES["en"])


def _wait_for_key(response: VoiceResponse, answer_url: str) -> Gather:
    return response.gather(
        input="dtmf",
        num_digits=1,
        action=answer_url,
        method="POST",
        timeout=KEY_SECONDS,
    )
