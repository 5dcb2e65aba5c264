from __future__ import annotations

from django import template

register = template.Library()

# A line of a PDF this much shorter than its longest ends a paragraph.
ENDS_EARLY = 0.8

LONGEST = 60
KEPT_AT_END = 16


@register.filter
def cut_middle(text: str) -> str:
    """Shorten a long title in the middle, so that ".pdf" at its end stays."""
    if len(text) <= LONGEST:
        return text
    start = LONGEST - KEPT_AT_END - 1
    return f"{text[:start].rstrip()}…{text[-KEPT_AT_END:].lstrip()}"


@register.filter
def as_paragraphs(text: str) -> list[str]:
    """Join the lines of a page into paragraphs, for reading and for readers.

    A PDF knows lines, not paragraphs: one that ends well before the right edge
    was the last of its paragraph.
    """
    lines = [line.strip() for line in text.splitlines()]
    edge = max(map(len, lines), default=0) * ENDS_EARLY
    found: list[str] = []
    is_open = False
    for line in lines:
        if line and is_open:
            found[-1] = joined(found[-1], line)
        elif line:
            found.append(line)
        is_open = len(line) >= edge
    return found


def joined(start: str, rest: str) -> str:
    """Set a space between words; Chinese and Japanese have none."""
    is_spaced = start[-1] < "\u3000" or rest[0] < "\u3000"
    return f"{start} {rest}" if is_spaced else start + rest
