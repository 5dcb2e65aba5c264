"""What every guess at the gate has in common: the charge, and what follows from it.

Commit 1 charges the try in one conditional UPDATE; then comes the compare, then
the outcome in a commit of its own. No transaction spans charge and compare, so
no error later in the request gives a try back (threats T1, T2, T4).
"""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.db.models.functions import Greatest

from verification import codes, limits, trail
from verification.flows import answers, locking
from verification.flows.opening import Origin
from verification.models import (
    Authenticator,
    Budget,
    Challenge,
    Factor,
    Gate,
    Grant,
    Submission,
    Visit,
)
from verification.outcomes import Outcome
from verification.standing import standing

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Try:
    """What somebody typed, into which dialog, in which browser."""

    visit: Visit
    factor: Factor
    typed: str
    origin: Origin

    @property
    def gate(self) -> Gate:
        return self.visit.gate


def refuse(attempt: Try, now: datetime) -> Outcome | None:
    """Return why a try is not even charged, or None."""
    gate = attempt.gate
    if gate.closed_at is not None:
        return Outcome.CLOSED
    if not standing(gate, attempt.visit, now).is_reached(attempt.factor):
        return Outcome.STALE
    if not codes.normalize(attempt.typed) and not attempt.typed.strip():
        return Outcome.EMPTY
    if limits.is_spent(_failure(attempt), now):
        logger.warning("Too many wrong tries from one network, now at gate %s.", gate)
        return Outcome.TOO_MANY
    return None


def spend(
    attempt: Try,
    budget: Budget,
    challenge: Challenge | None,
    now: datetime,
    device: Authenticator | None = None,
    /,
    **where: object,
) -> bool:
    """Commit 1: the charge and its trail entry.

    device is the app whose code it is: where that takes no more, this gate is
    not charged either.
    """
    gate = attempt.gate
    with transaction.atomic():
        if not budget.charge(gate.max_tries, now, **where):
            return False
        if device is not None and not device.charge(now):
            transaction.set_rollback(True)
            return False
        trail.append(
            gate.trail_id,
            "try",
            now,
            actor="signer",
            gate=gate,
            number=budget.consecutive,
            factor=attempt.factor.kind,
            reference=challenge.reference if challenge else "",
            ip=attempt.origin.ip,
        )
    return True


def is_locked(attempt: Try, budget: Budget, answer: Submission, now: datetime) -> bool:
    """Say whether a press was not charged because no try is left.

    Locks what a crash left spent and unlocked. While another press is still
    being looked at, it does not: that one may hold the last try and the right
    code.
    """
    if budget.locked_at:
        return True
    if not budget.is_spent(attempt.gate.max_tries, now):
        return False
    if answers.others_in_flight(answer, attempt.gate, now):
        return True
    return locking.lock_if_spent(attempt.gate, budget, now)


def hold(budget: Budget) -> None:
    """Lock the budget before the trail: whoever takes both takes them so."""
    Budget.objects.select_for_update().get(pk=budget.pk)


def refund(budget: Budget, *, clears_live: bool) -> None:
    """Success gives its own try back and ends the run of wrong ones."""
    changes: dict[str, object] = {
        "consecutive": 0,
        "day": Greatest(models.F("day") - 1, 0),
        "total": Greatest(models.F("total") - 1, 0),
    }
    if clears_live:
        changes |= {"live_asked_id": None, "live_alternative_id": None}
    Budget.objects.filter(pk=budget.pk).update(**changes)


def give_back(budget: Budget) -> None:
    """Take back the charge of a try that nobody looked at."""
    Budget.objects.filter(pk=budget.pk).update(
        consecutive=Greatest(models.F("consecutive") - 1, 0),
        total=Greatest(models.F("total") - 1, 0),
    )


def grant(visit: Visit, factor: Factor, now: datetime) -> None:
    """Let this browser pass the factor, in place of an older grant."""
    visit.grants.filter(factor=factor, ended_at=None).update(ended_at=now)
    Grant.objects.create(visit=visit, factor=factor, granted_at=now, last_seen_at=now)
    Factor.objects.filter(pk=factor.pk).update(proven_at=now)


def has_passed(attempt: Try) -> bool:
    """Say whether this browser passed the factor already, by another press."""
    live = attempt.visit.grants.filter(factor=attempt.factor, ended_at=None)
    return live.exists()


def tell(attempt: Try, kind: str, now: datetime, **facts: object) -> None:
    """Write one entry of what the signer did; call it in the transaction."""
    trail.append(
        attempt.gate.trail_id,
        kind,
        now,
        actor="signer",
        gate=attempt.gate,
        set_by=attempt.factor.set_by,
        ip=attempt.origin.ip,
        **facts,
    )


def tell_wrong(
    attempt: Try,
    kind: str,
    budget: Budget,
    reference: str,
    why: Outcome,
    now: datetime,
    **facts: object,
) -> None:
    trail.append(
        attempt.gate.trail_id,
        kind,
        now,
        actor="signer",
        gate=attempt.gate,
        why=why,
        reference=reference,
        tries_left=budget.tries_left(attempt.gate.max_tries, now),
        ip=attempt.origin.ip,
        **facts,
    )


def _failure(attempt: Try) -> limits.Use:
    return limits.Use(limits.IP_FAILURES, attempt.origin.ip)


def count_failure(attempt: Try, now: datetime) -> None:
    """Count a wrong try against the network that it came from."""
    # Once it is spent, the next press is refused before it is looked at.
    with contextlib.suppress(limits.LimitReachedError):
        limits.take([_failure(attempt)], now)
