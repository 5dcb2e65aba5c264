"""Texts that nobody enters: somebody else earns by them (threat T25).

Whoever pumps texts to numbers that pay them does not read the codes. So where
few of a company's codes to one calling code are ever entered, sending there
stops, and goes on by itself once enough are entered, or the next day (UTC).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from verification import limits, policy
from verification.models import Allowance

# Counters, not ceilings: what they hold is compared.
SENT = limits.Limit("codes-sent", 10**9, limits.DAY)
USED = limits.Limit("codes-used", 10**9, limits.DAY)
NAME = "conversion"
FEWEST = limits.Limit(NAME, 30, limits.DAY, is_widened=True)
LOWEST_PERCENT = 20
LOOK_AGAIN = timedelta(minutes=5)


def sent(company_id: int, e164: str, now: datetime) -> limits.Use:
    """Return the use that each text or call is counted by."""
    return limits.Use(SENT, _key(company_id, e164, now))


def count_used(company_id: int, e164: str, now: datetime) -> None:
    limits.take([limits.Use(USED, _key(company_id, e164, now))], now)


def stopped_until(company_id: int, e164: str, now: datetime) -> datetime | None:
    """Return when to look again at a stopped destination; None when it is open."""
    key = _key(company_id, e164, now)
    hashes = {limits.hashed(limits.Use(limit, key)) for limit in (SENT, USED)}
    rows = Allowance.objects.filter(key__in=hashes, ends_at__gt=now)
    counts = dict(rows.values_list("name", "used"))
    many = counts.get(SENT.name, 0)
    is_low = counts.get(USED.name, 0) * 100 < many * LOWEST_PERCENT
    return now + LOOK_AGAIN if many >= FEWEST.ceiling and is_low else None


def _key(company_id: int, e164: str, now: datetime) -> str:
    # The day is in the key, so that both counters begin together.
    return f"{company_id}:{policy.calling_code(e164)}:{now.date().isoformat()}"
