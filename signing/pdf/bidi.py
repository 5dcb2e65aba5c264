"""Put right-to-left letters into the order and the forms in which they are drawn.

Enough for names and single lines: one level of embedding, Arabic joining by the
presentation forms that Unicode itself lists, no marks placed by the font.
"""

from __future__ import annotations

import sys
import unicodedata
from functools import cache
from itertools import groupby, pairwise

RIGHT = ("R", "AL")
NUMBERS = ("EN", "AN")
FORMS = ("<isolated>", "<final>", "<initial>", "<medial>")
PRESENTATION = range(0xFE70, 0xFF00)


def visual(text: str) -> str:
    """Return text in the order in which it is drawn from left to right."""
    if not any(unicodedata.bidirectional(char) in RIGHT for char in text):
        return text
    shaped = join(text)
    directions = resolve([unicodedata.bidirectional(char) for char in shaped])
    base = next(way for way in directions if way is not None)
    ways = [way or base for way in directions]
    runs = [
        (way, "".join(char for _way, char in pairs))
        for way, pairs in groupby(zip(ways, shaped, strict=True), lambda pair: pair[0])
    ]
    if base == "R":
        runs.reverse()
    return "".join(mirror(run[::-1]) if way == "R" else run for way, run in runs)


def resolve(classes: list[str]) -> list[str | None]:
    """Return L or R for each letter; None where only the base direction decides."""
    ways: list[str | None] = [strong(name) for name in classes]
    marked = [place for place, way in enumerate(ways) if way]
    for before, after in pairwise(marked):
        if ways[before] == ways[after]:
            ways[before : after + 1] = [ways[before]] * (after - before + 1)
    return ways


def strong(name: str) -> str | None:
    if name in RIGHT or name == "NSM":
        return "R"
    return "L" if name == "L" or name in NUMBERS else None


def mirror(run: str) -> str:
    return run.translate(str.maketrans("()[]{}<>«»", ")(][}{><»«"))


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
