"""Company logos as plain pictures. Runs in the child process."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, UnidentifiedImageError

from verification.confinement import Result

SIDE = 512
MOST_PIXELS = 40_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


def logo(source: bytes, _options: dict[str, Any]) -> Result:
    """Return the logo as a PNG of at most SIDE, or nothing if it is not one."""
    try:
        picture: Image.Image = Image.open(io.BytesIO(source), formats=FORMATS)
        if picture.width * picture.height > MOST_PIXELS:
            return Result({})
        small = picture.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return Result({})
    small.thumbnail((SIDE, SIDE))
    out = io.BytesIO()
    small.save(out, "PNG")
    return Result({"width": small.width, "height": small.height}, (out.getvalue(),))
