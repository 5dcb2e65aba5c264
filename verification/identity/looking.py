"""Look at one picture and make it harmless. In the child only.

Answers {"reason": a base.Reason or ""} and, where it could be decoded, the
picture as an upright JPEG without metadata.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from verification.confinement import Result
from verification.identity import decoding, quality


def look(source: bytes, options: dict[str, Any]) -> Result:
    """options: side, an IdentityPicture.Side value."""
    side = str(options["side"])
    try:
        pixels = decoding.decode(source, side)
    except decoding.RefusedError as refused:
        return Result({"reason": str(refused)})
    return Result(describe(pixels, side), (decoding.encode(pixels),))


def describe(pixels: decoding.Pixels, side: str) -> dict[str, Any]:
    measured = quality.measure(pixels, is_selfie=side == decoding.SELFIE)
    high, wide = pixels.shape[:2]
    facts = {"width": wide, "height": high, "reason": measured.flaw}
    return facts | asdict(measured)
