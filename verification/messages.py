"""What a delivery says: a registry of builders, filled by whoever knows the words.

verification knows codes; the apps above register their own kinds (invitations,
notices) in their AppConfig.ready(). A builder runs when the message leaves, in
the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from verification import letters, texts
from verification.letters import Content
from verification.models import Challenge, Delivery, Gate

CODE = "code"


Builder = Callable[[Delivery], Content]
_builders: dict[str, Builder] = {}


class NothingToSayError(Exception):
    """This message has no words (any more): its code can't be derived, or whom it
    is about is gone."""


class SupersededError(Exception):
    """The link that this message was to carry has been replaced by another."""


def register(kind: str, builder: Builder) -> None:
    _builders[kind] = builder


def build(delivery: Delivery) -> Content:
    """Render delivery in its reader's language.

    Raises NothingToSayError, SupersededError.
    """
    builder = _builders.get(delivery.kind)
    if builder is None:  # of a version that knew more kinds, or knows more
        raise NothingToSayError
    with translation.override(texts.written_language(delivery.language)):
        return builder(delivery)


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
    return letters.render(
        code_letter(gate, challenge, code),
        letters.head_of(gate),
        sender_name=via_us(gate.sender_name),
        reply_to=gate.contact_email,
    )


def code_letter(gate: Gate, challenge: Challenge, code: str) -> letters.Letter:
    """Write the email with a code: no link in it, so no reason to press one.

    The code stands undivided, as mail programs look for one to fill in.
    """
    zone = letters.zone_of(gate)
    facts = [
        (_("Reference"), challenge.reference),
        (_("Valid until"), letters.moment(challenge.expires_at, zone)),
        (_("Asked for"), letters.moment(challenge.issued_at, zone)),
        (_("Document"), gate.title),
        (_("From"), letters.listed(gate.sender_name, gate.company_name)),
        (_("For"), gate.name),
    ]
    return letters.Letter(
        subject=_("Your security code, reference %(reference)s")
        % {"reference": challenge.reference},
        code=code,
        paragraphs=(
            _("Enter this code on the page that asks for it, and nowhere else."),
        ),
        facts=tuple((name, value) for name, value in facts if value),
        question=_("Did you not ask for a code?"),
        closing=(
            _("Then do not pass it on: somebody else may have opened your link."),
            letters.whom_to_ask(gate),
            _("We never ask for a code by phone or email."),
        ),
    )


def via_us(sender: str) -> str:
    """Return the name that a mail comes from: ours, behind the sender's."""
    if not sender:
        return ""
    return _("%(sender)s via Countersign") % {"sender": texts.one_line(sender)}


register(CODE, build_code)
