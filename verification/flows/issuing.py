"""A publisher's alternative code: the way in when nothing else arrives."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from verification import codes, delivery, policy, trail
from verification.models import Budget, Challenge, Delivery, Factor, Gate, User
from verification.standing import budget_for, budget_of

ISSUED_NOTICE = "code_issued"
# What an alternative code may replace, first choice first: never identity.
REPLACEABLE = (Factor.Kind.PHONE, Factor.Kind.EMAIL, Factor.Kind.ACCESS_CODE)


@dataclass(frozen=True)
class Issued:
    """The code in clear: shown once, kept nowhere, and in no trace of a failure."""

    code: str = field(repr=False)
    challenge: Challenge


def issue_alternative(
    gate: Gate, *, issuer: User, actor: str, now: datetime
) -> Issued | None:
    """Make the code that a publisher tells a signer; None where that is not offered.

    None also for a signer who is locked, or whose gate is shut: a code never
    unlocks by itself. Lives beside the asked code. A newer one ends it; using it, or passing by an
    asked code, ends both. The signer is told that one was issued (threat T20).
    """
    factor = stands_in_for(gate)
    if factor is None or not policy.of(gate).offers_alternative_codes:
        return None
    if budget_for(factor).locked_at:
        return None
    code = codes.new_alternative_code()
    secret = make_password(
        code, hasher="argon2"
    )  # slow on purpose, so outside the transaction
    budget = budget_of(gate, Budget.Kind.ONE_TIME_CODE)
    with transaction.atomic():
        gate = Gate.objects.select_for_update(no_key=True).get(pk=gate.pk)
        if gate.closed_at is not None:
            return None
        budget = Budget.objects.select_for_update().get(pk=budget.pk)
        if budget.locked_at:
            return None
        older = gate.challenges.filter(
            channel=Challenge.Channel.ALTERNATIVE, state=Challenge.State.ISSUED
        )
        older.update(state=Challenge.State.REPLACED, closed_at=now)
        challenge = Challenge.objects.create(
            gate=gate,
            factor=factor,
            channel=Challenge.Channel.ALTERNATIVE,
            reference=codes.new_reference(),
            nonce=b"",
            secret=secret,
            issued_by=issuer,
            issued_at=now,
            expires_at=now + gate.alternative_lifetime,
        )
        Budget.objects.filter(pk=budget.pk).update(
            live_alternative_id=challenge.pk,
            live_alternative_ends_at=challenge.expires_at,
        )
        _tell_issued(gate, challenge, actor, now)
    return Issued(code, challenge)


def withdraw_alternatives(company_id: int, now: datetime) -> None:
    """End a company's live alternative codes: it turned one of its settings off.

    Turned on again, none of them comes back to life.
    """
    with transaction.atomic():
        Budget.objects.filter(gate__company_id=company_id).exclude(
            live_alternative_id=None
        ).update(live_alternative_id=None)
        Challenge.objects.filter(
            gate__company_id=company_id,
            channel=Challenge.Channel.ALTERNATIVE,
            state=Challenge.State.ISSUED,
        ).update(state=Challenge.State.REPLACED, closed_at=now)


def stands_in_for(gate: Gate) -> Factor | None:
    """Return the factor that an alternative code may replace, if there is one."""
    factors = {f.kind: f for f in gate.factors.all() if f.removed_at is None}
    for kind in REPLACEABLE:
        if kind in factors:
            return factors[kind]
    return None


def _tell_issued(gate: Gate, challenge: Challenge, actor: str, now: datetime) -> None:
    trail.append(
        gate.trail_id,
        "code_issued",
        now,
        actor=actor,
        gate=gate,
        reference=challenge.reference,
        ends_at=challenge.expires_at.isoformat(),
    )
    if gate.email:
        delivery.enqueue(
            kind=ISSUED_NOTICE,
            channel=Delivery.Channel.EMAIL,
            address=gate.email,
            language=gate.language,
            now=now,
            gate=gate,
            link_version=gate.link_version,
        )
