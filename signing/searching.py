"""What finds transactions by words: of a title, a person, or a phone's digits.

Three signs and more are found anywhere in a word, fewer at its beginning: so
every search can be read off the trigrams (PostgreSQL's pg_trgm) that
signing.trigrams has indexed, within one company (btree_gin). The expressions here
and those of the indexes are the same, or the indexes are not used.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import and_

from django.db.models import (
    BooleanField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Upper

from signing.models import Signer, SignRequest

MOST_WORDS = 6
ANYWHERE = 3  # letters; a trigram needs as many
# Fewer digits are a house number or a year rather than a part of a phone's.
PHONE_DIGITS = 3
WITH_TRUNK_ZERO = 7


class Folded(Func):
    """The text of some columns, as it is searched."""

    template = "UPPER(' ' || %(expressions)s)"
    arg_joiner = " || ' ' || "
    output_field = TextField()


class Holds(Func):
    """Whether a text holds a pattern."""

    template = "(%(expressions)s ESCAPE '\\')"
    arg_joiner = " LIKE "
    output_field = BooleanField()

    def __init__(self, text: Folded, pattern: str) -> None:
        super().__init__(text, Upper(Value(pattern)))


@dataclass(frozen=True)
class Wanted:
    """What somebody typed into the search.

    words must all be found; digits, of a phone, may stand for them ("" if they
    can't be one).
    """

    words: tuple[str, ...]
    digits: str

    def __bool__(self) -> bool:
        return bool(self.words)

    def matches(self) -> Q:
        """Requests that hold every word, or the digits."""
        found = reduce(and_, (_holds_word(word) for word in self.words))
        return found | _person_holds(self.digits) if self.digits else found

    def candidates(self, company_id: int) -> QuerySet[SignRequest]:
        """Ids of a company's requests, of which some match: read off the trigrams.

        They are those with the longest word, as the rarest.
        """
        lead = max(self.words, key=len)
        titles = titled(lead).filter(company_id=company_id)
        people = [called(lead)] + ([called(self.digits)] if self.digits else [])
        ids = [rows.filter(gate__company_id=company_id) for rows in people]
        return titles.values("pk").union(*[rows.values("request_id") for rows in ids])


def wanted(typed: str) -> Wanted:
    words = [word for word in typed.split() if any(sign.isalnum() for sign in word)]
    digits = _digits_of(typed)
    return Wanted(tuple(words[:MOST_WORDS]), digits if words != [digits] else "")


def _digits_of(typed: str) -> str:
    if any(sign.isalpha() for sign in typed):
        return ""
    digits = "".join(str(int(sign)) for sign in typed if sign.isdecimal())
    if len(digits) >= WITH_TRUNK_ZERO:  # 030 12345 is +49 30 12345
        digits = digits.lstrip("0")
    return digits if len(digits) >= PHONE_DIGITS else ""


TITLE = ("title",)
PEOPLE = ("gate__name", "gate__email", "gate__phone")


def titled(word: str) -> QuerySet[SignRequest]:
    return SignRequest.objects.filter(_holds(TITLE, word))


def called(word: str) -> QuerySet[Signer]:
    """Signers whose name, email or phone holds a word."""
    return Signer.objects.filter(_holds(PEOPLE, word)).order_by()


def _holds_word(word: str) -> Q:
    return _holds(TITLE, word) | _person_holds(word)


def _person_holds(word: str) -> Q:
    return Q(Exists(called(word).filter(request=OuterRef("pk"))))


def _holds(columns: Iterable[str], word: str) -> Q:
    text = Folded(*(F(column) for column in columns))
    return Q(Holds(text, _pattern(word)))


def _pattern(word: str) -> str:
    for sign in ("\\", "%", "_"):
        word = word.replace(sign, f"\\{sign}")
    return f"%{word}%" if len(word) >= ANYWHERE else f"% {word}%"
