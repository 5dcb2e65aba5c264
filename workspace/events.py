"""A company's own trail: settings, members, keys and senders, and who changed them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from signing.models import Company
from verification import trail
from verification.models import Trail, TrailEntry


def record(
    company_id: int, kind: str, at: datetime, *, actor: str, **facts: Any
) -> TrailEntry:
    """Add to the company's trail; call it inside the transaction of what it tells.

    facts are JSON values; never a secret.
    """
    return trail.append(trail_of(company_id), kind, at, actor=actor, **facts)


def trail_of(company_id: int) -> int:
    """Return the id of the company's trail; its first event begins it."""
    row = Company.objects.select_for_update(no_key=True).only("trail_id")
    company = row.get(pk=company_id)
    if company.trail_id is None:
        company.trail = Trail.objects.create()
        company.save(update_fields=["trail"])
    assert company.trail_id is not None  # noqa: S101  just made
    return company.trail_id
