"""Mailboxes of the demo: every email that would have left, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from verification.models import Delivery, DemoMessage
from workspace.demo import people

MOST_SHOWN = 100
# More boxes than this go into a menu.
MOST_TABS = 3


@dataclass(frozen=True)
class Box:
    """One address; short is what its tab says."""

    address: str
    name: str

    @property
    def short(self) -> str:
        return self.name.partition("@")[0].split(" ")[0]


@dataclass(frozen=True)
class Mail:
    message: DemoMessage
    name: str

    @property
    def initials(self) -> str:
        return people.initials(self.name)


@dataclass(frozen=True)
class Mailboxes:
    """What the card shows. box is the address that is filtered by, or ""."""

    total: int
    box: str
    tabs: Sequence[Box]
    more: Sequence[Box]
    mails: Sequence[Mail]
    reading: DemoMessage | None


def look(box: str, mail_id: int | None) -> Mailboxes:
    """Return the mails to box (all when ""), with one of them open."""
    emails = DemoMessage.objects.filter(channel=Delivery.Channel.EMAIL)
    addresses = list(dict.fromkeys(emails.order_by("-pk").values_list("to", flat=True)))
    owners = people.mailbox_owners(addresses)
    box = box if box in addresses else ""
    of_box = emails.filter(to=box) if box else emails
    rows = list(of_box.order_by("-pk")[:MOST_SHOWN])
    tabs, more = _tabs(addresses, owners, box)
    return Mailboxes(
        total=emails.count(),
        box=box,
        tabs=tabs,
        more=more,
        mails=[Mail(row, people.named(row.to, owners)) for row in rows],
        reading=_reading(rows, mail_id),
    )


def _reading(rows: Sequence[DemoMessage], mail_id: int | None) -> DemoMessage | None:
    chosen = (row for row in rows if row.pk == mail_id)
    return next(chosen, rows[0] if rows else None)


def _tabs(
    addresses: Sequence[str], owners: Mapping[str, str], box: str
) -> tuple[list[Box], list[Box]]:
    """Return the boxes with a tab of their own, the chosen one among them."""
    boxes = [Box(address, people.named(address, owners)) for address in addresses]
    chosen = [one for one in boxes if one.address == box]
    first = boxes[:MOST_TABS]
    tabs = first if not chosen or chosen[0] in first else first[:-1] + chosen
    return tabs, [one for one in boxes if one not in tabs]
