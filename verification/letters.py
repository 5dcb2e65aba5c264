"""What an email says, written once; both of its parts are drawn from that.

Names, titles and messages are people's words. They stand where they are put and
nowhere else: as one line without controls, escaped in the HTML (threats T34, T45).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from verification.addresses import DOT
from verification.models import Gate
from verification.texts import one_line


@dataclass(frozen=True)
class Content:
    """What one message says. after_key is what a call says once a key is pressed.

    language is set where the reader's is not the one the row was written with.
    headers are a webhook's.
    """

    text: str
    subject: str = ""
    html: str = ""
    after_key: str = ""
    sender_name: str = ""
    reply_to: str = ""
    language: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Head:
    """Whose paper a letter is written on; colours as #rrggbb, logo an address."""

    company: str
    logo: str = ""
    accent: str = "#27459f"
    on_accent: str = "#ffffff"


@dataclass(frozen=True)
class Button:
    words: str
    url: str


@dataclass(frozen=True)
class Letter:
    """One email. subject is its heading too.

    quoted is what a person wrote; facts are names with their values; question
    and closing stand below, apart from the matter itself.
    """

    subject: str
    paragraphs: tuple[str, ...] = ()
    quoted: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    code: str = ""
    button: Button | None = None
    question: str = ""
    closing: tuple[str, ...] = ()


HeadMaker = Callable[[Gate], Head]
_head_makers: list[HeadMaker] = []


def register_head(maker: HeadMaker) -> None:
    """Let the app that knows companies say how their letters look."""
    _head_makers[:] = [maker]


def head_of(gate: Gate) -> Head:
    return _head_makers[0](gate) if _head_makers else Head(gate.company_name)


def render(
    letter: Letter, head: Head, *, sender_name: str = "", reply_to: str = ""
) -> Content:
    """Draw both parts of letter in the language that is active."""
    context = {
        "subject": one_line(letter.subject),
        "paragraphs": [one_line(words) for words in letter.paragraphs],
        "quoted": clean_lines(letter.quoted),
        "facts": [(name, unbroken(one_line(value))) for name, value in letter.facts],
        "code": letter.code,
        "button": letter.button,
        "question": letter.question,
        "closing": together([one_line(words) for words in letter.closing]),
        "company_name": one_line(head.company),
        "logo_url": head.logo,
        "accent": head.accent,
        "on_accent": head.on_accent,
    }
    return Content(
        subject=str(context["subject"]),
        text=as_text(letter, head),
        html=render_to_string("emails/letter.html", context),
        sender_name=sender_name,
        reply_to=reply_to,
        language=get_language() or "",
    )


def as_text(letter: Letter, head: Head) -> str:
    """Return the plain part: the same words in the same order."""
    blocks = [one_line(letter.subject)]
    if letter.code:
        blocks.append(letter.code)
    blocks += [one_line(words) for words in letter.paragraphs]
    blocks.append("\n".join(f"> {line}" for line in clean_lines(letter.quoted)))
    blocks.append("\n".join(fact(name, value) for name, value in letter.facts))
    if letter.button:
        blocks.append(f"{letter.button.words}\n{letter.button.url}")
    closing = (letter.question, *map(one_line, letter.closing))
    blocks.append("\n".join(filter(None, closing)))
    blocks.append(f"-- \n{signed_off(head.company)}")
    return "\n\n".join(filter(None, blocks)) + "\n"


def fact(name: str, value: str) -> str:
    return _("%(name)s: %(value)s") % {"name": name, "value": one_line(value)}


def together(sentences: list[str]) -> str:
    """Set sentences side by side."""
    joined = ""
    for sentence in sentences:
        # Translators: one sentence after another; drop the space where none is used.
        joined = _("{} {}").format(joined, sentence) if joined else sentence
    return joined


def signed_off(company: str) -> str:
    if not company:
        return _("Sent with Countersign")
    return _("Sent with Countersign for %(company)s") % {"company": one_line(company)}


def unbroken(text: str) -> str:
    """Keep a masked phone number on one line."""
    return text.replace(f"{DOT} {DOT}", f"{DOT}\N{NO-BREAK SPACE}{DOT}")


def listed(*names: str) -> str:
    """Join a person's name and a company's, leaving out what is not known."""
    known = list(filter(None, names))
    if len(known) < 2:
        return "".join(known)
    return _("%(person)s, %(company)s") % {"person": known[0], "company": known[1]}


def whom_to_ask(gate: Gate) -> str:
    """Say how the sender can be reached; by phone first, since mail can be forged."""
    words = {
        "sender": gate.sender_name or gate.company_name or _("the sender"),
        "phone": gate.contact_phone,
        "email": gate.contact_email,
    }
    if gate.contact_phone:
        return _("Call %(sender)s at %(phone)s if anything is unclear.") % words
    if gate.contact_email:
        return _("Write to %(sender)s at %(email)s if anything is unclear.") % words
    return _("Ask %(sender)s if anything is unclear.") % words


def clean_lines(text: str) -> list[str]:
    """Return the lines of what a person wrote, each without controls."""
    lines = [one_line(line) for line in text.strip().splitlines()]
    return lines if any(lines) else []


def zone_of(gate: Gate) -> tzinfo:
    """Return the zone of a gate's times; UTC where it names none that there is."""
    try:
        return ZoneInfo(gate.time_zone)
    except (ValueError, LookupError, OSError):
        return ZoneInfo("UTC")


def day(at: datetime, zone: tzinfo) -> str:
    # Translators: a date as Django's "date" filter formats it.
    return date_format(localtime(at, zone), _("F j, Y"))


def moment(at: datetime, zone: tzinfo) -> str:
    # Translators: a date and time with its zone, as Django's "date" filter does it.
    return date_format(localtime(at, zone), _("F j, Y, H:i T"))
