"""Phones of the demo as they look at a moment: read from rows, written nowhere."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from verification import texts
from verification.channels import demo
from verification.models import Challenge, Delivery, DemoMessage, DemoPhone
from workspace.demo import people

SMS, VOICE = Delivery.Channel.SMS, Delivery.Channel.VOICE
Kind = DemoPhone.Kind
MOST_READ = 400
MOST_SHOWN = 8
FEWEST_PHONES = 2


@dataclass(frozen=True)
class Piece:
    """A part of a text; the code is set in bold."""

    words: str
    is_code: bool = False


@dataclass(frozen=True)
class Bubble:
    """A text, or a call that is over. What never arrived has no pieces."""

    id: int
    at: datetime
    language: str
    fate: str
    icon: str
    pieces: tuple[Piece, ...]
    say: str
    is_newest: bool


@dataclass(frozen=True)
class Call:
    """A call that rings, or in which a key was pressed just now."""

    id: int
    at: datetime
    words: str
    language: str
    key: str = ""

    @property
    def is_answered(self) -> bool:
        return bool(self.key)


@dataclass(frozen=True)
class Pressed:
    """A key that was pressed a moment ago, as the address of the page says."""

    call_id: int
    key: str


@dataclass(frozen=True)
class Phone:
    number: str
    name: str
    kind: DemoPhone.Kind
    bubbles: tuple[Bubble, ...] = ()
    call: Call | None = None

    @property
    def key(self) -> str:
        return f"phone-{self.number.lstrip('+')}"

    @property
    def shown(self) -> str:
        return people.shown(self.number)

    @property
    def initials(self) -> str:
        return people.initials(self.name)

    @property
    def note(self) -> str:
        return NOTES[self.kind]()

    @property
    def version(self) -> str:
        return fingerprint(self.name, self.kind, self.bubbles, self.call)


NOTES: dict[DemoPhone.Kind, Callable[[], str]] = {
    Kind.MOBILE: lambda: _("This phone is set to “mobile”."),
    Kind.LANDLINE: lambda: _("No texts. This phone is set to “landline”."),
    Kind.OFF: lambda: _("Nothing arrives. This phone is set to “switched off”."),
    Kind.VOICEMAIL: lambda: _("A machine answers. This phone is set to “voicemail”."),
}


def fingerprint(*facts: object) -> str:
    return f"{zlib.crc32(repr(facts).encode()):08x}"


def all_phones(now: datetime, pressed: Pressed | None = None) -> list[Phone]:
    """Return every known phone: the last one that something came to is first."""
    messages: dict[str, list[DemoMessage]] = {}
    rows = DemoMessage.objects.filter(channel__in=[SMS, VOICE]).order_by("-pk")
    for row in rows.select_related("delivery__challenge")[:MOST_READ]:
        messages.setdefault(row.to, []).insert(0, row)
    kinds = dict(DemoPhone.objects.order_by("pk").values_list("number", "kind"))
    owners = people.phone_owners()
    numbers = dict.fromkeys([*messages, *kinds, *owners])
    return [
        _phone(
            number,
            owners.get(number, []),
            Kind(kinds.get(number, Kind.MOBILE)),
            messages.get(number, []),
            pressed,
            now,
        )
        for number in numbers
    ]


def split(phones: Sequence[Phone]) -> tuple[list[Phone], list[Phone]]:
    """Return the phones to show whole, and those that nothing came to."""
    busy = [phone for phone in phones if phone.bubbles or phone.call]
    idle = [phone for phone in phones if phone not in busy]
    missing = max(FEWEST_PHONES - len(busy), 0)
    return busy + idle[:missing], idle[missing:]


def _phone(
    number: str,
    names: Sequence[str],
    kind: DemoPhone.Kind,
    messages: Sequence[DemoMessage],
    pressed: Pressed | None,
    now: datetime,
) -> Phone:
    call = _call(messages[-1], pressed) if messages else None
    past = messages[:-1] if call else messages
    bubbles = [_bubble(row, row is past[-1] and not call, now) for row in past]
    name = ", ".join(names) or people.shown(number)
    return Phone(number, name, kind, tuple(bubbles[-MOST_SHOWN:]), call)


def _call(message: DemoMessage, pressed: Pressed | None) -> Call | None:
    """Return the call that goes on: it rings, or a key was pressed just now."""
    if message.channel != VOICE:
        return None
    key = pressed.key if pressed and pressed.call_id == message.pk else ""
    goes_on = (demo.RINGING, demo.ANSWERED, demo.HUNG_UP) if key else (demo.RINGING,)
    if message.status not in goes_on:
        return None
    words = _spoken(message, key)
    return Call(message.pk, message.created_at, words, message.language, key)


def _spoken(message: DemoMessage, key: str) -> str:
    if not key:
        return demo.intro(message)
    if key != "1":
        return texts.voice_again(message.language)
    if message.status == demo.HUNG_UP:
        return texts.voice_dead(message.language)
    return after_key(message)


def after_key(message: DemoMessage) -> str:
    """Return what the call said once the key was pressed."""
    return message.text.partition("\n")[2]


def _bubble(message: DemoMessage, is_newest: bool, now: datetime) -> Bubble:
    fate, icon = _fate(message, now)
    pieces: tuple[Piece, ...] = ()
    say = ""
    if message.channel == SMS and message.status == demo.DELIVERED:
        pieces = tuple(_pieces(message.text, _code(message)))
    if message.channel == VOICE and message.status == demo.ANSWERED:
        say = after_key(message)
        pieces = (Piece(say),)
    return Bubble(
        message.pk,
        message.created_at,
        message.language,
        fate,
        icon,
        pieces,
        say,
        is_newest,
    )


def _pieces(text: str, code: str) -> Iterable[Piece]:
    before, found, after = text.partition(code) if code else (text, "", "")
    for piece in (Piece(before), Piece(found, is_code=True), Piece(after)):
        if piece.words:
            yield piece


def _code(message: DemoMessage) -> str:
    challenge = _challenge(message)
    code = challenge.code() if challenge else None
    return texts.grouped(code) if code else ""


def _challenge(message: DemoMessage) -> Challenge | None:
    return message.delivery.challenge if message.delivery else None


def _fate(message: DemoMessage, now: datetime) -> tuple[str, str]:
    """Return what became of a message, and an icon."""
    if missed := MISSED.get((message.channel, message.status)):
        return missed(), "close"
    if ended := _ended(_challenge(message), now):
        return ended, ""
    if message.channel == VOICE:
        return _("call, answered"), "check"
    return _("delivered"), "check"


MISSED: dict[tuple[str, str], Callable[[], str]] = {
    (SMS, demo.UNDELIVERED): lambda: _("a text that could not be delivered"),
    (VOICE, demo.UNANSWERED): lambda: _("a call that nobody answered"),
    (VOICE, demo.VOICEMAIL): lambda: _("a call that the voicemail took"),
    (VOICE, demo.HUNG_UP): lambda: _("a call, hung up"),
    (VOICE, demo.RINGING): lambda: _("a missed call"),
}


def _ended(challenge: Challenge | None, now: datetime) -> str:
    if challenge is None:
        return ""
    if challenge.state == Challenge.State.ISSUED:
        return "" if challenge.is_live(now) else _("expired")
    return {
        Challenge.State.VERIFIED: _("used"),
        Challenge.State.LOCKED: _("locked"),
        Challenge.State.EXPIRED: _("expired"),
        Challenge.State.REPLACED: _("replaced"),
    }[Challenge.State(challenge.state)]
