"""The list as a table for a spreadsheet program, which must not calculate it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from workspace.standing import Row

BATCH = 500
BOM = "\N{BYTE ORDER MARK}"
# What a spreadsheet program takes for a formula at the start of a cell, also in
# full width (threat T44). Where lists are separated by semicolons, it reads a
# new cell after each, whatever quotes say.
STARTS_FORMULA = re.compile(
    r"(^|[;\t\r\n])([\s\"]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])"
)
STARTS_CELL = ("\t", "\r", "\n")


class _Line:
    """A file that gives back what csv writes into it."""

    def write(self, text: str) -> str:
        return text


def as_csv(batches: Iterable[list[Row]]) -> Iterator[str]:
    """Yield the table, one batch at a time; RFC 4180 in UTF-8, times in UTC."""
    writer = csv.writer(_Line(), quoting=csv.QUOTE_ALL)
    yield BOM + writer.writerow(head())
    for rows in batches:
        yield "".join(writer.writerow(map(as_text, cells(row))) for row in rows)


def head() -> list[str]:
    return [
        _("Title"),
        _("Status"),
        _("Why"),
        _("Signers"),
        _("Signed"),
        _("Sender"),
        _("Created (UTC)"),
        _("Sent (UTC)"),
        _("Last change (UTC)"),
        _("Expires (UTC)"),
        _("Closed (UTC)"),
        _("Address"),
    ]


def cells(row: Row) -> list[str]:
    request = row.request
    acting = [one for one in row.people if one.signer.acts]
    signed = sum(one.mark == "signed" for one in acting)
    page = reverse("workspace:request", args=[request.public_id])
    return [
        request.title,
        row.chip.words,
        row.why,
        "\n".join(f"{one.label} <{one.signer.email}>" for one in row.people),
        _("%(done)d of %(count)d") % {"done": signed, "count": len(acting)},
        f"{request.sender.name} <{request.sender.email}>",
        *map(
            as_moment,
            (
                request.created_at,
                request.sent_at,
                request.changed_at,
                request.ends_at,
                request.closed_at,
            ),
        ),
        f"{settings.PUBLIC_URL}{page}",
    ]


def as_moment(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if at else ""


def as_text(cell: str) -> str:
    """Return what a spreadsheet program shows as it stands, and never runs."""
    cell = STARTS_FORMULA.sub(r"\1\2'", cell.replace("\0", ""))
    return f"'{cell}" if cell.startswith(STARTS_CELL) else cell
