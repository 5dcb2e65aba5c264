"""What a worker read from one picture, and what several say together. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date

from verification import vault
from verification.identity.base import Facts


@dataclass(frozen=True)
class Reading:
    """lines: the machine-readable zone as it stands there, empty when none was
    found. faces: how many were seen; None when nobody looked."""

    lines: tuple[str, ...] = ()
    faces: int | None = None

    def seal(self, purpose: str) -> str:
        return vault.encrypt(json.dumps(asdict(self)).encode(), f"{purpose} reading")

    @classmethod
    def open(cls, text: str, purpose: str) -> Reading:
        """Raises vault.UnreadableError."""
        kept = json.loads(vault.decrypt(text, f"{purpose} reading"))
        return cls(lines=tuple(kept["lines"]), faces=kept["faces"])


def facts_of(readings: Iterable[Reading], today: date) -> Facts:
    """Return what the zone says, all empty without one."""
    return Facts()
