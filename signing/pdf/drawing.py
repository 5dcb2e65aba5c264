"""Draw pages as pictures and read their text. Runs in the child process."""

from __future__ import annotations

import io
import math
from typing import Any

import pypdfium2
from PIL import Image, ImageChops

from verification.confinement import Result

MOST_PIXELS = 24_000_000
LONGEST_SIDE = 16_000  # WebP ends at 16,383
SMALL_PNG = 1_000_000
MOST_TEXT = 200_000
UNREADABLE = str.maketrans({"\r": None, "\x00": None, "￾": "-", "￿": None})


def draw(source: bytes, options: dict[str, Any]) -> Result:
    """Return a picture and a description of each page in options["numbers"]."""
    document = pypdfium2.PdfDocument(source)
    pages, pictures = [], []
    for number in options["numbers"]:
        page = document[number]
        picture = render(page, options["width"])
        data, kind = encode(picture)
        pages.append(
            {
                "number": number,
                "content_type": kind,
                "width": picture.width,
                "height": picture.height,
                "text": text_of(page),
            }
        )
        pictures.append(data)
        page.close()
    return Result({"pages": pages}, tuple(pictures))


def render(page: pypdfium2.PdfPage, width: int) -> Image.Image:
    across, down = page.get_size()
    scale = width / across
    scale = min(scale, LONGEST_SIDE / max(across, down))
    scale = min(scale, math.sqrt(MOST_PIXELS / (across * down)))
    picture: Image.Image = page.render(scale=scale).to_pil()
    return picture.convert("RGB")


def encode(picture: Image.Image) -> tuple[bytes, str]:
    """Text is small and sharp as PNG; photographs are not small, so WebP."""
    out = io.BytesIO()
    without_colour(picture).save(out, "PNG", compress_level=3)
    if out.tell() <= SMALL_PNG:
        return out.getvalue(), "image/png"
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=85, method=0)
    return out.getvalue(), "image/webp"


def without_colour(picture: Image.Image) -> Image.Image:
    """Return a grey picture if nothing in it is coloured: half the bytes."""
    red, green, blue = picture.split()
    for other in (green, blue):
        if ImageChops.difference(red, other).getbbox():
            return picture
    return red


def text_of(page: pypdfium2.PdfPage) -> str:
    reading = page.get_textpage()
    text: str = reading.get_text_bounded()
    reading.close()
    return text.translate(UNREADABLE).strip()[:MOST_TEXT]
