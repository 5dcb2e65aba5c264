"""Drawn faces: nobody's, but what a face detector takes for one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Box = tuple[int, int, int, int]
WIDE, HIGH = 600, 760
EYES = (235, 365)
WALL = (214, 220, 226)
SKINS: tuple[Colour, ...] = ((226, 182, 152), (205, 156, 122), (164, 112, 82))
HAIRS: tuple[Colour, ...] = ((58, 40, 30), (92, 62, 40), (40, 36, 38))
COATS: tuple[Colour, ...] = ((60, 78, 110), (96, 64, 84), (64, 92, 78))


def draw(name: str, scale: int = 1) -> Image.Image:
    """Return a face of its own for each name, looking into the camera.

    WIDE by HIGH, times scale.
    """
    chance = random.Random(name)  # noqa: S311 - a drawing
    skin, hair, coat = (chance.choice(few) for few in (SKINS, HAIRS, COATS))
    wide = chance.randint(-12, 12)
    canvas = Canvas(Image.new("RGB", (WIDE * scale, HIGH * scale), WALL), scale)
    canvas.ellipse((140 - wide, 70, 460 + wide, 560), hair)
    canvas.ellipse((60, 610, 540, 1100), coat)
    canvas.ellipse((245, 440, 355, 700), _shade(skin, 0.82))
    canvas.ellipse((170 - wide, 130, 430 + wide, 570), skin)
    canvas.arc((165 - wide, 90, 435 + wide, 380), (195, 345), hair, 60)
    _shadows(canvas, skin, wide)
    _lights(canvas, skin)
    _features(canvas, skin, hair)
    grain = Image.effect_noise(canvas.picture.size, 20).convert("RGB")
    return Image.blend(canvas.picture, grain, 0.06)


@dataclass
class Canvas:
    """Draws in units of the small size, however large the picture is."""

    picture: Image.Image
    scale: int

    def ellipse(self, box: Box, fill: Colour) -> None:
        self._paint.ellipse(self._scaled(box), fill=fill)

    def arc(self, box: Box, angles: tuple[int, int], fill: Colour, width: int) -> None:
        scaled = self._scaled(box)
        self._paint.arc(scaled, *angles, fill=fill, width=width * self.scale)

    def glow(self, boxes: Sequence[tuple[Box, int]], colour: Colour, soft: int) -> None:
        """Lay colour over soft-edged ellipses, each as strongly as it says."""
        mask = Image.new("L", self.picture.size, 0)
        for box, strength in boxes:
            ImageDraw.Draw(mask).ellipse(self._scaled(box), fill=strength)
        mask = mask.filter(ImageFilter.GaussianBlur(soft * self.scale))
        self.picture.paste(Image.new("RGB", mask.size, colour), mask=mask)

    @property
    def _paint(self) -> ImageDraw.ImageDraw:
        return ImageDraw.Draw(self.picture)

    def _scaled(self, box: Box) -> Box:
        left, top, right, bottom = (one * self.scale for one in box)
        return left, top, right, bottom


def _shadows(canvas: Canvas, skin: Colour, wide: int) -> None:
    """Shade sockets, nose, chin and cheeks as light from above does."""
    boxes: list[tuple[Box, int]] = [((x - 62, 285, x + 62, 365), 120) for x in EYES]
    boxes += [((262, 405, 338, 445), 90), ((205, 530, 395, 600), 90)]
    boxes += [((x - 24, 250, x + 24, 480), 60) for x in (165 - wide, 435 + wide)]
    canvas.glow(boxes, _shade(skin, 0.5), 14)


def _lights(canvas: Canvas, skin: Colour) -> None:
    boxes: list[tuple[Box, int]] = [((285, 330, 315, 425), 130)]
    boxes += [((x - 42, 385, x + 42, 455), 110) for x in (225, 375)]
    boxes += [((220, 200, 380, 265), 90)]
    canvas.glow(boxes, _shade(skin, 1.16), 16)


def _features(canvas: Canvas, skin: Colour, hair: Colour) -> None:
    for x in EYES:
        canvas.ellipse((x - 40, 310, x + 40, 350), (238, 236, 232))
        canvas.ellipse((x - 19, 310, x + 19, 350), (66, 48, 36))
        canvas.ellipse((x - 9, 321, x + 9, 339), (14, 12, 12))
        canvas.arc((x - 44, 302, x + 44, 360), (195, 345), (50, 34, 28), 8)
        canvas.arc((x - 52, 268, x + 52, 330), (205, 335), hair, 15)
    for x in (284, 316):
        canvas.ellipse((x - 9, 424, x + 9, 436), _shade(skin, 0.45))
    canvas.ellipse((248, 470, 352, 506), (170, 92, 86))
    canvas.arc((240, 455, 360, 490), (30, 150), (96, 44, 42), 5)


def _shade(colour: Colour, part: float) -> Colour:
    red, green, blue = (min(255, round(one * part)) for one in colour)
    return red, green, blue
