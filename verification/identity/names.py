"""Compare the name that the sender wrote with the one on a document.

strict: letter for letter but for case, accents, transliteration, hyphens and
whether the surname stands first. moderate: also middle names and their initials,
titles before, additions after the name, particles. lenient: also small spelling
mistakes and short forms. Who matches at one level matches at every laxer one.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from verification.identity.naming.differences import (
    LEVELS,
    Comparison,
    Difference,
    Kind,
    Level,
    explain,
)

__all__ = [
    "Comparison",
    "Difference",
    "Kind",
    "Level",
    "ReadName",
    "compare",
    "explain",
]


@dataclass(frozen=True)
class ReadName:
    """A name as a document divides it; given may be empty (ICAO 9303: mononyms).

    is_cut: whether a machine-readable zone had no room for all of it; None when
    unknown, then told by its length.
    """

    surname: str
    given: str
    is_cut: bool | None = None


def compare(expected: str, read: str | ReadName, level: str) -> Comparison:
    """Say whether read may be the name expected at level. Raises ValueError for
    a level that there is not.
    """
    asked = Level(level)
    text = f"{read.given} {read.surname}" if isinstance(read, ReadName) else read
    left, right = _words(expected), _words(text)
    if not left or not right:
        missing = Difference(Kind.NOT_READ, expected if not right else "", text)
        return Comparison(False, asked, "", (missing,))
    if sorted(left) == sorted(right):
        return Comparison(True, asked, Level.STRICT)
    if left[0] == right[0] and left[-1] == right[-1] and min(len(left), len(right)) > 1:
        is_match = LEVELS.index(asked) >= 1
        return Comparison(is_match, asked, Level.MODERATE)
    return Comparison(False, asked, "", (Difference(Kind.OTHER_WORD, expected, text),))


def _words(text: str) -> list[str]:
    bare = unicodedata.normalize("NFKD", text[:200].casefold())
    letters = (sign if sign.isalpha() else " " for sign in bare if sign not in "'’")
    return "".join(s for s in letters if not unicodedata.combining(s)).split()
