"""What is inside a PDF besides its pages. Runs in the child process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from asn1crypto import cms
from pypdf import PdfReader
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    PdfObject,
    TextStringObject,
)

from signing.pdf.objects import Stop, plain
from signing.pdf.problems import Problem

MAX_OBJECTS = 400_000

ACTIONS = {
    "/JavaScript": "javascript",
    "/Launch": "launch",
    "/GoToE": "embedded_file",
    "/SubmitForm": "submit",
    "/ImportData": "submit",
    "/Rendition": "media",
    "/Movie": "media",
    "/Sound": "media",
    "/RichMediaExecute": "media",
}
ANNOTATIONS = {
    "/FileAttachment": "embedded_file",
    "/Movie": "media",
    "/Sound": "media",
    "/Screen": "media",
    "/RichMedia": "media",
    "/3D": "media",
}
# A maker of forms "enables" them for the free reader by a signature of its own.
NOT_A_PERSONS_SIGNATURE = ("/UR", "/UR3")


@dataclass
class Findings:
    active: set[str] = field(default_factory=set)
    signed_by: str | None = None


def inspect(root: PdfObject) -> Findings:
    """Walk everything that hangs on root, once, whatever its shape."""
    found = Findings()
    for value in dictionaries(root):
        note_active(value, found.active)
        if found.signed_by is None and is_signature(value):
            found.signed_by = signer_name(value)
    return found


def dictionaries(root: PdfObject) -> Iterator[DictionaryObject]:
    seen: set[tuple[int, int]] = set()
    waiting: list[PdfObject | None] = [root]
    count = 0
    while waiting:
        value = waiting.pop()
        if isinstance(value, IndirectObject):
            if (value.idnum, value.generation) in seen:
                continue
            seen.add((value.idnum, value.generation))
            value = value.get_object()
        if isinstance(value, ArrayObject):
            waiting.extend(child for child in value if is_container(child))
        elif isinstance(value, DictionaryObject):
            count += 1
            if count > MAX_OBJECTS:
                raise Stop(Problem.TOO_COMPLEX)
            yield value
            waiting.extend(parts(value))


def is_container(value: PdfObject) -> bool:
    return isinstance(value, IndirectObject | ArrayObject | DictionaryObject)


def parts(value: DictionaryObject) -> list[PdfObject]:
    return [
        child
        for key, child in value.items()
        if key not in NOT_A_PERSONS_SIGNATURE and is_container(child)
    ]


def note_active(value: DictionaryObject, active: set[str]) -> None:
    if (action := plain(value, "/S")) in ACTIONS:
        active.add(ACTIONS[str(action)])
    if (subtype := plain(value, "/Subtype")) in ANNOTATIONS and "/Rect" in value:
        active.add(ANNOTATIONS[str(subtype)])
    if "/JS" in value and action is not None:
        active.add("javascript")
    if isinstance(plain(value, "/EF"), DictionaryObject) and (
        "/F" in value or "/UF" in value
    ):
        active.add("embedded_file")
    if "/XFA" in value and ("/Fields" in value or "/DA" in value or "/DR" in value):
        active.add("xfa")


def is_signature(value: DictionaryObject) -> bool:
    return "/ByteRange" in value and "/Contents" in value and "/Filter" in value


def signer_name(value: DictionaryObject) -> str:
    name = plain(value, "/Name")
    if isinstance(name, str) and name.strip():
        return name.strip()[:200]
    try:
        return certificate_name(plain(value, "/Contents"))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return "?"


def certificate_name(contents: object) -> str:
    if isinstance(contents, TextStringObject):
        contents = contents.original_bytes
    if not isinstance(contents, ByteStringObject | bytes):
        return "?"
    signed = cms.ContentInfo.load(bytes(contents))["content"]
    serial = signed["signer_infos"][0]["sid"].native["serial_number"]
    for certificate in signed["certificates"]:
        if certificate.chosen.serial_number == serial:
            name = certificate.chosen.subject.native.get("common_name", "?")
            return str(name)[:200]
    return "?"


def catalog(reader: PdfReader) -> PdfObject:
    root: PdfObject = reader.trailer.raw_get("/Root")
    return root
