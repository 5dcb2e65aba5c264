"""Several sealed copies in one ZIP, made while it leaves."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime

from signing.models import SignRequest

LONGEST = 100
# What a file's name must not have on one system or another.
UNFIT = re.compile(r"[\x00-\x1f\x7f<>:\"/\\|?*]")
OLDEST = (1980, 1, 1, 0, 0, 0)


class _Sink:
    """A file that is only written to; what is in it is taken away bit by bit."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def take(self) -> bytes:
        taken = b"".join(self.parts)
        self.parts.clear()
        return taken


def zipped(requests: Iterable[SignRequest]) -> Iterator[bytes]:
    """Yield a ZIP of the sealed copies; no more than a piece is ever in memory."""
    sink = _Sink()
    rows = list(requests)
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]  # needs write and flush only
        for row, name in zip(rows, names_of(rows), strict=True):
            entry = zipfile.ZipInfo(name, _moment(row.closed_at))
            with row.sealed.open("rb") as sealed:
                entry.file_size = sealed.size
                with archive.open(entry, "w") as out:
                    for piece in sealed.chunks():
                        out.write(piece)
                        yield sink.take()
            yield sink.take()
    yield sink.take()


def names_of(requests: Iterable[SignRequest]) -> list[str]:
    """Name a file for each request after its title, no two the same."""
    names: list[str] = []
    taken: set[str] = set()
    for request in requests:
        stem = UNFIT.sub("", str(request)).removesuffix(".pdf")[:LONGEST]
        stem, number = stem.strip(". ") or "document", 1
        name = f"{stem}.pdf"
        while name.lower() in taken:
            number += 1
            name = f"{stem} ({number}).pdf"
        taken.add(name.lower())
        names.append(name)
    return names


def _moment(at: datetime | None) -> tuple[int, int, int, int, int, int]:
    if at is None:
        return OLDEST
    return (at.year, at.month, at.day, at.hour, at.minute, at.second)
