"""What workers do for members."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from workspace import attention


@shared_task(ignore_result=True)
def send_digests() -> None:
    """Tell members once a day who is stuck."""
    attention.send_digests(timezone.now())
