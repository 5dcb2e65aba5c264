"""Choose a font by the letters of a text, measure, break and draw it.

reportlab embeds TrueType outlines only and draws boxes for letters that a font
lacks; so each word gets the first face of its family that has all its letters,
and letters that no face has are named ("[Thai]") instead of drawn as boxes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from signing.pdf.bidi import visual

FOLDER = Path(__file__).parent / "fonts"

TEXT = "Inter-Regular"
BOLD = "Inter-SemiBold"
MONO = "NotoSansMono-Regular"
JAPANESE = "BIZUDPGothic-Regular"
WORLD = (JAPANESE, "NotoSansHebrew-Regular", "NotoSansArabic-Regular")
FLOW, HAND, ITALIC = "CountersignFlow-Regular", "Caveat-Regular", "NotoSerif-Italic"
BRUSH = "KleeOne-Regular"

FAMILIES: dict[str, tuple[str, ...]] = {
    "text": (TEXT, *WORLD),
    "bold": (BOLD, *WORLD),
    "mono": (MONO, TEXT, *WORLD),
    "serif": ("NotoSerif-Regular", TEXT, *WORLD),
    "serif-bold": ("NotoSerif-Bold", BOLD, *WORLD),
    "typed-1": (FLOW, HAND, ITALIC, BRUSH, *WORLD),
    "typed-2": (HAND, ITALIC, BRUSH, *WORLD),
    "typed-3": (ITALIC, BRUSH, *WORLD),
}
MADE_BOLD = ("bold", "serif-bold")  # these thicken faces that have no bold cut
SMALLEST_BOLD = 13.0  # below it, made bold closes the small parts of Japanese letters
MISSING = ""


@dataclass(frozen=True)
class Run:
    """Letters drawn in one face."""

    text: str
    face: str
    stroked: bool = False

    def width(self, size: float) -> float:
        return float(pdfmetrics.stringWidth(self.text, load(self.face), size))


@cache
def load(face: str) -> str:
    pdfmetrics.registerFont(TTFont(face, str(FOLDER / f"{face}.ttf")))
    return face


@cache
def letters(face: str) -> frozenset[int]:
    font = pdfmetrics.getFont(load(face))
    return frozenset(font.face.charToGlyph)  # type: ignore[attr-defined] # stubs know no TTFont here


def clean(text: str) -> str:
    """Compose letters, drop what is never drawn, make every space a plain one."""
    kept = []
    for char in unicodedata.normalize("NFC", text):
        category = unicodedata.category(char)
        if category in ("Zs", "Zl", "Zp") or char in "\t\n\r":
            kept.append("\u3000" if char == "\u3000" else " ")
        elif category[0] != "C":
            kept.append(char)
    return "".join(kept)


def face_for(word: str, family: str) -> str:
    """Return the first face that has every letter of word, or MISSING."""
    codes = {ord(char) for char in word}
    for face in FAMILIES[family]:
        if codes <= letters(face):
            return face
    return MISSING


def runs(text: str, family: str) -> list[Run]:
    """Return text as it is drawn from left to right, by face."""
    pieces = [
        piece for word in words(visual(clean(text))) for piece in faces(word, family)
    ]
    merged = []
    for face, group in groupby(pieces, lambda piece: piece[1]):
        stroked = family in MADE_BOLD and face in WORLD
        merged.append(Run("".join(letters for letters, _face in group), face, stroked))
    return merged


def words(text: str) -> list[str]:
    """Cut text into words, each with the space that follows it."""
    found, word = [], ""
    for char in text:
        word += char
        if char == " ":
            found.append(word)
            word = ""
    return [*found, word] if word else found


def faces(word: str, family: str) -> Iterable[tuple[str, str]]:
    """Return (letters, face): the word in one face if there is one for it."""
    if face := face_for(word, family):
        return [(word, face)]
    pieces = []
    for face, group in groupby(word, lambda char: face_for(char, family)):
        piece = "".join(group)
        pieces.append((piece, face) if face else named(piece, family))
    return pieces


def named(piece: str, family: str) -> tuple[str, str]:
    """Say which script is missing: "[Thai]"."""
    script = unicodedata.name(piece[0], "UNKNOWN").split()[0].split("-")[0]
    label = "[CJK]" if script == "CJK" else f"[{script.title()}]"
    return label, face_for(label, family) or TEXT


def missing(text: str) -> str:
    """Return the letters of text that no shipped face has."""
    return "".join(char for char in clean(text) if not face_for(char, "text"))


def width(text: str, family: str, size: float) -> float:
    return sum(run.width(size) for run in runs(text, family))


def fit(text: str, family: str, size: float, most: float, least: float = 1.0) -> float:
    """Return the largest size up to size at which text is at most that wide."""
    across = width(text, family, size)
    return size if across <= most else max(size * most / across, least)


def shorten(text: str, family: str, size: float, most: float) -> str:
    """Cut the middle out of text until it fits, keeping how it ends."""
    if width(text, family, size) <= most:
        return text
    text = clean(text)
    end = text[-12:]
    room = most - width("…" + end, family, size)
    return text[: longest(text, family, size, room)].rstrip() + "…" + end


def draw(
    canvas: Canvas, x: float, y: float, text: str, family: str, size: float
) -> float:
    """Draw one line with its baseline at y; return where it ends."""
    for run in runs(text, family):
        canvas.setFont(load(run.face), size)
        thick = run.stroked and size >= SMALLEST_BOLD
        if thick:
            canvas.setLineWidth(size / 32)
        canvas.drawString(x, y, run.text, mode=2 if thick else 0)
        x += run.width(size)
    return x


def wrap(text: str, family: str, size: float, most: float) -> list[str]:
    """Break text into lines at spaces and between Japanese letters, else anywhere."""
    lines, line = [], ""
    for unit in units(clean(text)):
        if line and width((line + unit).rstrip(), family, size) > most:
            lines.append(line.rstrip())
            line = ""
        while width(unit.rstrip(), family, size) > most and len(unit) > 1:
            cut = longest(unit, family, size, most)
            lines.append(unit[:cut])
            unit = unit[cut:]
        line += unit
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


NEVER_FIRST = "、。，．・：；？！）」』】〕ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"


def units(text: str) -> list[str]:
    """Cut text where a line may break."""
    found: list[str] = []
    for char in text:
        joins = found and not found[-1].endswith((" ", "\u3000"))
        breaks = is_wide(char) or (found and is_wide(found[-1][-1]))
        if joins and (not breaks or char in NEVER_FIRST or char == " "):
            found[-1] += char
        else:
            found.append(char)
    return found


def is_wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in ("W", "F")


def longest(unit: str, family: str, size: float, most: float) -> int:
    """Return how many letters of unit fit, one at least."""
    low, high = 1, len(unit)
    while low < high:
        middle = (low + high + 1) // 2
        if width(unit[:middle], family, size) <= most:
            low = middle
        else:
            high = middle - 1
    return low
