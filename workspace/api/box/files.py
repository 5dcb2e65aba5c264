"""Files, folders, and who one is."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from ninja import Router, Status

from signing.flows.downloads import record_download
from workspace import keys
from workspace.api import guard
from workspace.api.box import shelf, shown
from workspace.api.box.api import BoxRequest
from workspace.api.box.errors import BoxError, bad_request
from workspace.api.box.models import BoxFolder
from workspace.api.box.multipart import read_upload
from workspace.api.box.schemas import (
    REFUSALS,
    FileOut,
    FilesOut,
    FolderIn,
    FolderOut,
    ItemsOut,
    UserOut,
)
from workspace.models import ApiKey

router = Router(tags=["Files and folders"])
uploads = Router(tags=["Files and folders"])
UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["attributes", "file"],
                    "properties": {
                        "attributes": {"type": "string"},
                        "file": {"type": "string", "format": "binary"},
                    },
                }
            }
        },
    }
}
MOST_ITEMS = 1_000
USUAL_ITEMS = 100
RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


@uploads.post(
    "/files/content",
    response={201: FilesOut} | REFUSALS,
    exclude_unset=True,
    operation_id="upload_file_at_upload_host",
    summary="Upload a file, at the path that Box’s upload host has",
    openapi_extra=UPLOAD,
)
@router.post(
    "/files/content",
    response={201: FilesOut} | REFUSALS,
    exclude_unset=True,
    operation_id="upload_file",
    summary="Upload a file",
    openapi_extra=UPLOAD,
)
def upload_file(request: BoxRequest) -> Status[dict[str, Any]]:
    """Take a file as it is. It is looked at when a sign request uses it."""
    guard.need(request.key, guard.Scope.SEND)
    upload = read_upload(request)
    folder = shelf.find_folder(request.key, upload.attributes.parent.id)
    name = upload.attributes.name
    row = shelf.keep_file(request.key, folder, name, upload.source, request.now)
    return Status(201, {"total_count": 1, "entries": [shown.file(shelf.as_held(row))]})


@router.get(
    "/files/{file_id}",
    response={200: FileOut} | REFUSALS,
    exclude_unset=True,
    summary="Get what is known of a file",
)
def get_file(request: BoxRequest, file_id: str) -> dict[str, Any]:
    guard.need(request.key, guard.Scope.READ)
    return shown.file(shelf.find_file(request.key, file_id))


@router.get(
    "/files/{file_id}/content",
    response={200: None, 206: None} | REFUSALS,
    summary="Download a file, or a range of it",
)
def download_file(request: BoxRequest, file_id: str) -> HttpResponseBase:
    guard.need(request.key, guard.Scope.READ)
    held = shelf.find_file(request.key, file_id)
    source = held.read()
    response = as_range(request.headers.get("Range", ""), source)
    response["Content-Type"] = "application/octet-stream"
    if source.startswith(b"%PDF-"):
        response["Content-Type"] = "application/pdf"
    response["Accept-Ranges"] = "bytes"
    response["Content-Disposition"] = "attachment"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    if held.of is not None and held.of.sent_at is not None:
        what = "sealed" if held.is_sealed else held.name
        record_download(held.of, what, keys.actor_name(request.key), request.now)
    return response


@router.get(
    "/folders/{folder_id}",
    response={200: FolderOut} | REFUSALS,
    exclude_unset=True,
    summary="Get a folder and its first items",
)
def get_folder(request: BoxRequest, folder_id: str) -> dict[str, Any]:
    guard.need(request.key, guard.Scope.READ)
    folder = shelf.find_folder(request.key, folder_id)
    return folder_of(request.key, folder)


@router.get(
    "/folders/{folder_id}/items",
    response={200: ItemsOut} | REFUSALS,
    exclude_unset=True,
    summary="List the items of a folder",
)
def list_folder_items(
    request: BoxRequest,
    folder_id: str,
    offset: str | None = None,
    limit: str | None = None,
) -> dict[str, Any]:
    guard.need(request.key, guard.Scope.READ)
    folder = shelf.find_folder(request.key, folder_id)
    begin = whole(offset, "offset", 0)
    size = min(whole(limit, "limit", USUAL_ITEMS), MOST_ITEMS)
    return items_of(request.key, folder, begin, size)


@router.post(
    "/folders",
    response={201: FolderOut} | REFUSALS,
    exclude_unset=True,
    summary="Make a folder",
)
def create_folder(request: BoxRequest, body: FolderIn) -> Status[dict[str, Any]]:
    guard.need(request.key, guard.Scope.SEND)
    parent = shelf.find_folder(request.key, body.parent.id)
    made = shelf.make_folder(request.key, parent, body.name, request.now)
    return Status(201, folder_of(request.key, made))


@router.get(
    "/users/me",
    response={200: UserOut} | REFUSALS,
    exclude_unset=True,
    summary="Get the member that this key acts for",
)
def get_user_me(request: BoxRequest) -> dict[str, Any]:
    return shown.user(request.key)


def folder_of(key: ApiKey, folder: BoxFolder | None) -> dict[str, Any]:
    parent = folder.parent if folder else None
    return shown.folder_mini(folder) | {
        "item_status": "active",
        "parent": shown.folder_mini(parent) if folder else None,
        "path_collection": shown.path_of(parent) if folder else shown.no_path(),
        "item_collection": items_of(key, folder, 0, USUAL_ITEMS),
    }


def items_of(
    key: ApiKey, folder: BoxFolder | None, begin: int, size: int
) -> dict[str, Any]:
    """Folders first, then files, both by name."""
    inner = BoxFolder.objects.filter(company_id=key.company_id, parent=folder)
    files = shelf.visible_files(key).filter(folder=folder)
    folders, total = inner.count(), inner.count() + files.count()
    entries = [
        shown.folder_mini(row)
        for row in inner.order_by("name", "pk")[begin : begin + size]
    ]
    skip, left = max(begin - folders, 0), size - len(entries)
    entries += [
        shown.file_mini(row.number, row.name, row.sha1)
        for row in files.order_by("name", "pk")[skip : skip + left]
    ]
    return {"total_count": total, "entries": entries, "offset": begin, "limit": size}


def whole(written: str | None, member: str, usual: int) -> int:
    if not written:
        return usual
    if not written.isascii() or not written.isdecimal() or len(written) > 9:
        raise bad_request(f"{member} must be a whole number from 0.")
    return int(written)


def as_range(asked: str, source: bytes) -> HttpResponse:
    """Return the part of source that a Range header asks for, else all of it."""
    size = len(source)
    match = RANGE.fullmatch(asked.strip())
    if match is None or match.group() == "bytes=-":
        return HttpResponse(source)
    first, last = match.groups()
    begin = int(first) if first else max(size - int(last), 0)
    end = min(int(last), size - 1) if first and last else size - 1
    if begin >= size or end < begin:
        raise BoxError(416, f"The file has {size} bytes.")
    response = HttpResponse(source[begin : end + 1], status=206)
    response["Content-Range"] = f"bytes {begin}-{end}/{size}"
    return response
