"""Compare the name that the sender wrote with the one on a document.

strict: letter for letter but for case, accents, transliteration, hyphens and
whether the surname stands first. moderate: also middle names and their initials,
titles before, additions after the name, particles, one of two surnames. lenient:
also small spelling mistakes and short forms. Who matches at one level matches at
every laxer one. At every level a given name and a surname must be there and match.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from verification.identity.naming import scripts
from verification.identity.naming.alignment import (
    GIVEN,
    MOST_SLACK,
    SURNAME,
    Found,
    Table,
)
from verification.identity.naming.contrast import (
    apart,
    contradicts,
    in_script_of,
    surroundings,
)
from verification.identity.naming.differences import (
    LEVELS,
    Comparison,
    Difference,
    Kind,
    Level,
    explain,
    near_miss,
)
from verification.identity.naming.parsing import (
    MOST_LETTERS,
    UNSPACED,
    Reading,
    Words,
    Written,
    fields,
    is_too_long,
    readings,
    stripped,
    tidy,
    without_asides,
    words_of,
    written,
)

__all__ = [
    "Comparison",
    "Difference",
    "Kind",
    "Level",
    "ReadName",
    "compare",
    "explain",
    "near_miss",
]

# Letters and fillers of the name in the three machine-readable zones (ICAO 9303-5, -6, -4):
# a name that fills one may have been cut.
ZONES = frozenset({30, 31, 39})


@dataclass(frozen=True)
class ReadName:
    """A name as a document divides it; given may be empty (ICAO 9303: mononyms).

    is_cut: whether a machine-readable zone had no room for all of it; None when
    unknown, then told by its length.
    """

    surname: str
    given: str
    is_cut: bool | None = None

    def may_be_cut(self) -> bool:
        if self.is_cut is not None:
            return self.is_cut
        return len(f"{self.surname}<<{self.given}") in ZONES

    def __str__(self) -> str:
        return " ".join(filter(None, (self.given, self.surname)))


@dataclass(frozen=True)
class Case:
    """One way to see both names. is_divided: the document divides its name itself."""

    expected: Written
    read: Written
    is_divided: bool
    is_cut: bool


def compare(expected: str, read: str | ReadName, level: str) -> Comparison:
    """Say whether read may be the name expected at level.

    Raises ValueError for a level that there is not.
    """
    asked = Level(level)
    ours, theirs = tidy(expected), tidy(str(read))
    at_once = _at_once(ours, theirs)
    if at_once is not None:
        return _told(asked, *at_once)
    cases = list(_cases(ours, read))
    for strictest in LEVELS:
        found = _best(cases, strictest)
        if found is not None:
            return _told(asked, strictest, *found.differences)
    return _told(asked, None, *apart(cases[-1].expected, cases[-1].read))


def _told(
    asked: Level, strictest: Level | None, *differences: Difference
) -> Comparison:
    is_match = strictest is not None and LEVELS.index(strictest) <= LEVELS.index(asked)
    return Comparison(is_match, asked, strictest or "", differences)


def _at_once(
    ours: str, theirs: str
) -> tuple[Level | None, *tuple[Difference, ...]] | None:
    """Decide what needs no laying side by side, None where that is needed."""
    if not words_of(ours) or not words_of(theirs):
        is_read = bool(words_of(theirs))
        missing = Difference(Kind.NOT_READ, "" if is_read else ours or "?", theirs)
        return None, missing
    if is_too_long(ours) or is_too_long(theirs):
        if scripts.capitals(ours) == scripts.capitals(theirs):
            return (Level.STRICT,)
        return None, Difference(
            Kind.TOO_LONG, ours[:MOST_LETTERS], theirs[:MOST_LETTERS]
        )
    if _is_unspaced(ours) and _joined(ours) == _joined(theirs):
        if ours == theirs:
            return (Level.STRICT,)
        return Level.STRICT, Difference(Kind.HYPHEN, ours, theirs)
    return None


def _is_unspaced(text: str) -> bool:
    return scripts.of(text) <= UNSPACED


def _joined(text: str) -> str:
    return "".join(word.native for word in words_of(text))


def _cases(expected: str, read: str | ReadName) -> Iterator[Case]:
    """Yield both names whole, and both without titles, additions and asides."""
    inner, asides = without_asides(expected)
    if isinstance(read, ReadName):
        right, is_cut = fields(tidy(read.surname), tidy(read.given)), read.may_be_cut()
    else:
        right, is_cut = written(tidy(read)), False
    is_divided = isinstance(read, ReadName) and bool(right.boundary)
    yield Case(written(expected), right, is_divided, is_cut)
    left = replace(stripped(written(inner)), asides=asides)
    right = stripped(right)
    yield Case(left, right, is_divided, is_cut)
    common = in_script_of(left, right)
    if common:
        yield Case(common, right, is_divided, is_cut)


def _best(cases: list[Case], level: Level) -> Found | None:
    if contradicts(cases[1].expected, cases[1].read):
        return None
    found = [_at(case, level) for case in cases]
    return min(filter(None, found), key=lambda each: each.cost, default=None)


def _at(case: Case, level: Level) -> Found | None:
    around = surroundings(case.expected, case.read)
    if around and level is Level.STRICT:
        return None
    ways = [
        _laid(expected, read, case, level)
        for expected in readings(case.expected)
        for read in readings(case.read)
    ]
    best = min(filter(None, ways), key=lambda way: way.cost, default=None)
    return best and best.plus(Found(len(around), 0, around))


def _laid(expected: Reading, read: Reading, case: Case, level: Level) -> Found | None:
    """Lay given names and surnames each beside their own; both have to be there.

    Where a document has one name only, nothing but all of it will do.
    """
    if bool(expected.given) != bool(read.given):
        return None
    if not read.given and level is not Level.STRICT:
        return None
    surname = _table(expected.surname, read.surname, SURNAME, case, level).best()
    given = surname and _table(expected.given, read.given, GIVEN, case, level).best()
    if given is None or surname is None or given.slack + surname.slack > MOST_SLACK:
        return None
    whole = given.plus(surname)
    if not _is_enough(whole, expected):
        return None
    if case.is_divided or expected.is_surname_first == read.is_surname_first:
        return whole
    order = Difference(Kind.ORDER, str(case.expected), str(case.read))
    return whole.plus(Found(1, 0, (order,)))


def _is_enough(whole: Found, expected: Reading) -> bool:
    """Say whether what is the same is enough.

    One side may have more words than the other, but not each some that the other
    has not: Ada Beth Lane is not Ada Carla Lane. Who goes by a second given name
    has to have the surname, all of it, in its place.
    """
    kinds = {difference.kind for difference in whole.differences}
    is_called = Kind.CALL_NAME in kinds
    is_clear = expected.surname[-1].is_placed or not expected.is_surname_first
    if is_called and (Kind.SECOND_SURNAME in kinds or not is_clear):
        return False
    return not all(whole.lacks)


def _table(xs: Words, ys: Words, role: str, case: Case, level: Level) -> Table:
    return Table(xs, ys, role, level, case.is_divided, case.is_cut)
