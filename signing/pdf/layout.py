"""The page tree and the geometry of pages. Runs in the child process."""

from __future__ import annotations

from dataclasses import dataclass, field

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, PdfObject

from signing.pdf.objects import Stop, plain
from signing.pdf.problems import Problem

Box = tuple[float, float, float, float]
Matrix = tuple[float, float, float, float, float, float]

INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
LETTER: Box = (0.0, 0.0, 612.0, 792.0)  # what readers show without a MediaBox
LARGEST = 200 * 72.0
SMALLEST = 3.0  # PDF 1.7, Annex C.2
FARTHEST = 1_000_000.0


@dataclass(frozen=True)
class Leaf:
    """One page with what it inherits, its visible box and its rotation."""

    page: DictionaryObject
    box: Box
    rotation: int = 0
    user_unit: float = 1.0
    entries: dict[str, PdfObject] = field(default_factory=dict)


def leaves(reader: PdfReader, max_pages: int) -> list[Leaf]:
    """Return the pages in order. A tree that bites its tail is damaged."""
    root = reader.trailer["/Root"].get_object()
    found: list[Leaf] = []
    if not isinstance(root, DictionaryObject):
        raise Stop(Problem.DAMAGED)
    top: dict[str, PdfObject] = {}
    waiting = [(plain(root, "/Pages"), top, 0)]
    visits = 0
    while waiting:
        node, inherited, depth = waiting.pop()
        visits += 1
        if depth > 60 or visits > 20 * max_pages + 1000:
            raise Stop(Problem.TOO_COMPLEX)
        if not isinstance(node, DictionaryObject):
            continue
        entries = {**inherited, **own(node, INHERITED)}
        kids = plain(node, "/Kids")
        if isinstance(kids, ArrayObject):
            below = [(kid.get_object(), entries, depth + 1) for kid in reversed(kids)]
            waiting.extend(below)
        else:
            found.append(leaf(node, entries, len(found) + 1))
            if len(found) > max_pages:
                raise Stop(Problem.TOO_MANY_PAGES, str(max_pages))
    return found


def own(node: DictionaryObject, keys: tuple[str, ...]) -> dict[str, PdfObject]:
    return {key: node.raw_get(key) for key in keys if key in node}


def leaf(page: DictionaryObject, entries: dict[str, PdfObject], number: int) -> Leaf:
    entries = {**entries, **own(page, ("/Contents", "/Group"))}
    unit = number_of(plain(page, "/UserUnit"), 1.0)
    unit = unit if unit > 0 else 1.0
    box = visible_box(entries)
    width, height = (box[2] - box[0]) * unit, (box[3] - box[1]) * unit
    if max(width, height) > LARGEST:
        raise Stop(Problem.PAGE_TOO_LARGE, str(number))
    if min(width, height) < SMALLEST or max(map(abs, box)) > FARTHEST:
        raise Stop(Problem.DAMAGED)
    quarters = round(number_of(resolved(entries.get("/Rotate")), 0) / 90) % 4
    return Leaf(page, box, quarters * 90, unit, entries)


def resolved(value: PdfObject | None) -> object:
    return None if value is None else value.get_object()


def number_of(value: object, default: float) -> float:
    return float(value) if isinstance(value, int | float) else default


def box_of(value: object) -> Box | None:
    if not isinstance(value, ArrayObject) or len(value) != 4:
        return None
    a, b, c, d = (number_of(resolved(edge), 0.0) for edge in value)
    box = (min(a, c), min(b, d), max(a, c), max(b, d))
    return box if box[2] > box[0] and box[3] > box[1] else None


def visible_box(entries: dict[str, PdfObject]) -> Box:
    media = box_of(resolved(entries.get("/MediaBox"))) or LETTER
    crop = box_of(resolved(entries.get("/CropBox"))) or media
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    return (left, bottom, right, top) if right > left and top > bottom else media


def display_size(leaf: Leaf) -> tuple[float, float]:
    """Return width and height in points as a reader shows the page."""
    width, height = leaf.box[2] - leaf.box[0], leaf.box[3] - leaf.box[1]
    return (height, width) if leaf.rotation in (90, 270) else (width, height)


def display_matrix(leaf: Leaf) -> Matrix:
    """Map points of the page as displayed (origin bottom left) to its own space."""
    left, bottom, right, top = leaf.box
    matrices: dict[int, Matrix] = {
        0: (1, 0, 0, 1, left, bottom),
        90: (0, 1, -1, 0, right, bottom),
        180: (-1, 0, 0, -1, right, top),
        270: (0, -1, 1, 0, left, top),
    }
    return matrices[leaf.rotation]
