"""Documents of a draft: taken, cleaned, kept as they came, drawn in the background."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime, timedelta
from pathlib import PurePath

from django.conf import settings
from django.core import signing
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from signing.flows.drafts import hold
from signing.models import Document, Page, SignRequest
from signing.pdf import intake
from verification import dispatch, texts

MAX_DOCUMENTS = 20
MAX_NAME = 200
# A refused file waits here for "Remove and go on", for a while.
HELD = "held"
HELD_FOR = timedelta(hours=6)


def read_upload(upload: File[bytes]) -> bytes:
    """Return the bytes of an upload. Raises intake.Refused before reading too much."""
    if (upload.size or 0) > settings.MAX_UPLOAD_BYTES:
        largest = intake.megabytes(settings.MAX_UPLOAD_BYTES)
        raise intake.Refused(intake.Problem.TOO_LARGE, (largest,))
    source: bytes = upload.read()
    return source


def check(source: bytes, *, remove_active: bool = False) -> intake.Intake:
    """Look at one PDF in the child process: call it outside of a transaction.

    Raises intake.Refused, also for what is larger than the operator allows.
    """
    return intake.check(
        source,
        remove_active=remove_active,
        max_bytes=settings.MAX_UPLOAD_BYTES,
        max_pages=settings.MAX_UPLOAD_PAGES,
    )


def add_document(
    draft: SignRequest,
    name: str,
    source: bytes,
    now: datetime,
    *,
    remove_active: bool = False,
) -> Document:
    """Add one PDF to a draft. Raises intake.Refused, drafts.StaleError.

    The first document gives the draft its title.
    """
    taken = check(source, remove_active=remove_active)
    return keep_document(draft, name, source, taken, now)


def keep_document(
    draft: SignRequest, name: str, source: bytes, taken: intake.Intake, now: datetime
) -> Document:
    """Add a PDF that was checked. Raises drafts.StaleError.

    Commits document and pages; the pages' images follow from the background.
    """
    name = clean_name(name)
    with transaction.atomic():
        hold(draft)
        document = _store(draft, name, source, taken, now)
        row = SignRequest.with_templates.filter(pk=draft.pk, title="")
        row.update(title=PurePath(name).stem)
        transaction.on_commit(
            lambda: dispatch.publish("signing.tasks.render_document", document.pk),
            robust=True,
        )
    return document


def remove_document(document: Document) -> None:
    """Take a document out of a draft, with its pages, fields and files."""
    draft = document.request
    images = document.pages.exclude(image="").values_list("image", flat=True)
    files = [str(document.original), str(document.cleaned), *map(str, images)]
    with transaction.atomic():
        hold(draft)
        document.delete()
        transaction.on_commit(lambda: _delete_files(files), robust=True)


def keep_refused(draft: SignRequest, name: str, source: bytes) -> str:
    """Put a file with active parts aside; return a token for "Remove and go on"."""
    _forget_old()
    path = default_storage.save(f"{HELD}/{uuid.uuid4()}.pdf", ContentFile(source))
    facts = [str(draft.public_id), path, clean_name(name)]
    return signing.dumps(facts, salt=HELD, compress=True)


def take_refused(draft: SignRequest, token: str) -> tuple[str, bytes] | None:
    """Return name and bytes of a file put aside for this draft, once."""
    try:
        owner, path, name = signing.loads(token, salt=HELD, max_age=HELD_FOR)
    except signing.BadSignature:
        return None
    if owner != str(draft.public_id) or not default_storage.exists(path):
        return None
    with default_storage.open(path) as file:
        source = file.read()
    default_storage.delete(path)
    return name, source


def clean_name(name: str) -> str:
    """Return a file's name as one short line, without folders, ending in .pdf."""
    line = texts.one_line(name).replace("\\", "/").rsplit("/", 1)[-1].strip()
    stem = line[:-4] if line.lower().endswith(".pdf") else line
    return f"{stem.strip()[: MAX_NAME - 4] or 'document'}.pdf"


def _store(
    draft: SignRequest, name: str, source: bytes, taken: intake.Intake, now: datetime
) -> Document:
    last = draft.documents.aggregate(last=Max("position"))["last"]
    document = Document(
        request=draft,
        position=0 if last is None else last + 1,
        name=name,
        original_sha256=hashlib.sha256(source).hexdigest(),
        cleaned_sha256=taken.cleaned_sha256,
        size=len(source),
        page_count=len(taken.page_sizes),
        removed=list(taken.removed),
        created_at=now,
    )
    file_name = f"{document.public_id}.pdf"
    document.original.save(file_name, ContentFile(source), save=False)
    document.cleaned.save(file_name, ContentFile(taken.cleaned), save=False)
    document.save()
    Page.objects.bulk_create(
        Page(document=document, number=number, width=width, height=height)
        for number, (width, height) in enumerate(taken.page_sizes, start=1)
    )
    return document


def _delete_files(paths: list[str]) -> None:
    for path in paths:
        default_storage.delete(path)


def _forget_old() -> None:
    if not default_storage.exists(HELD):
        return
    oldest = timezone.now() - HELD_FOR
    for name in default_storage.listdir(HELD)[1]:
        path = f"{HELD}/{name}"
        if default_storage.get_modified_time(path) < oldest:
            default_storage.delete(path)
