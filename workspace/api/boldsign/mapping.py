"""What stands in the database as what clients read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import models

from signing.models import Document, Field, Signer, SignRequest
from verification.models import Budget, Delivery, Factor, TrailEntry
from workspace import identity_reports
from workspace.api.boldsign import history, signers_shown
from workspace.api.boldsign.models import BoldSignDocument
from workspace.api.boldsign.schemas import properties as out
from workspace.api.boldsign.schemas.sending import ReminderSettingsOut

State = SignRequest.State
STATUS: dict[str, out.Status] = {
    State.DRAFT: "Draft",
    State.SENT: "InProgress",
    State.SEALING: "InProgress",
    State.COMPLETED: "Completed",
    State.DECLINED: "Declined",
    State.RECALLED: "Revoked",
    State.EXPIRED: "Expired",
}
DAY = 86_400


def with_all(
    rows: models.QuerySet[SignRequest],
) -> models.QuerySet[SignRequest]:
    """Bring what a list's row is made of; a fixed number of queries."""
    factors = identity_reports.with_newest(Factor.objects.filter(removed_at=None))
    locked = Budget.objects.filter(
        gate=models.OuterRef("gate"), locked_at__isnull=False
    )
    failed = Delivery.objects.filter(state=Delivery.State.FAILED)
    signers = (
        Signer.objects.select_related("gate", "boldsign")
        .annotate(is_delivery_failed=models.Exists(_last_failed(failed)))
        .annotate(is_locked=models.Exists(locked))
        .prefetch_related(models.Prefetch("gate__factors", factors))
    )
    last = TrailEntry.objects.filter(
        trail=models.OuterRef("trail"), seq=models.OuterRef("trail__seq")
    )
    return (
        rows.select_related("sender", "sender_identity", "boldsign")
        .prefetch_related(models.Prefetch("signers", signers))
        .annotate(last_at=models.Subquery(last.values("at")[:1]))
    )


def document_row(request: SignRequest) -> out.DocumentRow:
    return out.DocumentRow(**row_facts(request))


def behalf_row(request: SignRequest) -> out.BehalfDocumentRow:
    return out.BehalfDocumentRow(**row_facts(request), behalf_of=behalf_of(request))


def row_facts(request: SignRequest) -> dict[str, Any]:
    signers = list(request.signers.all())
    echo = echo_of(request)
    sender = sender_detail(request)
    changed = getattr(request, "last_at", None) or request.created_at
    return {
        "document_id": str(request.public_id),
        "message_title": request.title,
        "status": status_of(request),
        "sender_detail": sender,
        "cc_details": cc_details(signers),
        "signer_details": [
            signers_shown.signer_row(one, request) for one in signers if one.acts
        ],
        "created_date": seconds(request.created_at),
        "activity_date": seconds(changed),
        "activity_by": sender.email_address,
        "expiry_date": seconds(request.ends_at) if request.ends_at else None,
        "enable_signing_order": request.is_ordered,
        "is_deleted": echo is not None and echo.deleted_at is not None,
        "labels": facts_of(request).get("labels") or [],
        "brand_id": facts_of(request).get("brandId"),
        "cursor": request.pk,
    }


def properties(
    request: SignRequest,
    documents: Sequence[Document],
    fields: Sequence[Field],
    entries: Sequence[TrailEntry],
) -> out.DocumentProperties:
    """fields come with their pages' sizes (page_width, page_height)."""
    facts = facts_of(request)
    told = history.history(entries)
    row = row_facts(request)
    for name in ("cursor",):
        row.pop(name)
    handed_over = {one.gate_id for one in entries if one.kind == "reassigned"}
    for signer, shown in zip(
        [one for one in request.signers.all() if one.acts],
        row["signer_details"],
        strict=True,
    ):
        shown.is_reassigned = signer.gate_id in handed_over
        shown.form_fields = [
            signers_shown.form_field(field)
            for field in fields
            if field.signer_id == signer.pk
        ]
    if told:
        row["activity_by"] = told[-1].email
    ending = request.closing_reason or None
    return out.DocumentProperties(
        **row,
        document_description=request.message,
        display_status=str(row["status"]),
        files=[as_file(document, number) for number, document in numbered(documents)],
        behalf_of=behalf_of(request),
        reminder_settings=reminder_settings(request, facts),
        document_history=told,
        activity_action=activity_action(entries),
        **expiry(request, facts),
        revoke_message=ending if request.state == State.RECALLED else None,
        decline_message=ending if request.state == State.DECLINED else None,
        meta_data=facts.get("metaData") or {},
        disable_emails=request.emails_off,
        disable_sms=bool(facts.get("disableSMS", False)),
        enable_print_and_sign=bool(facts.get("enablePrintAndSign", False)),
        enable_reassign=bool(facts.get("enableReassign", True)),
        disable_expiry_alert=bool(facts.get("disableExpiryAlert", False)),
        hide_document_id=bool(facts.get("hideDocumentId", False)),
        document_download_option=facts.get("documentDownloadOption") or "Combined",
        download_file_name=facts.get("downloadFileName"),
    )


def status_of(request: SignRequest) -> out.Status:
    return STATUS[request.state]


def sender_detail(request: SignRequest) -> out.SenderDetail:
    return out.SenderDetail(
        name=request.sender.name, email_address=request.sender.email
    )


def behalf_of(request: SignRequest) -> out.BehalfOf | None:
    identity = request.sender_identity
    if identity is None:
        return None
    return out.BehalfOf(name=identity.name, email_address=identity.email)


def cc_details(signers: Sequence[Signer]) -> list[out.CcDetail]:
    return [
        out.CcDetail(email_address=one.email, is_viewed=one.viewed_at is not None)
        for one in signers
        if not one.acts
    ]


def as_file(document: Document, order: int) -> out.File:
    return out.File(
        id=str(document.public_id),
        document_name=document.name,
        order=order,
        page_count=document.page_count,
    )


def numbered(documents: Sequence[Document]) -> list[tuple[int, Document]]:
    return list(enumerate(documents, start=1))


def reminder_settings(
    request: SignRequest, facts: dict[str, Any]
) -> ReminderSettingsOut:
    said = facts.get("reminderSettings") or {}
    return ReminderSettingsOut(
        enable_auto_reminder=request.reminders_on,
        reminder_days=request.remind_every or said.get("reminderDays", 3),
        reminder_count=request.remind_times or said.get("reminderCount", 3),
    )


def expiry(request: SignRequest, facts: dict[str, Any]) -> dict[str, Any]:
    """As the client said it; else in days, as it is."""
    start, end = request.sent_at or request.created_at, request.ends_at
    days = round((end - start).total_seconds() / DAY) if end else None
    said = facts.get("expiry") or {}
    is_as_said = end is not None and said.get("endsAt") == seconds(end)
    return {
        "expiry_days": days,
        "expiry_date_type": said["type"] if is_as_said else "Days",
        "expiry_value": said["value"] if is_as_said else days,
    }


def activity_action(entries: Sequence[TrailEntry]) -> out.ActivityAction:
    for entry in reversed(entries):
        action = history.activity_of(entry.kind)
        if action != "None":
            return action
    return "None"


def echo_of(request: SignRequest) -> BoldSignDocument | None:
    return getattr(request, "boldsign", None)


def facts_of(request: SignRequest) -> dict[str, Any]:
    echo = echo_of(request)
    return echo.facts if echo else {}


def seconds(at: datetime) -> int:
    return int(at.timestamp())


def _last_failed(failed: models.QuerySet[Delivery]) -> models.QuerySet[Delivery]:
    """The newest message to a signer, if it failed."""
    newest = Delivery.objects.filter(
        gate=models.OuterRef("gate"), challenge=None
    ).order_by("-created_at", "-pk")
    return failed.filter(
        gate=models.OuterRef("gate"),
        pk=models.Subquery(newest.values("pk")[:1]),
    )
