"""Proofs and codes that stop holding because something changed (threat T16)."""

from __future__ import annotations

from datetime import datetime

from verification.models import Budget, Challenge, Gate, Grant


def end_all(gate: Gate, now: datetime) -> None:
    """End every grant and every live code of a gate; call it in a transaction."""
    Budget.objects.filter(gate=gate).update(
        live_asked_id=None, live_alternative_id=None
    )
    gate.challenges.filter(state=Challenge.State.ISSUED).update(
        state=Challenge.State.REPLACED, closed_at=now
    )
    Grant.objects.filter(visit__gate=gate, ended_at=None).update(ended_at=now)
    gate.visits.update(admitted_at=None)


def close(gate: Gate, now: datetime) -> None:
    """Shut a gate for good: recalled, declined, expired."""
    Gate.objects.filter(pk=gate.pk, closed_at=None).update(closed_at=now)
    end_all(gate, now)


def replace_link(gate: Gate, now: datetime) -> None:
    """Make every link sent so far worthless; the next message carries a new one."""
    gate.link_version += 1
    Gate.objects.filter(pk=gate.pk).update(link_version=gate.link_version)
    end_all(gate, now)
