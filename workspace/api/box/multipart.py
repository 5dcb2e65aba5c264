"""The body of an upload. Its file part may have an empty filename, which Django's
own reader takes for a text field and spoils: so the parts are read here."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.handlers.wsgi import LimitedStream
from django.http import HttpRequest
from django.http.multipartparser import (
    ChunkIter,
    LazyStream,
    MultiPartParserError,
    Parser,
)
from django.utils.http import parse_header_parameters
from pydantic import BaseModel, Field, StrictStr, ValidationError

from signing.pdf.intake import megabytes
from workspace.api.box.api import read_json
from workspace.api.box.errors import BoxError, bad_request
from workspace.api.box.schemas import FolderRef
from workspace.api.sentences import sentence_of

CHUNK = 64 * 1024
MAX_ATTRIBUTES = 64 * 1024
# Besides the file: the attributes and what frames the parts.
OVERHEAD = 1024 * 1024
# A client that is still sending does not read an answer: so much is taken and
# thrown away before it gets one.
DRAINED = 4
MAX_BOUNDARY = 200


class Attributes(BaseModel):
    name: Annotated[StrictStr, Field(min_length=1, max_length=255)]
    parent: FolderRef


@dataclass(frozen=True)
class Upload:
    attributes: Attributes
    source: bytes


def read_upload(request: HttpRequest) -> Upload:
    """Read a whole upload. Raises BoxError; nothing larger than allowed is held."""
    boundary = _boundary(request)
    if _length(request) > settings.MAX_UPLOAD_BYTES + OVERHEAD:
        _drain(request)
        raise _too_large()
    found: dict[str, bytes] = {}
    try:
        for name, most, stream in _parts(request, boundary):
            found.setdefault(name, _read(stream, most))
    except (MultiPartParserError, SuspiciousOperation) as error:
        raise bad_request("The body is not multipart/form-data.") from error
    for name in ("attributes", "file"):
        if name not in found:
            raise bad_request(f"The part {name} is required.")
    _check_digest(request.headers.get("Content-MD5", ""), found["file"])
    return Upload(_as_attributes(found["attributes"]), found["file"])


def _boundary(request: HttpRequest) -> bytes:
    kind, parameters = parse_header_parameters(request.headers.get("Content-Type", ""))
    boundary = parameters.get("boundary", "")
    is_sane = boundary.isascii() and 0 < len(boundary) <= MAX_BOUNDARY
    if kind != "multipart/form-data" or not is_sane:
        raise bad_request("The body must be multipart/form-data, with a boundary.")
    return boundary.encode()


def _length(request: HttpRequest) -> int:
    written = request.headers.get("Content-Length", "")
    return int(written) if written.isascii() and written.isdecimal() else 0


def _parts(request: HttpRequest, boundary: bytes) -> Iterator[tuple[str, int, Any]]:
    limits = {"attributes": MAX_ATTRIBUTES, "file": settings.MAX_UPLOAD_BYTES}
    stream = LazyStream(ChunkIter(_body(request), CHUNK))
    for _kind, headers, part in Parser(stream, boundary):
        parameters: dict[str, Any] = headers.get("content-disposition", ("", {}))[1]
        name = bytes(parameters.get("name", b"")).decode(errors="replace")
        if name in limits:
            yield name, limits[name], part
        for _rest in part:  # the next part is found behind it
            pass


def _body(request: HttpRequest) -> HttpRequest | LimitedStream:
    """Return what the parts are read from.

    A stream that a client can't measure comes in chunks and without a length, for
    which Django's request is empty: it is read to the end that the web server marks.
    """
    if request.META.get("CONTENT_LENGTH") or not request.META.get(
        "wsgi.input_terminated"
    ):
        return request
    most = settings.MAX_UPLOAD_BYTES + OVERHEAD
    return LimitedStream(request.META["wsgi.input"], most)


def _read(part: Any, most: int) -> bytes:
    pieces, size = [], 0
    for piece in part:
        size += len(piece)
        if size > most:
            raise _too_large()
        pieces.append(bytes(piece))
    return b"".join(pieces)


def _check_digest(told: str, source: bytes) -> None:
    """The header holds a SHA-1 in hexadecimal for Box, an MD5 for everybody else."""
    told = told.strip()
    if not told:
        return
    md5 = hashlib.md5(source, usedforsecurity=False)
    known = (
        hashlib.sha1(source, usedforsecurity=False).hexdigest(),
        md5.hexdigest(),
        base64.b64encode(md5.digest()).decode(),
    )
    if not any(
        hmac.compare_digest(one.lower().encode(), told.lower().encode())
        for one in known
    ):
        raise BoxError(412, "The file is not the one that content-md5 speaks of.")


def _as_attributes(source: bytes) -> Attributes:
    try:
        return Attributes.model_validate(read_json(source))
    except ValidationError as error:
        found = error.errors()[0]
        located = found | {"loc": ("attributes", *found["loc"])}
        raise bad_request(sentence_of(located)) from error


def _drain(request: HttpRequest) -> None:
    left = settings.MAX_UPLOAD_BYTES * DRAINED
    while left > 0 and (piece := request.read(CHUNK)):
        left -= len(piece)


def _too_large() -> BoxError:
    largest = megabytes(settings.MAX_UPLOAD_BYTES)
    return BoxError(413, f"The file is larger than {largest} MB.")
