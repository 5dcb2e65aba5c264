"""One request's contents once more in another: documents, signers, fields.

Nothing is shared afterwards: files are copied, gates and factors are new, and
nothing that was proven, sent or filled in by signers goes along.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from signing.flows import identity_rules
from signing.models import Document, Field, Page, Signer, SignRequest
from verification import dispatch
from verification.models import Factor, Gate

Kind = Factor.Kind
# What its publisher chose; title and state are the caller's.
CHOSEN = (
    "message",
    "subject",
    "is_ordered",
    "reminders_on",
    "open_for",
    "emails_off",
)


def copy_choices(source: SignRequest, target: SignRequest) -> None:
    """Take over how the source is to be sent; the caller saves."""
    for name in CHOSEN:
        setattr(target, name, getattr(source, name))


def copy_contents(
    source: SignRequest, target: SignRequest, now: datetime
) -> list[tuple[Signer, Signer]]:
    """Copy all of source into an empty target; return signers old and new.

    Call it in a transaction that holds the source.
    """
    documents = {
        document.pk: _copy_document(document, target, now)
        for document in source.documents.prefetch_related("pages")
    }
    rows = source.signers.select_related("gate").prefetch_related(
        identity_rules.with_rules()
    )
    pairs = [(signer, _copy_signer(signer, target)) for signer in rows]
    signers = {old.pk: new for old, new in pairs}
    fields = Field.objects.filter(document__request=source)
    is_unsent = source.state in SignRequest.EDITABLE
    Field.objects.bulk_create(
        _copy_field(
            field,
            documents[field.document_id],
            signers[field.signer_id],
            with_value=is_unsent or field.is_read_only,
        )
        for field in fields
    )
    return pairs


def _copy_document(document: Document, target: SignRequest, now: datetime) -> Document:
    copy = Document(
        request=target,
        position=document.position,
        name=document.name,
        original_sha256=document.original_sha256,
        cleaned_sha256=document.cleaned_sha256,
        size=document.size,
        page_count=document.page_count,
        removed=document.removed,
        undrawn_since=document.undrawn_since,
        created_at=now,
    )
    file_name = f"{copy.public_id}.pdf"
    with document.original.open("rb") as original, document.cleaned.open("rb") as clean:
        copy.original.save(file_name, original, save=False)
        copy.cleaned.save(file_name, clean, save=False)
    copy.save()
    Page.objects.bulk_create(
        Page(document=copy, number=page.number, width=page.width, height=page.height)
        for page in document.pages.all()
    )
    transaction.on_commit(
        lambda: dispatch.publish("signing.tasks.render_document", copy.pk), robust=True
    )
    return copy


def _copy_signer(signer: Signer, target: SignRequest) -> Signer:
    """Without the account factor: sending settles anew who is asked for one."""
    old = signer.gate
    gate = Gate.objects.create(
        trail_id=target.trail_id,
        company_id=target.company_id,
        name=old.name,
        email=old.email,
        phone=old.phone,
        language=old.language,
        max_tries=old.max_tries,
    )
    for factor in old.factors.all():
        if factor.removed_at is None and factor.kind != Kind.ACCOUNT:
            _copy_factor(factor, gate)
    return Signer.objects.create(
        request=target,
        gate=gate,
        role=signer.role,
        order=signer.order,
        label=signer.label,
        needs_access_code=signer.needs_access_code,
        needs_phone=signer.needs_phone,
        host_name=signer.host_name,
        login_required=signer.login_required,
        redirect_url=signer.redirect_url,
        declined_redirect_url=signer.declined_redirect_url,
    )


def _copy_factor(factor: Factor, gate: Gate) -> None:
    copy = Factor.objects.create(
        gate=gate,
        kind=factor.kind,
        stage=factor.stage,
        frequency=factor.frequency,
        channel=factor.channel,
        secret=factor.secret,
        hint=factor.hint,
        set_by=factor.set_by,
    )
    if factor.kind == Kind.IDENTITY:
        identity_rules.keep(copy, identity_rules.details_of(factor))


def _copy_field(
    field: Field, document: Document, signer: Signer, *, with_value: bool
) -> Field:
    return Field(
        document=document,
        signer=signer,
        kind=field.kind,
        page_number=field.page_number,
        x=field.x,
        y=field.y,
        width=field.width,
        height=field.height,
        is_required=field.is_required,
        is_read_only=field.is_read_only,
        label=field.label,
        tag=field.tag,
        value=field.value if with_value else "",
    )
