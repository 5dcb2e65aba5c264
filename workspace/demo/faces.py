"""Drawn faces: nobody's, but what a face detector takes for one."""

from __future__ import annotations

import random

from PIL import Image, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
SIZE = (600, 760)
SKINS: tuple[Colour, ...] = ((226, 182, 152), (205, 156, 122), (164, 112, 82))
HAIRS: tuple[Colour, ...] = ((58, 40, 30), (92, 62, 40), (40, 36, 38))
COATS: tuple[Colour, ...] = ((60, 78, 110), (96, 64, 84), (64, 92, 78))


def draw(name: str, wall: Colour = (214, 220, 226)) -> Image.Image:
    """Return a face of its own for each name, looking into the camera."""
    chance = random.Random(name)  # noqa: S311 - a drawing
    skin, hair, coat = (chance.choice(few) for few in (SKINS, HAIRS, COATS))
    picture = Image.new("RGB", SIZE, wall)
    paint = ImageDraw.Draw(picture)
    wide = chance.randint(-12, 12)
    paint.ellipse((140 - wide, 70, 460 + wide, 560), fill=hair)
    paint.ellipse((60, 610, 540, 1100), fill=coat)
    paint.rectangle((245, 500, 355, 660), fill=_shade(skin, 0.82))
    paint.ellipse((170 - wide, 130, 430 + wide, 570), fill=skin)
    paint.pieslice((165 - wide, 90, 435 + wide, 380), 195, 345, fill=hair)
    _soften(picture, skin, wide)
    _features(ImageDraw.Draw(picture), skin, hair)
    return picture.filter(ImageFilter.GaussianBlur(1.6))


def _soften(picture: Image.Image, skin: Colour, wide: int) -> None:
    """Shade sockets, cheeks and chin as light from above does."""
    mask = Image.new("L", SIZE, 0)
    paint = ImageDraw.Draw(mask)
    for x in (235, 365):
        paint.ellipse((x - 62, 285, x + 62, 365), fill=120)
    paint.polygon(((282, 330), (268, 430), (332, 430), (318, 330)), fill=40)
    paint.ellipse((262, 405, 338, 445), fill=90)
    paint.ellipse((205, 520, 395, 600), fill=110)
    for x in (165 - wide, 435 + wide):
        paint.ellipse((x - 24, 250, x + 24, 480), fill=60)
    dark = Image.new("RGB", SIZE, _shade(skin, 0.5))
    picture.paste(dark, mask=mask.filter(ImageFilter.GaussianBlur(14)))
    light = Image.new("L", SIZE, 0)
    paint = ImageDraw.Draw(light)
    paint.ellipse((285, 330, 315, 425), fill=130)
    for x in (225, 375):
        paint.ellipse((x - 42, 385, x + 42, 455), fill=110)
    paint.ellipse((220, 200, 380, 265), fill=90)
    bright = Image.new("RGB", SIZE, _shade(skin, 1.16))
    picture.paste(bright, mask=light.filter(ImageFilter.GaussianBlur(16)))


def _features(paint: ImageDraw.ImageDraw, skin: Colour, hair: Colour) -> None:
    for x in (235, 365):
        paint.ellipse((x - 40, 310, x + 40, 350), fill=(238, 236, 232))
        paint.ellipse((x - 19, 310, x + 19, 350), fill=(66, 48, 36))
        paint.ellipse((x - 9, 321, x + 9, 339), fill=(14, 12, 12))
        paint.arc((x - 44, 302, x + 44, 360), 195, 345, fill=(50, 34, 28), width=8)
        paint.arc((x - 52, 268, x + 52, 330), 205, 335, fill=hair, width=15)
    for x in (284, 316):
        paint.ellipse((x - 9, 424, x + 9, 436), fill=_shade(skin, 0.45))
    paint.ellipse((248, 470, 352, 506), fill=(170, 92, 86))
    paint.line((250, 488, 350, 488), fill=(96, 44, 42), width=5)


def _shade(colour: Colour, part: float) -> Colour:
    red, green, blue = (min(255, round(one * part)) for one in colour)
    return red, green, blue
