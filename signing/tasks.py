"""What workers do in the background, on a queue of their own: codes never wait."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from signing.flows import reminding, rendering, sealing, sending

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def render_document(document_id: int) -> None:
    rendering.render(document_id)


@shared_task(ignore_result=True)
def seal(request_id: int) -> None:
    sealing.seal(request_id, timezone.now())


@shared_task(ignore_result=True)
def expire() -> None:
    """End what was not signed in time."""
    sending.expire_overdue(timezone.now())


@shared_task(ignore_result=True)
def remind() -> None:
    """Write to those who have not signed yet, on the days on which that is due."""
    reminding.remind_due(timezone.now())


@shared_task(ignore_result=True)
def watch_seals() -> None:
    """Tell of seals that are late. Among the codes: so it is told, too, when nobody
    works off the pages."""
    sealing.tell_late(timezone.now())


@shared_task(ignore_result=True)
def pick_up() -> None:
    """Finish what no hint announced, or what a worker left behind; one that fails holds no other up."""
    for request_id in sealing.unfinished(timezone.now()):
        try:
            sealing.seal(request_id, timezone.now())
        except Exception:
            logger.exception("Request %s could not be sealed.", request_id)
    for document_id in rendering.undrawn():
        rendering.render(document_id)
