"""What sets two names apart, as a list that can be kept and told to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop


class Level(StrEnum):
    """How far names may differ. The values are IdentityRules.NameMatch's."""

    STRICT = "strict"
    MODERATE = "moderate"
    LENIENT = "lenient"


# From the strictest to the laxest: what matches at one matches at every later one.
LEVELS = tuple(Level)


class Kind(StrEnum):
    """Why two names, or two words of them, are not letter for letter the same."""

    CASE = "case"
    ACCENTS = "accents"
    VARIANT = "variant"
    TRANSLITERATION = "transliteration"
    ORDER = "order"
    HYPHEN = "hyphen"
    TRUNCATED = "truncated"
    PARTICLE = "particle"
    MIDDLE_NAME = "middle_name"
    INITIAL = "initial"
    PREFIX = "prefix"
    SUFFIX = "suffix"
    SECOND_SURNAME = "second_surname"
    CALL_NAME = "call_name"
    NICKNAME = "nickname"
    SPELLING = "spelling"
    ASIDE = "aside"
    OTHER_SUFFIX = "other_suffix"
    OTHER_WORD = "other_word"
    OTHER_SCRIPT = "other_script"
    NOT_READ = "not_read"
    TOO_LONG = "too_long"


@dataclass(frozen=True)
class Difference:
    """expected stands in the sender's name, read on the document; one may be empty."""

    kind: str
    expected: str = ""
    read: str = ""


BOTH = {
    Kind.CASE: gettext_noop(
        "“%(expected)s” and “%(read)s” differ in capital and small letters only."
    ),
    Kind.ACCENTS: gettext_noop("“%(expected)s” and “%(read)s” differ in accents only."),
    Kind.VARIANT: gettext_noop(
        "“%(expected)s” and “%(read)s” are the same characters in an older "
        "and a newer form."
    ),
    Kind.TRANSLITERATION: gettext_noop(
        "“%(expected)s” is written “%(read)s” on the document, as letters are "
        "carried over for machines."
    ),
    Kind.ORDER: gettext_noop("“%(expected)s” and “%(read)s” are in a different order."),
    Kind.HYPHEN: gettext_noop(
        "“%(expected)s” and “%(read)s” are divided into words differently."
    ),
    Kind.TRUNCATED: gettext_noop(
        "The document has no room for the whole name: “%(expected)s” ends as "
        "“%(read)s” there."
    ),
    Kind.INITIAL: gettext_noop("“%(expected)s” and “%(read)s”: one is abbreviated."),
    Kind.NICKNAME: gettext_noop(
        "“%(expected)s” and “%(read)s”: one is a short form of the other."
    ),
    Kind.CALL_NAME: gettext_noop(
        "“%(expected)s” is a given name on the document, but “%(read)s” comes first."
    ),
    Kind.SPELLING: gettext_noop(
        "“%(expected)s” and “%(read)s” are spelled a little differently."
    ),
    Kind.OTHER_SUFFIX: gettext_noop(
        "“%(expected)s” and “%(read)s” tell two people of the same name apart."
    ),
    Kind.OTHER_WORD: gettext_noop("“%(read)s” stands in the place of “%(expected)s”."),
    Kind.OTHER_SCRIPT: gettext_noop(
        "“%(expected)s” and “%(read)s” are in different scripts. Only a person can "
        "compare them."
    ),
    Kind.TOO_LONG: gettext_noop("The names are too long to be compared word by word."),
}
ONLY_EXPECTED = {
    Kind.PARTICLE: gettext_noop("“%(expected)s” is missing on the document."),
    Kind.MIDDLE_NAME: gettext_noop(
        "The middle name “%(expected)s” is missing on the document."
    ),
    Kind.PREFIX: gettext_noop("The title “%(expected)s” is not on the document."),
    Kind.SUFFIX: gettext_noop("“%(expected)s” after the name is not on the document."),
    Kind.SECOND_SURNAME: gettext_noop(
        "The surname “%(expected)s” is missing on the document."
    ),
    Kind.ASIDE: gettext_noop("The document does not say “%(expected)s”."),
    Kind.TRANSLITERATION: gettext_noop(
        "“%(expected)s” is left aside: the document has other letters."
    ),
    Kind.OTHER_WORD: gettext_noop("“%(expected)s” is not on the document."),
    Kind.NOT_READ: gettext_noop("No name could be read on the document."),
}
ONLY_READ = {
    Kind.PARTICLE: gettext_noop("Only the document says “%(read)s”."),
    Kind.MIDDLE_NAME: gettext_noop("Only the document has the middle name “%(read)s”."),
    Kind.ASIDE: gettext_noop("Only the document says “%(read)s”."),
    Kind.PREFIX: gettext_noop("Only the document has the title “%(read)s”."),
    Kind.SUFFIX: gettext_noop("Only the document says “%(read)s” after the name."),
    Kind.SECOND_SURNAME: gettext_noop("Only the document has the surname “%(read)s”."),
    Kind.OTHER_WORD: gettext_noop("Only the document says “%(read)s”."),
    Kind.NOT_READ: gettext_noop("The signer has no name that could be compared."),
}
UNKNOWN = gettext_noop("“%(expected)s” and “%(read)s” differ.")


def explain(difference: Difference) -> str:
    """Say in a whole sentence, in the active language, what is different."""
    if difference.expected and difference.read:
        sentences = BOTH
    else:
        sentences = ONLY_EXPECTED if difference.expected else ONLY_READ
    words = {"expected": difference.expected, "read": difference.read}
    kinds = {str(kind): sentence for kind, sentence in sentences.items()}
    fallback = {str(kind): sentence for kind, sentence in BOTH.items()}
    sentence = kinds.get(difference.kind) or fallback.get(difference.kind, UNKNOWN)
    return _(sentence) % words


@dataclass(frozen=True)
class Comparison:
    """What became of comparing two names.

    level is the one asked for; strictest the strictest at which they match, empty
    when they match at none. differences are those found at strictest, or, when
    there is none, what keeps the names apart.
    """

    is_match: bool
    level: str
    strictest: str = ""
    differences: tuple[Difference, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "is_match": self.is_match,
            "level": self.level,
            "strictest": self.strictest,
            "differences": [asdict(difference) for difference in self.differences],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Comparison:
        differences = tuple(Difference(**each) for each in kept["differences"])
        return cls(kept["is_match"], kept["level"], kept["strictest"], differences)


NEAR_MISSES = {
    "moderate": gettext_noop("Compared moderately, they would match."),
    "lenient": gettext_noop("Compared leniently, they would match."),
}


def near_miss(comparison: Comparison) -> str:
    """Say at which laxer level names would match that don't; empty for none."""
    if comparison.is_match or comparison.strictest not in NEAR_MISSES:
        return ""
    return _(NEAR_MISSES[comparison.strictest])
