"""Draw fields onto pages, join files, and append a block of signatures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.utils.translation import gettext as _
from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from signing.pdf import fonts, marks, sandbox
from signing.pdf.marks import Area, Mark

__all__ = ["BlockEntry", "Mark", "bind", "merge", "signature_block", "stamp"]

A4 = (595.28, 841.89)
MARGIN = 56.0
BLOCK = 118.0
BLOCK_INK = HexColor(0x1C1B18)
SECOND_INK = HexColor(0x55524A)


@dataclass(frozen=True)
class BlockEntry:
    """One signer's place in the block. mark is None as long as nobody signed."""

    name: str
    email: str
    signed_at: str
    mark: Mark | None = None
    note: str = ""


def stamp(cleaned: bytes, marks: Sequence[Mark]) -> bytes:
    """Draw marks onto their pages. Raises sandbox.PdfTimeout and PdfCrashed."""
    if not marks:
        return cleaned
    listed = [asdict(mark) for mark in marks]
    (stamped,) = sandbox.run("stamp", cleaned, marks=listed).blobs
    return stamped


def merge(files: Sequence[bytes]) -> bytes:
    """Join files in order. Raises sandbox.PdfTimeout and PdfCrashed."""
    sizes = [len(file) for file in files]
    (merged,) = sandbox.run("merge", b"".join(files), sizes=sizes).blobs
    return merged


def bind(files: Sequence[tuple[bytes, Sequence[Mark]]]) -> bytes:
    """Draw marks onto each file and join all, in one child: starting one costs
    more than the work. Raises sandbox.PdfTimeout and PdfCrashed."""
    parts = [
        {"size": len(file), "marks": [asdict(mark) for mark in marks]}
        for file, marks in files
    ]
    source = b"".join(file for file, _marks in files)
    (bound,) = sandbox.run("bind", source, parts=parts).blobs
    return bound


def signature_block(
    signers: Sequence[BlockEntry], page_size: tuple[float, float] = A4
) -> bytes:
    """Return the pages that hold signatures for which no field was placed."""
    out = io.BytesIO()
    width, height = (max(side, 300.0) for side in page_size)
    canvas = Canvas(out, pagesize=(width, height), invariant=1)
    top = height
    for number, entry in enumerate(signers):
        if number == 0 or top - BLOCK < MARGIN:
            if number:
                canvas.showPage()
            top = draw_heading(canvas, height)
        draw_entry(canvas, entry, top, width - 2 * MARGIN)
        top -= BLOCK
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def draw_heading(canvas: Canvas, height: float) -> float:
    canvas.setFillColor(BLOCK_INK)
    fonts.draw(canvas, MARGIN, height - MARGIN - 14, _("Signatures"), "bold", 16)
    return height - MARGIN - 40


def draw_entry(canvas: Canvas, entry: BlockEntry, top: float, room: float) -> None:
    line = top - 62
    half = room * 0.56
    if entry.mark is not None:
        marks.draw(canvas, entry.mark, Area(MARGIN, line + 2, half, 44))
    canvas.setStrokeColor(BLOCK_INK)
    canvas.setLineWidth(0.75)
    canvas.line(MARGIN, line, MARGIN + half, line)
    canvas.line(MARGIN + half + 24, line, MARGIN + room, line)
    canvas.setFillColor(BLOCK_INK)
    aside = MARGIN + half + 24
    most = room - half - 24
    size = fonts.fit(entry.signed_at, "text", 10, most)
    fonts.draw(canvas, aside, line + 6, entry.signed_at, "text", size)
    size = fonts.fit(entry.name, "bold", 10, half)
    fonts.draw(canvas, MARGIN, line - 14, entry.name, "bold", size)
    canvas.setFillColor(SECOND_INK)
    size = fonts.fit(entry.email, "text", 9, half)
    fonts.draw(canvas, MARGIN, line - 27, entry.email, "text", size)
    fonts.draw(canvas, aside, line - 14, _("Signed (UTC)"), "text", 9)
    if entry.note:
        size = fonts.fit(entry.note, "text", 9, most)
        fonts.draw(canvas, aside, line - 27, entry.note, "text", size)
