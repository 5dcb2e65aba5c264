"""Put right-to-left letters into the order and the forms in which they are drawn.

Enough for names and single lines: the bidirectional algorithm without explicit
embeddings, Arabic joining by the presentation forms that Unicode itself lists,
no marks placed by the font.
"""

from __future__ import annotations

import sys
import unicodedata
from functools import cache
from itertools import pairwise

RIGHT = ("R", "AL")
NUMBERS = ("EN", "AN")
LEVELS = {"L": {"L": 0, "R": 1, "N": 2}, "R": {"L": 2, "R": 1, "N": 2}}
MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")
FORMS = ("<isolated>", "<final>", "<initial>", "<medial>")
PRESENTATION = range(0xFE70, 0xFF00)


def visual(text: str) -> str:
    """Return text in the order in which it is drawn from left to right."""
    if not any(unicodedata.bidirectional(char) in RIGHT for char in text):
        return text
    shaped = join(text)
    ways = resolve([unicodedata.bidirectional(char) for char in shaped])
    base = next(way for way in ways if way in ("L", "R"))
    levels = [LEVELS[base][way or base] for way in ways]
    letters = [
        char.translate(MIRRORED) if level % 2 else char
        for char, level in zip(shaped, levels, strict=True)
    ]
    return "".join(reorder(letters, levels))


def resolve(classes: list[str]) -> list[str | None]:
    """Return L, R or N (a number within R) for each letter.

    None is for spaces and signs that follow the direction of the whole.
    """
    ways: list[str | None] = []
    strong = "L"
    for name in classes:
        if name in RIGHT or name == "L":
            strong = "R" if name in RIGHT else "L"
        number = "N" if strong == "R" else "L"
        known = {"L": "L", "R": "R", "AL": "R", "NSM": strong}
        ways.append(number if name in NUMBERS else known.get(name))
    marked = [place for place, way in enumerate(ways) if way]
    for before, after in pairwise(marked):
        sides = {"L" if ways[place] == "L" else "R" for place in (before, after)}
        if len(sides) == 1:
            ways[before + 1 : after] = [*sides] * (after - before - 1)
    return ways


def reorder(letters: list[str], levels: list[int]) -> list[str]:
    """Turn round every run of a level or above, the highest first."""
    order = list(range(len(letters)))
    for level in range(max(levels), 0, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[start:end] = order[start:end][::-1]
            start = end + 1
    return [letters[place] for place in order]


@cache
def presentation() -> dict[str, dict[str, str]]:
    """Return letter (or lam and alef) → form name → the letter drawn."""
    forms: dict[str, dict[str, str]] = {}
    for code in PRESENTATION:
        if code > sys.maxunicode:
            break
        form, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        if form in FORMS and "0020" not in letters:
            plain = "".join(chr(int(letter, 16)) for letter in letters)
            forms.setdefault(plain, {})[form] = chr(code)
    return forms


def join(text: str) -> str:
    forms = presentation()
    units = split(text)
    shaped = []
    for place, unit in enumerate(units):
        before = units[place - 1] if place else ""
        after = units[place + 1] if place + 1 < len(units) else ""
        back = "<initial>" in forms.get(before, {}) and "<final>" in forms.get(unit, {})
        on = "<initial>" in forms.get(unit, {}) and "<final>" in forms.get(after, {})
        form = FORMS[(1 if back else 0) + (2 if on else 0)]
        shaped.append(forms.get(unit, {}).get(form, unit))
    return "".join(shaped)


def split(text: str) -> list[str]:
    """Return single letters, but lam and alef together: they are drawn as one."""
    units: list[str] = []
    for char in text:
        if units and units[-1] + char in presentation():
            units[-1] += char
        else:
            units.append(char)
    return units
