"""A code in the words that people spell with on the phone."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

# Translators: each is what your language says for this sign on the phone. The
# English ones are the spelling alphabet of aviation.
WORDS: dict[str, Promise] = {
    "0": pgettext_lazy("spelling", "zero"),
    "1": pgettext_lazy("spelling", "one"),
    "2": pgettext_lazy("spelling", "two"),
    "3": pgettext_lazy("spelling", "three"),
    "4": pgettext_lazy("spelling", "four"),
    "5": pgettext_lazy("spelling", "five"),
    "6": pgettext_lazy("spelling", "six"),
    "7": pgettext_lazy("spelling", "seven"),
    "8": pgettext_lazy("spelling", "eight"),
    "9": pgettext_lazy("spelling", "nine"),
    "A": pgettext_lazy("spelling", "Alfa"),
    "B": pgettext_lazy("spelling", "Bravo"),
    "C": pgettext_lazy("spelling", "Charlie"),
    "D": pgettext_lazy("spelling", "Delta"),
    "E": pgettext_lazy("spelling", "Echo"),
    "F": pgettext_lazy("spelling", "Foxtrot"),
    "G": pgettext_lazy("spelling", "Golf"),
    "H": pgettext_lazy("spelling", "Hotel"),
    "J": pgettext_lazy("spelling", "Juliett"),
    "K": pgettext_lazy("spelling", "Kilo"),
    "M": pgettext_lazy("spelling", "Mike"),
    "N": pgettext_lazy("spelling", "November"),
    "P": pgettext_lazy("spelling", "Papa"),
    "Q": pgettext_lazy("spelling", "Quebec"),
    "R": pgettext_lazy("spelling", "Romeo"),
    "S": pgettext_lazy("spelling", "Sierra"),
    "T": pgettext_lazy("spelling", "Tango"),
    "V": pgettext_lazy("spelling", "Victor"),
    "W": pgettext_lazy("spelling", "Whiskey"),
    "X": pgettext_lazy("spelling", "X-ray"),
    "Y": pgettext_lazy("spelling", "Yankee"),
    "Z": pgettext_lazy("spelling", "Zulu"),
}


@dataclass(frozen=True)
class Sign:
    letter: str
    word: str


def spelled(code: str) -> list[Sign]:
    """Return the signs of an alternative code with the words to say for them."""
    return [Sign(sign, str(WORDS[sign])) for sign in code]


def grouped(code: str) -> str:
    """Return K4HX-9TWB for K4HX9TWB."""
    half = len(code) // 2
    return f"{code[:half]}-{code[half:]}"
