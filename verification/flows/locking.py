"""The tries run out, and are given back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import models, transaction

from verification import trail
from verification.models import Budget, Challenge, Gate


def lock_if_spent(gate: Gate, budget: Budget, now: datetime) -> bool:
    """Lock when the try that budget was read after was the last one.

    The stored row has the last word: a right code may have been accepted since,
    and nobody is locked after that. The publisher hears of it once, with the
    lock. A grant already given stays, and so does everything of other signers
    (threat T8).
    """
    if not budget.is_spent(gate.max_tries, now):
        return False
    with transaction.atomic():
        stored = Budget.objects.select_for_update().get(pk=budget.pk)
        if stored.locked_at:
            return True
        if not stored.is_spent(gate.max_tries, now):
            return False
        Budget.objects.filter(pk=stored.pk).update(
            locked_at=now, live_asked_id=None, live_alternative_id=None
        )
        if stored.kind == Budget.Kind.ONE_TIME_CODE:
            live = gate.challenges.filter(state=Challenge.State.ISSUED)
            live.update(state=Challenge.State.LOCKED, closed_at=now)
        _tell_locked(gate, stored, now)
    return True


def unlock(
    gate: Gate, *, actor: str, reason: str, clears_total: bool, now: datetime
) -> bool:
    """Give all tries back at once; False when three unlocks were made today.

    clears_total is the company admin's: without it a signer at the total cap
    stays locked (decisions: 19). Below the cap the total counts on (threat T23).
    """
    with transaction.atomic():
        locked = Budget.objects.select_for_update().filter(gate=gate)
        locked = locked.exclude(locked_at=None)
        rows = [row for row in locked if _may_unlock(row, now, clears_total)]
        if not rows:
            return False
        _give_back(rows, now)
        trail.append(
            gate.trail_id,
            "unlocked",
            now,
            actor=actor,
            gate=gate,
            reason=reason,
            cleared_total=any(row.is_total_spent for row in rows),
        )
    return True


def reset(
    gate: Gate,
    kind: str,
    *,
    actor: str,
    reason: str,
    clears_total: bool,
    now: datetime,
) -> bool:
    """Give the tries of one kind back, also to who is not locked yet (seed 003).

    It counts among the three unlocks of a day, and stands in the trail as one.
    False when none may be made, or no try was used.
    """
    with transaction.atomic():
        used = Budget.objects.select_for_update().filter(gate=gate, kind=kind)
        used = used.exclude(locked_at=None, consecutive=0)
        rows = [row for row in used if _may_unlock(row, now, clears_total)]
        if not rows:
            return False
        _give_back(rows, now)
        trail.append(
            gate.trail_id,
            "unlocked",
            now,
            actor=actor,
            gate=gate,
            reason=reason,
            budget=kind,
            cleared_total=any(row.is_total_spent for row in rows),
        )
    return True


def hold_tries(gate: Gate) -> None:
    """Lock a gate's tries; call it before its factors are changed.

    A password that is right locks the tries first and then writes to its
    factor: the other way round, the two would wait on each other.
    """
    list(Budget.objects.select_for_update().filter(gate=gate).order_by("pk"))


def start_anew(gate: Gate) -> None:
    """Begin a new total of tries: the link is another, or the person is.

    Call it in the transaction that replaces the link. The unlocks of the day
    count on.
    """
    Budget.objects.filter(gate=gate).update(
        locked_at=None, consecutive=0, day=0, total=0
    )


def _give_back(rows: Iterable[Budget], now: datetime) -> None:
    for row in rows:
        Budget.objects.filter(pk=row.pk).update(
            locked_at=None,
            consecutive=0,
            day=0,
            total=0 if row.is_total_spent else models.F("total"),
            unlocks=Budget.UNLOCKS_A_DAY - row.unlocks_left(now) + 1,
            unlocks_on=now.date(),
        )


def _may_unlock(budget: Budget, now: datetime, clears_total: bool) -> bool:
    if not budget.unlocks_left(now):
        return False
    return clears_total or not budget.is_total_spent


def _tell_locked(gate: Gate, budget: Budget, now: datetime) -> None:
    trail.append(
        gate.trail_id, "locked", now, actor="system", gate=gate, budget=budget.kind
    )
