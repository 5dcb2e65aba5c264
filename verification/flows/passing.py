"""What a check that passed opens: the gate, once, for the browser that made it,
and after half a minute where fields are to be filled in first (seed 003)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from verification import trail
from verification.flows import identity, trying
from verification.models import Gate, IdentityCheck, Visit
from verification.outcomes import Outcome
from verification.standing import standing

State = IdentityCheck.State
HOLD = timedelta(seconds=30)


def use(check: IdentityCheck, visit: Visit, now: datetime) -> Outcome:
    """Turn a check that passed into a grant of the browser that made it, once."""
    gate, factor = check.gate, check.factor
    if gate.closed_at is not None:
        return Outcome.CLOSED
    if not _is_own(check, visit, now):
        return Outcome.STALE
    if not standing(gate, visit, now).is_reached(factor):
        return Outcome.STALE
    rules = identity.rules_of(factor)
    with transaction.atomic():
        if rules.holds_for_prefill:
            Gate.objects.select_for_update(no_key=True).get(pk=gate.pk)
        trying.hold(identity.tries_of(check))
        row = IdentityCheck.objects.filter(
            pk=check.pk, state=State.PASSED, used_at=None
        )
        if not row.update(used_at=now):
            return Outcome.STALE
        _settle_beside(check, visit, now)
        trying.grant(visit, factor, now)
        if rules.holds_for_prefill:
            held = Gate.objects.filter(pk=gate.pk, held_until=None)
            if held.update(held_until=now + HOLD):
                trail.append(gate.trail_id, "held", now, actor="system", gate=gate)
    gate.refresh_from_db(fields=["held_until"])
    return Outcome.PASSED


def _is_own(check: IdentityCheck, visit: Visit, now: datetime) -> bool:
    if check.visit_id != visit.pk or check.factor.removed_at is not None:
        return False
    check.visit = visit
    return not check.needs_link(now)


def _settle_beside(check: IdentityCheck, visit: Visit, now: datetime) -> None:
    """Let no other showing of this browser count any more: approved by hand later,
    it would open the gate at an access for which nothing was shown."""
    others = visit.identity_checks.filter(factor_id=check.factor_id)
    others = others.exclude(pk=check.pk)
    others.filter(state__in=IdentityCheck.LIVE).update(
        state=State.ENDED, decided_at=now, provider_url=""
    )
    others.filter(used_at=None).update(used_at=now)


def release(gate: Gate, *, actor: str, now: datetime) -> bool:
    """Let a signer go on who waits while fields are being filled in."""
    held = Gate.objects.filter(pk=gate.pk, held_until__gt=now)
    with transaction.atomic():
        released = held.update(held_until=now) == 1
        if released:
            trail.append(gate.trail_id, "released", now, actor=actor, gate=gate)
    return released
