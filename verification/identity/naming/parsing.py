"""Take a written name apart: titles, given names, surname, what comes after.

Nothing in a plain name says which word is the surname. So a name has readings:
every place at which it may be divided, the surname first or last. A comma, a
surname in capitals, or a document's own two fields leave one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from verification.identity.naming import scripts, vocabulary
from verification.identity.naming.transliteration import Spelling, spelling

MOST_LETTERS = 200
MOST_WORDS = 10
# Scripts that put no blank between surname and given name.
UNSPACED = frozenset({scripts.HAN, scripts.KANA, scripts.HANGUL})
DIVIDED_BY_SOUND = frozenset({scripts.KANA, scripts.HANGUL})

HYPHENS = "-‐‑‒–—―−⁃﹘﹣－"
APOSTROPHES = re.compile(r"['’‘ʼʻ`´ʹʺ″′‛＇]")
ELISION = re.compile(r"^(D|L|DELL|DALL|ALL|NELL|SANT)['’‘ʼ`´](?=\w{2})", re.IGNORECASE)
ASIDE = re.compile(
    r"\([^()]*\)|\[[^][]*\]|（[^（）]*）|「[^「」]*」|«[^«»]*»|\"[^\"]*\"|“[^“”]*”"
)
# What Malay names put before the father's: son of, daughter of, wife of.
SLASHED = re.compile(r"^[ADSW]/[LPO]$", re.IGNORECASE)
UNHEARD = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True)
class Word:
    """One word of a name. place counts from the name's first; is_end: its first
    or last. is_placed: it is known whether it is of the surname. is_glued: a hyphen
    joins it to the word before, is_elided: an apostrophe to the word after.
    """

    text: str
    capital: str
    is_glued: bool = False
    has_dot: bool = False
    is_slashed: bool = False
    is_elided: bool = False
    is_end: bool = False
    is_placed: bool = False
    place: int = 0

    @cached_property
    def ways(self) -> Spelling:
        return spelling(self.capital)

    @cached_property
    def native(self) -> str:
        return scripts.native(self.capital)

    @cached_property
    def plain(self) -> str:
        """The word without accents, for looking it up; as it is in other scripts."""
        return scripts.bare(self.capital)

    @property
    def is_particle(self) -> bool:
        """A capital alone is an initial: John T. Smith, but José Ortega y Gasset."""
        if len(self.plain) == 1 and (self.has_dot or not self.text.islower()):
            return self.is_elided
        return self.is_slashed or self.plain in vocabulary.PARTICLES

    @property
    def is_letter(self) -> bool:
        return len(self.capital) == 1 and not scripts.of(self.capital) & UNSPACED

    @property
    def is_short(self) -> bool:
        """An initial, or an abbreviation such as Ma. for Maria."""
        return self.is_letter or (self.has_dot and len(self.capital) <= 4)

    @property
    def is_weak(self) -> bool:
        """No name by itself where there are others: John Jr. names no Smith."""
        is_around = self.plain in vocabulary.AROUND
        return self.is_particle or self.is_letter or is_around


Words = tuple[Word, ...]


@dataclass(frozen=True)
class Written:
    """The words of a name, and what stood around them.

    boundary: how many of them come before the place that a comma or a document's
    fields divide them at, 0 when nothing does. generations tell father from son,
    others are words of a second script.
    """

    words: Words
    boundary: int = 0
    is_surname_first: bool = False
    titles: tuple[str, ...] = ()
    additions: tuple[str, ...] = ()
    generations: tuple[str, ...] = ()
    asides: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True)
class Reading:
    given: Words
    surname: Words
    is_surname_first: bool = False


def tidy(text: str) -> str:
    return " ".join(UNHEARD.sub("", text).split())


def is_too_long(text: str) -> bool:
    return len(text) > MOST_LETTERS or len(words_of(text)) > MOST_WORDS


def words_of(text: str) -> Words:
    """Return the words of text; what has no letters or digits is none."""
    words: list[Word] = []
    for token in re.split(r"[\s,;、，・·]+", text[: MOST_LETTERS + 1]):
        if SLASHED.match(token):
            capital = token.replace("/", "").upper()
            words.append(Word(token, capital, is_slashed=True))
        else:
            words.extend(_pieces(token))
    return tuple(replace(word, place=place) for place, word in enumerate(words))


def _pieces(token: str) -> list[Word]:
    if token.replace(".", "").upper() in vocabulary.DOTTED:
        token = token.replace(".", "")
    pieces: list[Word] = []
    for part in re.split(f"[{re.escape(HYPHENS)}]+", token):
        is_glued = bool(pieces)
        for word in _divided(part):
            pieces.append(replace(word, is_glued=is_glued))
            is_glued = False
    return pieces


def _divided(part: str) -> list[Word]:
    """Divide d'Angelo and J.R., but not O'Brien."""
    elided = ELISION.match(part)
    if elided:
        particle = Word(elided.group(1), elided.group(1).upper(), is_elided=True)
        return [particle, *_divided(part[elided.end() :])]
    words = (_word(piece) for piece in re.findall(r"[^.]+\.?", part))
    return [word for word in words if word]


def _word(piece: str) -> Word | None:
    text = "".join(s for s in piece if _counts(s) or APOSTROPHES.match(s))
    capital = scripts.capitals(APOSTROPHES.sub("", text))
    capital = "".join(sign for sign in capital if _counts(sign))
    if not any(sign.isalnum() for sign in capital):
        return None
    return Word(text, capital, has_dot=piece.endswith((".", "ª", "º")))


def _counts(sign: str) -> bool:
    return sign.isalnum() or scripts.is_mark(sign)


def written(text: str) -> Written:
    """Return text as words, all of them part of the name; surname, given names."""
    words = words_of(text)
    boundary = len(words_of(text.split(",", 1)[0])) if "," in text else 0
    return _divided_at(Written(words, is_surname_first=True), words, boundary)


def fields(surname: str, given: str) -> Written:
    """Return a name as a document divides it; as plain text if it has one field."""
    surnames, givens = (
        [word for word in words_of(text) if word.plain not in vocabulary.NO_NAME]
        for text in (surname, given)
    )
    if not surnames or not givens:
        return written(" ".join(word.text for word in (*givens, *surnames)))
    words = numbered((*givens, *surnames))
    return Written(words, boundary=len(givens))


def without_asides(text: str) -> tuple[str, tuple[str, ...]]:
    """Return text without what it says in brackets or quotes, if a name is left."""
    inner = ASIDE.sub(" ", text[:MOST_LETTERS])
    if inner == text or len(words_of(inner)) < 2:
        return text, ()
    return inner, tuple(ASIDE.findall(text))


def stripped(name: Written) -> Written:
    """Return name with titles and additions apart, as long as two words are left.

    A document's field is never left without a word: MA<<JACK<YUN has no degree.
    """
    words, titles = _without_titles(name.words)
    words, additions, generations = _without_additions(words)
    apart = replace(name, titles=titles, additions=additions, generations=generations)
    apart = _divided_at(apart, words, name.boundary)
    is_emptied = not name.is_surname_first and name.boundary and not apart.boundary
    return name if is_emptied else apart


def _divided_at(name: Written, words: Words, boundary: int) -> Written:
    """boundary counts the words of name, of which some may not be among words."""
    before = sum(word.place < boundary for word in words)
    boundary = before if before < len(words) else 0
    return replace(name, words=numbered(words), boundary=boundary)


def numbered(words: Iterable[Word]) -> Words:
    words = tuple(words)
    last = len(words) - 1
    return tuple(
        replace(word, place=place, is_end=place in (0, last))
        for place, word in enumerate(words)
    )


def _without_titles(words: Words) -> tuple[Words, tuple[str, ...]]:
    titles = []
    while len(words) > 2 and _is_title(words[0]):
        titles.append(words[0].text)
        words = words[1:]
    return words, tuple(titles)


def _is_title(word: Word) -> bool:
    is_dotted = word.has_dot and word.plain in vocabulary.DOTTED_TITLES
    return is_dotted or word.plain in vocabulary.TITLES


def _without_additions(
    words: Words,
) -> tuple[Words, tuple[str, ...], tuple[str, ...]]:
    additions: list[str] = []
    for place, word in enumerate(words[:-1]):
        if place > 1 and word.plain in vocabulary.BORN_AS:
            additions = [" ".join(other.text for other in words[place:])]
            words = words[:place]
            break
    kept, generations = list(words), []
    for word in reversed(words[1:]):
        if len(kept) <= 2:
            break
        is_last = word is kept[-1]
        generation = vocabulary.generation(word.plain, is_last=is_last)
        if generation:
            generations.append(generation)
        elif is_last and word.plain in vocabulary.ADDITIONS:
            additions.append(word.text)
        else:
            continue
        kept.remove(word)
    return tuple(kept), tuple(additions), tuple(generations)


def readings(name: Written) -> list[Reading]:
    """Return every way to tell given names from surname; few when it is known."""
    words = name.words
    if len(words) < 2:
        whole = Reading((), words)
        return [whole, *_by_sound(words[0])] if words else []
    if name.boundary:
        return _known(words, name.boundary, name.is_surname_first)
    shouted = _capital_surname(words)
    found = [Reading((), words), *(_known(words, *shouted) if shouted else ())]
    places = range(1, len(words))
    whole_words = [place for place in places if not words[place].is_glued]
    for place in whole_words or places:
        found.append(Reading(words[:place], words[place:]))
        found.append(Reading(words[place:], words[:place], is_surname_first=True))
    return found


def _known(words: Words, boundary: int, is_surname_first: bool) -> list[Reading]:
    free = tuple(replace(word, is_end=False, is_placed=True) for word in words)
    given, surname = free[:boundary], free[boundary:]
    if is_surname_first:
        given, surname = surname, given
    found = [Reading(given, surname, is_surname_first)]
    while len(given) > 1 and given[-1].is_particle:
        # Berg, Ada van den
        given, surname = given[:-1], (given[-1], *surname)
    if len(given) < len(found[0].given):
        found.append(Reading(given, surname, is_surname_first))
    return found


def _capital_surname(words: Words) -> tuple[int, bool] | None:
    """Find a surname in capitals beside given names that are not: LANE Ada."""
    shouted = [word.text.isupper() and len(word.text) > 1 for word in words]
    count = sum(shouted)
    has_small = any(sign.islower() for word in words for sign in word.text)
    if not count or not has_small:
        return None
    if all(shouted[:count]):
        return count, True
    return (len(words) - count, False) if all(shouted[-count:]) else None


def _by_sound(word: Word) -> list[Reading]:
    """Divide a name in kana or Hangul that has no blank, the surname first."""
    if not scripts.of(word.capital) <= DIVIDED_BY_SOUND:
        return []
    text = word.capital
    found = []
    for place in range(1, min(len(text), 10)):
        surname = replace(word, text=text[:place], capital=text[:place], is_end=False)
        given = replace(word, text=text[place:], capital=text[place:], is_end=False)
        found.append(Reading((given,), (surname,), is_surname_first=True))
    return found
