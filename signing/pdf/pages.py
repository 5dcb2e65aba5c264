"""Pages as pictures with their text, for people and screen readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from signing.pdf import sandbox

BATCH = 10
WIDTH = 1632  # twice the widest page on screen
SECONDS = 60.0


@dataclass(frozen=True)
class PageImage:
    """One page. number counts from 0."""

    number: int
    image: bytes
    content_type: str  # image/png or image/webp
    width: int
    height: int
    text: str


def render(
    cleaned: bytes, numbers: range | Sequence[int], *, width: int = WIDTH
) -> list[PageImage]:
    """Draw pages (from 0). Raises sandbox.PdfTimeout and PdfCrashed."""
    return list(iterate(cleaned, numbers, width=width))


def iterate(
    cleaned: bytes, numbers: range | Sequence[int], *, width: int = WIDTH
) -> Iterator[PageImage]:
    """Like render, but hand out each batch of ten as soon as it is drawn."""
    wanted = list(numbers)
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        result = sandbox.run(
            "draw", cleaned, timeout=SECONDS, numbers=batch, width=width
        )
        for page, image in zip(result.data["pages"], result.blobs, strict=True):
            yield PageImage(image=image, **page)
