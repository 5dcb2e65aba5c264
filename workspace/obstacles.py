"""What holds up all of a transaction, whoever its signers are: what happened, what
is not lost, who has to do what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from signing.models import Document, SignRequest

State = SignRequest.State


@dataclass(frozen=True)
class Obstacle:
    """why is for the list, subject for an email; words are paragraphs, the first of
    which can stand alone. code names it in the page."""

    code: str
    why: str
    subject: str
    heading: str
    words: tuple[str, ...]


def of(row: SignRequest, undrawn: str) -> Obstacle | None:
    """Return what holds a transaction up now, if anything does.

    undrawn names a document that can't be drawn, or is "".
    """
    if row.state == State.SEALING and row.seal_late_at is not None:
        return _unsealed(row)
    return _unshown(row, undrawn) if row.is_open and undrawn else None


def undrawn_of(documents: Iterable[Document]) -> str:
    found = (one.name for one in documents if one.undrawn_since is not None)
    return next(found, "")


def _unsealed(row: SignRequest) -> Obstacle:
    title = {"title": row.title or _("a document")}
    return Obstacle(
        code="unsealed",
        why=_("Signed by all, not sealed yet"),
        subject=_("%(title)s is signed by all, but not sealed yet") % title,
        heading=_("Everybody has signed, and nothing is lost"),
        words=(
            _(
                "The sealed copy could not be made yet. We try again every five "
                "minutes, and write to everybody as soon as it is there; nobody has "
                "to sign again."
            ),
            _(
                "If it stays like this, tell whoever runs this server: “A seal that "
                "fails” in “Going to production” says what to look at. They need "
                "this number: %(number)s."
            )
            % {"number": row.public_id},
        ),
    )


def _unshown(row: SignRequest, name: str) -> Obstacle:
    title = {"title": row.title or _("a document")}
    return Obstacle(
        code="undrawn",
        why=_("A document can’t be shown"),
        subject=_("%(title)s can’t be shown to its signers") % title,
        heading=_("%(name)s can’t be shown to signers") % {"name": name},
        words=(
            _(
                "Its pages could not be drawn, so nobody can read it here. We try "
                "again every hour; if it works, this note goes."
            ),
            _(
                "Rather than wait, recall the transaction and send it again with "
                "another copy: open the file, print it to PDF and take that."
            ),
        ),
    )
