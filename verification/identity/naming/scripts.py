"""Letters: which script they are of, and what is left without their accents."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LATIN = "LATIN"
CYRILLIC = "CYRILLIC"
GREEK = "GREEK"
ARABIC = "ARABIC"
HAN = "CJK"
KANA = "KANA"
HANGUL = "HANGUL"
# What the first word of a letter's Unicode name means to us.
SAME_SCRIPT = {"HIRAGANA": KANA, "KATAKANA": KANA, "KATAKANA-HIRAGANA": KANA}

# Combining marks of Latin, Greek and Cyrillic, points of Hebrew and of Arabic.
ACCENTS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
    "\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]"
)
HIRAGANA = {katakana: katakana - 0x60 for katakana in range(0x30A1, 0x30F7)}

# One character in its older and its newer form, as names on Japanese documents
# have the older and keyboards give the newer. Forms that make two surnames of
# one sound (斎藤 and 斉藤) are kept apart.
OLDER_FORMS = str.maketrans(
    "髙﨑邊邉澤濱濵廣國櫻眞瀨德惠龍彌榮澁壽齋齊",
    "高崎辺辺沢浜浜広国桜真瀬徳恵竜弥栄渋寿斎斉",
)
# Signs of one sound in Arabic script that writers use for each other.
ARABIC_FORMS = str.maketrans(
    {
        **dict.fromkeys("أإآٱ", "ا"),
        **dict.fromkeys("ىیې", "ي"),
        "ک": "ك",
        "ة": "ه",
        "ۀ": "ه",
        "ہ": "ه",
        "ؤ": "و",
        "ئ": "ي",
        "ـ": "",
    }
)


@lru_cache(maxsize=4096)
def script(sign: str) -> str:
    """Return the script of a letter, empty for a sign of none, as a digit or mark."""
    if not unicodedata.category(sign).startswith("L"):
        return ""
    if sign == "ー":
        return KANA
    first = unicodedata.name(sign, "UNKNOWN").split()[0]
    return SAME_SCRIPT.get(first, first)


def of(text: str) -> frozenset[str]:
    return frozenset(found for found in map(script, text) if found)


def bare(text: str) -> str:
    """Return text without accents, and without vowel signs that may be left out.

    The voicing of kana and the vowels of Thai combine, too, but make other names.
    """
    apart = unicodedata.normalize("NFKD", text)
    kept = "".join(sign for sign in apart if not ACCENTS.match(sign))
    return unicodedata.normalize("NFC", kept)


def capitals(text: str) -> str:
    """Return text in capitals and composed, once for all: İ, ı and i are I.

    In a machine-readable zone Turkish has no two kinds of I either. ß and ẞ
    stay one letter, for they may be read as SS only.
    """
    even = unicodedata.normalize("NFKC", text.replace("ı", "i").replace("ß", "ẞ"))
    upper = "".join(sign if sign == "ẞ" else sign.upper() for sign in even)
    return unicodedata.normalize("NFC", upper).replace("İ", "I").replace("I\u0307", "I")


def native(word: str) -> str:
    """Return what two words of one script have in common if they are the same."""
    evened = bare(word).translate(ARABIC_FORMS)
    return evened.translate(OLDER_FORMS).translate(HIRAGANA)


def is_mark(sign: str) -> bool:
    return unicodedata.category(sign).startswith("M")
