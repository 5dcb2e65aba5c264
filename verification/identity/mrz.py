"""The machine-readable zone of travel documents: ICAO 9303 parts 3 to 6.

Pure: lines of text in, fields out. A zone is believed only when every check
digit holds; letters and digits that OCR takes for each other are exchanged
only where the field's type leaves no doubt (part 3, section 4.3).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

FILLER = "<"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
VALUES = {letter: value for value, letter in enumerate(ALPHABET)} | {FILLER: 0}
WEIGHTS = (7, 3, 1)
AS_DIGIT = str.maketrans("OQDUILZSGBTAE", "0000112568743")
AS_LETTER = str.maketrans("015826", "OISBZG")
# Not G and 6: their values differ by 10, which no check digit sees.
LOOK_ALIKES = dict(zip("O0I1B8S5Z2", "0O1I8B5S2Z", strict=True))
# What OCR makes of the filler and of blanks between letters.
AS_FILLER = str.maketrans(
    {"«": "<<", "≪": "<<", "‹": "<", "〈": "<", "《": "<<", "く": "<"}
    | {"(": "<", "[": "<", "{": "<", "_": "<", "-": "<", " ": "", "∪": "U"}
)
# OCR that knows many scripts takes Latin capitals for their Greek and Cyrillic twins.
AS_LATIN = str.maketrans(
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕЅІЈКМНОРСТУХ", "ABEZHIKMNOPTYXABESIJKMHOPCTYX"
)
FEWEST = 18  # letters that OCR leaves of a line whose fillers it drops
MOST_OFF = 10  # fillers too many or too few between other letters
# A document may be shown long after it expired, or be good for long.
LONGEST_VALID = timedelta(days=50 * 365)


@dataclass(frozen=True)
class Span:
    """Where a field stands: line, first and last column (from 0), and its type."""

    line: int
    start: int
    end: int
    kind: str = "mixed"  # "letters", "digits", "mixed"


@dataclass(frozen=True)
class Layout:
    """One size of document. name, and with each check digit what it is made over."""

    size: str
    first_letters: str
    lines: int
    width: int
    spans: dict[str, Span]
    names: Span
    composite: tuple[Span, ...]


TD3 = Layout(
    "TD3",
    "P",
    2,
    44,
    {
        "code": Span(0, 0, 2),
        "issuer": Span(0, 2, 5, "letters"),
        "number": Span(1, 0, 9),
        "number_check": Span(1, 9, 10, "digits"),
        "nationality": Span(1, 10, 13, "letters"),
        "birth": Span(1, 13, 19, "digits"),
        "birth_check": Span(1, 19, 20, "digits"),
        "sex": Span(1, 20, 21),
        "expiry": Span(1, 21, 27, "digits"),
        "expiry_check": Span(1, 27, 28, "digits"),
        "optional": Span(1, 28, 42),
        "optional_check": Span(1, 42, 43, "digits"),
        "composite_check": Span(1, 43, 44, "digits"),
    },
    Span(0, 5, 44, "letters"),
    (Span(1, 0, 10), Span(1, 13, 20), Span(1, 21, 43)),
)
TD2 = Layout(
    "TD2",
    "AIC",
    2,
    36,
    {
        "code": Span(0, 0, 2),
        "issuer": Span(0, 2, 5, "letters"),
        "number": Span(1, 0, 9),
        "number_check": Span(1, 9, 10, "digits"),
        "nationality": Span(1, 10, 13, "letters"),
        "birth": Span(1, 13, 19, "digits"),
        "birth_check": Span(1, 19, 20, "digits"),
        "sex": Span(1, 20, 21),
        "expiry": Span(1, 21, 27, "digits"),
        "expiry_check": Span(1, 27, 28, "digits"),
        "optional": Span(1, 28, 35),
        "composite_check": Span(1, 35, 36, "digits"),
    },
    Span(0, 5, 36, "letters"),
    (Span(1, 0, 10), Span(1, 13, 20), Span(1, 21, 35)),
)
TD1 = Layout(
    "TD1",
    "AIC",
    3,
    30,
    {
        "code": Span(0, 0, 2),
        "issuer": Span(0, 2, 5, "letters"),
        "number": Span(0, 5, 14),
        "number_check": Span(0, 14, 15, "digits"),
        "optional": Span(0, 15, 30),
        "birth": Span(1, 0, 6, "digits"),
        "birth_check": Span(1, 6, 7, "digits"),
        "sex": Span(1, 7, 8),
        "expiry": Span(1, 8, 14, "digits"),
        "expiry_check": Span(1, 14, 15, "digits"),
        "nationality": Span(1, 15, 18, "letters"),
        "optional_2": Span(1, 18, 29),
        "composite_check": Span(1, 29, 30, "digits"),
    },
    Span(2, 0, 30, "letters"),
    (Span(0, 5, 30), Span(1, 0, 7), Span(1, 8, 15), Span(1, 18, 29)),
)
LAYOUTS = (TD3, TD2, TD1)


@dataclass(frozen=True)
class Zone:
    """What a zone says. birth and expiry are YYMMDD; issuer and nationality the
    codes of part 3, section 5 (mostly ISO 3166 alpha-3). checks: field -> holds."""

    size: str
    lines: tuple[str, ...]
    code: str
    issuer: str
    number: str
    nationality: str
    birth: str
    sex: str
    expiry: str
    surname: str
    given_names: str
    checks: dict[str, bool] = field(default_factory=dict)

    @property
    def is_valid(self) -> bool:
        """Whether every check digit holds."""
        return all(self.checks.values())

    @property
    def right(self) -> int:
        """Return how many check digits hold."""
        return sum(self.checks.values())

    def born_on(self, today: date) -> date | None:
        """Return the birthday, the last one before today that the two digits of
        the year allow; None where the day is unknown (part 3: fillers)."""
        return _newest(self.birth, today)

    def expires_on(self, today: date) -> date | None:
        """Return the last day: at most 50 years from now."""
        return _newest(self.expiry, today + LONGEST_VALID)


def check_digit(text: str) -> str:
    """Return the digit over text. Source: ICAO 9303 part 3, section 4.9."""
    total = sum(VALUES[one] * WEIGHTS[at % 3] for at, one in enumerate(text))
    return str(total % 10)


def find(texts: Iterable[str]) -> Zone | None:
    """Return the zone among lines that OCR read, from top to bottom.

    One whose check digits hold is taken before one that only has the shape, and
    among those the one with most of them right.
    """
    lines = [one for one in map(clean, texts) if one]
    best: Zone | None = None
    for layout in LAYOUTS:
        for start in range(len(lines) - layout.lines + 1):
            zone = parse(lines[start : start + layout.lines], layout)
            if zone is not None and zone.is_valid:
                return zone
            if zone is not None and (best is None or zone.right > best.right):
                best = zone
    return best


def parse(lines: Sequence[str], layout: Layout) -> Zone | None:
    """Read lines of that layout; None when they have not its shape."""
    if len(lines) != layout.lines:
        return None
    fitted = [_fit(line, layout.width) for line in lines]
    if "" in fitted:
        return None
    typed = _typed(fitted, layout)
    if typed[0][0] not in layout.first_letters:
        return None
    if FILLER * 2 not in typed[layout.names.line]:
        return None
    zone = _read(typed, layout)
    if not (zone.expiry.isdigit() and zone.issuer.isalpha()):
        return None
    return zone if zone.is_valid else _repaired(typed, layout) or zone


def clean(text: str) -> str:
    """Return one line in the zone's alphabet; "" when it cannot be part of one."""
    line = unicodedata.normalize("NFKC", text).upper()
    line = line.translate(AS_FILLER).translate(AS_LATIN)
    line = "".join(one for one in line if one in VALUES)
    is_likely = len(line) >= FEWEST and (FILLER in line or len(line) >= TD1.width)
    return line if is_likely else ""


def _fit(line: str, width: int) -> str:
    """Give a line its width where OCR miscounted the fillers of its longest run."""
    off = width - len(line)
    run = max(re.findall(f"{FILLER}+", line), key=len, default="")
    if off == 0:
        return line
    if not run or len(run) + off < 1:
        return ""
    if abs(off) > MOST_OFF and not line.endswith(run):
        return ""
    at = line.rindex(run)
    return line[:at] + FILLER * (len(run) + off) + line[at + len(run) :]


def _typed(lines: Sequence[str], layout: Layout) -> list[str]:
    """Exchange what cannot stand in a field of letters, or of digits."""
    changed = list(lines)
    for span in (layout.names, *layout.spans.values()):
        table = {"letters": AS_LETTER, "digits": AS_DIGIT}.get(span.kind)
        if table:
            line = changed[span.line]
            fixed = line[span.start : span.end].translate(table)
            changed[span.line] = line[: span.start] + fixed + line[span.end :]
    return changed


def _repaired(lines: Sequence[str], layout: Layout) -> Zone | None:
    """Exchange one look-alike where letters and digits mix.

    None unless exactly one way of doing so makes every check digit hold. With
    two exchanges a forged number fitted by chance.
    """
    tried = [
        _read(_swap(lines, span.line, column), layout)
        for span in layout.spans.values()
        if span.kind == "mixed"
        for column in range(span.start, span.end)
        if lines[span.line][column] in LOOK_ALIKES
    ]
    valid = [zone for zone in tried if zone.is_valid]
    return valid[0] if len(valid) == 1 else None


def _swap(lines: Sequence[str], at: int, column: int) -> list[str]:
    line = lines[at]
    swapped = line[:column] + LOOK_ALIKES[line[column]] + line[column + 1 :]
    return [*lines[:at], swapped, *lines[at + 1 :]]


def _read(lines: Sequence[str], layout: Layout) -> Zone:
    fields = {name: _cut(lines, span) for name, span in layout.spans.items()}
    number, digit, over = _number(fields)
    checks = {
        "number": _holds(over, digit),
        "birth": _holds(fields["birth"], fields["birth_check"]),
        "expiry": _holds(fields["expiry"], fields["expiry_check"]),
        "composite": _holds(
            "".join(_cut(lines, span) for span in layout.composite),
            fields["composite_check"],
        ),
    }
    if "optional_check" in fields:
        checks["optional"] = _holds(fields["optional"], fields["optional_check"])
    surname, given_names = _names(_cut(lines, layout.names))
    return Zone(
        size=layout.size,
        lines=tuple(lines),
        code=fields["code"].rstrip(FILLER),
        issuer=fields["issuer"].rstrip(FILLER),
        number=number,
        nationality=fields["nationality"].rstrip(FILLER),
        birth=fields["birth"],
        sex=fields["sex"].rstrip(FILLER),
        expiry=fields["expiry"],
        surname=surname,
        given_names=given_names,
        checks=checks,
    )


def _number(fields: dict[str, str]) -> tuple[str, str, str]:
    """Return the document's number, its check digit, and what that is made over.

    Where the number is longer than its field a filler stands for the digit, and
    the rest with the digit leads the optional data (parts 5 and 6, note j).
    """
    number, digit = fields["number"], fields["number_check"]
    rest = fields["optional"].partition(FILLER)[0]
    if digit == FILLER and len(rest) > 1:
        number, digit = number + rest[:-1], rest[-1]
    return number.rstrip(FILLER), digit, number


def _holds(text: str, digit: str) -> bool:
    """A filler may stand for the digit where the field is empty."""
    if digit == FILLER:
        return not text.strip(FILLER)
    return check_digit(text) == digit


def _names(text: str) -> tuple[str, str]:
    """What follows the given names is filler, whatever OCR made of it."""
    surname, _, rest = text.partition(FILLER * 2)
    given_names = rest.partition(FILLER * 2)[0]
    if rest.startswith(FILLER):
        given_names = ""
    return _spaced(surname), _spaced(given_names)


def _spaced(text: str) -> str:
    return text.replace(FILLER, " ").strip()


def _cut(lines: Sequence[str], span: Span) -> str:
    return lines[span.line][span.start : span.end]


def _newest(text: str, last: date) -> date | None:
    """Return the latest day not after last that YYMMDD can mean."""
    if not text.isascii() or not text.isdigit():
        return None
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:6])
    century = last.year - last.year % 100
    for start in (century, century - 100):
        try:
            found = date(start + year, month, day)
        except ValueError:
            continue
        if found <= last:
            return found
    return None
