"""What workers do. Arguments are row ids only (threat T55)."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from verification import delivery, tidying
from verification.flows import erasing, hosted, picturing, reading


@shared_task(ignore_result=True)
def send(delivery_id: int) -> None:
    """Send one delivery if it is still wanted. Harmless twice, or too late."""
    if claimed := delivery.claim(delivery_id, timezone.now()):
        delivery.attempt(claimed)


@shared_task(ignore_result=True)
def call_webhook(delivery_id: int) -> None:
    """As send, on the queue of what may wait: a receiver may be slow or dead."""
    send(delivery_id)


@shared_task(ignore_result=True)
def tidy() -> None:
    """Drop rows that nothing needs any more."""
    tidying.tidy(timezone.now())


@shared_task(ignore_result=True)
def erase_identities() -> None:
    """Erase what identity checks showed, once a company has kept it long enough."""
    erasing.erase_due(timezone.now())
    picturing.erase_orphans(timezone.now())


@shared_task(ignore_result=True)
def attend_identity(check_id: int) -> None:
    """Turn to the provider of an identity check. Harmless twice, or too late."""
    hosted.attend(check_id, timezone.now())


@shared_task(ignore_result=True)
def read_picture(picture_id: int) -> None:
    """Read one picture of an identity check. Harmless twice, or too late."""
    with reading.CHILDREN:
        reading.read(picture_id, timezone.now())


@shared_task(ignore_result=True)
def judge_identity(check_id: int) -> None:
    """Judge what a machine can judge of a check that was sent. Harmless twice."""
    reading.judge(check_id, timezone.now())


@shared_task(ignore_result=True)
def pick_up_identities() -> None:
    """Read and judge what no hint announced, or what a worker left behind."""
    for picture_id in reading.unread(timezone.now()):
        read_picture(picture_id)
    for check_id in reading.unjudged(timezone.now()):
        reading.judge(check_id, timezone.now())
