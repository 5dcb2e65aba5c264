"""Rewrite a PDF as pages and nothing else. Runs in the child process.

The cleaned file is built new: pages with what they draw, layers with their
default state, links to web addresses. Whatever else the upload holds (scripts,
forms, attachments, older revisions, private data of programs) has no way in.
"""

from __future__ import annotations

import io
from typing import Any

import pypdfium2
import pypdfium2.raw
from pypdf import PdfReader, PdfWriter
from pypdf.errors import LimitReachedError, PyPdfError
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    PdfObject,
)

from signing.pdf.findings import catalog, inspect
from signing.pdf.layout import Leaf, display_size, leaves
from signing.pdf.links import link_annotation, links
from signing.pdf.objects import Stop, plain
from signing.pdf.problems import Problem
from signing.pdf.weighing import weigh
from verification.confinement import Result

KEPT = ("/Resources", "/Contents", "/Group")
# Entries of drawing objects that hold no ink: private data, other versions.
LEFT_OUT = (
    "/PieceInfo",
    "/Metadata",
    "/OPI",
    "/Alternates",
    "/StructParent",
    "/StructParents",
    "/Annots",
    "/LastModified",
    "/Usage",
)
TINY = 32.0  # pixels
QUIET_ANNOTATIONS = ("/Link", "/Popup")


def clean(source: bytes, options: dict[str, Any]) -> Result:
    """Return the cleaned file, or the problem that stands against it."""
    try:
        return rewrite(source, options["max_pages"], options["remove_active"])
    except Stop as stop:
        return refusal(stop.problem, *stop.details)
    except (LimitReachedError, RecursionError):
        return refusal(Problem.TOO_COMPLEX)
    except (PyPdfError, pypdfium2.PdfiumError):
        return refusal(Problem.DAMAGED)
    except MemoryError:
        raise
    # pypdf meets damaged files with whatever its line of code raises.
    except Exception:  # noqa: BLE001
        return refusal(Problem.DAMAGED)


def refusal(problem: Problem, *details: str) -> Result:
    return Result({"problem": problem.value, "details": list(details)})


def rewrite(source: bytes, max_pages: int, remove_active: bool) -> Result:
    count_pages(source, max_pages)
    reader = PdfReader(io.BytesIO(source))
    if reader.is_encrypted:
        raise Stop(Problem.ENCRYPTED)
    found = inspect(catalog(reader))
    if found.signed_by is not None:
        raise Stop(Problem.ALREADY_SIGNED, found.signed_by)
    if found.active and not remove_active:
        raise Stop(Problem.ACTIVE_CONTENT, *sorted(found.active))
    originals = leaves(reader, max_pages)
    shown = originals
    if marked := [n for n, leaf in enumerate(originals) if has_appearances(leaf)]:
        reader = PdfReader(io.BytesIO(flatten(source, marked)))
        shown = leaves(reader, max_pages)
    if not shown or len(shown) != len(originals):
        raise Stop(Problem.DAMAGED)
    cleaned = compose(reader, shown, originals)
    verify(cleaned, len(shown))
    sizes = [display_size(leaf) for leaf in shown]
    return Result({"pages": sizes, "removed": sorted(found.active)}, (cleaned,))


def count_pages(source: bytes, max_pages: int) -> None:
    """Let PDFium count first: it is fast where pypdf would take minutes."""
    try:
        document = pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        code = error.err_code
        if code in (
            pypdfium2.raw.FPDF_ERR_PASSWORD,
            pypdfium2.raw.FPDF_ERR_SECURITY,
        ):
            raise Stop(Problem.ENCRYPTED) from error
        raise Stop(Problem.DAMAGED) from error
    count = len(document)
    document.close()
    if count > max_pages:
        raise Stop(Problem.TOO_MANY_PAGES, str(max_pages))
    if count < 1:
        raise Stop(Problem.DAMAGED)


def has_appearances(leaf: Leaf) -> bool:
    """Tell whether the page shows more than its own content: fields, notes."""
    annotations = plain(leaf.page, "/Annots")
    if not isinstance(annotations, ArrayObject):
        return False
    subtypes = [
        plain(note, "/Subtype")
        for note in (raw.get_object() for raw in annotations)
        if isinstance(note, DictionaryObject)
    ]
    return any(subtype not in QUIET_ANNOTATIONS for subtype in subtypes)


def flatten(source: bytes, numbers: list[int]) -> bytes:
    """Draw fields and notes into the pages as a reader shows them.

    This build of PDFium has no JavaScript and no XFA.
    """
    document = pypdfium2.PdfDocument(source)
    document.init_forms()
    for number in numbers:
        page = document[number]
        # Drawing gives notes that have no picture of themselves one.
        page.render(scale=min(1.0, TINY / max(page.get_size())))
        done = pypdfium2.raw.FPDFPage_Flatten(page, pypdfium2.raw.FLAT_NORMALDISPLAY)
        if done == pypdfium2.raw.FLATTEN_FAIL:
            raise Stop(Problem.TOO_COMPLEX)
        page.close()
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def compose(reader: PdfReader, shown: list[Leaf], originals: list[Leaf]) -> bytes:
    writer = PdfWriter()
    writer.metadata = {"/Producer": "Countersign"}
    for leaf, original in zip(shown, originals, strict=True):
        add_page(writer, leaf, original)
    copy_layers(reader, writer)
    weigh(writer)
    if inspect(writer.root_object).active:
        raise Stop(Problem.TOO_COMPLEX)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def add_page(writer: PdfWriter, leaf: Leaf, original: Leaf) -> None:
    left, bottom, right, top = leaf.box
    page = writer.add_blank_page(right - left, top - bottom)
    for key in ("/MediaBox", "/CropBox"):
        page[NameObject(key)] = ArrayObject(FloatObject(edge) for edge in leaf.box)
    page[NameObject("/Rotate")] = NumberObject(leaf.rotation)
    if leaf.user_unit != 1:
        page[NameObject("/UserUnit")] = FloatObject(leaf.user_unit)
    for key in KEPT:
        if (value := leaf.entries.get(key)) is not None:
            page[NameObject(key)] = copied(value, writer)
    if found := links(original):
        page[NameObject("/Annots")] = ArrayObject(
            writer._add_object(link_annotation(link))  # noqa: SLF001 - pypdf has no other
            for link in found
        )


def copied(value: PdfObject, writer: PdfWriter) -> PdfObject:
    return value.clone(writer, ignore_fields=LEFT_OUT)


def copy_layers(reader: PdfReader, writer: PdfWriter) -> None:
    """Keep layers as they are by default, without rules that switch them."""
    root = reader.trailer["/Root"]
    layers = (
        plain(root, "/OCProperties") if isinstance(root, DictionaryObject) else None
    )
    default = plain(layers, "/D") if isinstance(layers, DictionaryObject) else None
    if not isinstance(layers, DictionaryObject) or not isinstance(
        default, DictionaryObject
    ):
        return
    kept = DictionaryObject()
    for key in ("/BaseState", "/ON", "/OFF"):
        if key in default:
            kept[NameObject(key)] = copied(default.raw_get(key), writer)
    properties = DictionaryObject({NameObject("/D"): kept})
    if "/OCGs" in layers:
        properties[NameObject("/OCGs")] = copied(layers.raw_get("/OCGs"), writer)
    writer.root_object[NameObject("/OCProperties")] = properties


def verify(cleaned: bytes, count: int) -> None:
    """Make sure that the renderer reads what the writer wrote."""
    document = pypdfium2.PdfDocument(cleaned)
    if len(document) != count:
        raise Stop(Problem.DAMAGED)
    for number in range(count):
        document[number].close()
    document.close()
