"""Channels whose messages stay on this computer and are shown on /demo/.

Their phones can be told how to behave, so that signers and publishers see
what they would see with a landline, a phone that is off, or a voicemail box.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from verification import delivery, texts
from verification.channels.base import Fate, Message, Reason, Report
from verification.models import DemoMessage, DemoPhone

Kind = DemoPhone.Kind

DELIVERED = "delivered"
UNDELIVERED = "undelivered"
RINGING = "ringing"
ANSWERED = "answered"
UNANSWERED = "no-answer"
VOICEMAIL = "voicemail"
HUNG_UP = "hung-up"

Outcome = tuple[str, Reason | None]

# What a phone of each kind does: the status shown, and why it failed.
TEXTS: dict[DemoPhone.Kind, Outcome] = {
    Kind.MOBILE: (DELIVERED, None),
    Kind.VOICEMAIL: (DELIVERED, None),
    Kind.LANDLINE: (UNDELIVERED, Reason.LANDLINE),
    Kind.OFF: (UNDELIVERED, Reason.UNREACHABLE),
}
CALLS: dict[DemoPhone.Kind, Outcome] = {
    Kind.MOBILE: (RINGING, None),
    Kind.LANDLINE: (RINGING, None),
    Kind.VOICEMAIL: (VOICEMAIL, Reason.MACHINE),
    Kind.OFF: (UNANSWERED, Reason.NO_ANSWER),
}
EMAILS: dict[DemoPhone.Kind, Outcome] = dict.fromkeys(Kind, (DELIVERED, None))
FATES = {DELIVERED: Fate.DELIVERED, ANSWERED: Fate.DELIVERED, RINGING: Fate.SENT}


class Demo:
    """One of the three channels; outcomes says what its kinds of phone do."""

    def __init__(
        self, channel: str, outcomes: Mapping[DemoPhone.Kind, Outcome]
    ) -> None:
        self.channel = channel
        self.outcomes = outcomes

    def send(self, message: Message) -> str:
        """Store the message and report on it, as a carrier would a moment later.

        The report may come before the sender has noted the id: so do Twilio's.
        The text of a call is all that it would say, a line for each part.
        """
        status, reason = self.outcomes[_kind_of(message.to)]
        now = timezone.now()
        kept = DemoMessage.objects.create(
            delivery_id=message.delivery_id,
            channel=self.channel,
            to=message.to,
            subject=texts.one_line(message.subject),
            text="\n".join(filter(None, (message.text, message.after_key))),
            html=message.html,
            language=message.language,
            status=status,
            created_at=now,
        )
        report = _report(kept, reason)
        delivery.record_report(message.delivery_id, report, now)
        return report.provider_id

    def find(self, message: Message, since: datetime) -> str | None:
        kept = DemoMessage.objects.filter(delivery_id=message.delivery_id).first()
        return _provider_id(kept) if kept else None

    def poll(self, provider_id: str) -> Report | None:
        """Repeat the report of send, for a worker that died before it."""
        kept = DemoMessage.objects.filter(pk=provider_id.removeprefix("demo-")).first()
        if kept is None:
            return None
        _status, reason = self.outcomes[_kind_of(kept.to)]
        return _report(kept, reason)


def sms() -> Demo:
    return Demo("sms", TEXTS)


def voice() -> Demo:
    return Demo("voice", CALLS)


def email() -> Demo:
    return Demo("email", EMAILS)


def intro(call: DemoMessage) -> str:
    """Return what the call says before a key is pressed."""
    return call.text.partition("\n")[0]


def press(call: DemoMessage, key: str) -> str:
    """Press a key of a ringing phone and return what the call says then.

    Asks for the code as Twilio's callback does, so a code that has died in
    the meantime is not said.
    """
    if call.status not in (RINGING, ANSWERED) or call.delivery_id is None:
        return texts.voice_goodbye(call.language)
    if key != "1":
        return texts.voice_again(call.language)
    now = timezone.now()
    code = delivery.code_to_speak(call.delivery_id, _provider_id(call), now)
    if code is None:
        _settle(call, HUNG_UP)
        return texts.voice_dead(call.language)
    _settle(call, ANSWERED)
    return texts.voice_code(code, call.language)


def hang_up(call: DemoMessage) -> None:
    """End the call. Harmless after the code was said."""
    if call.status == RINGING:
        _settle(call, HUNG_UP)


def _settle(call: DemoMessage, status: str) -> None:
    call.status = status
    call.save(update_fields=["status"])
    if call.delivery_id is not None:
        delivery.record_report(call.delivery_id, _report(call, None), timezone.now())


def _report(kept: DemoMessage, reason: Reason | None) -> Report:
    fate = FATES.get(kept.status, Fate.FAILED)
    if fate is not Fate.FAILED:
        return Report(_provider_id(kept), fate)
    return Report(_provider_id(kept), fate, reason or Reason.HUNG_UP, "demo")


def _kind_of(number: str) -> DemoPhone.Kind:
    phone = DemoPhone.objects.filter(number=number).first()
    return Kind(phone.kind) if phone else Kind.MOBILE


def _provider_id(kept: DemoMessage) -> str:
    return f"demo-{kept.pk}"
