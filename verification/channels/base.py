from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.db import models
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    """Why a message did not arrive: our closed list, whatever the carrier's words.

    The labels are read by the signer and by the publisher, so they name no
    number and blame nobody.
    """

    BAD_ADDRESS = "bad_address", _("This number or address does not exist.")
    LANDLINE = "landline", _("This number can't receive texts.")
    REFUSED = "refused", _("Messages from us are blocked there.")
    COUNTRY = "country", _("We can't send messages to that country.")
    CARRIER = "carrier", _("The carrier did not pass the message on.")
    BUSY = "busy", _("The message service is overloaded.")
    UNREACHABLE = "unreachable", _("The phone can't be reached at the moment.")
    NO_ANSWER = "no_answer", _("Nobody answered the call.")
    LINE_BUSY = "line_busy", _("The line was busy.")
    MACHINE = "machine", _("An answering machine took the call.")
    HUNG_UP = "hung_up", _("The call ended before a key was pressed.")
    BOUNCED = "bounced", _("The email came back.")
    LIMIT = "limit", _("Too many messages were sent. Please wait a while.")
    CONFIGURATION = "configuration", _("This way of sending is not set up correctly.")
    TIMEOUT = "timeout", _("The message service did not answer in time.")
    UNKNOWN = "unknown", _("The message could not be delivered.")


class Fate(models.TextChoices):
    """What the carrier says became of a message, in rising rank.

    ACCEPTED: the carrier has it. SENT: it is on its way, the phone rings.
    ANSWERED: somebody or something took the call; nothing is proven yet.
    DELIVERED: the text arrived, the code was spoken. FAILED: it did not.
    """

    ACCEPTED = "accepted", _("Accepted")
    SENT = "sent", _("Sent")
    ANSWERED = "answered", _("Answered")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Not delivered")

    @property
    def is_final(self) -> bool:
        return self in (Fate.DELIVERED, Fate.FAILED)


@dataclass(frozen=True)
class Message:
    """One message, ready to leave.

    to is E.164 for texts and calls, an address for emails, a URL for webhooks.
    text is the text, the email's plain part, a webhook's body, or what a call
    says before a key is pressed; after_key is what it says then, and leaves the house only on demand.
    message_id is an RFC 5322 Message-ID that stays the same on every attempt.
    """

    delivery_id: int
    to: str
    text: str
    language: str
    subject: str = ""
    html: str = ""
    after_key: str = ""
    sender_name: str = ""
    reply_to: str = ""
    message_id: str = ""
    status_url: str = ""
    answer_url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """One statement of the carrier about one message."""

    provider_id: str
    fate: Fate
    reason: Reason | None = None
    detail: str = ""


class DeliveryError(Exception):
    """The message did not leave.

    permanent says that trying again is pointless. detail is for the log and
    holds the carrier's code only, never an address and never a text.
    """

    def __init__(self, reason: Reason, *, permanent: bool, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.permanent = permanent
        self.detail = detail


class OutcomeUnknown(DeliveryError):  # noqa: N818  an error only until it is looked up
    """The message may have left, or not: ask before sending it again."""

    def __init__(self, reason: Reason = Reason.TIMEOUT, *, detail: str = "") -> None:
        super().__init__(reason, permanent=False, detail=detail)


class Channel(Protocol):
    """A way out of the house. Adapters know no models and no templates."""

    def send(self, message: Message) -> str:
        """Return the provider's id. Raises DeliveryError. Accepted is not delivered."""

    def find(self, message: Message, since: datetime) -> str | None:
        """Return the provider's id of exactly this message if it left after since.

        Raises DeliveryError when the provider can't be asked; None means that
        the provider was asked and has no such message, or never can tell.
        """

    def poll(self, provider_id: str) -> Report | None:
        """Fetch what became of a message, for places that no callback reaches."""


ADAPTERS = {
    ("sms", "twilio"): "verification.channels.sms.from_settings",
    ("sms", "demo"): "verification.channels.demo.sms",
    ("sms", "memory"): "verification.channels.memory.build",
    ("voice", "twilio"): "verification.channels.voice.from_settings",
    ("voice", "demo"): "verification.channels.demo.voice",
    ("voice", "memory"): "verification.channels.memory.build",
    ("email", "django"): "verification.channels.email.from_settings",
    ("email", "demo"): "verification.channels.demo.email",
    ("email", "memory"): "verification.channels.memory.build",
    ("webhook", "http"): "verification.channels.webhook.build",
}


def get_channel(name: str) -> Channel:
    """Build the configured adapter for "sms", "voice", "email" or "webhook".

    Adapters are named by path because the demo's needs the models, and the
    models need this module.
    """
    configured = {
        "sms": settings.SMS_CHANNEL,
        "voice": settings.VOICE_CHANNEL,
        "email": settings.EMAIL_CHANNEL,
        "webhook": "http",
    }[name]
    build = import_string(ADAPTERS[name, configured])
    channel: Channel = build()
    return channel
