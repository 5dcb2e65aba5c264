"""What a child says to its parent. Loads nothing: a child waits for its imports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

OUT_OF_MEMORY = 77  # the child's exit status; any other failure is a crash


@dataclass(frozen=True)
class Result:
    """What a child answered: JSON data and any number of files."""

    data: dict[str, Any]  # JSON: shaped by the operation
    blobs: tuple[bytes, ...] = ()
