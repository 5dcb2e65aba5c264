"""How often: limits on sending and guessing, as rows (threats T6, T12, T25).

Each limit is a window that opens with its first use. All limits of one act
are taken in one transaction: either every one pays, or none.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction

from verification.models import Allowance

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Limit:
    """At most `most` uses within `period`. personal ones widen in the demo."""

    name: str
    most: int
    period: timedelta
    is_widened: bool = False

    @property
    def ceiling(self) -> int:
        return self.most * settings.LIMIT_FACTOR if self.is_widened else self.most


@dataclass(frozen=True)
class Use:
    """One use of one limit; key is hashed before it is stored."""

    limit: Limit
    key: str


class LimitReached(Exception):
    """A limit refuses. retry_at says when its window ends."""

    def __init__(self, limit: Limit, retry_at: datetime) -> None:
        super().__init__(limit.name)
        self.limit = limit
        self.retry_at = retry_at


GATE_SENDS = (
    Limit("gate-10min", 5, 10 * MINUTE, is_widened=True),
    Limit("gate-day", 10, DAY, is_widened=True),
)
GATE_CHANNEL = Limit("gate-channel", 1, timedelta(seconds=30))
GATE_CALLS = (
    Limit("calls-hour", 3, HOUR, is_widened=True),
    Limit("calls-day", 6, DAY, is_widened=True),
)
PHONE = (
    Limit("phone-10min", 5, 10 * MINUTE, is_widened=True),
    Limit("phone-day", 20, DAY, is_widened=True),
)
PREFIX = Limit("prefix-hour", 20, HOUR, is_widened=True)
FOREIGN = Limit("foreign-day", 100, DAY, is_widened=True)
COMPANY = (
    Limit("company-minute", 30, MINUTE, is_widened=True),
    Limit("company-day", 500, DAY, is_widened=True),
)
INSTANCE = Limit("instance-hour", 5_000, HOUR, is_widened=True)
IP_SENDS = Limit("ip-sends", 20, 10 * MINUTE, is_widened=True)
IP_FAILURES = Limit("ip-failures", 30, 10 * MINUTE, is_widened=True)
IP_UNKNOWN_LINKS = Limit("ip-unknown-links", 60, 10 * MINUTE, is_widened=True)
NEW_LINKS = Limit("new-links", 3, HOUR)


def take(uses: Sequence[Use], now: datetime) -> None:
    """Count all uses, or none. Raises LimitReached for the first that refuses.

    Rows are touched in one order, so that two takers never wait on each other.
    """
    with transaction.atomic():
        for use in sorted(uses, key=lambda use: (use.limit.name, use.key)):
            if not _take_one(use, now):
                raise LimitReached(use.limit, _window_end(use, now))


def is_spent(use: Use, now: datetime) -> bool:
    """Say whether a take would be refused; counts nothing."""
    row = Allowance.objects.filter(
        name=use.limit.name,
        key=hashed(use.key),
        started_at__gt=now - use.limit.period,
        used__gte=use.limit.ceiling,
    )
    return row.exists()


def forget(use: Use) -> None:
    """Give a limit back, whole: after a failed delivery, or by the demo's page."""
    Allowance.objects.filter(name=use.limit.name, key=hashed(use.key)).delete()


def hashed(key: str) -> str:
    """Return key as it is stored: keyed, so that a row names nobody."""
    secret = settings.SECRET_KEY.encode()
    return hmac.new(secret, b"limit\0" + key.encode(), hashlib.sha256).hexdigest()


def _take_one(use: Use, now: datetime) -> bool:
    row = Allowance.objects.filter(name=use.limit.name, key=hashed(use.key))
    if _count(row, use.limit, now):
        return True
    Allowance.objects.bulk_create(
        [Allowance(name=use.limit.name, key=hashed(use.key), started_at=now)],
        ignore_conflicts=True,
    )
    return _count(row, use.limit, now)


def _count(row: models.QuerySet[Allowance], limit: Limit, now: datetime) -> bool:
    over = models.Q(started_at__lte=now - limit.period)
    payable = row.filter(over | models.Q(used__lt=limit.ceiling))
    counted = payable.update(
        used=models.Case(
            models.When(over, then=models.Value(1)), default=models.F("used") + 1
        ),
        started_at=models.Case(
            models.When(over, then=models.Value(now)), default=models.F("started_at")
        ),
    )
    return counted == 1


def _window_end(use: Use, now: datetime) -> datetime:
    row = Allowance.objects.filter(name=use.limit.name, key=hashed(use.key)).first()
    return row.started_at + use.limit.period if row else now
