"""Sign requests: made, listed, read, cancelled, sent again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from signing.flows import resending, sending
from signing.models import SignRequest
from workspace import keys
from workspace.api import guard
from workspace.api.box import creating, shown
from workspace.api.box.api import BoxRequest, read_json
from workspace.api.box.errors import BoxError, bad_request, not_found
from workspace.api.box.schemas import (
    REFUSALS,
    CreateIn,
    SignRequestOut,
    SignRequestsOut,
)
from workspace.models import ApiKey

router = Router(tags=["Sign requests"])
USUAL = 100
MOST = 1_000
MAX_REASON = 500
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@router.post(
    "/sign_requests",
    response={201: SignRequestOut} | REFUSALS,
    exclude_unset=True,
    summary="Create a sign request",
)
def create_sign_request(request: BoxRequest, body: CreateIn) -> Status[dict[str, Any]]:
    guard.need(request.key, guard.Scope.SEND)
    made = creating.create(request.key, body, request.now)
    return Status(201, shown.sign_request(get(request.key, str(made.public_id))))


@router.get(
    "/sign_requests",
    response={200: SignRequestsOut} | REFUSALS,
    exclude_unset=True,
    summary="List sign requests, newest first",
)
def list_sign_requests(
    request: BoxRequest,
    limit: str | None = None,
    marker: str | None = None,
    senders: str | None = None,
    shared_requests: str | None = None,
) -> dict[str, Any]:
    guard.need(request.key, guard.Scope.READ)
    size = limit_of(limit)
    rows = shown.related(guard.visible_requests(request.key))
    if senders:
        wanted = [one.strip().lower() for one in senders.split(",")]
        rows = rows.filter(sender__email__in=wanted)
    if (shared_requests or "").lower() == "true":
        rows = rows.exclude(sender_id=request.key.member.user_id)
    if marker:
        rows = rows.filter(after(marker))
    found = list(rows.order_by("-created_at", "-public_id")[: size + 1])
    page = found[:size]
    return {
        "limit": size,
        "next_marker": marker_of(page[-1]) if len(found) > size else None,
        "entries": [shown.sign_request(row) for row in page],
    }


@router.get(
    "/sign_requests/{sign_request_id}",
    response={200: SignRequestOut} | REFUSALS,
    exclude_unset=True,
    summary="Get a sign request",
)
def get_sign_request(request: BoxRequest, sign_request_id: str) -> dict[str, Any]:
    guard.need(request.key, guard.Scope.READ)
    return shown.sign_request(get(request.key, sign_request_id))


@router.post(
    "/sign_requests/{sign_request_id}/cancel",
    response={202: SignRequestOut} | REFUSALS,
    exclude_unset=True,
    summary="Cancel a sign request",
)
def cancel_sign_request(
    request: BoxRequest, sign_request_id: str
) -> Status[dict[str, Any]]:
    guard.need(request.key, guard.Scope.SEND)
    row = get(request.key, sign_request_id)
    end = sending.withdraw if row.is_draft else sending.recall
    cancelled = end(
        row,
        actor=request.key.member.user,
        reason=reason_of(request),
        now=request.now,
        by=keys.actor_name(request.key),
    )
    if not cancelled:
        raise BoxError(409, "The sign request is over, so it cannot be cancelled.")
    return Status(202, shown.sign_request(get(request.key, sign_request_id)))


@router.post(
    "/sign_requests/{sign_request_id}/resend",
    response={202: None} | REFUSALS,
    summary="Send the emails of a sign request again",
)
def resend_sign_request(request: BoxRequest, sign_request_id: str) -> HttpResponse:
    guard.need(request.key, guard.Scope.SEND)
    row = get(request.key, sign_request_id)
    if not row.is_open:
        raise BoxError(409, "The sign request is not waiting for anybody.")
    resending.resend(row.signers.all(), actor=request.key.member.user, now=request.now)
    return HttpResponse(status=202)


def get(key: ApiKey, public_id: str) -> SignRequest:
    """Return what this key may see. Raises BoxError."""
    try:
        wanted = UUID(public_id)
    except ValueError:
        raise not_found("sign request") from None
    row = shown.related(guard.visible_requests(key)).filter(public_id=wanted).first()
    if row is None:
        raise not_found("sign request")
    return row


def limit_of(written: str | None) -> int:
    """Return how many a page has. Raises BoxError for what is no such number."""
    if written is None or written == "":
        return USUAL
    is_number = written.isascii() and written.isdecimal() and len(written) < 10
    if not is_number or int(written) < 1:
        raise bad_request("limit must be a whole number from 1.")
    return min(int(written), MOST)


def marker_of(row: SignRequest) -> str:
    """Return where the next page begins: after this row, whatever becomes of it."""
    micros = (row.created_at - EPOCH) // timedelta(microseconds=1)
    return f"{micros}-{row.public_id.hex}"


def after(marker: str) -> models.Q:
    """Select what comes after a marker. Raises BoxError for what is none."""
    micros, _dash, written = marker.partition("-")
    try:
        public_id = UUID(written)
        created_at = EPOCH + timedelta(microseconds=int(micros))
    except (ValueError, OverflowError):
        raise bad_request("marker must be the next_marker of a page.") from None
    older = models.Q(created_at__lt=created_at)
    beside = models.Q(created_at=created_at, public_id__lt=public_id)
    # The first part says nothing new; an index can only be entered by it.
    return models.Q(created_at__lte=created_at) & (older | beside)


def reason_of(request: HttpRequest) -> str:
    """Return why it is cancelled; most clients send no body at all."""
    if not request.body:
        return ""
    body = read_json(request.body)
    if not isinstance(body, dict):
        raise bad_request("The body must be a JSON object.")
    reason = body.get("reason") or ""
    if not isinstance(reason, str) or len(reason) > MAX_REASON:
        raise bad_request(f"reason must be text of at most {MAX_REASON} characters.")
    return reason
