"""Who of a transaction can be reminded now, and why the others can't."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from signing.flows import reminding
from signing.flows.holding import refusal_of
from signing.models import Signer, SignRequest


@dataclass(frozen=True)
class Line:
    """One signer. why_not: why nobody can remind them now; again_at: from when on."""

    signer: Signer
    why_not: str | Promise
    again_at: datetime | None


@dataclass(frozen=True)
class Group:
    request: SignRequest
    lines: list[Line]


def line_of(signer: Signer, now: datetime) -> Line:
    refusal = refusal_of(signer, now) or reminding.refusal_of(signer, now)
    retry_at = getattr(refusal, "retry_at", None)
    return Line(signer, refusal.message if refusal else "", retry_at)


def groups_of(rows: Iterable[SignRequest], now: datetime) -> list[Group]:
    """Return the signers who are asked to do something; one query for all rows."""
    wanted = list(rows)
    signers = Signer.objects.filter(request__in=wanted).select_related("gate")
    lines: dict[int, list[Line]] = {row.pk: [] for row in wanted}
    by_pk = {row.pk: row for row in wanted}
    for one in signers.exclude(role=Signer.Role.CC):
        one.request = by_pk[one.request_id]
        lines[one.request_id].append(line_of(one, now))
    return [Group(row, lines[row.pk]) for row in wanted]
