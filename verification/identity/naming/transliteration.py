"""Which capital Latin letters a word may become in a machine-readable zone.

ICAO Doc 9303 part 3 section 6 lists how Latin letters with accents, Cyrillic and
Arabic ones are written there. Where the list has several, all count; those after
the first that it does not have are what passports of single states use, or people
write. Greek follows ELOT 743, as Greek passports do.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, product

from verification.identity.naming import scripts, syllables

# For each letter, in order: the ways to write it.
Spelling = tuple[tuple[str, ...], ...]

LATIN = {
    "Ä": "AE A",
    "Å": "AA A",
    "Æ": "AE",
    "Ð": "D",
    "Đ": "D DJ",
    "Ħ": "H",
    "Ĳ": "IJ",
    "Ł": "L",
    "Ñ": "N NXX",
    "Ŋ": "N",
    "Ö": "OE O",
    "Ø": "OE O",
    "Œ": "OE",
    "Ō": "O OU OH OO",
    "Ū": "U UU",
    "ẞ": "SS",
    "Þ": "TH",
    "Ŧ": "T",
    "Ü": "UE U UXX YU",
    "Ə": "E A",
    "Ɨ": "I",
    "Ɓ": "B",
    "Ɗ": "D",
    "Ƙ": "K",
    "Ơ": "O",
    "Ư": "U",
}

CYRILLIC = {
    "ИЙ": "II IY IJ Y I",
    "ЫЙ": "YI YY YJ Y",
    "ЗГ": "ZG ZH ZGH",
    "А": "A",
    "Б": "B",
    "В": "V",
    "Г": "G H",
    "Ґ": "G",
    "Ѓ": "G GJ",
    "Ғ": "F G GH",
    "Д": "D",
    "Ђ": "D DJ",
    "Е": "E YE IE JE",
    "Ё": "E IO YO JO YE",
    "Є": "IE YE",
    "Ж": "ZH Z J",
    "З": "Z",
    "Ѕ": "DZ",
    "И": "I Y",
    "І": "I",
    "Ї": "I YI",
    "Й": "I Y J",
    "Ј": "J",
    "К": "K",
    "Ќ": "K KJ",
    "Қ": "K Q",
    "Л": "L",
    "Љ": "LJ",
    "М": "M",
    "Н": "N",
    "Њ": "NJ",
    "Ң": "N NG",
    "О": "O",
    "Ө": "O",
    "П": "P",
    "Р": "R",
    "С": "S",
    "Т": "T",
    "Ћ": "C",
    "У": "U",
    "Ў": "U W",
    "Ү": "U",
    "Ұ": "U",
    "Ф": "F",
    "Х": "KH H",
    "Һ": "H",
    "Ц": "TS C",
    "Ч": "CH C",
    "Џ": "DZ DJ",
    "Ш": "SH S",
    "Щ": "SHCH SHT",
    "Ъ": "IE A U _",
    "Ы": "Y",
    "Ь": "_",
    "Ѣ": "IE E",
    "Э": "E",
    "Ә": "A",
    "Ю": "IU YU JU",
    "Я": "IA YA JA",
    "Ѫ": "U",
    "Ѵ": "Y",
}

# "_" is a letter that leaves nothing. At the end of a word U+0629 is XAH.
ARABIC = {
    "\u0621": "XE",
    "\u0622": "XAA",
    "\u0623": "XAE",
    "\u0624": "U",
    "\u0625": "I",
    "\u0626": "XI",
    "\u0627": "A",
    "\u0628": "B",
    "\u0629": "XTA XAH",
    "\u062a": "T",
    "\u062b": "XTH",
    "\u062c": "J",
    "\u062d": "XH",
    "\u062e": "XKH",
    "\u062f": "D",
    "\u0630": "XDH",
    "\u0631": "R",
    "\u0632": "Z",
    "\u0633": "S",
    "\u0634": "XSH",
    "\u0635": "XSS",
    "\u0636": "XDZ",
    "\u0637": "XTT",
    "\u0638": "XZZ",
    "\u0639": "E",
    "\u063a": "G",
    "\u0640": "_",
    "\u0641": "F",
    "\u0642": "Q",
    "\u0643": "K",
    "\u0644": "L",
    "\u0645": "M",
    "\u0646": "N",
    "\u0647": "H",
    "\u0648": "W",
    "\u0649": "XAY",
    "\u064a": "Y",
    "\u0671": "XXA",
    "\u0679": "XXT",
    "\u067c": "XRT",
    "\u067e": "P",
    "\u0681": "XKE",
    "\u0685": "XXH",
    "\u0686": "XC",
    "\u0688": "XXD",
    "\u0689": "XDR",
    "\u0691": "XXR",
    "\u0693": "XRR",
    "\u0696": "XRX",
    "\u0698": "XJ",
    "\u069a": "XXS",
    "\u06a9": "XKK",
    "\u06ab": "XXK",
    "\u06ad": "XNG",
    "\u06af": "XGG",
    "\u06ba": "XNN",
    "\u06bc": "XXN",
    "\u06be": "XDO",
    "\u06c0": "XYH",
    "\u06c1": "XXG",
    "\u06c2": "XGE",
    "\u06c3": "XTG",
    "\u06cc": "XYA",
    "\u06cd": "XXY",
    "\u06d0": "Y",
    "\u06d2": "XYB",
    "\u06d3": "XBE",
}

GREEK = {
    "ΑΥ": "AF AV AU",
    "ΕΥ": "EF EV EU",
    "ΗΥ": "IF IV",
    "ΟΥ": "OU U",
    "ΓΓ": "NG GG",
    "ΓΞ": "NX",
    "ΓΧ": "NCH",
    "ΓΚ": "GK G NG",
    "ΜΠ": "MP B",
    "ΝΤ": "NT D",
    "Α": "A",
    "Β": "V B",
    "Γ": "G",
    "Δ": "D",
    "Ε": "E",
    "Ζ": "Z",
    "Η": "I",
    "Θ": "TH",
    "Ι": "I",
    "Κ": "K C",
    "Λ": "L",
    "Μ": "M",
    "Ν": "N",
    "Ξ": "X KS",
    "Ο": "O",
    "Π": "P",
    "Ρ": "R",
    "Σ": "S",
    "Τ": "T",
    "Υ": "Y I",
    "Φ": "F PH",
    "Χ": "CH H",
    "Ψ": "PS",
    "Ω": "O",
}

LETTERS = {
    sign: tuple(way.replace("_", "") for way in ways.split())
    for table in (LATIN, CYRILLIC, ARABIC, GREEK)
    for sign, ways in table.items()
}
SHADDA = "\u0651"
TEH_MARBUTA = "\u0629"
LONGEST_WORD = 80


@lru_cache(maxsize=1024)
def spelling(word: str) -> Spelling:
    """Return the ways to write each letter of word with A to Z.

    word is in capitals and NFC. Empty where some letter has none: the word is in
    a script that can't be compared with Latin, or in two scripts at once, which
    no name is but a forged one.
    """
    found = scripts.of(word)
    if len(found) != 1 or len(word) > LONGEST_WORD:
        return ()
    if found <= {scripts.KANA, scripts.HANGUL}:
        return syllables.spelling(word)
    ways: list[tuple[str, ...]] = []
    place = 0
    while place < len(word):
        pair = word[place : place + 2]
        sign = pair if pair in LETTERS else word[place]
        place += len(sign)
        way = _doubled(ways) if sign == SHADDA else _ways(sign, place == len(word))
        if way is None:
            return ()
        ways.append(way)
    return tuple(way for way in ways if way != ("",))


def _doubled(before: list[tuple[str, ...]]) -> tuple[str, ...]:
    """The sign of doubling repeats the letter before it (Doc 9303-3, 6 C)."""
    return before[-1] if before else ("",)


def _ways(sign: str, is_last: bool) -> tuple[str, ...] | None:
    if sign == TEH_MARBUTA:
        return ("XAH",) if is_last else ("XTA",)
    if "A" <= sign <= "Z" or "0" <= sign <= "9":
        return (sign,)
    if sign in LETTERS:
        return LETTERS[sign]
    if unicodedata.combining(sign):
        return ("",)
    bare = scripts.bare(sign)
    return _ways(bare, is_last) if len(bare) == 1 and bare != sign else None


def agree(one: Spelling, other: Spelling) -> bool:
    """Say whether both can be written with the very same letters.

    Writes both at once, always the one that is behind, and keeps what the other
    is ahead by; so the time grows with the lengths, not with the number of ways.
    """
    todo = [(one, other, "")]
    seen = set(todo)
    while todo:
        behind, ahead, owed = todo.pop()
        if not behind and not ahead and not owed:
            return True
        for state in _written_on(behind, ahead, owed):
            if state not in seen:
                seen.add(state)
                todo.append(state)
    return False


State = tuple[Spelling, Spelling, str]


def _written_on(behind: Spelling, ahead: Spelling, owed: str) -> Iterator[State]:
    if not behind:
        if not owed:
            yield ahead, behind, ""
        return
    for way in behind[0]:
        if owed.startswith(way):
            yield behind[1:], ahead, owed[len(way) :]
        elif way.startswith(owed):
            yield ahead, behind[1:], way[len(owed) :]


def latin(spelled: Spelling, most: int = 8) -> tuple[str, ...]:
    """Return some of the words that can be written so, the likeliest first."""
    return tuple("".join(ways) for ways in islice(product(*spelled), most))
