"""How long a text message is, as the network counts it. Source: 3GPP TS 23.038."""

from __future__ import annotations

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")

# One segment is 140 octets: 160 characters of 7 bits, or 70 of 16.
SEPTETS_PER_SEGMENT = 160
UNITS_PER_SEGMENT = 70


def septets(text: str) -> int | None:
    """Count text in 7-bit units; None when one character needs UCS-2 for all.

    Characters of the extension table are sent as two units.
    """
    if not BASIC.issuperset(text) and not (BASIC | EXTENSION).issuperset(text):
        return None
    return len(text) + sum(character in EXTENSION for character in text)


def utf16_units(text: str) -> int:
    """Count text as UCS-2 does; characters beyond the first plane take two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fits_one_segment(text: str) -> bool:
    count = septets(text)
    if count is None:
        return utf16_units(text) <= UNITS_PER_SEGMENT
    return count <= SEPTETS_PER_SEGMENT
