"""A lost phone or key: what was set up on it proves nothing any more, anywhere.

A passkey or app belongs to a person at a company, not to a document, so all
open gates of that person there lose what it has proven.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from verification import devices, trail
from verification.flows import ending, locking
from verification.models import Authenticator, Factor, Gate, Grant, Passkey


def forget(gate: Gate, kinds: Iterable[str], *, actor: str, now: datetime) -> list[str]:
    """Remove what the person of this gate has set up of these kinds.

    Returns the kinds of which there was something. All that was proven at this
    gate ends, and at others what that device had proven.
    """
    with transaction.atomic():
        locking.hold_tries(gate)
        gone = [kind for kind in kinds if _remove(gate, kind, now)]
        if not gone:
            return []
        ending.forget_proofs(gate, now)
        told = [(gate, kind) for kind in gone]
        told += [(other, kind) for kind in gone for other in _others(gate, kind)]
        for other, kind in told[len(gone) :]:
            _end_proofs_by(other, kind, now)
        for other, kind in sorted(told, key=lambda one: one[0].trail_id):
            trail.append(
                other.trail_id,
                f"{kind}_removed",
                now,
                actor=actor,
                gate=other,
                elsewhere=other.pk != gate.pk,
            )
    return gone


def _remove(gate: Gate, kind: str, now: datetime) -> bool:
    person = devices.person_of(gate)
    if kind == Factor.Kind.PASSKEY:
        live = Passkey.objects.filter(**person, removed_at=None)
        return live.update(removed_at=now) > 0
    apps = Authenticator.objects.filter(**person, removed_at=None)
    was_set_up = apps.filter(confirmed_at__isnull=False).exists()
    apps.update(removed_at=now, key="")  # also what somebody is setting up
    return was_set_up


def _others(gate: Gate, kind: str) -> list[Gate]:
    """Other gates of this person at the company where that is asked for."""
    person = devices.person_of(gate)
    asking = Gate.objects.filter(
        company_id=gate.company_id,
        email__iexact=gate.email.strip(),
        closed_at=None,
        factors__kind=kind,
        factors__removed_at=None,
    )
    found = asking.exclude(pk=gate.pk).order_by("pk")
    return [other for other in found if devices.person_of(other) == person]


def _end_proofs_by(gate: Gate, kind: str, now: datetime) -> None:
    grants = Grant.objects.filter(visit__gate=gate, factor__kind=kind, ended_at=None)
    grants.update(ended_at=now)
    gate.factors.filter(kind=kind).update(proven_at=None)
