"""A sheet of A4 on which one writes in CSS pixels from the top left."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from signing.pdf import fonts, marks
from signing.pdf.marks import Mark

POINTS = 0.75  # to a pixel
WIDTH, HEIGHT = 794.0, 1123.0
LEFT, RIGHT = 64.0, 730.0
TOP = 100.0
BOTTOM = 1036.0
FOOT = 1056.0

INK = HexColor(0x1C1B18)
SECOND = HexColor(0x55524A)
META = HexColor(0x6B675E)
EDGE = HexColor(0xCFCBC2)
HAIR = HexColor(0xE4E1DA)
FALLBACK = "#27459f"
HEX = re.compile(r"#[0-9a-fA-F]{6}")


class Paper:
    """Pages that follow each other; y is where the next thing goes."""

    def __init__(self, canvas: Canvas, foot: str, running: str, total: int) -> None:
        self.canvas = canvas
        self.foot = fonts.shorten(foot, "text", 10.5, 560)
        self.running = running
        self.total = total
        self.number = 0
        self.y = 0.0
        self.begin()

    def begin(self) -> None:
        self.number += 1
        self.canvas.setPageSize((WIDTH * POINTS, HEIGHT * POINTS))
        self.canvas.scale(POINTS, POINTS)

    def close(self) -> None:
        """Write the foot and end the page."""
        self.line(LEFT, RIGHT, FOOT, EDGE, 1)
        self.text(LEFT, 1078, self.foot, "text", 10.5, META)
        words = _("Page %(number)d of %(total)d")
        words %= {"number": self.number, "total": self.total}
        self.text_right(RIGHT, 1078, words, "text", 10.5, META)
        self.canvas.showPage()

    def turn(self) -> None:
        """Go on with a new page."""
        self.close()
        self.begin()
        self.text(LEFT, 72, self.running, "bold", 12)
        self.line(LEFT, RIGHT, 84, INK, 1)
        self.y = TOP

    def is_full(self, height: float) -> bool:
        return self.y + height > BOTTOM

    def room(self, height: float) -> None:
        if self.is_full(height):
            self.turn()

    def down(self, y: float) -> float:
        return HEIGHT - y

    def width(self, text: str, family: str, size: float) -> float:
        return fonts.width(text, family, size)

    def wrap(self, text: str, family: str, size: float, most: float) -> list[str]:
        return fonts.wrap(text, family, size, most)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        family: str,
        size: float,
        colour: Color = INK,
    ) -> float:
        """Write one line with its baseline at y; return where it ends."""
        self.canvas.setFillColor(colour)
        self.canvas.setStrokeColor(colour)
        return fonts.draw(self.canvas, x, self.down(y), text, family, size)

    def text_within(
        self,
        x: float,
        y: float,
        text: str,
        family: str,
        size: float,
        most: float,
        colour: Color = INK,
    ) -> float:
        """Write one line, smaller or shortened if it is wider than most."""
        size = fonts.fit(text, family, size, most, least=size * 0.75)
        short = fonts.shorten(text, family, size, most)
        return self.text(x, y, short, family, size, colour)

    def text_right(
        self,
        x: float,
        y: float,
        text: str,
        family: str,
        size: float,
        colour: Color = INK,
    ) -> float:
        """Write one line that ends at x; return where it begins."""
        start = x - fonts.width(text, family, size)
        self.text(start, y, text, family, size, colour)
        return start

    def line(
        self, start: float, end: float, y: float, colour: Color, weight: float
    ) -> None:
        self.canvas.setStrokeColor(colour)
        self.canvas.setLineWidth(weight)
        self.canvas.line(start, self.down(y), end, self.down(y))

    def box(self, top: float, bottom: float) -> None:
        """Draw the border of a card from margin to margin."""
        self.canvas.setStrokeColor(EDGE)
        self.canvas.setLineWidth(1)
        self.canvas.roundRect(
            LEFT + 0.5, self.down(bottom), RIGHT - LEFT - 1, bottom - top, 6
        )

    def mark(self, mark: Mark, x: float, y: float, across: float, tall: float) -> None:
        area = marks.Area(x, self.down(y + tall), across, tall)
        marks.draw(self.canvas, mark, area, align=1.0)

    def picture(self, picture: ImageReader, x: float, y: float, side: float) -> None:
        """Draw a picture into a square, at its left edge, keeping its shape."""
        self.canvas.drawImage(
            picture,
            x,
            self.down(y + side),
            side,
            side,
            mask="auto",
            preserveAspectRatio=True,
            anchor="w",
        )

    def tile(self, x: float, y: float, side: float, colour: str, letter: str) -> None:
        """Draw the stand-in for a logo: a letter on the company's colour."""
        ground = HexColor(colour if HEX.fullmatch(colour) else FALLBACK)
        self.canvas.setFillColor(ground)
        self.canvas.roundRect(x, self.down(y + side), side, side, 6, stroke=0, fill=1)
        bright = 0.299 * ground.red + 0.587 * ground.green + 0.114 * ground.blue
        ink = INK if bright > 0.6 else white
        start = x + (side - fonts.width(letter, "bold", 13)) / 2
        self.text(start, y + side / 2 + 4.8, letter, "bold", 13, ink)
