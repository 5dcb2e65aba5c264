"""What a worker read from one picture, and what several say together. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date

from verification import vault
from verification.identity import countries, mrz
from verification.identity.base import Facts

PASSPORT, CARD = "passport", "id_card"


@dataclass(frozen=True)
class Reading:
    """lines: the machine-readable zone as it stands there, empty when none was
    found. is_sure: two readings agreed on every letter of it."""

    lines: tuple[str, ...] = ()
    is_sure: bool = False

    @property
    def zone(self) -> mrz.Zone | None:
        return mrz.find(self.lines) if self.lines else None

    def seal(self, purpose: str) -> str:
        return vault.encrypt(json.dumps(asdict(self)).encode(), f"{purpose} reading")

    @classmethod
    def open(cls, text: str, purpose: str) -> Reading:
        """Raises vault.UnreadableError."""
        kept = json.loads(vault.decrypt(text, f"{purpose} reading"))
        return cls(lines=tuple(kept["lines"]), is_sure=kept["is_sure"])


def best_of(readings: Iterable[Reading]) -> Reading:
    """Return the reading with the most trustworthy zone, or an empty one."""
    found = [one for one in readings if one.zone is not None]
    return max(found, key=_trust, default=Reading())


def facts_of(zone: mrz.Zone | None, today: date) -> Facts:
    """Return what a zone says, all empty without one.

    A number whose check digit is wrong was misread: a certificate that quotes it
    would name another document.
    """
    if zone is None:
        return Facts()
    return Facts(
        full_name=f"{zone.given_names} {zone.surname}".strip(),
        surname=zone.surname,
        given_names=zone.given_names,
        born_on=zone.born_on(today),
        expires_on=zone.expires_on(today),
        document_type=PASSPORT if zone.code.startswith("P") else CARD,
        country=countries.from_mrz(zone.issuer),
        number_end=zone.number[-3:] if zone.checks["number"] else "",
        has_zone=True,
    )


def _trust(reading: Reading) -> tuple[bool, int, bool]:
    zone = reading.zone
    assert zone is not None  # noqa: S101 - best_of asks for those only
    return zone.is_valid, zone.right, reading.is_sure
