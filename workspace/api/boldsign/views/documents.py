"""Documents: read, listed, reminded of, taken back, deleted, prolonged, filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models, transaction
from django.http import HttpResponse
from ninja import Query, Router

from signing.flows import discarding, extending, prefilling, reminding, sending
from signing.flows.refusals import RefusedError
from signing.models import Field, Page, Signer, SignRequest
from verification.models import TrailEntry
from workspace import keys
from workspace.api import guard
from workspace.api.boldsign import expiry, finding, history, listing, mapping
from workspace.api.boldsign.answers import answers, empty
from workspace.api.boldsign.errors import DoorError, unknown_document
from workspace.api.boldsign.models import BoldSignDocument
from workspace.api.boldsign.schemas.properties import (
    BehalfDocumentRecords,
    DocumentProperties,
    DocumentRecords,
)
from workspace.api.boldsign.schemas.requests import (
    BehalfList,
    DocumentList,
    OfDeletion,
    OfDocument,
    OfReminder,
    PrefillFields,
    ReminderMessage,
    RevokeDocument,
)
from workspace.api.boldsign.schemas.sending import ExtendExpiry
from workspace.models import ApiKey

if TYPE_CHECKING:
    from workspace.api.boldsign.api import DoorRequest

router = Router(tags=["Document"])
Scope = ApiKey.Scope
DELETED = "Deleted by a program."


@router.get(
    "/document/properties",
    response=answers(200, DocumentProperties),
    by_alias=True,
    operation_id="documentProperties",
)
def properties(request: DoorRequest, query: Query[OfDocument]) -> DocumentProperties:
    guard.need(request.key, Scope.READ)
    rows = mapping.with_all(finding.documents(request.key))
    document = rows.filter(public_id=finding.uuid_of(query.document_id)).first()
    if document is None:
        raise unknown_document()
    told = history.KINDS | set(history.ACTIVITY)
    entries = TrailEntry.objects.filter(trail_id=document.trail_id, kind__in=told)
    return mapping.properties(
        document,
        list(document.documents.all()),
        list(fields_of(document)),
        list(entries.select_related("gate").order_by("seq")),
    )


def fields_of(document: SignRequest) -> models.QuerySet[Field]:
    page = Page.objects.filter(
        document=models.OuterRef("document"), number=models.OuterRef("page_number")
    )
    return Field.objects.filter(document__request=document).annotate(
        page_width=models.Subquery(page.values("width")[:1]),
        page_height=models.Subquery(page.values("height")[:1]),
    )


@router.get(
    "/document/list",
    response=answers(200, DocumentRecords),
    by_alias=True,
    operation_id="listDocuments",
)
def list_documents(request: DoorRequest, query: Query[DocumentList]) -> DocumentRecords:
    guard.need(request.key, Scope.READ)
    rows = finding.documents(request.key).filter(boldsign__deleted_at=None)
    rows = mapping.with_all(listing.sent(rows, query, request.key))
    found, page = listing.page_of(rows, query)
    result = [mapping.document_row(one) for one in found]
    return DocumentRecords(page_details=page, result=result)


@router.get(
    "/document/behalfList",
    response=answers(200, BehalfDocumentRecords),
    by_alias=True,
    operation_id="behalfDocuments",
)
def behalf_documents(
    request: DoorRequest, query: Query[BehalfList]
) -> BehalfDocumentRecords:
    guard.need(request.key, Scope.READ)
    rows = finding.documents(request.key).filter(boldsign__deleted_at=None)
    rows = mapping.with_all(listing.on_behalf(rows, query, request.key))
    found, page = listing.page_of(rows, query)
    result = [mapping.behalf_row(one) for one in found]
    return BehalfDocumentRecords(page_details=page, result=result)


@router.post("/document/remind", response=answers(204), operation_id="remindDocument")
def remind(
    request: DoorRequest, query: Query[OfReminder], body: ReminderMessage
) -> HttpResponse:
    guard.need(request.key, Scope.SEND)
    document = finding.own_document(request.key, query.document_id, body.on_behalf_of)
    if document.emails_off:
        raise DoorError("Nobody can be reminded: disableEmails is true.")
    if not document.is_open:
        raise DoorError("Only a document in progress can be reminded of.", 403)
    receivers = receivers_of(document, query, body)
    if not receivers:
        raise DoorError("The receiverEmails name nobody who has yet to sign.")
    with transaction.atomic():
        refusals = [remind_one(one, body.message or "", request) for one in receivers]
        refused = [refusal for refusal in refusals if refusal]
        is_named = bool(query.receiver_emails or body.reminder_phone_numbers)
        if refused and (is_named or len(refused) == len(receivers)):
            raise refused[0]
    return empty()


def receivers_of(
    document: SignRequest, query: OfReminder, body: ReminderMessage
) -> list[Signer]:
    """Return whom to remind: those named, or all who have not signed."""
    named = [
        one
        for email in query.receiver_emails
        for one in all_of(document, email)
        if not one.is_done
    ]
    named += [
        finding.signer(document, None, phone=phone)
        for phone in body.reminder_phone_numbers
    ]
    if named or query.receiver_emails:
        return named
    return [one for one in finding.signers(document) if not one.is_done]


def all_of(document: SignRequest, email: str) -> list[Signer]:
    found = [
        one for one in finding.signers(document) if finding.is_meant(one, email, None)
    ]
    if not found or not email.strip():
        raise DoorError("The receiverEmails name nobody who signs this document.")
    return found


def remind_one(
    signer: Signer, message: str, request: DoorRequest
) -> RefusedError | None:
    actor = request.key.member.user
    try:
        reminding.remind(signer, actor=actor, now=request.now, message=message)
    except RefusedError as refusal:
        return refusal
    return None


@router.post("/document/revoke", response=answers(204), operation_id="revokeDocument")
def revoke(
    request: DoorRequest, query: Query[OfDocument], body: RevokeDocument
) -> HttpResponse:
    guard.need(request.key, Scope.SEND)
    document = finding.own_document(request.key, query.document_id, body.on_behalf_of)
    recalled = sending.recall(
        document,
        actor=request.key.member.user,
        reason=body.message,
        now=request.now,
        by=keys.actor_name(request.key),
    )
    if not recalled:
        raise DoorError("Only a document in progress can be revoked.", 403)
    return empty()


@router.delete("/document/delete", response=answers(204), operation_id="deleteDocument")
def delete(request: DoorRequest, query: Query[OfDeletion]) -> HttpResponse:
    """What was sent ends, and leaves this door; its trail stays in the workspace."""
    guard.need(request.key, Scope.SEND)
    document = finding.document(request.key, query.document_id)
    if document.is_draft:
        discarding.discard(document)
        return empty()
    with transaction.atomic():
        sending.recall(
            document,
            actor=request.key.member.user,
            reason=DELETED,
            now=request.now,
            by=keys.actor_name(request.key),
        )
        echo, _is_new = BoldSignDocument.objects.get_or_create(request=document)
        echo.deleted_at = echo.deleted_at or request.now
        echo.is_hidden = echo.is_hidden or query.delete_permanently
        echo.save(update_fields=["deleted_at", "is_hidden"])
    return empty()


@router.patch(
    "/document/extendExpiry", response=answers(200), operation_id="extendExpiry"
)
def extend_expiry(
    request: DoorRequest, query: Query[OfDocument], body: ExtendExpiry
) -> HttpResponse:
    guard.need(request.key, Scope.SEND)
    document = finding.own_document(request.key, query.document_id, body.on_behalf_of)
    ends_at = expiry.new_end(body, document, request.now)
    extending.set_end(document, ends_at, actor=request.key.member.user, now=request.now)
    return empty(200)


@router.patch(
    "/document/prefillFields", response=answers(200), operation_id="prefillFields"
)
def prefill_fields(
    request: DoorRequest, query: Query[OfDocument], body: PrefillFields
) -> HttpResponse:
    guard.need(request.key, Scope.SEND)
    document = finding.own_document(request.key, query.document_id, body.on_behalf_of)
    values = {field.id: field.value for field in body.fields}
    try:
        prefilling.prefill(
            document, values, actor=request.key.member.user, now=request.now
        )
    except RefusedError as refusal:
        if refusal.code == "no_such_field":
            raise DoorError(
                "The fields name one that this document lacks."
            ) from refusal
        raise
    return empty(200)
