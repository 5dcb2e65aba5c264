"""The certificate of completion: who proved what, when and how.

Measured in CSS pixels from the top left, 96 to the inch, as in the picture of
the certificate (D3). Everything is drawn in two passes, since the foot of each
page says how many there are.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from signing.pdf import fonts, sandbox
from signing.pdf.marks import Mark
from signing.pdf.paper import (
    HAIR,
    INK,
    LEFT,
    META,
    RIGHT,
    SECOND,
    Paper,
)

VALUES = 192.0
PADDING = 17.0
BEGIN = 221.0  # of an event's label
DETAIL = 349.0
ROW = 27.0
HEAD = 61.0


@dataclass(frozen=True)
class Event:
    """What happened, already in words."""

    at: datetime
    label: str
    detail: str


@dataclass(frozen=True)
class CertificateSigner:
    """A signer, the signature that was given, and what was proved."""

    name: str
    email: str
    signature: Mark | None
    events: tuple[Event, ...]


@dataclass(frozen=True)
class Certificate:
    """All that the certificate says. documents are (name, original, as shown)."""

    title: str
    page_count: int
    transaction_id: str
    company_name: str
    company_logo: bytes | None
    company_colour: str
    sender: tuple[str, str]
    sent_at: datetime
    completed_at: datetime
    documents: tuple[tuple[str, str, str], ...]
    trail_head: str
    trail_seq: int
    signers: tuple[CertificateSigner, ...]
    language: str = "en"


def render(certificate: Certificate) -> bytes:
    """Return the certificate as a PDF on A4, in its own language."""
    certificate = replace(certificate, company_logo=safe_logo(certificate.company_logo))
    with translation.override(certificate.language):
        total = draw(certificate, Canvas(io.BytesIO(), invariant=1), total=0)
        out = io.BytesIO()
        draw(certificate, Canvas(out, invariant=1), total)
    return out.getvalue()


def safe_logo(logo: bytes | None) -> bytes | None:
    """Read the logo where a hostile one does no harm. A broken one is left out."""
    if not logo:
        return None
    try:
        blobs = sandbox.run("logo", logo, timeout=10).blobs
    except sandbox.PdfFailed:
        return None
    return blobs[0] if blobs else None


def draw(certificate: Certificate, canvas: Canvas, total: int) -> int:
    """Draw everything; return the number of pages."""
    canvas.setTitle(f"{certificate.title}, {_('Certificate of completion')}")
    canvas.setProducer("Countersign")
    canvas.setCreator("Countersign")
    short = fonts.shorten(certificate.title, "text", 10.5, 340)
    foot = _("%(title)s, certificate of completion") % {"title": short}
    paper = Paper(canvas, foot, _("Certificate of completion (continued)"), total)
    draw_letterhead(
        paper,
        _("Certificate of completion"),
        certificate.company_name,
        certificate.company_logo,
        certificate.company_colour,
    )
    draw_facts(paper, certificate)
    paper.room(140)
    paper.text(LEFT, paper.y + 31, _("Signers and what each proved"), "bold", 14)
    paper.y += 44
    for signer in certificate.signers:
        draw_signer(paper, signer)
    draw_advice(paper, certificate)
    paper.close()
    canvas.save()
    return paper.number


def draw_letterhead(
    paper: Paper, title: str, company: str, logo: bytes | None, colour: str
) -> None:
    """Begin the first page. logo has been read by safe_logo."""
    draw_logo(paper, company, logo, colour)
    paper.text_within(96, 73, company, "bold", 13, 480)
    end = paper.text_right(RIGHT, 68, "Countersign", "bold", 12)
    draw_sign(paper, end - 14, 64)
    paper.text_right(RIGHT, 98, _("All times in UTC"), "text", 11.5, SECOND)
    paper.text_within(LEFT, 113, title, "bold", 24, 540)
    paper.line(LEFT, RIGHT, 141, INK, 2)
    paper.y = 154


def draw_logo(paper: Paper, company: str, logo: bytes | None, colour: str) -> None:
    if logo:
        paper.picture(ImageReader(io.BytesIO(logo)), LEFT, 56, 24)
        return
    paper.tile(LEFT, 56, 24, colour, company[:1])


def draw_sign(paper: Paper, x: float, y: float) -> None:
    """Draw the mark of the product: an open circle and a tick that leaves it."""
    canvas = paper.canvas
    canvas.saveState()
    canvas.setStrokeColor(INK)
    canvas.setLineWidth(1.4)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    down = paper.down(y)
    canvas.arc(x - 6.2, down - 6.2, x + 6.2, down + 6.2, 42, 305)
    path = canvas.beginPath()
    path.moveTo(x - 2.8, down + 0.4)
    path.lineTo(x - 0.6, down - 1.8)
    path.lineTo(x + 5.9, down + 4.6)
    canvas.drawPath(path)
    canvas.restoreState()


def draw_facts(paper: Paper, certificate: Certificate) -> None:
    name, email = certificate.sender
    sent = f"{moment(certificate.sent_at)}, {moment(certificate.completed_at)}"
    pages = ngettext("%(count)d page", "%(count)d pages", certificate.page_count)
    pages %= {"count": certificate.page_count}
    fact(paper, _("Document"), certificate.title, "bold", f", {pages}")
    fact(paper, _("Transaction"), certificate.transaction_id, "mono")
    sender = ", ".join(part for part in (name, certificate.company_name, email) if part)
    fact(paper, _("Sent by"), sender)
    fact(paper, _("Sent, completed"), sent)
    for name, original, shown in certificate.documents:
        if len(certificate.documents) > 1:
            fact(paper, _("File"), name, "bold")
        fact(paper, _("Original, SHA-256"), original, "mono")
        fact(paper, _("As shown, SHA-256"), shown, "mono")
    fact(paper, _("Trail head, SHA-256"), certificate.trail_head, "mono")
    entry = _("Entry %(number)d of the trail") % {"number": certificate.trail_seq}
    fact(paper, _("Trail entry"), entry)


def fact(
    paper: Paper, label: str, value: str, family: str = "text", more: str = ""
) -> None:
    size = 10.5 if family == "mono" else 11.5
    lines = paper.wrap(value, family, size, RIGHT - VALUES)
    paper.room(21 + 16 * (len(lines) - 1))
    room = VALUES - LEFT - 6
    paper.text_within(LEFT, paper.y + 18, label, "text", 11.5, room, META)
    end = VALUES
    for number, line in enumerate(lines):
        end = paper.text(VALUES, paper.y + 18 + 16 * number, line, family, size)
    extra = 16 * (len(lines) - 1)
    if more and end + paper.width(more, "text", 11.5) > RIGHT:
        extra, end, more = extra + 16, VALUES, more.lstrip(", ")
    paper.text(end, paper.y + 18 + extra, more, "text", 11.5)
    paper.y += 21 + extra


def draw_signer(paper: Paper, signer: CertificateSigner) -> None:
    """Draw a signer's card; when it runs over a page, close it and begin again."""
    heights = [event_height(paper, event) for event in signer.events]
    paper.room(HEAD + (heights[0] if heights else 0) + 8)
    top = paper.y
    draw_signer_head(paper, signer, continued=False)
    for event, height in zip(signer.events, heights, strict=True):
        if paper.is_full(height):
            paper.box(top, paper.y)
            paper.turn()
            top = paper.y
            draw_signer_head(paper, signer, continued=True)
        draw_event(paper, event, height)
    paper.box(top, paper.y)
    paper.y += 13


def draw_signer_head(
    paper: Paper, signer: CertificateSigner, *, continued: bool
) -> None:
    name = signer.name
    if continued:
        name = _("%(name)s (continued)") % {"name": name}
    x = LEFT + PADDING
    paper.text_within(x, paper.y + 28, name, "bold", 14, 400)
    paper.text_within(x, paper.y + 45, signer.email, "text", 11.5, 400, SECOND)
    if signer.signature is not None:
        mark = signer.signature
        paper.mark(mark, RIGHT - PADDING - 150, paper.y + 11, 150, 39)
    paper.y += HEAD


def event_lines(paper: Paper, event: Event) -> tuple[list[str], list[str]]:
    labels = paper.wrap(event.label, "bold", 11.5, DETAIL - BEGIN - 10)
    details = paper.wrap(event.detail, "text", 11.5, RIGHT - PADDING - DETAIL)
    return labels, details


def event_height(paper: Paper, event: Event) -> float:
    return ROW + 16 * (max(map(len, event_lines(paper, event))) - 1)


def draw_event(paper: Paper, event: Event, height: float) -> None:
    paper.line(LEFT + 1, RIGHT - 1, paper.y, HAIR, 1)
    baseline = paper.y + 18
    paper.text(LEFT + PADDING, baseline, moment(event.at), "text", 11.5, SECOND)
    labels, details = event_lines(paper, event)
    for number, line in enumerate(labels):
        paper.text(BEGIN, baseline + 16 * number, line, "bold", 11.5)
    for number, line in enumerate(details):
        paper.text(DETAIL, baseline + 16 * number, line, "text", 11.5, SECOND)
    paper.y += height


def draw_advice(paper: Paper, certificate: Certificate) -> None:
    words = _(
        "The PDF that holds this page is sealed by %(company)s (PAdES). Any change after "
        "%(moment)s breaks the seal. Open it in a PDF reader that shows signatures, or "
        "compare the hashes above with the trail that %(company)s keeps."
    ) % {
        "company": certificate.company_name,
        "moment": moment(certificate.completed_at),
    }
    lines = paper.wrap(words, "text", 11.5, 626)
    paper.room(44 + 16 * len(lines))
    paper.text(LEFT, paper.y + 19, _("How to check this document"), "bold", 14)
    for number, line in enumerate(lines):
        paper.text(LEFT, paper.y + 44 + 16 * number, line, "text", 11.5, SECOND)
    paper.y += 44 + 16 * len(lines)


def moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
