"""Sender identities: asked to agree, listed, changed, taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.http import HttpResponse
from ninja import Query, Router, Status

from signing.models import SenderIdentity
from workspace import senders
from workspace.api import guard
from workspace.api.boldsign import listing
from workspace.api.boldsign.answers import answers, empty
from workspace.api.boldsign.errors import DoorError
from workspace.api.boldsign.models import BoldSignIdentity
from workspace.api.boldsign.people import clean_email
from workspace.api.boldsign.schemas.identities import (
    CreateIdentity,
    Identity,
    IdentityCreated,
    IdentityDetails,
    IdentityList,
)
from workspace.api.boldsign.schemas.requests import (
    IdentityListQuery,
    OfEmail,
    OfIdentity,
)
from workspace.models import ApiKey

if TYPE_CHECKING:
    from workspace.api.boldsign.api import DoorRequest

router = Router(tags=["SenderIdentities"])
Scope = ApiKey.Scope
Rows = models.QuerySet[SenderIdentity]


@router.post(
    "/senderIdentities/create",
    response=answers(201, IdentityCreated),
    by_alias=True,
    operation_id="createSenderIdentity",
)
def create(request: DoorRequest, body: CreateIdentity) -> Status[IdentityCreated]:
    guard.need(request.key, Scope.MANAGE)
    email = clean_email(body.email, "", "email")
    with transaction.atomic():
        identity = senders.add(
            request.key.company,
            email=email,
            name=(body.name or "").strip() or email.partition("@")[0],
            actor=request.key.member.user,
            now=request.now,
        )
        keep_facts(identity, body)
    return Status(201, IdentityCreated(sender_identity_id=str(identity.pk)))


@router.get(
    "/senderIdentities/list",
    response=answers(200, IdentityList),
    by_alias=True,
    operation_id="listSenderIdentities",
)
def list_identities(
    request: DoorRequest, query: Query[IdentityListQuery]
) -> IdentityList:
    guard.need(request.key, Scope.READ)
    rows = identities(request)
    if query.search:
        rows = rows.filter(
            models.Q(name__icontains=query.search)
            | models.Q(email__icontains=query.search)
        )
    if query.brand_ids:
        rows = rows.filter(boldsign__facts__brandId__in=query.brand_ids)
    page = listing.page_details(query, rows.count())
    start = (query.page - 1) * query.page_size
    found = rows[start : start + query.page_size]
    return IdentityList(page_details=page, result=[shown(one) for one in found])


@router.get(
    "/senderIdentities/properties",
    response=answers(200, Identity),
    by_alias=True,
    operation_id="senderIdentityProperties",
)
def properties(request: DoorRequest, query: Query[OfIdentity]) -> Identity:
    guard.need(request.key, Scope.READ)
    if query.email:
        return shown(find(request, query.email))
    if not query.id:
        raise DoorError("The id or the email is required.")
    is_number = query.id.isascii() and query.id.isdigit() and len(query.id) < 19
    identity = identities(request).filter(pk=query.id if is_number else 0).first()
    if identity is None:
        raise DoorError("The id is not that of a sender identity.", 403)
    return shown(identity)


@router.post(
    "/senderIdentities/update",
    response=answers(204),
    operation_id="updateSenderIdentity",
)
def update(
    request: DoorRequest, query: Query[OfEmail], body: IdentityDetails
) -> HttpResponse:
    guard.need(request.key, Scope.MANAGE)
    identity = find(request, query.email)
    with transaction.atomic():
        if body.name and body.name.strip():
            row = SenderIdentity.objects.filter(pk=identity.pk)
            row.update(name=body.name.strip())
        keep_facts(identity, body)
    return empty()


@router.delete(
    "/senderIdentities/delete",
    response=answers(204),
    operation_id="deleteSenderIdentity",
)
def delete(request: DoorRequest, query: Query[OfEmail]) -> HttpResponse:
    guard.need(request.key, Scope.MANAGE)
    identity = find(request, query.email)
    senders.remove(identity, actor=request.key.member.user, now=request.now)
    return empty()


@router.post(
    "/senderIdentities/rerequest",
    response=answers(204),
    operation_id="rerequestSenderIdentity",
)
def ask_anew(request: DoorRequest, query: Query[OfEmail]) -> HttpResponse:
    return ask_again(request, query)


@router.post(
    "/senderIdentities/resendInvitation",
    response=answers(204),
    operation_id="resendSenderIdentityInvitation",
)
def resend_invitation(request: DoorRequest, query: Query[OfEmail]) -> HttpResponse:
    return ask_again(request, query)


def ask_again(request: DoorRequest, query: OfEmail) -> HttpResponse:
    guard.need(request.key, Scope.MANAGE)
    identity = find(request, query.email)
    senders.ask_again(identity, actor=request.key.member.user, now=request.now)
    return empty()


def identities(request: DoorRequest) -> Rows:
    rows = SenderIdentity.objects.filter(company_id=request.key.company_id)
    return rows.select_related("boldsign").order_by("pk")


def find(request: DoorRequest, email: str) -> SenderIdentity:
    identity = identities(request).filter(email__iexact=email.strip()).first()
    if identity is None:
        raise DoorError("The email is not that of a sender identity.", 403)
    return identity


def keep_facts(identity: SenderIdentity, said: IdentityDetails) -> None:
    echo, _is_new = BoldSignIdentity.objects.get_or_create(identity=identity)
    facts = said.model_dump(
        mode="json", by_alias=True, exclude_unset=True, exclude={"name", "email"}
    )
    echo.facts |= facts
    echo.save(update_fields=["facts"])


def shown(identity: SenderIdentity) -> Identity:
    echo: BoldSignIdentity | None = getattr(identity, "boldsign", None)
    facts: dict[str, Any] = echo.facts if echo else {}
    return Identity(
        id=str(identity.pk),
        name=identity.name,
        email=identity.email,
        status="Verified" if identity.approved_at else "Pending",
        created_by="",
        approved_date=identity.approved_at.isoformat()
        if identity.approved_at
        else None,
        notification_settings=facts.get("notificationSettings"),
        brand_id=facts.get("brandId"),
        redirect_url=facts.get("redirectUrl"),
        meta_data=facts.get("metaData") or {},
        locale=facts.get("locale"),
    )
