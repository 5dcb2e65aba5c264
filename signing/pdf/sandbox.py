"""Run one PDF operation in a child process that may die without harm."""

from __future__ import annotations

from typing import Any

from verification import sandbox
from verification.confinement import Result
from verification.sandbox import WALL_SECONDS
from verification.sandbox import ChildCrashed as PdfCrashed
from verification.sandbox import ChildFailed as PdfFailed
from verification.sandbox import ChildTimeout as PdfTimeout

__all__ = ["PdfCrashed", "PdfFailed", "PdfTimeout", "run"]


def run(
    operation: str, source: bytes, *, timeout: float = WALL_SECONDS, **options: Any
) -> Result:
    """Run operation on source. options must be JSON. timeout is in seconds.

    Raises PdfTimeout and PdfCrashed.
    """
    return sandbox.run(
        "signing.pdf.child", operation, source, timeout=timeout, options=options
    )
