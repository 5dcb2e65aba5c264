"""What finds transactions by words: of a title, a person, or a phone's digits.

Every word must be found in the title or in a signer's name, email or phone.
Three signs and more are found anywhere in a word, fewer at its beginning: so
every search can be read off the trigrams of signing.trigrams. SQLite has none,
and no line of text to search (signing.models.search): it reads the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import and_

from django.db import connection
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

from signing.models import SearchText, Signer, SignRequest

MOST_WORDS = 6
ANYWHERE = 3  # signs; a trigram needs as many
# Fewer digits are a house number or a year rather than a part of a phone's.
PHONE_DIGITS = 3
WITH_TRUNK_ZERO = 7
TITLE = ("title",)
PERSON = ("gate__name", "gate__email", "gate__phone")


class Folded(Func):
    """The text of some columns, as SearchText has it."""

    template = "UPPER(' ' || %(expressions)s)"
    arg_joiner = " || ' ' || "
    output_field = TextField()


class Holds(Func):
    """Whether a text in capitals holds a word."""

    template = "(%(expressions)s ESCAPE '\\')"
    arg_joiner = " LIKE "
    output_field = BooleanField()

    def __init__(self, text: Folded | F, word: str) -> None:
        super().__init__(text, Upper(Value(_pattern(word))))


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

    def among(self, requests: QuerySet[SignRequest]) -> QuerySet[SignRequest]:
        """Look at each of some requests."""
        if not _has_texts():
            return requests.filter(self._where(_in_rows))
        return requests.filter(
            self._where(lambda word: _in_text("search_text__", word))
        )

    def named(
        self, requests: QuerySet[SignRequest], company_id: int
    ) -> QuerySet[SignRequest]:
        """Look up a company's requests that hold it, and take those among some."""
        if not _has_texts():
            return self.among(requests)
        texts = SearchText.objects.filter(
            self._where(lambda word: _in_text("", word)), company_id=company_id
        )
        # Distinct: looked up as a whole, and not as the requests are walked along.
        return requests.filter(pk__in=texts.values("request_id").distinct())

    def _where(self, holds: Callable[[str], Q]) -> Q:
        found = reduce(and_, map(holds, self.words))
        return found | holds(self.digits) if self.digits else found


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


def _has_texts() -> bool:
    return connection.vendor == "postgresql"


def _in_text(path: str, word: str) -> Q:
    return Q(Holds(F(f"{path}text"), word))


def _in_rows(word: str) -> Q:
    people = Signer.objects.filter(_in_columns(PERSON, word), request=OuterRef("pk"))
    return _in_columns(TITLE, word) | Q(Exists(people.order_by()))


def _in_columns(columns: Iterable[str], word: str) -> Q:
    return Q(Holds(Folded(*map(F, columns)), word))


def _pattern(word: str) -> str:
    for sign in ("\\", "%", "_"):
        word = word.replace(sign, f"\\{sign}")
    return f"%{word}%" if len(word) >= ANYWHERE else f"% {word}%"
