"""Find files that unfold to more than they seem. Runs in the child process."""

from __future__ import annotations

import zlib

from pypdf import PdfWriter
from pypdf.errors import LimitReachedError, PyPdfError
from pypdf.filters import decode_stream_data
from pypdf.generic import ArrayObject, IndirectObject, StreamObject

from signing.pdf.layout import number_of
from signing.pdf.objects import Stop, plain
from signing.pdf.problems import Problem

STREAM = 48 << 20  # one content stream, form or font
TOTAL = 256 << 20
IMAGE = 256 << 20  # decoded bytes of one image: A4 at 1,000 dpi in full colour
CHUNK = 1 << 20
FLATE = ("/FlateDecode", "/Fl")


def weigh(writer: PdfWriter) -> None:
    """Stop at the first stream that is too heavy, or when all are together."""
    total = 0
    for number in range(1, len(writer._objects) + 1):  # noqa: SLF001 - no public list
        value = IndirectObject(number, 0, writer).get_object()
        if isinstance(value, StreamObject):
            total += weight(value)
            if total > TOTAL:
                raise Stop(Problem.TOO_COMPLEX)


def weight(stream: StreamObject) -> int:
    """Return how many bytes the stream unfolds to, images counted apart."""
    filters = filter_names(stream)
    if plain(stream, "/Subtype") == "/Image":
        if image_bytes(stream) > IMAGE:
            raise Stop(Problem.TOO_COMPLEX)
        if len(filters) < 2 or filters[0] not in FLATE:
            return 0
        return inflated(stream._data, IMAGE)  # noqa: SLF001 - undecoded
    if not filters:
        return len(stream._data)  # noqa: SLF001
    if filters == filters[:1] and filters[0] in FLATE:
        return inflated(stream._data, STREAM)  # noqa: SLF001
    return decoded(stream)


def filter_names(stream: StreamObject) -> list[str]:
    raw = plain(stream, "/Filter")
    if isinstance(raw, ArrayObject):
        return [str(name.get_object()) for name in raw]
    return [] if raw is None else [str(raw)]


def image_bytes(stream: StreamObject) -> float:
    width, height = (
        max(number_of(plain(stream, key), 0), 0) for key in ("/Width", "/Height")
    )
    bits = number_of(plain(stream, "/BitsPerComponent"), 8)
    colours = 4 if bits > 1 else 1
    return width * height * colours * bits / 8


def inflated(data: bytes, most: int) -> int:
    """Return the inflated size without ever holding more than a chunk."""
    inflate = zlib.decompressobj()
    size, rest = 0, data
    try:
        while rest and not inflate.eof:
            size += len(inflate.decompress(rest, CHUNK))
            rest = inflate.unconsumed_tail
            if size > most:
                raise Stop(Problem.TOO_COMPLEX)
    except zlib.error:
        return size  # readers draw what there is
    return size


def decoded(stream: StreamObject) -> int:
    """Unfold other filters with pypdf's own limit of 75 MB a stream."""
    try:
        return len(decode_stream_data(stream))
    except LimitReachedError as error:
        raise Stop(Problem.TOO_COMPLEX) from error
    except (PyPdfError, NotImplementedError, ValueError):
        return 0
