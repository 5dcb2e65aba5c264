from __future__ import annotations

from django import template

register = template.Library()

LONGEST = 60
KEPT_AT_END = 16


@register.filter
def cut_middle(text: str) -> str:
    """Shorten a long title in the middle, so that ".pdf" at its end stays."""
    if len(text) <= LONGEST:
        return text
    start = LONGEST - KEPT_AT_END - 1
    return f"{text[:start].rstrip()}…{text[-KEPT_AT_END:].lstrip()}"
