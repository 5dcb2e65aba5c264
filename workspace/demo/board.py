"""Everything that the page of phones and mailboxes shows at one moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from verification.models import Delivery, DemoMessage
from workspace.demo import mailboxes, people, phones
from workspace.demo.mailboxes import Mailboxes
from workspace.demo.phones import Phone, Pressed

MOST_NEWS = 3


@dataclass(frozen=True)
class Board:
    """version changes with anything on the page, last with each new message."""

    phones: Sequence[Phone]
    idle: Sequence[Phone]
    boxes: Mailboxes
    last: int
    version: str


def look(
    now: datetime, box: str, mail_id: int | None, pressed: Pressed | None
) -> Board:
    every = phones.all_phones(now, pressed)
    shown, idle = phones.split(every)
    boxes = mailboxes.look(box, mail_id)
    newest = DemoMessage.objects.order_by("-pk").values_list("pk", flat=True).first()
    version = phones.fingerprint(
        [(phone.key, phone.version) for phone in every],
        boxes.total,
        boxes.box,
        boxes.reading.pk if boxes.reading else 0,
        get_language(),
    )
    return Board(shown, idle, boxes, newest or 0, version)


def news_since(last: int) -> list[str]:
    """Say what has arrived after message last, for those who do not see it."""
    rows = DemoMessage.objects.filter(pk__gt=last).order_by("-pk")[:MOST_NEWS]
    numbers = people.phone_owners()
    boxes = people.mailbox_owners(row.to for row in rows)
    return [_sentence(row, numbers, boxes) for row in reversed(rows)]


def _sentence(
    row: DemoMessage, numbers: dict[str, list[str]], boxes: dict[str, str]
) -> str:
    if row.channel == Delivery.Channel.EMAIL:
        words = {"name": people.named(row.to, boxes), "subject": row.subject}
        return _("New email to %(name)s: %(subject)s") % words
    words = {"name": ", ".join(numbers.get(row.to, [])) or people.shown(row.to)}
    if row.channel == Delivery.Channel.VOICE:
        return _("The phone of %(name)s rings.") % words
    return _("New text to %(name)s.") % words
