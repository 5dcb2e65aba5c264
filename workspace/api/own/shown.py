"""A transaction with its gates, as programs read it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Prefetch

from signing.flows.identity_rules import details_of
from signing.models import Signer, SignRequest
from verification.addresses import mask_email, mask_phone
from verification.models import Budget, Delivery, Factor
from verification.standing import BUDGETS
from workspace import identity_reports, standing
from workspace.diagnosis import Diagnosis, diagnose
from workspace.overview import TRYLESS


def transaction(row: SignRequest, now: datetime) -> dict[str, Any]:
    """Return everything of one transaction; the same number of queries for all."""
    factors = identity_reports.with_newest(Factor.objects.all())
    signers = list(
        standing.with_last_delivery(
            row.signers.select_related("gate", "request__company").prefetch_related(
                "gate__budgets", Prefetch("gate__factors", factors)
            )
        )
    )
    found = diagnose(signers, now)
    last = standing.last_deliveries(signers)
    return {
        "id": row.public_id,
        "title": row.title,
        "state": row.state,
        "created_at": row.created_at,
        "sent_at": row.sent_at,
        "ends_at": row.ends_at,
        "signers": [
            signer(one, found.get(one.pk), last.get(one.last_delivery_id or 0), now)  # type: ignore[attr-defined]  # annotated
            for one in signers
        ],
    }


def signer(
    one: Signer, diagnosis: Diagnosis | None, last: Delivery | None, now: datetime
) -> dict[str, Any]:
    gate = one.gate
    budgets = {budget.kind: budget for budget in gate.budgets.all()}
    asked = [factor for factor in gate.factors.all() if factor.removed_at is None]
    return {
        "id": one.public_id,
        "name": one.name,
        "email": one.email,
        "masked_phone": gate.masked_phone,
        "order": one.order,
        "state": one.state,
        "is_locked": any(budget.locked_at for budget in budgets.values()),
        "is_held": gate.held_until is not None and now < gate.held_until,
        "factors": [
            factor(each, budgets, gate.max_tries, now)
            for each in sorted(asked, key=lambda each: each.place)
        ],
        "last_delivery": delivery(last) if last else None,
        "diagnosis": _diagnosis(diagnosis) if diagnosis else None,
    }


def factor(
    one: Factor, budgets: dict[str, Budget], tries: int, now: datetime
) -> dict[str, Any]:
    budget, left = None, None
    is_identity = one.kind == Factor.Kind.IDENTITY
    if one.kind not in TRYLESS:
        kind = BUDGETS.get(one.kind, Budget.Kind.ONE_TIME_CODE)
        budget = budgets.get(kind)
        own = details_of(one).max_tries if is_identity else tries
        left = budget.tries_left(own, now) if budget else own
    return {
        "kind": one.kind,
        "stage": one.stage,
        "frequency": one.frequency,
        "is_proven": one.proven_at is not None,
        "tries_left": left,
        "is_locked": bool(budget and budget.locked_at),
        "identity": _identity(one) if is_identity else None,
    }


def _identity(one: Factor) -> dict[str, Any]:
    result = identity_reports.result_in_list(one)
    is_failed = result == identity_reports.Result.FAILED
    reason = getattr(one, "check_reason", None) if is_failed else None
    return {"result": result.value, "reason": reason or None}


def delivery(one: Delivery) -> dict[str, Any]:
    is_mail = one.channel == Delivery.Channel.EMAIL
    mask = mask_email if is_mail else mask_phone
    return {
        "channel": one.channel,
        "kind": one.kind,
        "to": mask(one.address),
        "state": one.state,
        "reason": one.reason or None,
        "at": one.settled_at or one.handed_over_at or one.created_at,
    }


def _diagnosis(one: Diagnosis) -> dict[str, Any]:
    fix = one.fix
    return {
        "code": one.code,
        "sentence": one.sentence,
        "is_trouble": one.is_trouble,
        "fix": {
            "label": fix.label,
            "url": settings.PUBLIC_URL + fix.url if fix.url else None,
            "words": fix.words or None,
        }
        if fix
        else None,
    }
