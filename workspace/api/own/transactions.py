"""Gates and what keeps people out of them, by API."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db import models
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from signing.flows import correcting, resending
from signing.flows.downloads import TRAIL, record_download
from signing.flows.refusals import RefusedError
from signing.models import Signer, SignRequest
from workspace import keys, listing, spelling, trail_files
from workspace.api import guard
from workspace.api.own import shown
from workspace.api.own.api import REFUSALS, OwnRequest
from workspace.api.own.schemas import (
    CodeIn,
    CodeOut,
    PhoneIn,
    ReasonIn,
    SignerOut,
    TrailOut,
    TransactionOut,
    TransactionsOut,
)

router = Router(tags=["Transactions"])
Scope = guard.Scope
PAGE = 100


@router.get(
    "/transactions",
    response={200: TransactionsOut} | REFUSALS,
    summary="List transactions, newest first",
)
def transactions(request: OwnRequest, older: str = "") -> dict[str, Any]:
    guard.need(request.key, Scope.READ)
    rows = guard.visible_requests(request.key)
    key = listing.Key.parse(older) if older else None
    if older and key is None:
        raise RefusedError("bad_older", "older is not what a page before it gave.")
    if key is not None:
        same_time = models.Q(created_at=key.at, pk__lt=key.pk)
        rows = rows.filter(models.Q(created_at__lt=key.at) | same_time)
    found = list(rows.order_by("-created_at", "-pk")[: PAGE + 1])
    page = found[:PAGE]
    last = page[-1] if len(found) > PAGE else None
    return {
        "entries": [
            {
                "id": row.public_id,
                "title": row.title,
                "state": row.state,
                "created_at": row.created_at,
            }
            for row in page
        ],
        "next": str(listing.Key(last.created_at, last.pk)) if last else None,
    }


@router.get(
    "/transactions/{transaction_id}",
    response={200: TransactionOut} | REFUSALS,
    summary="Get a transaction with its gates and what keeps whom out",
)
def transaction(request: OwnRequest, transaction_id: UUID) -> dict[str, Any]:
    guard.need(request.key, Scope.READ)
    return shown.transaction(_request(request, transaction_id), request.now)


@router.get(
    "/transactions/{transaction_id}/trail",
    response={200: TrailOut} | REFUSALS,
    summary="Get the whole trail, to be checked",
)
def trail(request: OwnRequest, transaction_id: UUID) -> dict[str, Any]:
    guard.need(request.key, Scope.READ)
    row = _request(request, transaction_id)
    told: dict[str, Any] = json.loads(trail_files.as_json(row, request.now))
    if row.sent_at is not None:
        actor = keys.actor_name(request.key)
        record_download(row, TRAIL, actor, request.now)
    return told


@router.post(
    "/transactions/{transaction_id}/signers/{signer_id}/alternative-code",
    response={201: CodeOut} | REFUSALS,
    summary="Issue an alternative security code, if the company allows it",
)
def alternative_code(
    request: OwnRequest, transaction_id: UUID, signer_id: UUID, body: CodeIn
) -> Status[dict[str, Any]]:
    guard.need(request.key, Scope.MANAGE)
    signer = find_signer(request, transaction_id, signer_id)
    member = request.key.member
    if body.reason.strip() and resending.locked_budgets(signer):
        issued = resending.unlock_and_generate(
            signer,
            actor=member.user,
            is_company_admin=member.is_company_admin,
            reason=body.reason,
            now=request.now,
        )
    else:
        issued = resending.generate(signer, issuer=member.user, now=request.now)
    return Status(
        201,
        {
            "code": spelling.grouped(issued.code),
            "valid_until": issued.challenge.expires_at,
        },
    )


@router.post(
    "/transactions/{transaction_id}/signers/{signer_id}/unlock",
    response={204: None} | REFUSALS,
    summary="Give a locked signer all tries back",
)
def unlock(
    request: OwnRequest, transaction_id: UUID, signer_id: UUID, body: ReasonIn
) -> Status[None]:
    guard.need(request.key, Scope.MANAGE)
    member = request.key.member
    resending.unlock(
        find_signer(request, transaction_id, signer_id),
        actor=member.user,
        is_company_admin=member.is_company_admin,
        reason=body.reason,
        now=request.now,
    )
    return Status(204, None)


@router.patch(
    "/transactions/{transaction_id}/signers/{signer_id}/phone",
    response={200: SignerOut} | REFUSALS,
    summary="Give a signer another phone number",
)
def change_phone(
    request: OwnRequest, transaction_id: UUID, signer_id: UUID, body: PhoneIn
) -> dict[str, Any]:
    guard.need(request.key, Scope.SEND)
    signer = find_signer(request, transaction_id, signer_id)
    number = body.phone.strip()
    if not number:
        raise RefusedError("bad_number", "phone must be a number like +15551232190.")
    correcting.change_phones(
        {signer: number}, actor=request.key.member.user, now=request.now
    )
    whole = shown.transaction(_request(request, transaction_id), request.now)
    found: dict[str, Any] = next(
        one for one in whole["signers"] if one["id"] == signer_id
    )
    return found


def _request(request: OwnRequest, transaction_id: UUID) -> SignRequest:
    """Return what the key's member may see; what is not theirs does not exist."""
    rows = guard.visible_requests(request.key).select_related("company", "sender")
    return get_object_or_404(rows, public_id=transaction_id)


def find_signer(request: OwnRequest, transaction_id: UUID, signer_id: UUID) -> Signer:
    row = _request(request, transaction_id)
    signers = row.signers.select_related("gate", "request__company")
    return get_object_or_404(signers, public_id=signer_id)
