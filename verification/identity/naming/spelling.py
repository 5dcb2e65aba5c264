"""How far two words may differ in spelling and still be one name, under lenient.

Brothers and sisters share a surname and often all but a letter of a given name, so
a given name has far less room than a surname: the letters that sound alike, two
that changed places, one left out or added in the middle of a long word. What is
itself another name is never a mistake, and an ending (Jan, Jana; Ivanov, Ivanova)
never is one either.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from verification.identity.naming import nicknames

HARMLESS = 1
MISTAKE = 2
OTHER_NAME = 3

SHORTEST = 5
SHORTEST_ALIKE = {"given": 5, "surname": 4}
# Lengths of the shorter word from which on one letter more or less is a mistake,
# and from which on one letter for another is.
LENGTH_FOR_GAP = {"given": 7, "surname": 6}
LENGTH_FOR_OTHER = {"given": 9, "surname": 6}
LENGTH_FOR_TWO = 10

# Read as Chinese or Japanese syllables every letter makes another name: Hiroshi,
# Hitoshi; Xiaoming, Xiaoling.
SYLLABLES = re.compile(
    r"(?:(?:ZH|CH|SH|TS|[BPMFDTNLGKHJQXRZCSYW]Y?)?[AEIOU]{1,3}(?:NG|N(?![AEIOU]))?)+"
)
# One syllable of Vietnamese, where Thuong and Tuong are two names.
SYLLABLE = re.compile(
    r"(?:TH|KH|PH|TR|NH|NGH?|CH|GI|[BCDGHKLMNPQRSTVX])?[AEIOUY]{1,3}(?:NG|NH|CH|[CMNPT])?"
)
# Letters that are written for one sound, the longest first.
SOUNDS = (
    ("SCH", "SH"),
    ("PH", "F"),
    ("TH", "T"),
    ("KH", "H"),
    ("CK", "K"),
    ("DT", "T"),
    ("TZ", "Z"),
    ("Y", "I"),
    ("W", "V"),
)
HARD_C = re.compile(r"C(?![EIHY])")
DOUBLED = re.compile(r"([^AEOU])\1+")


def distance(one: str, other: str, role: str) -> int:
    """Return HARMLESS or MISTAKE where both may be one name, else OTHER_NAME.

    one and other are different words in A to Z, role is given or surname.
    """
    if role == "given" and nicknames.are_spellings(one, other):
        return HARMLESS
    if nicknames.are_other_names(one, other):
        return OTHER_NAME
    shorter = min(len(one), len(other))
    if shorter >= SHORTEST_ALIKE[role] and _sound_alike(one, other):
        return HARMLESS
    is_slip = _is_slip if role == "given" else _is_slip_in_surname
    return MISTAKE if is_slip(one, other, shorter) else OTHER_NAME


def _sound_alike(one: str, other: str) -> bool:
    is_syllable = SYLLABLE.fullmatch(one) or SYLLABLE.fullmatch(other)
    return not is_syllable and sounds(one) == sounds(other)


@lru_cache(maxsize=512)
def sounds(word: str) -> str:
    """Return what spellings of one sound have in common. The first S or Z stays."""
    word = HARD_C.sub("K", word)
    for written, heard in SOUNDS:
        word = word.replace(written, heard)
    word = word[:1] + word[1:].replace("Z", "S")
    return DOUBLED.sub(r"\1", word)


def _is_slip(one: str, other: str, shorter: int) -> bool:
    if nicknames.is_known(one) and nicknames.is_known(other):
        return False
    if SYLLABLES.fullmatch(one) or SYLLABLES.fullmatch(other):
        return False
    if one[-1] != other[-1] or not _is_near(one, other, shorter, 1):
        return False
    if sorted(one) == sorted(other):
        return True
    return one[-2:] == other[-2:] and _is_long_enough(one, other, "given")


def _is_slip_in_surname(one: str, other: str, shorter: int) -> bool:
    most = 2 if shorter >= LENGTH_FOR_TWO else 1
    has_other_ending = (one[-1] == "A") != (other[-1] == "A")
    if has_other_ending or _is_made_of_syllables(one, other):
        return False
    if not _is_near(one, other, shorter, most):
        return False
    return sorted(one) == sorted(other) or _is_long_enough(one, other, "surname")


def _is_near(one: str, other: str, shorter: int, most: int) -> bool:
    if shorter < SHORTEST or one[0] != other[0]:
        return False
    return OSA.distance(one, other, score_cutoff=most) <= most


def _is_made_of_syllables(one: str, other: str) -> bool:
    """As given names, but surnames that end like Hansen are of other languages."""
    return any(
        word[-1] in "AEIOU" and SYLLABLES.fullmatch(word) for word in (one, other)
    )


def _is_long_enough(one: str, other: str, role: str) -> bool:
    lengths = LENGTH_FOR_OTHER if len(one) == len(other) else LENGTH_FOR_GAP
    return min(len(one), len(other)) >= lengths[role]
