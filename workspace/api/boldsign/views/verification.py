"""Identity verification: its report, its pictures, and the page for looking at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from ninja import Query, Router

from signing.models import Signer
from verification import trail
from verification.models import Factor
from workspace import keys
from workspace.api import guard
from workspace.api.boldsign import finding
from workspace.api.boldsign.answers import answers, binary
from workspace.api.boldsign.errors import DoorError
from workspace.api.boldsign.schemas.requests import (
    OfDocument,
    Url,
    VerificationImage,
    VerificationOf,
    VerificationPage,
)
from workspace.api.boldsign.schemas.verification import IdReport
from workspace.api.boldsign.views.links import checked_url, phone_of
from workspace.models import ApiKey

if TYPE_CHECKING:
    from workspace.api.boldsign.api import DoorRequest

router = Router(tags=["IdentityVerification"])
Scope = ApiKey.Scope


@router.post(
    "/identityVerification/report",
    response=answers(200, IdReport),
    by_alias=True,
    operation_id="identityVerificationReport",
)
def report(
    request: DoorRequest, query: Query[OfDocument], body: VerificationOf
) -> IdReport:
    guard.need(request.key, Scope.READ)
    signer, factor = find(request, query, body)
    note(request, signer, "verification_read")
    return IdReport(
        verification_result="Completed" if factor.proven_at else "NotStarted",
        verified_date=factor.proven_at.isoformat() if factor.proven_at else None,
    )


@router.post(
    "/identityVerification/image",
    response=answers(200),
    operation_id="identityVerificationImage",
    openapi_extra=binary("image/jpeg"),
)
def image(
    request: DoorRequest, query: Query[OfDocument], body: VerificationImage
) -> HttpResponse:
    """No picture is kept of anybody so far."""
    guard.need(request.key, Scope.READ)
    find(request, query, body)
    raise DoorError("The fileId names no picture of this verification.")


@router.post(
    "/identityVerification/createEmbeddedVerificationUrl",
    response=answers(200, Url),
    by_alias=True,
    operation_id="createEmbeddedVerificationUrl",
)
def embedded_url(
    request: DoorRequest, query: Query[OfDocument], body: VerificationPage
) -> Url:
    """The workspace’s own page: whoever opens it signs in first."""
    guard.need(request.key, Scope.MANAGE)
    checked_url(body.redirect_url, "redirectUrl")
    signer, _factor = find(request, query, body)
    note(request, signer, "verification_page_linked")
    page = reverse("workspace:request", args=[signer.request.public_id])
    return Url(url=f"{settings.PUBLIC_URL}{page}#name-{signer.public_id}")


def find(
    request: DoorRequest, query: OfDocument, body: VerificationOf
) -> tuple[Signer, Factor]:
    document = finding.own_document(request.key, query.document_id, body.on_behalf_of)
    phone = phone_of(body.country_code, body.phone_number)
    signer = finding.signer(document, body.email_id, order=body.order, phone=phone)
    factor = signer.gate.factors.filter(
        kind=Factor.Kind.IDENTITY, removed_at=None
    ).first()
    if factor is None:
        raise DoorError("The signer is not asked for an identity verification.")
    return signer, factor


def note(request: DoorRequest, signer: Signer, kind: str) -> None:
    actor = keys.actor_name(request.key)
    gate = signer.gate
    with transaction.atomic():
        trail.append(gate.trail_id, kind, request.now, actor=actor, gate=gate)
