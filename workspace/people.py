"""The people of selected transactions, each once with all their parts in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from signing.flows.holding import refusal_of
from signing.models import Signer, SignRequest


@dataclass(frozen=True)
class Line:
    """One person with one number. why_not: why that number cannot be changed."""

    signers: list[Signer]
    why_not: str

    @property
    def signer(self) -> Signer:
        return self.signers[0]

    @property
    def titles(self) -> list[str]:
        return list(dict.fromkeys(str(one.request) for one in self.signers))


def lines_of(requests: Iterable[SignRequest], now: datetime) -> list[Line]:
    """Return a line for each person; two queries, however many transactions.

    Who has the same name, address and number in several of them stands there
    once. Two people with one number stand there twice. Whose number cannot be
    changed comes last.
    """
    wanted = list(requests)
    places = {row.pk: place for place, row in enumerate(wanted)}
    found = Signer.objects.filter(request__in=wanted).select_related("gate", "request")
    groups: dict[tuple[str, ...], list[Signer]] = {}
    reasons: dict[tuple[str, ...], str] = {}
    for one in sorted(found, key=lambda one: (places[one.request_id], one.order)):
        refusal = refusal_of(one, now)
        reason = str(refusal.message) if refusal else ""
        same = (one.email.lower() or str(one.public_id), one.name, one.phone, reason)
        groups.setdefault(same, []).append(one)
        reasons[same] = reason
    lines = [Line(signers, reasons[same]) for same, signers in groups.items()]
    return sorted(lines, key=lambda line: bool(line.why_not))
