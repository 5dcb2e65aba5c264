"""Identity checks by API: read, decided, given back, and let go on. No pictures."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Router, Status

from signing.flows import identity_review
from signing.flows.refusals import RefusedError
from signing.models import Signer
from verification.flows import passing
from verification.models import Factor, IdentityCheck
from workspace import identity_reports, keys
from workspace.api import guard
from workspace.api.own.api import REFUSALS, OwnRequest
from workspace.api.own.schemas import (
    ApproveIn,
    IdentityReportOut,
    ReasonIn,
    RejectIn,
)
from workspace.api.own.transactions import find_signer
from workspace.identity_reports import Report

router = Router(tags=["Identity checks"])
Scope = guard.Scope
SIGNER = "/transactions/{transaction_id}/signers/{signer_id}/identity"


@router.get(
    SIGNER,
    response={200: IdentityReportOut} | REFUSALS,
    summary="Get what a signer’s identity check came to",
)
def report(
    request: OwnRequest, transaction_id: UUID, signer_id: UUID
) -> dict[str, Any]:
    """It names a person and their birthday: that it was read stands in the trail."""
    guard.need(request.key, Scope.READ)
    signer, factor = _find(request, transaction_id, signer_id)
    actor = keys.actor_name(request.key)
    identity_reports.note(signer, "verification_read", actor=actor, now=request.now)
    told = identity_reports.report(factor)
    return _shown(told, signer, request)


@router.post(
    f"{SIGNER}/approve",
    response={204: None} | REFUSALS,
    summary="Accept the ID that waits, or that failed by machine",
)
def approve(
    request: OwnRequest, transaction_id: UUID, signer_id: UUID, body: ApproveIn
) -> Status[None]:
    """Only where the key’s member has looked at the pictures, in the workspace or by
    fetching one with a key of theirs; `not_looked` otherwise."""
    guard.need(request.key, Scope.MANAGE)
    check = _check(request, transaction_id, signer_id, body.check)
    actor = request.key.member.user
    identity_review.approve(check, actor=actor, now=request.now)
    return Status(204, None)


@router.post(
    f"{SIGNER}/reject",
    response={204: None} | REFUSALS,
    summary="Reject the ID that waits; the signer reads the reason",
)
def reject(
    request: OwnRequest, transaction_id: UUID, signer_id: UUID, body: RejectIn
) -> Status[None]:
    guard.need(request.key, Scope.MANAGE)
    check = _check(request, transaction_id, signer_id, body.check)
    actor = request.key.member.user
    identity_review.reject(check, body.reason, actor=actor, now=request.now)
    return Status(204, None)


@router.post(
    f"{SIGNER}/reset",
    response={204: None} | REFUSALS,
    summary="Give a signer whose checks failed all tries back",
)
def reset(
    request: OwnRequest, transaction_id: UUID, signer_id: UUID, body: ReasonIn
) -> Status[None]:
    guard.need(request.key, Scope.MANAGE)
    signer, _factor = _find(request, transaction_id, signer_id)
    member = request.key.member
    identity_review.reset(
        signer,
        actor=member.user,
        is_company_admin=member.is_company_admin,
        reason=body.reason,
        now=request.now,
    )
    return Status(204, None)


@router.post(
    f"{SIGNER}/release",
    response={204: None} | REFUSALS,
    summary="Let a signer go on who waits for prefilled fields",
)
def release(request: OwnRequest, transaction_id: UUID, signer_id: UUID) -> Status[None]:
    guard.need(request.key, Scope.SEND)
    signer, _factor = _find(request, transaction_id, signer_id)
    actor = keys.actor_name(request.key)
    if not passing.release(signer.gate, actor=actor, now=request.now):
        raise RefusedError("not_held", "This signer does not wait for fields.")
    return Status(204, None)


def _find(
    request: OwnRequest, transaction_id: UUID, signer_id: UUID
) -> tuple[Signer, Factor]:
    """Where no identity check is asked for there is nothing at this address."""
    signer = find_signer(request, transaction_id, signer_id)
    factor = identity_reports.factor_of(signer)
    if factor is None:
        raise Http404
    return signer, factor


def _check(
    request: OwnRequest, transaction_id: UUID, signer_id: UUID, check_id: UUID
) -> IdentityCheck:
    """The check that the program has read of, so that it decides about no other."""
    _signer, factor = _find(request, transaction_id, signer_id)
    rows = IdentityCheck.objects.select_related("gate")
    return get_object_or_404(rows, factor=factor, public_id=check_id)


def _shown(told: Report, signer: Signer, request: OwnRequest) -> dict[str, Any]:
    check, facts = told.check, told.facts
    gate = signer.gate
    return {
        "result": told.result.value,
        "check": check.public_id if check else None,
        "provider": check.provider if check else None,
        "reason": told.reason or None,
        "sentence": told.sentence or None,
        "started_at": check.started_at if check else None,
        "sent_at": check.sent_at if check else None,
        "decided_at": check.decided_at if check else None,
        "decided_by": _decider(check),
        "document_type": (facts.document_type or check.document_type or None)
        if check
        else None,
        "country": (facts.country or check.country or None) if check else None,
        "number_end": facts.number_end[-3:] or None,
        "name": facts.full_name or None,
        "born_on": _day(facts.born_on),
        "expires_on": _day(facts.expires_on),
        "checks": check.checks if check else {},
        "name_level": check.name_level or None if check else None,
        "is_held": gate.held_until is not None and request.now < gate.held_until,
        "review_url": _page(check),
    }


def _decider(check: IdentityCheck | None) -> str | None:
    if check is None or check.decided_by is None:
        return None
    return check.decided_by.get_full_name() or check.decided_by.email


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _page(check: IdentityCheck | None) -> str | None:
    if check is None:
        return None
    page = reverse("workspace:identity-check", args=[check.public_id])
    return f"{settings.PUBLIC_URL}{page}"
