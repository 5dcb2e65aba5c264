"""A whole trail on paper: every entry in order, with its hash.

Measured as the certificate is, on the same paper.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _
from reportlab.pdfgen.canvas import Canvas

from signing.pdf import certificate, fonts
from signing.pdf.certificate import fact, moment
from signing.pdf.paper import HAIR, LEFT, META, RIGHT, SECOND, Paper

AT = 104.0
WORDS = 250.0
ROW = 27.0
HASH_SHOWN = 16


@dataclass(frozen=True)
class Line:
    """One entry, already in words; hash is its hex digest."""

    number: int
    at: datetime
    what: str
    detail: str
    hash: str


@dataclass(frozen=True)
class TrailReport:
    """logo: as certificate.Certificate; facts are (label, value)."""

    title: str
    transaction_id: str
    company_name: str
    company_logo: bytes | None
    company_colour: str
    facts: Sequence[tuple[str, str]]
    trail_head: str
    lines: Sequence[Line]
    language: str = "en"


def render(report: TrailReport) -> bytes:
    """Return the report as a PDF on A4, in its own language."""
    report = replace(report, company_logo=certificate.safe_logo(report.company_logo))
    with translation.override(report.language):
        total = draw(report, Canvas(io.BytesIO(), invariant=1), total=0)
        out = io.BytesIO()
        draw(report, Canvas(out, invariant=1), total)
    return out.getvalue()


def draw(report: TrailReport, canvas: Canvas, total: int) -> int:
    """Draw everything; return the number of pages."""
    canvas.setTitle(f"{report.title}, {_('Trail')}")
    canvas.setProducer("Countersign")
    canvas.setCreator("Countersign")
    short = fonts.shorten(report.title, "text", 10.5, 340)
    foot = _("%(title)s, trail") % {"title": short}
    paper = Paper(canvas, foot, _("Trail (continued)"), total)
    certificate.draw_letterhead(
        paper,
        _("Trail"),
        report.company_name,
        report.company_logo,
        report.company_colour,
    )
    fact(paper, _("Document"), report.title, "bold")
    fact(paper, _("Transaction"), report.transaction_id, "mono")
    for label, value in report.facts:
        fact(paper, label, value)
    fact(paper, _("Trail head, SHA-256"), report.trail_head, "mono")
    paper.y += 18
    for line in report.lines:
        draw_line(paper, line)
    paper.close()
    canvas.save()
    return paper.number


def draw_line(paper: Paper, line: Line) -> None:
    words = paper.wrap(line.what, "bold", 11.5, RIGHT - WORDS)
    details = (
        paper.wrap(line.detail, "text", 11.5, RIGHT - WORDS) if line.detail else []
    )
    height = ROW + 16 * (len(words) + len(details))
    paper.room(height)
    paper.line(LEFT, RIGHT, paper.y, HAIR, 1)
    baseline = paper.y + 18
    paper.text(LEFT, baseline, str(line.number), "text", 11.5, META)
    paper.text(AT, baseline, moment(line.at), "text", 11.5, SECOND)
    for text in words:
        paper.text(WORDS, baseline, text, "bold", 11.5)
        baseline += 16
    for text in details:
        paper.text(WORDS, baseline, text, "text", 11.5, SECOND)
        baseline += 16
    paper.text(WORDS, baseline, line.hash[:HASH_SHOWN], "mono", 9, META)
    paper.y += height
