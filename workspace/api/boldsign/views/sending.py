"""POST send: a document with its files, as a form or as JSON."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeVar

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Status
from pydantic import BaseModel

from signing.flows import drafts, uploads
from signing.models import Signer
from signing.pdf import intake
from workspace import keys
from workspace.api import guard
from workspace.api.boldsign import building, multipart, people, reading
from workspace.api.boldsign.answers import answers
from workspace.api.boldsign.building import Placed
from workspace.api.boldsign.documented import body_of
from workspace.api.boldsign.errors import DoorError
from workspace.api.boldsign.people import Invitee
from workspace.api.boldsign.schemas.sending import (
    DocumentCreated,
    JsonFile,
    Person,
    SendForSign,
)
from workspace.models import ApiKey

if TYPE_CHECKING:
    from workspace.api.boldsign.api import DoorRequest

router = Router(tags=["Document"])
Model = TypeVar("Model", bound=BaseModel)
Files = list[tuple[str, bytes]]
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


@router.post(
    "/document/send",
    response=answers(201, DocumentCreated),
    by_alias=True,
    operation_id="sendDocument",
    openapi_extra=body_of(SendForSign),
)
def send(request: DoorRequest) -> Status[DocumentCreated]:
    guard.need(request.key, ApiKey.Scope.SEND)
    said = read(request, SendForSign)
    files = files_of(request, said.files)
    if not files:
        raise DoorError("The files are required: at least one PDF.")
    if said.use_text_tags:
        raise DoorError(
            "The useTextTags is not offered here: name places in formFields.", 422
        )
    invited = signers_of(said)
    key, now = request.key, request.now
    papers = building.look_at(files)
    actor = keys.actor_name(key)
    with building.all_or_nothing() as made:
        draft = drafts.create_draft(key.company, key.member.user, now)
        made.append(draft)
        title = (said.title or "").strip() or PurePath(papers[0].name).stem
        building.cover(draft, said, key, title, now)
        building.add_papers(draft, papers, now)
        signers = building.add_people(draft, [*invited, *people.copies(said.cc)], actor)
        building.place(draft, placed(said.signers, signers, "signers"))
        building.send(draft, key, now)
    return Status(201, DocumentCreated(document_id=str(draft.public_id)))


def signers_of(said: SendForSign) -> list[Invitee]:
    found = [
        people.invitee(
            one,
            f"signers[{number}]",
            name=one.name or "",
            email=one.email_address or "",
            order=one.signer_order or number + 1,
            emails_off=said.disable_emails,
        )
        for number, one in enumerate(said.signers)
    ]
    people.refuse_twins(found)
    return found


def placed(
    said: Sequence[Person], signers: Sequence[Signer], member: str
) -> list[Placed]:
    return [
        Placed(f"{member}[{number}].formFields[{index}]", signer, field)
        for number, (one, signer) in enumerate(zip(said, signers, strict=False))
        for index, field in enumerate(one.form_fields)
    ]


def read(request: HttpRequest, model: type[Model]) -> Model:
    """Read a body that may be a form or JSON. Raises DoorError."""
    if request.content_type in FORMS:
        return reading.validate(model, multipart.read_form(request, model))
    return reading.validate(model, reading.read_large_json(request))


def files_of(request: HttpRequest, inside: Sequence[JsonFile]) -> Files:
    """Return names and bytes of all files, in order. Raises DoorError."""
    files = [file_inside(one, number) for number, one in enumerate(inside)]
    if request.content_type in FORMS:
        for name in request.FILES:
            if name.lower().partition("[")[0] != "files":
                continue
            for upload in request.FILES.getlist(name):
                try:
                    source = uploads.read_upload(upload)
                except intake.Refused as refused:
                    raise DoorError(intake.problem_sentence(refused)) from refused
                files.append((upload.name or "document.pdf", source))
    if len(files) > uploads.MAX_DOCUMENTS:
        raise DoorError(f"The files are {uploads.MAX_DOCUMENTS} at most.")
    return files


def file_inside(said: JsonFile, number: int) -> tuple[str, bytes]:
    """Read base64, alone or in a data URL."""
    text = said.base64
    if text.startswith("data:"):
        text = text.partition(",")[2]
    if len(text) > settings.MAX_UPLOAD_BYTES * 4 // 3 + 4:
        raise DoorError(f"The files[{number}] is too large.")
    try:
        source = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise DoorError(f"The files[{number}] must be base64.") from error
    return said.file_name or f"document-{number + 1}.pdf", source
