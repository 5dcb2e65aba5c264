"""Proofs and codes that stop holding because something changed (threat T16)."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from verification.models import Budget, Challenge, Gate, Grant, IdentityCheck


def end_all(gate: Gate, now: datetime) -> None:
    """End every grant, live code and identity check of a gate; call it in a
    transaction."""
    Budget.objects.filter(gate=gate).update(
        live_asked_id=None, live_alternative_id=None, epoch=models.F("epoch") + 1
    )
    gate.challenges.filter(state=Challenge.State.ISSUED).update(
        state=Challenge.State.REPLACED, closed_at=now
    )
    gate.identity_checks.filter(state__in=IdentityCheck.LIVE).update(
        state=IdentityCheck.State.ENDED, decided_at=now, provider_url=""
    )
    gate.identity_checks.filter(used_at=None).update(used_at=now)
    Grant.objects.filter(visit__gate=gate, ended_at=None).update(ended_at=now)
    gate.visits.update(admitted_at=None)


def forget_proofs(gate: Gate, now: datetime) -> None:
    """End all that was proven, also once for all: a number, address or factor
    was changed. Call it after the change, in its transaction."""
    end_all(gate, now)
    gate.factors.update(proven_at=None)


def close(gate: Gate, now: datetime) -> None:
    """Shut a gate for good: recalled, declined, expired."""
    Gate.objects.filter(pk=gate.pk, closed_at=None).update(closed_at=now)
    end_all(gate, now)


def replace_link(gate: Gate, now: datetime) -> None:
    """Make every link sent so far worthless; the next message carries a new one."""
    row = Gate.objects.filter(pk=gate.pk)
    row.update(link_version=models.F("link_version") + 1)
    gate.refresh_from_db(fields=["link_version"])
    end_all(gate, now)
