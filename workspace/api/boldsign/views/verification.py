"""Identity verification: its report, its pictures, and the page for looking at it."""

from __future__ import annotations

import logging
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from ninja import Query, Router

from signing.models import Signer
from verification import vault
from verification.flows import looking
from verification.models import Factor, IdentityPicture
from workspace import identity_reports, keys
from workspace.api import guard
from workspace.api.boldsign import finding, signers_shown
from workspace.api.boldsign.answers import answers, binary
from workspace.api.boldsign.errors import DoorError
from workspace.api.boldsign.schemas.requests import (
    OfDocument,
    Url,
    VerificationImage,
    VerificationOf,
    VerificationPage,
)
from workspace.api.boldsign.schemas.verification import (
    IdDate,
    IdDocument,
    IdError,
    IdReport,
)
from workspace.api.boldsign.views.links import checked_url, phone_of
from workspace.identity_reports import Report, Result
from workspace.models import ApiKey

if TYPE_CHECKING:
    from workspace.api.boldsign.api import DoorRequest

router = Router(tags=["IdentityVerification"])
Scope = ApiKey.Scope
Side = IdentityPicture.Side
logger = logging.getLogger(__name__)


@router.post(
    "/identityVerification/report",
    response=answers(200, IdReport),
    by_alias=True,
    operation_id="identityVerificationReport",
)
def report(
    request: DoorRequest, query: Query[OfDocument], body: VerificationOf
) -> IdReport:
    """Pictures are named to keys that may have them."""
    guard.need(request.key, Scope.READ)
    signer, factor = find(request, query, body)
    actor = keys.actor_name(request.key)
    identity_reports.note(signer, "verification_read", actor=actor, now=request.now)
    told = identity_reports.report(factor)
    check = told.check
    is_decided = check is not None and check.decided_at is not None
    return IdReport(
        verification_result=signers_shown.RESULTS[told.result],
        verified_date=check.decided_at.isoformat()
        if check and check.decided_at and told.result == Result.PASSED
        else None,
        error=IdError(code=told.reason, message=told.sentence) if told.reason else None,
        document=document(told, with_pictures=request.key.allows(Scope.MANAGE))
        if is_decided or told.result == Result.NEEDS_REVIEW
        else None,
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
    """One picture, by its id in the report. Each time stands in the trail."""
    guard.need(request.key, Scope.MANAGE)
    _signer, factor = find(request, query, body)
    picture = identity_reports.picture_of(factor, body.file_id or "")
    if picture is None:
        raise DoorError("The fileId names no picture of this verification.")
    actor, user = keys.actor_name(request.key), request.key.member.user
    try:
        source = looking.hand_out(picture, user, actor=actor, now=request.now)
    except (vault.UnreadableError, OSError) as error:
        logger.exception("Picture %s cannot be read.", picture.pk)
        raise DoorError("The fileId names a picture that is not kept any more.") from (
            error
        )
    response = HttpResponse(source, content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    return response


@router.post(
    "/identityVerification/createEmbeddedVerificationUrl",
    response=answers(200, Url),
    by_alias=True,
    operation_id="createEmbeddedVerificationUrl",
)
def embedded_url(
    request: DoorRequest, query: Query[OfDocument], body: VerificationPage
) -> Url:
    """The workspace’s own page for reviewing: whoever opens it signs in first.

    Before the signer has begun it is the transaction’s.
    """
    guard.need(request.key, Scope.MANAGE)
    checked_url(body.redirect_url, "redirectUrl")
    signer, factor = find(request, query, body)
    actor = keys.actor_name(request.key)
    identity_reports.note(
        signer, "verification_page_linked", actor=actor, now=request.now
    )
    check = identity_reports.newest(factor)
    if check is not None:
        page = reverse("workspace:identity-check", args=[check.public_id])
        return Url(url=f"{settings.PUBLIC_URL}{page}")
    page = reverse("workspace:request", args=[signer.request.public_id])
    return Url(url=f"{settings.PUBLIC_URL}{page}#name-{signer.public_id}")


def document(told: Report, *, with_pictures: bool) -> IdDocument | None:
    check, facts = told.check, told.facts
    if check is None:
        return None
    kind = facts.document_type or check.document_type
    selfies = told.files(Side.SELFIE) if with_pictures else []
    return IdDocument(
        type=signers_shown.DOCUMENT_TYPES.get(kind),
        first_name=facts.given_names or None,
        last_name=facts.surname or facts.full_name or None,
        country=facts.country or check.country or None,
        document_number=facts.number_end[-3:] or None,
        dob=day(facts.born_on),
        expiration_date=day(facts.expires_on),
        document_files=told.files(Side.FRONT, Side.BACK) if with_pictures else [],
        selfie_file=selfies[0] if selfies else None,
    )


def day(at: date | None) -> IdDate | None:
    return IdDate(day=at.day, month=at.month, year=at.year) if at else None


def find(
    request: DoorRequest, query: OfDocument, body: VerificationOf
) -> tuple[Signer, Factor]:
    found = finding.own_document(request.key, query.document_id, body.on_behalf_of)
    phone = phone_of(body.country_code, body.phone_number)
    signer = finding.signer(found, body.email_id, order=body.order, phone=phone)
    factor = identity_reports.factor_of(signer)
    if factor is None:
        raise DoorError("The signer is not asked for an identity verification.")
    return signer, factor
