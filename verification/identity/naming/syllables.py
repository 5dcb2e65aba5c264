"""Kana and Hangul in Latin letters. Unicode's own names say how each is read."""

from __future__ import annotations

import re
import unicodedata

# Unicode's names are Nihon-shiki; Japanese passports use Hepburn.
HEPBURN = (
    ("SI", "SHI"),
    ("TI", "CHI"),
    ("TU", "TSU"),
    ("HU", "FU"),
    ("ZI", "JI"),
    ("DI", "JI"),
    ("DU", "ZU"),
    ("WO", "O"),
)
SMALL = "LETTER SMALL "
LONG = "ー"
# A long vowel may be left out, as in passports, or written in three more ways.
LONG_VOWELS = re.compile(r"O[OU]|UU|AA|EE|N(?=[BMP])|.")
SPOKEN = {
    "OO": ("O", "OO", "OH"),
    "OU": ("O", "OU", "OH"),
    "UU": ("U", "UU"),
    "AA": ("A", "AA"),
    "EE": ("E", "EE"),
}
# How surnames are written in Korean passports, beside the rules of 2000.
SURNAMES = {
    "김": "KIM",
    "이": "LEE YI RHEE RHIE",
    "박": "PARK PAK",
    "최": "CHOI",
    "정": "JUNG CHUNG CHEONG",
    "강": "KANG",
    "조": "CHO",
    "윤": "YOON",
    "장": "CHANG",
    "임": "LIM YIM",
    "오": "OH",
    "신": "SHIN",
    "권": "KWON",
    "황": "WHANG",
    "안": "AHN",
    "송": "",
    "유": "YOO RYU",
    "류": "RYOO YOO",
    "홍": "",
    "전": "JUN CHUN",
    "고": "KO KOH",
    "문": "MOON",
    "손": "SOHN",
    "백": "PAIK BAIK",
    "허": "HUR HUH",
    "노": "ROH NOH",
    "우": "WOO",
    "주": "JOO CHOO",
    "구": "KOO KU",
    "심": "SHIM",
}


def spelling(word: str) -> tuple[tuple[str, ...], ...]:
    """Return the ways to write each sound of a word in kana or Hangul."""
    if "HANGUL" in unicodedata.name(word[0], ""):
        return _hangul(word)
    sounds = _kana(word)
    if not sounds:
        return ()
    parts = LONG_VOWELS.findall(sounds)
    ways = [SPOKEN.get(part, (part,)) for part in parts]
    for place, part in enumerate(parts[:-1]):
        if part == "N" and parts[place + 1][0] in "BMP":
            ways[place] = ("M", "N")
    return tuple(ways)


def _kana(word: str) -> str:
    """Return a word in Hepburn, its long vowels as they are written in kana."""
    sounds = ""
    doubles = False
    for sign in word:
        if sign == LONG:
            sounds += sounds[-1:]
            continue
        name = unicodedata.name(sign, "")
        sound = _hepburn(name.rsplit(" ", 1)[-1])
        if SMALL in name and sound == "TSU":
            doubles = True
            continue
        if doubles:
            sound, doubles = ("T" if sound[:2] == "CH" else sound[0]) + sound, False
        sounds = _glide(sounds, sound) if SMALL in name else sounds + sound
    return sounds


def _hepburn(sound: str) -> str:
    return dict(HEPBURN).get(sound, sound)


def _glide(before: str, sound: str) -> str:
    """Join a small ya, yu, yo, or vowel, to the syllable before it: KI, YA: KYA."""
    stem = before[:-1]
    if sound[0] == "Y" and stem.endswith(("SH", "CH", "J")):
        return stem + sound[1:]
    return stem + sound


def _hangul(word: str) -> tuple[tuple[str, ...], ...]:
    """Every syllable by the rules of 2000; a surname also as passports have it."""
    ways = []
    for sign in word:
        name = unicodedata.name(sign, "")
        if not name.startswith("HANGUL SYLLABLE "):
            return ()
        more = SURNAMES.get(sign, "") if len(word) == 1 else ""
        ways.append((name.rsplit(" ", 1)[-1], *more.split()))
    return tuple(ways)
