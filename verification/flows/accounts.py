"""An account is proof: its owner has signed in, with all that the account asks."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from verification import trail
from verification.flows import trying
from verification.flows.opening import Origin
from verification.models import Factor, User, Visit
from verification.outcomes import Outcome
from verification.standing import standing


def pass_by_account(
    visit: Visit,
    factor: Factor,
    user: User,
    *,
    has_second_step: bool,
    origin: Origin,
    now: datetime,
) -> Outcome:
    """Grant an account factor to the browser in which user is signed in.

    The door has made sure that user is, with their second step where one is
    asked for. An account of another address proves nothing here.
    """
    gate = visit.gate
    if gate.closed_at is not None:
        return Outcome.CLOSED
    is_asked = factor.kind == Factor.Kind.ACCOUNT
    if not is_asked or not standing(gate, visit, now).is_reached(factor):
        return Outcome.STALE
    if not user.is_active or user.email.lower() != gate.email.lower():
        return Outcome.NOT_ALLOWED
    with transaction.atomic():
        trying.grant(visit, factor, now)
        trail.append(
            gate.trail_id,
            "account_passed",
            now,
            actor="signer",
            gate=gate,
            second_step=has_second_step,
            ip=origin.ip,
        )
    return Outcome.PASSED
