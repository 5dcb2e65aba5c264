"""Specimen documents of Utopia, a state that is only in ICAO's examples.

Drawn, never photographed; nobody's face, nobody's number. For the demo, where
there is nothing to hold into a camera, and for tests.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from verification.identity import mrz
from workspace.demo import faces

ZONE_FONT = Path(__file__).parent / "fonts" / "OCRB.otf"
TEXT_FONT = Path(__file__).parents[2] / "signing/pdf/fonts/Inter-SemiBold.ttf"
STATE = "UTO"
INK = (28, 30, 44)
FAINT = (96, 104, 124)
PITCH = 2.54  # millimetres from letter to letter of the zone (9303 part 3)


@dataclass(frozen=True)
class Holder:
    """Whose document it is. issuer is the alpha-3 code that the zone says."""

    surname: str = "Lane"
    given_names: str = "Ada"
    born_on: date = date(1988, 4, 16)
    expires_on: date = date(2035, 4, 15)
    number: str = "U4471902X"
    sex: str = "F"
    issuer: str = STATE

    @property
    def face(self) -> str:
        return f"{self.given_names} {self.surname}"


@dataclass(frozen=True)
class Sheet:
    """One side of a document: size in millimetres, dots for each of them."""

    wide: float
    high: float
    dots: int
    tint: tuple[int, int, int]

    def new(self) -> Image.Image:
        size = (round(self.wide * self.dots), round(self.high * self.dots))
        picture = Image.new("RGB", size, self.tint)
        paint = ImageDraw.Draw(picture)
        darker = tuple(one - 14 for one in self.tint)
        for y in range(-size[0], size[1], 26):  # guilloche, as far as lines do
            paint.line((0, y, size[0], y + size[0] // 2), fill=darker, width=2)
        return picture


PASSPORT = Sheet(125, 88, 12, (226, 218, 206))
SMALL_CARD = Sheet(85.6, 54, 16, (208, 222, 230))
LARGE_CARD = Sheet(105, 74, 13, (214, 226, 214))
LICENSE = Sheet(85.6, 54, 16, (236, 214, 220))


# What stands in the zone


def passport_zone(holder: Holder) -> tuple[str, str]:
    """Return the two lines of a passport (TD3), check digits and all."""
    number = _digit(holder.number[:9].ljust(9, "<"))
    birth, expiry = _digit(_day(holder.born_on)), _digit(_day(holder.expires_on))
    optional = _digit("<" * 14)
    whole = mrz.check_digit(number + birth + expiry + optional)
    names = f"P<{holder.issuer:<<3}{_names(holder)}"
    line = f"{number}{holder.issuer:<<3}{birth}{holder.sex}{expiry}{optional}{whole}"
    return names.ljust(44, "<")[:44], line


def small_card_zone(holder: Holder) -> tuple[str, str, str]:
    """Return the three lines of a card (TD1); a long number goes on behind."""
    number, rest = holder.number[:9].ljust(9, "<"), holder.number[9:]
    digit = mrz.check_digit(number + rest)
    first = number + (f"<{rest}{digit}" if rest else digit)
    upper = f"I<{holder.issuer:<<3}{first}".ljust(30, "<")
    birth, expiry = _digit(_day(holder.born_on)), _digit(_day(holder.expires_on))
    whole = mrz.check_digit(upper[5:] + birth + expiry + "<" * 11)
    middle = f"{birth}{holder.sex}{expiry}{holder.issuer:<<3}".ljust(29, "<") + whole
    return upper, middle, _names(holder).ljust(30, "<")[:30]


def large_card_zone(holder: Holder) -> tuple[str, str]:
    """Return the two lines of a card (TD2)."""
    number = _digit(holder.number[:9].ljust(9, "<"))
    birth, expiry = _digit(_day(holder.born_on)), _digit(_day(holder.expires_on))
    whole = mrz.check_digit(number + birth + expiry + "<" * 7)
    names = f"I<{holder.issuer:<<3}{_names(holder)}".ljust(36, "<")[:36]
    line = f"{number}{holder.issuer:<<3}{birth}{holder.sex}{expiry}".ljust(35, "<")
    return names, line + whole


def with_wrong_digits(lines: Sequence[str]) -> list[str]:
    """Change the birthday's check digit and nothing else, as a forger might."""
    changed = list(lines)
    row, column = (1, 19) if len(lines) == 2 else (1, 6)
    digit = str((int(lines[row][column]) + 3) % 10)
    changed[row] = lines[row][:column] + digit + lines[row][column + 1 :]
    return changed


# The documents


def passport(holder: Holder, zone: Sequence[str] = ()) -> Image.Image:
    picture = PASSPORT.new()
    _title(picture, "UTOPIA · UTOPIE", "PASSPORT · PASSEPORT")
    _portrait(picture, holder, (70, 190), 430)
    _facts(picture, holder, (560, 220), 74)
    _zone(picture, PASSPORT, zone or passport_zone(holder))
    return picture


def card_front(holder: Holder) -> Image.Image:
    picture = SMALL_CARD.new()
    _title(picture, "UTOPIA", "IDENTITY CARD")
    _portrait(picture, holder, (60, 200), 380)
    _facts(picture, holder, (500, 210), 76)
    return picture


def card_back(holder: Holder, zone: Sequence[str] = ()) -> Image.Image:
    picture = SMALL_CARD.new()
    paint = ImageDraw.Draw(picture)
    paint.rectangle((60, 60, 1310, 150), fill=(170, 186, 198))
    paint.text((60, 190), "Address: 1 Harbour Road, Amaurot", INK, _text(40))
    _zone(picture, SMALL_CARD, zone or small_card_zone(holder))
    return picture


def large_card(holder: Holder, zone: Sequence[str] = ()) -> Image.Image:
    picture = LARGE_CARD.new()
    _title(picture, "UTOPIA", "IDENTITY CARD")
    _portrait(picture, holder, (60, 180), 340)
    _facts(picture, holder, (450, 190), 66)
    _zone(picture, LARGE_CARD, zone or large_card_zone(holder))
    return picture


def license_front(holder: Holder) -> Image.Image:
    """A driver's license has no zone for machines."""
    picture = LICENSE.new()
    _title(picture, "UTOPIA", "DRIVER’S LICENSE")
    _portrait(picture, holder, (60, 200), 380)
    _facts(picture, holder, (500, 210), 76)
    return picture


def license_back(_holder: Holder) -> Image.Image:
    picture = LICENSE.new()
    paint = ImageDraw.Draw(picture)
    for row, kind in enumerate(("AM", "A", "B", "BE", "C")):
        paint.text((90, 120 + row * 120), kind, INK, _text(48))
        paint.line((60, 190 + row * 120, 1300, 190 + row * 120), FAINT, 2)
        paint.text((420, 120 + row * 120), "16.04.2010", INK, _text(40))
    return picture


def selfie(holder: Holder) -> Image.Image:
    return faces.draw(holder.face, scale=2)


def nobody() -> Image.Image:
    """An empty chair before a wall: a selfie without a face."""
    picture = Image.new("RGB", (1200, 1520), (206, 210, 204))
    paint = ImageDraw.Draw(picture)
    paint.rounded_rectangle((340, 520, 860, 1120), 60, fill=(120, 84, 60))
    paint.rectangle((380, 1120, 430, 1520), fill=(86, 60, 44))
    paint.rectangle((770, 1120, 820, 1520), fill=(86, 60, 44))
    for x in range(400, 820, 70):
        paint.line((x, 560, x, 1080), fill=(92, 64, 46), width=8)
    return picture


def _title(picture: Image.Image, state: str, kind: str) -> None:
    paint = ImageDraw.Draw(picture)
    paint.text((60, 50), state, INK, _text(58))
    paint.text((picture.width - 60, 62), kind, FAINT, _text(44), anchor="ra")
    paint.text((60, 120), "SPECIMEN", (176, 60, 60), _text(34))


def _portrait(
    picture: Image.Image, holder: Holder, at: tuple[int, int], high: int
) -> None:
    face = faces.draw(holder.face)
    picture.paste(face.resize((round(high * face.width / face.height), high)), at)


def _facts(
    picture: Image.Image, holder: Holder, at: tuple[int, int], step: int
) -> None:
    paint = ImageDraw.Draw(picture)
    said = (
        ("Surname", holder.surname),
        ("Given names", holder.given_names),
        ("Date of birth", f"{holder.born_on:%d.%m.%Y}"),
        ("Date of expiry", f"{holder.expires_on:%d.%m.%Y}"),
        ("Document No.", holder.number),
    )
    for row, (label, value) in enumerate(said):
        paint.text((at[0], at[1] + row * step), label, FAINT, _text(22))
        paint.text((at[0], at[1] + 22 + row * step), value, INK, _text(38))


def _zone(picture: Image.Image, sheet: Sheet, lines: Sequence[str]) -> None:
    """Print the lines at the foot, one letter every PITCH."""
    pitch, line_height = PITCH * sheet.dots, 6.35 * sheet.dots
    paint = ImageDraw.Draw(picture)
    font = _zone_font(sheet.dots)
    left = (picture.width - pitch * len(lines[0])) / 2
    top = picture.height - line_height * len(lines) - 3 * sheet.dots
    paint.rectangle((0, top - 10, picture.width, picture.height), fill=(240, 238, 232))
    for row, line in enumerate(lines):
        for column, letter in enumerate(line):
            place = (left + pitch * (column + 0.5), top + line_height * (row + 0.5))
            paint.text(place, letter, INK, font, anchor="mm")


@cache
def _zone_font(dots: int) -> ImageFont.FreeTypeFont:
    """The size at which a letter takes PITCH."""
    large = ImageFont.truetype(str(ZONE_FONT), 1000)
    return ImageFont.truetype(
        str(ZONE_FONT), round(1000 * PITCH * dots / large.getlength("M"))
    )


@cache
def _text(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(TEXT_FONT), size)


def _names(holder: Holder) -> str:
    return f"{_letters(holder.surname)}<<{_letters(holder.given_names)}"


def _letters(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).upper()
    kept = "".join(one if one.isalpha() else "<" for one in plain if one.isascii())
    return kept.strip("<")


def _day(day: date) -> str:
    return f"{day:%y%m%d}"


def _digit(text: str) -> str:
    return text + mrz.check_digit(text)
