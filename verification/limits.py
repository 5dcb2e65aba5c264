"""How often: limits on sending and guessing, as rows (threats T6, T12, T25).

Each limit is a window that opens with its first use. All limits of one act
are taken together: either every one pays, or none.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction

from verification.models import Allowance, Visit

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Limit:
    """At most `most` uses within `period`; LIMIT_FACTOR loosens the widened ones."""

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


@dataclass(frozen=True)
class Spent:
    """What one use left of a limit. is_refused: it was spent before."""

    ceiling: int
    left: int
    ends_at: datetime
    is_refused: bool


class LimitReachedError(Exception):
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
NEWS = Limit("news-of-limits", 1, HOUR)
NEW_LINKS = Limit("new-links", 3, HOUR)


def take(uses: Sequence[Use], now: datetime) -> None:
    """Count all uses, or none. Raises LimitReachedError for the last to open again.

    Commits on its own. Rows are made and locked in one order, so that two
    takers never wait on each other; three statements however many limits, and
    one more for each window that begins anew.
    """
    wanted = {hashed(use): use for use in uses}
    with transaction.atomic():
        rows = _lock(wanted, now)
        while len(rows) < len(wanted):  # one was forgotten between two statements
            rows = _lock(wanted, now)
        if refused := [row for row in rows if _is_full(row, wanted, now)]:
            last = max(refused, key=lambda row: row.ends_at)
            raise LimitReachedError(wanted[last.key].limit, last.ends_at)
        for row in rows:
            if row.ends_at <= now:
                _begin_anew(row, wanted[row.key].limit, now)
        counted = [row.pk for row in rows if row.ends_at > now]
        Allowance.objects.filter(pk__in=counted).update(used=models.F("used") + 1)


def spend(use: Use, now: datetime) -> Spent:
    """Count one use of one limit, refused or not, and say what is left.

    Commits on its own. Where every request is counted and most are allowed:
    one UPDATE, and more only when a window begins.
    """
    row = Allowance.objects.filter(key=hashed(use))
    if not row.filter(ends_at__gt=now).update(used=models.F("used") + 1):
        with transaction.atomic():
            for locked in _lock({hashed(use): use}, now):
                if locked.ends_at <= now:
                    _begin_anew(locked, use.limit, now)
                else:
                    row.update(used=models.F("used") + 1)
    used, ends_at = row.values_list("used", "ends_at").get()
    ceiling = use.limit.ceiling
    return Spent(ceiling, max(0, ceiling - used), ends_at, used > ceiling)


def is_spent(use: Use, now: datetime) -> bool:
    """Say whether a take would be refused; counts nothing."""
    return Allowance.objects.filter(
        key=hashed(use), ends_at__gt=now, used__gte=use.limit.ceiling
    ).exists()


def used(use: Use, now: datetime) -> int:
    """Return how often a limit was used in its present window."""
    row = Allowance.objects.filter(key=hashed(use), ends_at__gt=now).first()
    return row.used if row else 0


def free_at(use: Use, now: datetime) -> datetime | None:
    """Return when a spent limit opens again, or None when it is open."""
    row = Allowance.objects.filter(
        key=hashed(use), ends_at__gt=now, used__gte=use.limit.ceiling
    ).first()
    return row.ends_at if row else None


def forget(*uses: Use) -> None:
    """Give limits back, whole: what they counted was for nothing.

    Locked in the order in which take() locks them.
    """
    with transaction.atomic():
        rows = Allowance.objects.filter(key__in=[hashed(use) for use in uses])
        list(rows.select_for_update().order_by("key"))
        rows.delete()


def channel_use(visit: Visit, channel: str) -> Use:
    """Return the use of "1 send per 30 s": per way, and per opening of the link.

    Whoever reopens the link may have a new code at once, as the publisher's
    guide promises; the limits per signer, phone and address bound the rest.
    """
    opening = f"{visit.pk}:{visit.arrived_at.timestamp()}"
    return Use(GATE_CHANNEL, f"{opening}:{channel}")


def hashed(use: Use) -> str:
    """Return the row's key: keyed, so that a copy of the table names nobody."""
    secret = settings.SECRET_KEY.encode()
    text = f"limit\0{use.limit.name}\0{use.key}"
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def _lock(wanted: Mapping[str, Use], now: datetime) -> list[Allowance]:
    Allowance.objects.bulk_create(
        [
            Allowance(key=key, name=use.limit.name, ends_at=now + use.limit.period)
            for key, use in sorted(wanted.items())
        ],
        ignore_conflicts=True,
    )
    rows = Allowance.objects.select_for_update().filter(key__in=wanted)
    return list(rows.order_by("key"))


def _is_full(row: Allowance, wanted: Mapping[str, Use], now: datetime) -> bool:
    used = row.used if row.ends_at > now else 0
    return used >= wanted[row.key].limit.ceiling


def _begin_anew(row: Allowance, limit: Limit, now: datetime) -> None:
    fresh = Allowance.objects.filter(pk=row.pk)
    fresh.update(used=1, ends_at=now + limit.period)
