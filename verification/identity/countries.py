"""The states that issue documents: as people choose them, as zones name them.

Codes are ISO 3166's, two letters long. Machine-readable zones have three letters,
and some that ISO has not (ICAO Doc 9303 part 3, section 5).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_countries.data import ALT_CODES

# The state of ICAO's specimens, under a code that ISO leaves to its users.
UTOPIA = "XU"
KOSOVO = "XK"
# Codes of zones that are not ISO 3166's. Organisations (UNO, EUE, XOM and others)
# are no country; XXA to XXC are no state's citizens, whose documents name the
# state that issued them.
OF_ZONES = {
    "D": "DE",
    "GBD": "GB",
    "GBN": "GB",
    "GBO": "GB",
    "GBP": "GB",
    "GBS": "GB",
    "RKS": KOSOVO,
    # Left in documents that are still good, or written by older printers.
    "ROM": "RO",
    "TMP": "TL",
    "ZAR": "CD",
}
# Whose code stands on the passports of places that have a code of their own.
STATES = {
    **dict.fromkeys(("HK", "MO"), "CN"),
    **dict.fromkeys(("PR", "GU", "VI", "AS", "MP", "UM"), "US"),
    **dict.fromkeys(
        ("GF", "GP", "MQ", "RE", "YT", "PM", "BL", "MF", "WF", "PF", "NC", "TF"), "FR"
    ),
    **dict.fromkeys(
        ("GG", "JE", "IM", "GI", "AI", "BM", "FK", "IO", "KY", "MS", "PN", "SH"), "GB"
    ),
    **dict.fromkeys(("TC", "VG", "GS"), "GB"),
    **dict.fromkeys(("AW", "CW", "SX", "BQ"), "NL"),
    **dict.fromkeys(("CX", "CC", "NF", "HM"), "AU"),
    **dict.fromkeys(("CK", "NU", "TK"), "NZ"),
    **dict.fromkeys(("FO", "GL"), "DK"),
    **dict.fromkeys(("SJ", "BV"), "NO"),
    "AX": "FI",
}
# Nobody lives there but on duty.
UNINHABITED = frozenset({"AQ", "BV", "GS", "HM", "TF", "UM"})
CODES = frozenset({*ALT_CODES, KOSOVO})
ALPHA3 = {code: three for code, (three, _number) in ALT_CODES.items()} | {KOSOVO: "RKS"}
ALPHA2 = {three: code for code, three in ALPHA3.items()}

# How names in Japanese that begin with a character are read, to sort them by.
READINGS = {
    "中": "チュウ",
    "仏": "フツ",
    "北": "キタ",
    "南": "ミナミ",
    "台": "タイ",
    "日": "ニホン",
    "東": "ヒガシ",
    "米": "ベイ",
    "英": "エイ",
    "西": "ニシ",
    "赤": "セキ",
    "韓": "カンコク",
    "香": "ホン",
}
# Names without "Special Administrative Region of China".
SHORT_NAMES = {
    "en": {"HK": "Hong Kong", "MO": "Macao"},
    "ja": {"HK": "香港", "MO": "マカオ"},
}


def choices(
    language: str = "", *, with_specimens: bool | None = None
) -> list[tuple[str, str]]:
    """Return codes with their names in language, sorted as it is read.

    language is the reader's when it is empty. with_specimens: whether ICAO's
    invented state is among them, first; in the demo it is.
    """
    listed = list(_choices(language or get_language() or "en"))
    if _has_specimens(with_specimens):
        listed.insert(0, (UTOPIA, name(UTOPIA, language)))
    return listed


@lru_cache(maxsize=8)
def _choices(language: str) -> tuple[tuple[str, str], ...]:
    listed = [(code, name(code, language)) for code in CODES - UNINHABITED]
    return tuple(sorted(listed, key=lambda pair: (_sorted_by(pair[1]), pair[0])))


def name(code: str, language: str = "") -> str:
    """Return what a country is called, code itself when there is none such."""
    if code == UTOPIA:
        return _("Utopia (specimens)")
    names = _names(language or get_language() or "en")
    return names.get(code, code) if code in CODES else code


def from_mrz(issuer: str, *, with_specimens: bool | None = None) -> str:
    """Return the code of a zone's issuer; "" for organisations and the unknown.

    Fillers are ignored. The invented state of ICAO's specimens is unknown unless
    with_specimens; in the demo it is known.
    """
    letters = issuer.strip("< ").upper()
    if letters == "UTO":
        return UTOPIA if _has_specimens(with_specimens) else ""
    return OF_ZONES.get(letters) or ALPHA2.get(letters, "")


def is_issuer(chosen: str, issuer: str) -> bool:
    """Say whether a document of issuer may be what a person from chosen shows.

    Passports of Hong Kong say China, those of Puerto Rico the United States.
    """
    return bool(issuer) and issuer in (chosen, STATES.get(chosen))


def _has_specimens(with_specimens: bool | None) -> bool:
    return settings.DEMO if with_specimens is None else with_specimens


@lru_cache(maxsize=8)
def _names(language: str) -> dict[str, str]:
    try:
        locale = Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en")
    names = {code: str(called) for code, called in locale.territories.items()}
    return names | SHORT_NAMES.get(locale.language, {})


def _sorted_by(shown: str) -> str:
    """Return what to sort by: letters without accents, characters as they are read."""
    sound = READINGS.get(shown[:1])
    read = unicodedata.normalize("NFKD", sound + shown[1:] if sound else shown)
    return "".join(s for s in read.casefold() if not unicodedata.combining(s))
