"""What a delivery says: a registry of builders, filled by whoever knows the words.

verification knows codes; the apps above register their own kinds (invitations,
notices) in their AppConfig.ready(). A builder runs when the message leaves, in
the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from verification import texts
from verification.models import Challenge, Delivery

CODE = "code"


@dataclass(frozen=True)
class Content:
    """What one message says. after_key is what a call says once a key is pressed."""

    text: str
    subject: str = ""
    html: str = ""
    after_key: str = ""
    sender_name: str = ""
    reply_to: str = ""


Builder = Callable[[Delivery], Content]
_builders: dict[str, Builder] = {}


class NothingToSayError(Exception):
    """The code that this message would carry can no longer be derived."""


def register(kind: str, builder: Builder) -> None:
    _builders[kind] = builder


def build(delivery: Delivery) -> Content:
    """Render delivery in its reader's language. Raises NothingToSayError."""
    with translation.override(delivery.language):
        return _builders[delivery.kind](delivery)


def render_email(name: str, context: Mapping[str, object]) -> Content:
    """Render emails/<name>/{subject.txt,body.txt,body.html} with one context."""
    values = dict(context)
    subject = render_to_string(f"emails/{name}/subject.txt", values)
    return Content(
        subject=texts.one_line(subject),
        text=render_to_string(f"emails/{name}/body.txt", values),
        html=render_to_string(f"emails/{name}/body.html", values),
    )


def build_code(delivery: Delivery) -> Content:
    """Say the code of this delivery's challenge, as its channel says things."""
    challenge, gate = delivery.challenge, delivery.gate
    code = challenge.code() if challenge else None
    if challenge is None or gate is None or code is None:
        raise NothingToSayError
    facts = {"company": gate.company_name, "name": gate.name}
    if delivery.channel == Delivery.Channel.VOICE:
        return Content(
            text=texts.voice_intro(language=delivery.language, **facts),
            after_key=texts.voice_code(code, delivery.language),
        )
    if delivery.channel == Delivery.Channel.SMS:
        return Content(
            text=texts.sms_text(
                code=code,
                reference=challenge.reference,
                host=urlsplit(settings.PUBLIC_URL).hostname or "",
                title=gate.title,
                language=delivery.language,
                **facts,
            )
        )
    return _code_email(challenge, code, delivery)


def _code_email(challenge: Challenge, code: str, delivery: Delivery) -> Content:
    context = {
        "gate": delivery.gate,
        "code": texts.grouped(code),
        "reference": challenge.reference,
        "expires_at": challenge.expires_at,
        "language": delivery.language,
    }
    return render_email("code", context)


register(CODE, build_code)
