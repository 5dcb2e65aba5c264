"""A picture as sent becomes upright pixels, or is refused. In the child only."""

from __future__ import annotations

import io

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

# HEIC is left out: browsers turn it into JPEG when these are asked for, and the
# wheels that decode it bundle a GPL encoder.
FORMATS = ("JPEG", "PNG", "WEBP")
MOST_PIXELS = 25_000_000
LONG_SIDE = 2400
QUALITY = 88
# Of the shorter side, in pixels: a letter of a zone needs 12.
LEAST_OF_FACE = 320
LEAST_OF_DOCUMENT = 480
SELFIE = "selfie"
# base.Reason's values; the child loads no Django.
NO_PICTURE, TOO_LARGE, TOO_SMALL = "no_picture", "too_large", "too_small"

Pixels = NDArray[np.uint8]


class RefusedError(Exception):
    """The picture is not taken. Its text is a base.Reason value."""


def decode(source: bytes, side: str) -> Pixels:
    """Return an upright picture in BGR, at most LONG_SIDE. Raises RefusedError.

    Size and format are read from the header before a pixel is decoded.
    """
    try:
        opened: Image.Image = Image.open(io.BytesIO(source), formats=FORMATS)
        _examine(opened, side)
        opened.draft("RGB", (LONG_SIDE, LONG_SIDE))
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((LONG_SIDE, LONG_SIDE))
        flat = np.asarray(_flattened(upright), dtype=np.uint8)
    except Image.DecompressionBombError:
        raise RefusedError(TOO_LARGE) from None
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, TypeError):
        raise RefusedError(NO_PICTURE) from None
    return np.ascontiguousarray(flat[:, :, ::-1])


def encode(pixels: Pixels) -> bytes:
    """Return a JPEG of the pixels and nothing else: made anew, without metadata."""
    done, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise MemoryError
    return bytes(data.tobytes())


def _examine(opened: Image.Image, side: str) -> None:
    if opened.width * opened.height > MOST_PIXELS:
        raise RefusedError(TOO_LARGE)
    # Phones put a second, smaller picture behind a JPEG: that is no film.
    if opened.format != "JPEG" and getattr(opened, "is_animated", False):
        is_film = opened.format in ("PNG", "WEBP")
        if is_film:
            raise RefusedError(NO_PICTURE)
    least = LEAST_OF_FACE if side == SELFIE else LEAST_OF_DOCUMENT
    if min(opened.size) < least:
        raise RefusedError(TOO_SMALL)


def _flattened(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layered = picture.convert("RGBA")
    white = Image.new("RGBA", layered.size, "white")
    return Image.alpha_composite(white, layered).convert("RGB")
