"""What was sent, for programs: GET /demo/outbox.json."""

from __future__ import annotations

import re
from typing import Any

from verification.models import DemoMessage

LINK = re.compile(r"https?://[^\s<>\"]+")
NEVER_LAST = ".,;:!?)]}'’”。、）」"
SHORTEST_NUMBER = 7
MOST = 2_000


def entries(to: str) -> list[dict[str, Any]]:
    """Return what was sent to an address or number (to all when ""), newest first."""
    rows = DemoMessage.objects.select_related("delivery").order_by("-pk")
    if to:
        known = DemoMessage.objects.order_by("to").values_list("to", flat=True)
        rows = rows.filter(to__in=[one for one in known.distinct() if is_same(one, to)])
    return [_entry(row) for row in rows[:MOST]]


def is_same(stored: str, asked: str) -> bool:
    """Whether asked means this address or number, however it is written.

    A plus sign that nobody escaped arrives as a space.
    """
    if "@" in stored or "@" in asked:
        return stored.casefold() == asked.strip().casefold()
    digits = re.sub(r"\D", "", asked)
    is_number = len(digits) >= SHORTEST_NUMBER
    return is_number and stored.lstrip("+").endswith(digits)


def links(text: str) -> list[str]:
    found = (match.rstrip(NEVER_LAST) for match in LINK.findall(text))
    return list(dict.fromkeys(found))


def _entry(row: DemoMessage) -> dict[str, Any]:
    return {
        "id": row.pk,
        "channel": row.channel,
        "to": row.to,
        "subject": row.subject,
        "text": row.text,
        "links": links(row.text),
        "status": row.delivery.state if row.delivery else row.status,
        "created_at": row.created_at.isoformat(),
    }
