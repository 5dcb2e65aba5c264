"""The trail of a transaction as a PDF: every entry, with its place in the chain."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils import translation
from django.utils.translation import gettext as _
from reportlab.pdfgen.canvas import Canvas

from signing.pdf import fonts
from signing.pdf.paper import HAIR, INK, LEFT, META, RIGHT, SECOND, Paper

TIME = LEFT + 44
WORDS = LEFT + 186
STEP = 16.0
GAP = 11.0


@dataclass(frozen=True)
class Line:
    """One entry, already in words. hash is the chain's at this entry."""

    seq: int
    at: datetime
    words: str
    detail: str
    hash: str


@dataclass(frozen=True)
class Sheet:
    title: str
    transaction_id: str
    company_name: str
    made_at: datetime
    head: str
    lines: Sequence[Line]
    language: str = "en"


def render(sheet: Sheet) -> bytes:
    """Return the trail as a PDF on A4, in the sheet's language."""
    with translation.override(sheet.language):
        total = draw(sheet, Canvas(io.BytesIO(), invariant=1), total=0)
        out = io.BytesIO()
        draw(sheet, Canvas(out, invariant=1), total)
    return out.getvalue()


def draw(sheet: Sheet, canvas: Canvas, total: int) -> int:
    """Draw everything; return the number of pages."""
    canvas.setTitle(f"{sheet.title}, {_('Trail')}")
    canvas.setProducer("Countersign")
    canvas.setCreator("Countersign")
    short = fonts.shorten(sheet.title, "text", 10.5, 340)
    foot = _("%(title)s, trail") % {"title": short}
    paper = Paper(canvas, foot, _("Trail (continued)"), total)
    draw_head(paper, sheet)
    for line in sheet.lines:
        draw_line(paper, line)
    paper.close()
    canvas.save()
    return paper.number


def draw_head(paper: Paper, sheet: Sheet) -> None:
    paper.text_within(LEFT, 73, sheet.company_name, "bold", 13, 480)
    paper.text_right(RIGHT, 73, "Countersign", "bold", 12)
    paper.text_within(LEFT, 113, _("Trail"), "bold", 24, 540)
    paper.text_right(RIGHT, 113, _("All times in UTC"), "text", 11.5, SECOND)
    paper.line(LEFT, RIGHT, 127, INK, 2)
    paper.text_within(LEFT, 150, sheet.title, "bold", 11.5, RIGHT - LEFT)
    paper.text(LEFT, 168, sheet.transaction_id, "mono", 10.5, SECOND)
    head = _("Head, SHA-256: %(head)s") % {"head": sheet.head}
    paper.text_within(LEFT, 186, head, "mono", 10.5, RIGHT - LEFT, SECOND)
    made = _("As of %(moment)s") % {"moment": moment(sheet.made_at)}
    paper.text(LEFT, 204, made, "text", 11.5, SECOND)
    paper.y = 218


def draw_line(paper: Paper, line: Line) -> None:
    width = RIGHT - WORDS
    words = paper.wrap(line.words, "bold", 11.5, width)
    details = paper.wrap(line.detail, "text", 11.5, width) if line.detail else []
    height = STEP * (len(words) + len(details)) + 14 + GAP
    paper.room(height)
    y = paper.y + STEP
    paper.text(LEFT, y, str(line.seq), "text", 11.5, META)
    paper.text(TIME, y, moment(line.at), "text", 11.5, SECOND)
    for text in words:
        paper.text(WORDS, y, text, "bold", 11.5)
        y += STEP
    for text in details:
        paper.text(WORDS, y, text, "text", 11.5)
        y += STEP
    paper.text_within(WORDS, y, line.hash, "mono", 8.5, width, META)
    paper.y += height
    paper.line(LEFT, RIGHT, paper.y - 4, HAIR, 1)


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
