"""Given names: their short forms, other spellings of one name, and names near it.

A short form stands for the full name and the other way round. Two short forms of
one name do not stand for each other, so that Alex, who may be Alexander or
Alexandra, makes neither the other. Maria and Marie, Jan and Jana are other people.
Letters are A to Z, without accents.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

TABLES = Path(__file__).parent / "given_names"


def _lines(table: str) -> list[str]:
    lines = (TABLES / table).read_text(encoding="utf-8").upper().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _numbers(lines: list[str]) -> dict[str, set[int]]:
    """Return for each word the numbers of the lines that it is on."""
    numbers: dict[str, set[int]] = {}
    for number, line in enumerate(lines):
        for word in line.split():
            numbers.setdefault(word, set()).add(number)
    return numbers


_PARTS = [line.partition(":")[::2] for line in _lines("short_forms.txt")]
# Two words with a number in common are one name; a short form has its full name's.
SAME_NAME = _numbers([full for full, _short in _PARTS] + _lines("spellings.txt"))
SHORT_FOR = _numbers([short for _full, short in _PARTS])
APART = _numbers(_lines("other_names.txt"))


def are_spellings(one: str, other: str) -> bool:
    """Say whether both are ways to spell one given name."""
    return not SAME_NAME.get(one, set()).isdisjoint(SAME_NAME.get(other, set()))


def is_short_form(one: str, other: str) -> bool:
    """Say whether one of the two is the other's full name."""
    return _stands_for(one, other) or _stands_for(other, one)


@lru_cache(maxsize=512)
def _stands_for(short: str, full: str) -> bool:
    lines = SAME_NAME.get(full, set())
    return not SHORT_FOR.get(short, set()).isdisjoint(lines)


def is_known(name: str) -> bool:
    return name in SAME_NAME or name in SHORT_FOR or name in APART


def are_other_names(one: str, other: str) -> bool:
    """Say whether two different given names are known to be two names."""
    return not APART.get(one, set()).isdisjoint(APART.get(other, set()))
