"""A transaction's trail to take away: as JSON that can be checked, and as PDF."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from signing.models import SignRequest
from signing.pdf import trail_report
from signing.pdf.trail_report import Line, TrailReport
from verification import trail
from verification.models import Trail, TrailEntry
from workspace import timeline

HOW_TO_CHECK = (
    "hash = SHA-256(before LF seq LF at LF kind LF payload_hash), where before is the "
    "hash of the entry before (64 zeros for the first) and payload_hash = "
    "SHA-256(salt LF payload), all as UTF-8; head is the hash of the last entry."
)


def as_json(request: SignRequest, now: datetime) -> str:
    """Return the whole trail with all that its hashes are made of."""
    chain, entries = _read(request)
    told = {
        "transaction": {
            "id": str(request.public_id),
            "title": request.title,
            "state": request.state,
            "company": request.company.name,
            "sender": {"name": request.sender.name, "email": request.sender.email},
        },
        "made_at": now.astimezone(UTC).isoformat(timespec="microseconds"),
        "how_to_check": HOW_TO_CHECK,
        "head": chain.head,
        "entries": [_entry(entry) for entry in entries],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def as_pdf(request: SignRequest, language: str) -> bytes:
    """Return the whole trail as sentences, with its hashes."""
    chain, entries = _read(request)
    company = request.company
    with translation.override(language):
        sender = f"{request.sender.name}, {company.name}, {request.sender.email}"
        report = TrailReport(
            title=request.title,
            transaction_id=str(request.public_id),
            company_name=company.name,
            company_logo=company.logo.read() if company.logo else None,
            company_colour=company.colour,
            facts=[
                (_("Sent by"), sender),
                (_("Status"), str(SignRequest.State(request.state).label)),
            ],
            trail_head=chain.head,
            lines=[_line(entry) for entry in entries],
            language=language,
        )
        return trail_report.render(report)


def _read(request: SignRequest) -> tuple[Trail, list[TrailEntry]]:
    """Read the chain first: what is appended meanwhile belongs to the next one."""
    chain = Trail.objects.get(pk=request.trail_id)
    rows = chain.entries.select_related("gate").filter(seq__lte=chain.seq)
    return chain, list(rows.order_by("seq"))


def _entry(entry: TrailEntry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "kind": entry.kind,
        "signer": entry.gate.name if entry.gate else None,
        "facts": trail.facts_of(entry),
        "payload": entry.payload,
        "salt": entry.salt,
        "payload_hash": entry.payload_hash,
        "hash": entry.hash,
    }


def _line(entry: TrailEntry) -> Line:
    told = timeline.event(entry)
    return Line(entry.seq, entry.at, told.what, told.detail, entry.hash)
