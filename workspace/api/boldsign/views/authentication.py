"""Who proves what: added, taken away, changed, after a document was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from ninja import Query, Router

from signing.flows import reassigning
from workspace.api import guard
from workspace.api.boldsign import finding, securing
from workspace.api.boldsign.answers import answers, empty
from workspace.api.boldsign.errors import DoorError
from workspace.api.boldsign.schemas.authentication import (
    AccessCodeDetail,
    AccessCodeDetails,
    RemoveAuthentication,
)
from workspace.api.boldsign.schemas.requests import (
    ChangeRecipient,
    OfAccessCode,
    OfDocument,
)
from workspace.models import ApiKey

if TYPE_CHECKING:
    from workspace.api.boldsign.api import DoorRequest

router = Router(tags=["Document"])
SEND = ApiKey.Scope.SEND


@router.patch(
    "/document/addAuthentication",
    response=answers(200),
    operation_id="addAuthentication",
)
def add_authentication(
    request: DoorRequest, query: Query[OfDocument], body: AccessCodeDetail
) -> HttpResponse:
    guard.need(request.key, SEND)
    document = finding.own_document(
        request.key, query.document_id, body.on_behalf_of, must_say=True
    )
    signer = finding.signer(
        document, body.email_id, order=body.order, phone=body.phone_number
    )
    securing.add(signer, body, actor=request.key.member.user, now=request.now)
    return empty(200)


@router.patch(
    "/document/RemoveAuthentication",
    response=answers(204),
    operation_id="removeAuthentication",
)
def remove_authentication(
    request: DoorRequest, query: Query[OfDocument], body: RemoveAuthentication
) -> HttpResponse:
    guard.need(request.key, SEND)
    document = finding.own_document(
        request.key, query.document_id, body.on_behalf_of, must_say=True
    )
    signer = finding.signer(
        document,
        body.email_id,
        order=body.z_order,
        phone=body.phone_number,
        order_member="zOrder",
    )
    securing.remove(signer, actor=request.key.member.user, now=request.now)
    return empty()


@router.patch(
    "/document/changeAccessCode", response=answers(204), operation_id="changeAccessCode"
)
def change_access_code(
    request: DoorRequest, query: Query[OfAccessCode], body: AccessCodeDetails
) -> HttpResponse:
    guard.need(request.key, SEND)
    document = finding.own_document(
        request.key, query.document_id, body.on_behalf_of, must_say=True
    )
    signer = finding.signer(
        document,
        query.email_id,
        order=query.z_order,
        phone=body.phone_number,
        order_member="zOrder",
    )
    securing.change_access_code(
        signer, body.access_code, actor=request.key.member.user, now=request.now
    )
    return empty()


@router.patch(
    "/document/changeRecipient", response=answers(204), operation_id="changeRecipient"
)
def change_recipient(
    request: DoorRequest, query: Query[OfDocument], body: ChangeRecipient
) -> HttpResponse:
    guard.need(request.key, SEND)
    document = finding.own_document(request.key, query.document_id, body.on_behalf_of)
    signer = finding.signer(
        document,
        body.old_signer_email,
        order=body.order,
        phone=body.old_phone_number,
        member="oldSignerEmail",
    )
    if not body.new_signer_email:
        raise DoorError("The newSignerEmail is required.")
    reassigning.reassign(
        signer,
        name=body.new_signer_name,
        email=body.new_signer_email,
        phone=body.phone_number.e164 if body.phone_number else "",
        reason=body.reason,
        actor=request.key.member.user,
        now=request.now,
    )
    if body.phone_number:
        securing.echo_phone(signer, body.phone_number)
    return empty()
