"""Draw marks onto pages and join files. Runs in the child process."""

from __future__ import annotations

import io
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    PdfObject,
    StreamObject,
)
from reportlab.pdfgen.canvas import Canvas

from signing.pdf import marks
from signing.pdf.layout import (
    Box,
    Leaf,
    display_matrix,
    display_size,
    leaf,
    own,
)
from signing.pdf.objects import plain
from verification.confinement import Result

PRODUCER = {"/Producer": "Countersign"}


def stamp(source: bytes, options: dict[str, Any]) -> Result:
    writer = PdfWriter(clone_from=io.BytesIO(source))
    placed = sorted(map(marks.from_json, options["marks"]), key=lambda mark: mark.page)
    groups = [
        (target(writer, number), list(group)) for number, group in by_page(placed)
    ]
    drawn = PdfReader(io.BytesIO(overlays(groups))).pages
    for (under, _group), over in zip(groups, drawn, strict=True):
        draw_over(writer, under, over)
    return finished(writer)


def by_page(
    placed: list[marks.Mark],
) -> Iterable[tuple[int, Iterable[marks.Mark]]]:
    return groupby(placed, lambda mark: mark.page)


def target(writer: PdfWriter, number: int) -> Leaf:
    page = writer.pages[number]
    keys = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
    return leaf(page, own(page, keys), number + 1)


def overlays(groups: list[tuple[Leaf, list[marks.Mark]]]) -> bytes:
    """Draw all marks in one file, so that its pages share their fonts."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for under, group in groups:
        width, height = display_size(under)
        canvas.setPageSize((width, height))
        for mark in group:
            marks.draw(canvas, mark, marks.area_of(mark, width, height))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def merge(source: bytes, options: dict[str, Any]) -> Result:
    writer = PdfWriter()
    start = 0
    for size in options["sizes"]:
        writer.append(io.BytesIO(source[start : start + size]), import_outline=False)
        start += size
    return finished(writer)


def bind(source: bytes, options: dict[str, Any]) -> Result:
    files, start = [], 0
    for part in options["parts"]:
        file = source[start : start + part["size"]]
        start += part["size"]
        files.append(stamp(file, part).blobs[0] if part["marks"] else file)
    return merge(b"".join(files), {"sizes": [len(file) for file in files]})


def finished(writer: PdfWriter) -> Result:
    writer.metadata = PRODUCER
    out = io.BytesIO()
    writer.write(out)
    return Result({"pages": len(writer.pages)}, (out.getvalue(),))


def draw_over(writer: PdfWriter, under: Leaf, over: PageObject) -> None:
    """Make the page two drawings: what it was, and the marks on top of it.

    The old content becomes a form of its own, so that a state it leaves behind
    (a turned or shifted grid, a clip) cannot move or hide the marks.
    """
    page = under.page
    drawings = {
        NameObject("/Page"): as_form(writer, page, under),
        NameObject("/Marks"): overlay_form(writer, over, display_size(under)),
    }
    matrix = " ".join(f"{value:.4f}" for value in display_matrix(under))
    content = DecodedStreamObject()
    content.set_data(f"q /Page Do Q q {matrix} cm /Marks Do Q".encode())
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject(drawings)}
    )
    page[NameObject("/Contents")] = added(writer, content)


def as_form(writer: PdfWriter, page: DictionaryObject, under: Leaf) -> PdfObject:
    form = content_of(page)
    form.update(form_entries(under.box))
    if "/Resources" in under.entries:
        form[NameObject("/Resources")] = under.entries["/Resources"]
    return added(writer, form)


def content_of(page: DictionaryObject) -> StreamObject:
    """Return the page's content as one stream."""
    contents = plain(page, "/Contents")
    joined = DecodedStreamObject()
    if isinstance(contents, StreamObject):
        joined.set_data(contents.get_data())
    elif isinstance(contents, ArrayObject):
        parts = [part.get_object() for part in contents]
        data = [part.get_data() for part in parts if isinstance(part, StreamObject)]
        joined.set_data(b"\n".join(data))
    return joined.flate_encode()


def overlay_form(
    writer: PdfWriter, over: PageObject, size: tuple[float, float]
) -> PdfObject:
    form = content_of(over)
    form.update(form_entries((0, 0, *size)))
    form[NameObject("/Resources")] = over.raw_get("/Resources").clone(writer)
    return added(writer, form)


def form_entries(box: Box) -> dict[PdfObject, PdfObject]:
    return {
        NameObject("/Type"): NameObject("/XObject"),
        NameObject("/Subtype"): NameObject("/Form"),
        NameObject("/BBox"): ArrayObject(FloatObject(edge) for edge in box),
    }


def added(writer: PdfWriter, value: PdfObject) -> PdfObject:
    return writer._add_object(value)  # noqa: SLF001 - pypdf has no public way
