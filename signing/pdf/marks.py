"""A mark is what a signer put into one field; here it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from signing.pdf import fonts

INK = HexColor(0x1B2A6B)
PAPER_INK = HexColor(0x1C1B18)

Kind = Literal["signature", "initials", "date", "name", "text", "checkbox"]
Style = Literal["typed-1", "typed-2", "typed-3", "drawn", "plain"]
Stroke = Sequence[tuple[float, float]]

SIGNED = ("signature", "initials")
LARGEST_SIGNATURE = 40.0  # points
LARGEST_TEXT = 11.0


@dataclass(frozen=True)
class Mark:
    """A filled field on a page (from 0).

    x, y, width and height are fractions of the page as displayed, from its top
    left. strokes are fractions of the pad, also from the top left; pad_ratio is
    the pad's width divided by its height. A checkbox is ticked if text is not
    empty.
    """

    page: int
    x: float
    y: float
    width: float
    height: float
    kind: Kind
    text: str = ""
    style: Style = "plain"
    strokes: tuple[tuple[tuple[float, float], ...], ...] = ()
    pad_ratio: float = 3.0


@dataclass(frozen=True)
class Area:
    """A rectangle in points, from the bottom left."""

    x: float
    y: float
    width: float
    height: float


def from_json(value: dict[str, Any]) -> Mark:
    strokes = tuple(tuple((x, y) for x, y in stroke) for stroke in value.pop("strokes"))
    return Mark(strokes=strokes, **value)


def area_of(mark: Mark, page_width: float, page_height: float) -> Area:
    height = mark.height * page_height
    bottom = page_height - mark.y * page_height - height
    return Area(mark.x * page_width, bottom, mark.width * page_width, height)


def draw(canvas: Canvas, mark: Mark, area: Area, align: float | None = None) -> None:
    """Draw the mark into the area. align runs from 0 (left) to 1 (right)."""
    if align is None:
        align = 0.5 if mark.kind == "initials" else 0.0
    canvas.saveState()
    signed = mark.kind in SIGNED
    canvas.setFillColor(INK if signed else PAPER_INK)
    canvas.setStrokeColor(INK if signed else PAPER_INK)
    if mark.kind == "checkbox":
        draw_tick(canvas, mark, area)
    elif mark.style == "drawn":
        draw_strokes(canvas, mark, area, align)
    elif signed:
        draw_typed(canvas, mark, area, align)
    else:
        draw_text(canvas, mark, area)
    canvas.restoreState()


def draw_typed(canvas: Canvas, mark: Mark, area: Area, align: float) -> None:
    family = "typed-1" if mark.style == "plain" else mark.style
    size = min(area.height * 0.72, LARGEST_SIGNATURE)
    size = fonts.fit(mark.text, family, size, area.width * 0.96)
    spare = area.width * 0.96 - fonts.width(mark.text, family, size)
    left = area.width * 0.02 + spare * align
    baseline = area.y + max((area.height - size * 0.62) / 2, area.height * 0.16)
    fonts.draw(canvas, area.x + left, baseline, mark.text, family, size)


def draw_text(canvas: Canvas, mark: Mark, area: Area) -> None:
    size = min(area.height * 0.62, LARGEST_TEXT)
    room = area.width * 0.96
    lines = [mark.text]
    if area.height >= 2.4 * size and fonts.width(mark.text, "text", size) > room:
        lines = fonts.wrap(mark.text, "text", size, room)
        size = min(size, area.height / (1.35 * len(lines)))
    size = min(fonts.fit(line, "text", size, room) for line in lines)
    leading = size * 1.35
    block = leading * (len(lines) - 1) + size * 0.72
    baseline = area.y + (area.height + block) / 2 - size * 0.72
    for number, line in enumerate(lines):
        y = baseline - number * leading
        fonts.draw(canvas, area.x + area.width * 0.02, y, line, "text", size)


def draw_tick(canvas: Canvas, mark: Mark, area: Area) -> None:
    if not mark.text:
        return
    side = min(area.width, area.height) * 0.7
    x = area.x + (area.width - side) / 2
    y = area.y + (area.height - side) / 2
    path = canvas.beginPath()
    path.moveTo(x, y + side * 0.48)
    path.lineTo(x + side * 0.38, y + side * 0.1)
    path.lineTo(x + side, y + side * 0.9)
    canvas.setLineWidth(max(side * 0.13, 0.8))
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    canvas.drawPath(path)


def draw_strokes(canvas: Canvas, mark: Mark, area: Area, align: float) -> None:
    """Draw a signature from the pad as large as it fits, by its own extent."""
    points = [point for stroke in mark.strokes for point in stroke]
    if not points:
        return
    left, right = min(x for x, _y in points), max(x for x, _y in points)
    top, bottom = min(y for _x, y in points), max(y for _x, y in points)
    across = max((right - left) * mark.pad_ratio, 0.001)
    down = max(bottom - top, 0.001)
    pen = 0.022  # of the pad's height, as on screen
    scale = min(area.width * 0.94 / (across + pen), area.height * 0.88 / (down + pen))
    scale = min(scale, area.height * 1.6)  # a dot does not become a blot
    spare = area.width * 0.96 - (across + pen) * scale
    x0 = area.x + area.width * 0.02 + scale * pen / 2 + spare * align
    y0 = area.y + (area.height + down * scale) / 2
    canvas.setLineWidth(min(max(scale * pen, 0.7), 2.4))
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    for stroke in mark.strokes:
        placed = [
            (x0 + (x - left) * mark.pad_ratio * scale, y0 - (y - top) * scale)
            for x, y in stroke
        ]
        draw_stroke(canvas, placed)


def draw_stroke(canvas: Canvas, points: Stroke) -> None:
    """Draw a smooth line: through the middles, bent towards the points."""
    if not points:
        return
    path = canvas.beginPath()
    (x, y), rest = points[0], points[1:]
    path.moveTo(x, y)
    if not rest:
        path.lineTo(x + 0.01, y)
    for number, (px, py) in enumerate(rest):
        last = number == len(rest) - 1
        nx, ny = (px, py) if last else rest[number + 1]
        ex, ey = (px, py) if last else ((px + nx) / 2, (py + ny) / 2)
        path.curveTo(
            x + (px - x) * 2 / 3,
            y + (py - y) * 2 / 3,
            ex + (px - ex) * 2 / 3,
            ey + (py - ey) * 2 / 3,
            ex,
            ey,
        )
        x, y = ex, ey
    canvas.drawPath(path)
