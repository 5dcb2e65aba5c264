"""Lay the words of two names side by side, in order, as far as a level lets them.

The words of the expected name are xs, those of the read one ys. Given names are
laid beside given names and surnames beside surnames, each from left to right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from verification.identity.naming import (
    nicknames,
    scripts,
    spelling,
    transliteration,
    vocabulary,
)
from verification.identity.naming.differences import Difference, Kind, Level
from verification.identity.naming.parsing import UNSPACED, Word, Words
from verification.identity.naming.transliteration import latin

GIVEN = "given"
SURNAME = "surname"
MOST_JOINED = 4
# Of two ways to lay the words, the one of less cost explains more.
COSTS = {
    Kind.CASE: 0,
    Kind.ACCENTS: 1,
    Kind.VARIANT: 1,
    Kind.TRANSLITERATION: 1,
    Kind.HYPHEN: 2,
    Kind.PARTICLE: 5,
    Kind.INITIAL: 8,
    Kind.TRUNCATED: 8,
    Kind.MIDDLE_NAME: 10,
    Kind.SECOND_SURNAME: 12,
    Kind.CALL_NAME: 14,
    Kind.NICKNAME: 20,
    Kind.SPELLING: 20,
}
# The most that short forms and misspelt words may count for in one name.
MOST_SLACK = 2


# Words of the name itself that one side may have and the other not.
NAMES = frozenset({Kind.MIDDLE_NAME, Kind.SECOND_SURNAME})


@dataclass(frozen=True)
class Found:
    """How words lie side by side: what it costs, and what is different."""

    cost: int = 0
    slack: int = 0
    differences: tuple[Difference, ...] = ()

    @property
    def lacks(self) -> tuple[bool, bool]:
        """Say whether either side lacks a name of the other.

        A particle that only the sender wrote may be a name: Ada Van Lane. One in a
        document's surname is none.
        """
        differences = self.differences
        return (
            any(each.kind in NAMES and not each.expected for each in differences),
            any(
                each.kind in NAMES | {Kind.PARTICLE} and not each.read
                for each in differences
            ),
        )

    def plus(self, other: Found) -> Found:
        return Found(
            self.cost + other.cost,
            self.slack + other.slack,
            self.differences + other.differences,
        )


def found(kind: Kind, expected: str = "", read: str = "", slack: int = 0) -> Found:
    return Found(COSTS[kind], slack, (Difference(kind, expected, read),))


@dataclass(frozen=True)
class Place:
    """How far both sides are laid, and what was seen on the way.

    is_begun: two words lay beside each other. is_sure: two of them that carry the
    name, not a particle, an initial or a title alone.
    """

    x: int = 0
    y: int = 0
    is_begun: bool = False
    is_sure: bool = False
    left_out_x: bool = False
    left_out_y: bool = False


START = Place()
Step = tuple[Place, Found]


@dataclass
class Table:
    """One list of words beside another. is_divided: the document itself says which
    words these are; is_cut: it had no room after the last of them.
    """

    xs: Words
    ys: Words
    role: str
    level: Level
    is_divided: bool = False
    is_cut: bool = False
    memo: dict[Place, Found | None] = field(default_factory=dict)

    @cached_property
    def is_weak(self) -> bool:
        return is_weak(self.ys)

    def best(self, place: Place = START) -> Found | None:
        """Return the cheapest way to lay what is left, None when there is none."""
        if place not in self.memo:
            self.memo[place] = self._best(place)
        return self.memo[place]

    def _best(self, place: Place) -> Found | None:
        if place.x == len(self.xs) and place.y == len(self.ys):
            return Found() if place.is_sure or not self.xs else None
        ways = []
        for following, step in self._steps(place):
            rest = self.best(following)
            if rest is not None and step.slack + rest.slack <= MOST_SLACK:
                ways.append(step.plus(rest))
        return min(ways, key=lambda way: way.cost, default=None)

    def _steps(self, place: Place) -> Iterator[Step]:
        yield from self._same(place)
        if self.is_cut:
            yield from self._cut(place)
        if self.level is Level.STRICT:
            return
        yield from self._left_out_of_read(place)
        yield from self._left_out_of_expected(place)
        if place.x < len(self.xs) and place.y < len(self.ys):
            yield from self._abbreviated(place)
            if self.level is Level.LENIENT:
                yield from self._nearly(place)

    def _same(self, place: Place) -> Iterator[Step]:
        for run, other in RUNS:
            xs = self.xs[place.x : place.x + run]
            ys = self.ys[place.y : place.y + other]
            if len(xs) == run and len(ys) == other and is_same(xs, ys):
                carries = self.is_weak or not is_weak(ys)
                yield (
                    replace(
                        place,
                        x=place.x + run,
                        y=place.y + other,
                        is_begun=True,
                        is_sure=place.is_sure or carries,
                    ),
                    told(xs, ys),
                )

    def _cut(self, place: Place) -> Iterator[Step]:
        """The document's last word is the beginning of one, and nothing follows it."""
        if place.y == len(self.ys):
            if self.role == GIVEN and place.is_sure and place.x < len(self.xs):
                lost = " ".join(word.text for word in self.xs[place.x :])
                whole = replace(place, x=len(self.xs))
                yield whole, found(Kind.TRUNCATED, lost, self.ys[-1].text)
        elif place.y == len(self.ys) - 1 and place.x < len(self.xs):
            word, cut = self.xs[place.x], self.ys[place.y]
            is_enough = place.is_sure or len(cut.capital) >= LEAST_LEFT[self.role]
            if is_enough and is_beginning(cut, word):
                end = replace(
                    place, x=len(self.xs), y=len(self.ys), is_begun=True, is_sure=True
                )
                yield end, found(Kind.TRUNCATED, word.text, cut.text)

    def _left_out_of_read(self, place: Place) -> Iterator[Step]:
        """The document has a word more than the sender wrote."""
        if place.y == len(self.ys):
            return
        word = self.ys[place.y]
        following = replace(place, y=place.y + 1)
        if self._is_particle(word) and (self.role == SURNAME or place.is_begun):
            yield following, found(Kind.PARTICLE, read=word.text)
        if place.left_out_x or not (self.is_divided or not word.is_end):
            return
        following = replace(following, left_out_y=True)
        if self.role == SURNAME:
            if self.is_divided or place.is_begun:
                yield following, found(Kind.SECOND_SURNAME, read=word.text)
        elif place.is_begun:
            yield following, found(Kind.MIDDLE_NAME, read=word.text)
        elif self.level is Level.LENIENT and self.is_divided and self.xs:
            called = self.xs[0].text
            yield following, found(Kind.CALL_NAME, called, word.text, MOST_SLACK)

    def _is_particle(self, word: Word) -> bool:
        is_joining = self.is_divided and word.plain in vocabulary.JOINING
        return word.is_particle or (is_joining and self.role == SURNAME)

    def _left_out_of_expected(self, place: Place) -> Iterator[Step]:
        """The sender wrote a word more than the document has."""
        if place.x == len(self.xs):
            return
        word = self.xs[place.x]
        following = replace(place, x=place.x + 1)
        is_inside = place.is_begun or self.role == SURNAME
        if word.is_particle and is_inside and not word.is_end:
            yield following, found(Kind.PARTICLE, word.text)
        if place.left_out_y or not self._may_leave_out(place, word):
            return
        kind = Kind.SECOND_SURNAME if self.role == SURNAME else Kind.MIDDLE_NAME
        yield replace(following, left_out_x=True), found(kind, word.text)

    def _may_leave_out(self, place: Place, word: Word) -> bool:
        after = self.xs[place.x + 1 : place.x + 2]
        is_half = word.is_glued or any(other.is_glued for other in after)
        if self.role == SURNAME:
            return is_half or word.is_placed
        if not place.is_begun or (is_half and self.level is Level.MODERATE):
            return False
        is_patronymic = word.plain.endswith(vocabulary.PATRONYMICS)
        return is_patronymic or is_half or not word.is_end

    def _abbreviated(self, place: Place) -> Iterator[Step]:
        x, y = self.xs[place.x], self.ys[place.y]
        if self.role == GIVEN and is_abbreviation(x, y):
            following = replace(place, x=place.x + 1, y=place.y + 1, is_begun=True)
            yield following, found(Kind.INITIAL, x.text, y.text)

    def _nearly(self, place: Place) -> Iterator[Step]:
        x, y = self.xs[place.x], self.ys[place.y]
        # A plain name may have its given name in either place.
        near = nearly(x, y, self.role if self.is_divided else GIVEN)
        if near:
            following = replace(
                place, x=place.x + 1, y=place.y + 1, is_begun=True, is_sure=True
            )
            yield following, near


# How many words of each side are one: either one beside several or one beside one.
RUNS = tuple(
    (run, other)
    for run in range(1, MOST_JOINED + 1)
    for other in range(1, MOST_JOINED + 1)
    if 1 in (run, other)
)
# With less of a name than this the document names nobody.
LEAST_LEFT = {GIVEN: 5, SURNAME: 12}


def is_same(xs: Words, ys: Words) -> bool:
    return _is_same(
        tuple(word.capital for word in xs), tuple(word.capital for word in ys)
    )


@lru_cache(maxsize=8192)
def _is_same(xs: tuple[str, ...], ys: tuple[str, ...]) -> bool:
    one, other = "".join(xs), "".join(ys)
    if scripts.native(one) == scripts.native(other):
        return True
    script = scripts.of(one)
    if script == scripts.of(other) and script != {scripts.LATIN}:
        # What only becomes one in Latin letters is two names: おおの, おの.
        return False
    ours, theirs = (
        [transliteration.spelling(word) for word in words] for words in (xs, ys)
    )
    if not all(ours) or not all(theirs):
        return False
    return transliteration.agree(
        tuple(way for ways in ours for way in ways),
        tuple(way for ways in theirs for way in ways),
    )


def told(xs: Words, ys: Words) -> Found:
    """Say in which way the same words are not letter for letter the same."""
    expected, read = text_of(xs), text_of(ys)
    if len(xs) != len(ys):
        return found(Kind.HYPHEN, expected, read)
    if expected == read:
        return Found()
    one, other = (word.capital for word in (xs[0], ys[0]))
    if one == other:
        # Machine-readable zones and many documents have capitals only.
        return Found() if read.isupper() else found(Kind.CASE, expected, read)
    if scripts.bare(one) == scripts.bare(other):
        return found(Kind.ACCENTS, expected, read)
    is_one_script = scripts.of(one) == scripts.of(other)
    if xs[0].native == ys[0].native and is_one_script:
        return found(Kind.VARIANT, expected, read)
    return found(Kind.TRANSLITERATION, expected, read)


def text_of(words: Words) -> str:
    text = ""
    for word in words:
        text += ("-" if word.is_glued else " ") + word.text
    return text[1:]


def is_weak(words: Words) -> bool:
    return all(word.is_weak for word in words)


def is_beginning(cut: Word, word: Word) -> bool:
    starts = latin(cut.ways)[:1] if cut.ways else (cut.native,)
    wholes = latin(word.ways) if word.ways else (word.native,)
    return any(
        whole.startswith(start) and whole != start
        for start in starts
        for whole in wholes
    )


def is_abbreviation(x: Word, y: Word) -> bool:
    for short, full in ((x, y), (y, x)):
        if short.is_short and len(short.capital) < len(full.capital):
            return is_beginning(short, full)
    return False


def nearly(x: Word, y: Word, role: str) -> Found | None:
    """Return what two words that differ count, None when they are two names."""
    if not x.ways or not y.ways or scripts.of(x.capital + y.capital) & UNSPACED:
        return None
    pairs = [
        (one, other) for one in latin(x.ways) for other in latin(y.ways) if one != other
    ]
    if role == GIVEN and any(nicknames.is_short_form(*pair) for pair in pairs):
        return found(Kind.NICKNAME, x.text, y.text, slack=spelling.HARMLESS)
    distances = [spelling.distance(*pair, role) for pair in pairs]
    least = min(distances, default=spelling.OTHER_NAME)
    if least == spelling.OTHER_NAME:
        return None
    return found(Kind.SPELLING, x.text, y.text, slack=least)
