"""What the demo's worker does once, when it begins."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from workspace.demo import reviewing, seeding


@shared_task(ignore_result=True)
def show_ids(company_id: int) -> None:
    """Show IDs to the first company: reading them takes too long to wait for."""
    house = next(
        (one for one in seeding.houses() if one.company.pk == company_id), None
    )
    if house is not None:
        reviewing.play(house, timezone.now())
