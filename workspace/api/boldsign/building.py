"""A draft is written, placed and sent in one transaction: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models.fields.files import FieldFile

from signing.flows import drafts, placing, prefilling, readiness, sending, uploads
from signing.models import Document, Field, Signer, SignRequest
from signing.pdf import intake
from workspace import keys
from workspace.api.boldsign import expiry, finding
from workspace.api.boldsign.errors import DoorError
from workspace.api.boldsign.models import (
    BoldSignDocument,
    BoldSignLabel,
    BoldSignSigner,
)
from workspace.api.boldsign.people import Invitee
from workspace.api.boldsign.schemas.sending import Covering, FormField
from workspace.models import ApiKey

FIELD_KINDS = {
    "Signature": Field.Kind.SIGNATURE,
    "Initial": Field.Kind.INITIALS,
    "DateSigned": Field.Kind.DATE,
    "CheckBox": Field.Kind.CHECKBOX,
    "TextBox": Field.Kind.TEXT,
    "Label": Field.Kind.TEXT,
    "EditableDate": Field.Kind.TEXT,
    "Title": Field.Kind.TEXT,
    "Company": Field.Kind.TEXT,
}
# Kept only to be told again.
ECHOED = {
    "labels",
    "brand_id",
    "meta_data",
    "reminder_settings",
    "disable_sms",
    "enable_print_and_sign",
    "enable_reassign",
    "hide_document_id",
    "disable_expiry_alert",
    "document_download_option",
    "download_file_name",
    "is_sandbox",
}


@dataclass(frozen=True)
class Paper:
    """A file that was looked at and may be sent."""

    name: str
    source: bytes
    taken: intake.Intake


@dataclass(frozen=True)
class Placed:
    """A field with whom it is for. where names it in sentences."""

    where: str
    signer: Signer
    said: FormField


def look_at(files: Sequence[tuple[str, bytes]]) -> list[Paper]:
    """Check files, in the child process. Raises DoorError."""
    papers = []
    for number, (name, source) in enumerate(files):
        try:
            taken = uploads.check(source)
        except intake.Refused as refused:
            words = intake.problem_sentence(refused)
            raise DoorError(f"The files[{number}] can’t be taken. {words}") from refused
        papers.append(Paper(name, source, taken))
    return papers


@contextmanager
def all_or_nothing() -> Iterator[list[SignRequest]]:
    """One transaction; a request put into the list loses its files if it fails."""
    made: list[SignRequest] = []
    try:
        with transaction.atomic():
            yield made
    except BaseException:
        for file in (one for request in made for one in files_of(request)):
            file.storage.delete(file.name or "")
        raise


def files_of(request: SignRequest) -> list[FieldFile]:
    """The files that add_papers wrote: the database does not take them back."""
    kept: list[FieldFile] = vars(request).setdefault("kept_files", [])
    return kept


def add_papers(draft: SignRequest, papers: Sequence[Paper], now: datetime) -> None:
    for paper in papers:
        document = uploads.keep_document(
            draft, paper.name, paper.source, paper.taken, now
        )
        files_of(draft).extend([document.original, document.cleaned])


def add_people(
    draft: SignRequest, people: Sequence[Invitee], actor: str
) -> list[Signer]:
    signers = []
    company = draft.company
    for one in people:
        details = drafts.SignerDetails(
            name=one.name,
            email=one.email,
            phone=one.phone,
            language=one.language or company.language,
            max_tries=one.max_tries or company.default_tries,
            factors=one.factors,
            frequencies=one.frequencies,
            secret=one.secret,
            identity=one.identity_details(company.default_tries),
        )
        signer = drafts.add_signer(draft, actor, details, one.role)
        Signer.objects.filter(pk=signer.pk).update(
            order=one.order, host_name=one.host_name, message=one.message
        )
        signer.order = one.order
        finish_signer(signer, one)
        signers.append(signer)
    return signers


def finish_signer(signer: Signer, one: Invitee) -> None:
    """What a draft's verbs do not know: what is echoed."""
    if one.echo:
        BoldSignSigner.objects.update_or_create(
            signer=signer, defaults={"facts": one.echo}
        )


def place(draft: SignRequest, placed: Sequence[Placed]) -> None:
    """Put fields on pages, which are counted through all files. Raises DoorError."""
    pages = [
        (document, page)
        for document in draft.documents.all()
        for page in document.pages.all()
    ]
    for one in placed:
        kind = FIELD_KINDS.get(one.said.field_type)
        if kind is None:
            words = f"{one.where}.fieldType {one.said.field_type}"
            raise DoorError(f"The {words} is not offered here.", 422)
        if one.said.page_number > len(pages):
            raise DoorError(f"The {one.where}.pageNumber is not a page of the files.")
        document, page = pages[one.said.page_number - 1]
        place_one(document, page.number, (page.width, page.height), one, kind)


def place_one(
    document: Document,
    number: int,
    size: tuple[float, float],
    one: Placed,
    kind: Field.Kind,
) -> None:
    width, height = size
    at = one.said.bounds
    box = placing.Box(at.x / width, at.y / height, at.width / width, at.height / height)
    try:
        field = placing.place_field(document, one.signer, kind, number, box)
    except placing.NoRoomError as error:
        raise DoorError(f"The {one.where} is one field too many.") from error
    said = one.said
    wanted = said.is_read_only or said.field_type == "Label"
    field.is_read_only = wanted and kind in prefilling.FILLABLE
    if said.is_required is not None:
        field.is_required = said.is_required
    field.is_required &= not field.is_read_only
    field.tag = said.id or (said.name or "")[:120]
    field.label = said.label or ""
    field.value = prefilling.as_value(kind, said.value or "")
    field.save(update_fields=["is_required", "is_read_only", "tag", "label", "value"])


def cover(
    draft: SignRequest, said: Covering, key: ApiKey, title: str, now: datetime
) -> None:
    """Write on the draft what goes along with the documents. Raises DoorError."""
    draft.title = " ".join(title.split())
    draft.message = said.message or ""
    draft.is_ordered = bool(said.enable_signing_order)
    draft.emails_off = said.disable_emails
    reminders = said.reminder_settings
    draft.reminders_on = reminders.enable_auto_reminder
    if reminders.enable_auto_reminder:
        draft.remind_every = reminders.reminder_days
        draft.remind_times = reminders.reminder_count
    draft.open_for = expiry.open_for(said, now)
    if said.on_behalf_of:
        draft.sender_identity = finding.identity(key, said.on_behalf_of)
    draft.save(
        update_fields=[
            "title",
            "message",
            "is_ordered",
            "emails_off",
            "reminders_on",
            "remind_every",
            "remind_times",
            "open_for",
            "sender_identity",
        ]
    )
    facts = said.model_dump(
        mode="json", by_alias=True, include=ECHOED, exclude_none=True
    )
    facts["expiry"] = {
        "type": said.expiry_date_type or "Days",
        "value": said.expiry_value,
        "endsAt": int((now + draft.open_for).timestamp()),
    }
    BoldSignDocument.objects.create(request=draft, facts=facts)
    BoldSignLabel.objects.bulk_create(
        BoldSignLabel(request=draft, text=label) for label in said.labels
    )


def send(draft: SignRequest, key: ApiKey, now: datetime) -> None:
    """Send a draft that lacks nothing. Raises DoorError."""
    draft.refresh_from_db()
    if missing := readiness.problems(draft):
        raise DoorError(f"The document can’t be sent. {missing[0].words}", 422)
    by = keys.actor_name(key)
    sending.send(draft, actor=key.member.user, now=now, by=by)
