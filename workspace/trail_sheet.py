"""The trail of a transaction, ready to be printed: for pages and programs alike."""

from __future__ import annotations

from datetime import datetime

from signing.models import SignRequest
from signing.pdf import trail as printed
from signing.pdf.trail import Line, Sheet
from verification.models import Trail, TrailEntry
from workspace import timeline


def as_pdf(request: SignRequest, now: datetime) -> bytes:
    """Return every entry as a PDF. request comes with its company."""
    head = Trail.objects.get(pk=request.trail_id)
    entries = head.entries.select_related("gate").filter(seq__lte=head.seq)
    sheet = Sheet(
        title=request.title,
        transaction_id=str(request.public_id),
        company_name=request.company.name,
        made_at=now,
        head=head.head,
        lines=[as_line(entry) for entry in entries.order_by("seq")],
        language=request.company.language,
    )
    return printed.render(sheet)


def as_line(entry: TrailEntry) -> Line:
    told = timeline.event(entry)
    return Line(entry.seq, entry.at, told.what, told.detail, entry.hash)
