"""Files and folders as a key may see them.

Besides what programs put here, every transaction that the key's member may see
has its documents and, in the end, its sealed file: their numbers are the
decimal form of their random ids, so that nothing has to be stored for them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.files.base import ContentFile, File
from django.db import IntegrityError, models, transaction

from signing.models import Document, SignRequest
from workspace.api import guard
from workspace.api.box.errors import BoxError, not_found
from workspace.api.box.models import BoxFile, BoxFolder
from workspace.models import ApiKey

ROOT = "0"
ROOT_NAME = "All Files"
# Numbers of rows are shorter than any UUID that chance brings.
LONGEST_ROW = 20
LONGEST_UUID = 39
FORBIDDEN = frozenset("/\\")


@dataclass(frozen=True)
class Held:
    """One file, wherever it lies. of: the transaction to tell of a download."""

    number: str
    name: str
    content: File[bytes]
    created_at: datetime
    folder: BoxFolder | None = None
    sha1: str = ""
    of: SignRequest | None = None
    is_sealed: bool = False

    def read(self) -> bytes:
        with self.content.open("rb") as file:
            source: bytes = file.read()
        return source


def number_of(public_id: UUID) -> str:
    return str(public_id.int)


def uuid_of(number: str) -> UUID | None:
    if LONGEST_ROW < len(number) <= LONGEST_UUID and number.isdecimal():
        value = int(number)
        return UUID(int=value) if value < 1 << 128 else None
    return None


def visible_files(key: ApiKey) -> models.QuerySet[BoxFile]:
    """The same rule as for transactions: one's own, or all of the company's."""
    rows = BoxFile.objects.filter(company_id=key.company_id)
    member = key.member
    if member.is_company_admin or key.company.members_act_for_each_other:
        return rows
    return rows.filter(owner_id=member.user_id)


def find_file(key: ApiKey, number: str) -> Held:
    """Return a file by its number. Raises BoxError."""
    public_id = uuid_of(number)
    if public_id is not None:
        return _find_in_transactions(key, public_id)
    rows = visible_files(key).select_related("folder").filter(number=number)
    row = rows.first() if is_number(number) else None
    if row is None:
        raise not_found("file")
    return as_held(row)


def find_sources(key: ApiKey, numbers: Collection[str]) -> list[BoxFile]:
    """Return uploaded files in the order of numbers. Raises BoxError."""
    rows = {row.number: row for row in visible_files(key).filter(number__in=numbers)}
    for place, number in enumerate(numbers):
        if number not in rows:
            raise BoxError(404, f"source_files[{place}].id: there is no such file.")
    return [rows[number] for number in numbers]


def find_folder(key: ApiKey, number: str) -> BoxFolder | None:
    """Return a folder by its number, None for the root. Raises BoxError."""
    if number == ROOT:
        return None
    rows = BoxFolder.objects.filter(company_id=key.company_id, number=number)
    folder = rows.select_related("parent").first() if is_number(number) else None
    if folder is None:
        raise not_found("folder")
    return folder


def is_number(written: str) -> bool:
    """What is none cannot be asked for: a path may hold a NUL, no row can."""
    return written.isascii() and written.isdecimal()


def keep_file(
    key: ApiKey, folder: BoxFolder | None, name: str, source: bytes, now: datetime
) -> BoxFile:
    """Put a file here as it came. Raises BoxError when its name is taken."""
    row = BoxFile(
        company_id=key.company_id,
        owner_id=key.member.user_id,
        folder=folder,
        name=checked_name(name),
        size=len(source),
        sha1=hashlib.sha1(source, usedforsecurity=False).hexdigest(),
        created_at=now,
    )
    namesakes = BoxFile.objects.filter(
        company_id=row.company_id, owner_id=row.owner_id, folder=folder, name=row.name
    )
    if namesakes.exists():
        raise name_in_use()
    row.content.save(f"{row.number}.bin", ContentFile(source), save=False)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        row.content.delete(save=False)
        raise name_in_use() from error
    return row


def make_folder(
    key: ApiKey, parent: BoxFolder | None, name: str, now: datetime
) -> BoxFolder:
    """Make a folder. Raises BoxError when its name is taken."""
    name = checked_name(name)
    facts = {"company_id": key.company_id, "parent": parent, "name": name}
    if BoxFolder.objects.filter(**facts).exists():
        raise name_in_use()
    try:
        with transaction.atomic():
            return BoxFolder.objects.create(**facts, created_at=now)
    except IntegrityError as error:
        raise name_in_use() from error


def checked_name(name: str) -> str:
    """Return a name that can stand in a folder. Raises BoxError."""
    name = name.strip()
    is_bad = not name or len(name) > 255 or name in (".", "..")
    if is_bad or FORBIDDEN & set(name) or not name.isprintable():
        words = "name must have 1 to 255 characters, without slashes."
        raise BoxError(400, words, "item_name_invalid")
    return name


def name_in_use() -> BoxError:
    words = "Something with this name is in the folder already."
    return BoxError(409, words, "item_name_in_use")


def as_held(row: BoxFile) -> Held:
    return Held(
        number=row.number,
        name=row.name,
        content=row.content,
        created_at=row.created_at,
        folder=row.folder,
        sha1=row.sha1,
    )


def _find_in_transactions(key: ApiKey, public_id: UUID) -> Held:
    requests = guard.visible_requests(key).select_related("box__folder")
    request = requests.filter(public_id=public_id).exclude(state="draft").first()
    if request is not None:
        return _sealed(request)
    document = (
        Document.objects.filter(public_id=public_id, request__company_id=key.company_id)
        .filter(
            models.Q(request__in=guard.visible_requests(key))
            | models.Q(request__template__in=guard.visible_templates(key))
        )
        .select_related("request")
        .first()
    )
    if document is None:
        raise not_found("file")
    return Held(
        number=number_of(public_id),
        name=document.name,
        content=document.original,
        created_at=document.created_at,
        of=document.request,
    )


def _sealed(request: SignRequest) -> Held:
    if request.state != SignRequest.State.COMPLETED or not request.sealed:
        raise BoxError(409, "The signed file is not ready yet.")
    box = getattr(request, "box", None)
    return Held(
        number=number_of(request.public_id),
        name=f"{request.title}.pdf",
        content=request.sealed,
        created_at=request.closed_at or request.created_at,
        folder=box.folder if box else None,
        of=request,
        is_sealed=True,
    )
