"""Which documents a list shows, newest first, page by page."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import models

from signing.models import SignRequest
from workspace.api.boldsign.errors import DoorError
from workspace.api.boldsign.finding import uuid_of
from workspace.api.boldsign.mapping import STATUS
from workspace.api.boldsign.schemas.properties import PageDetails
from workspace.api.boldsign.schemas.requests import (
    BehalfList,
    DocumentList,
    Listed,
    Paged,
)
from workspace.models import ApiKey

Rows = models.QuerySet[SignRequest]


def sent(rows: Rows, asked: DocumentList, key: ApiKey) -> Rows:
    """Narrow rows as list_documents asks."""
    if asked.sent_by:
        rows = rows.filter(sender__email__in=lowered(asked.sent_by))
    if asked.recipients:
        rows = with_people(rows, asked.recipients)
    if asked.transmit_type.lower() == "received":
        rows = with_people(rows, [key.member.user.email])
    by = "ends_at" if asked.date_filter_type.lower() != "sentbetween" else "sent_at"
    return narrowed(rows, asked, by)


def on_behalf(rows: Rows, asked: BehalfList, key: ApiKey) -> Rows:
    """Narrow rows as behalf_documents asks."""
    rows = rows.exclude(sender_identity=None)
    if asked.page_type.lower() == "behalfofme":
        rows = rows.filter(sender_identity__email__iexact=key.member.user.email)
    if asked.email_address:
        rows = rows.filter(sender_identity__email__in=lowered(asked.email_address))
    if asked.signers:
        rows = with_people(rows, asked.signers)
    return narrowed(rows, asked, "sent_at")


def narrowed(rows: Rows, asked: Listed, by: str) -> Rows:
    if asked.status:
        states = [state for state, word in STATUS.items() if word in asked.status]
        rows = rows.filter(state__in=states)
    if asked.labels:
        labelled = rows.filter(boldsign_labels__text__in=asked.labels)
        rows = rows.filter(pk__in=labelled.values("pk"))
    if asked.brand_ids:
        rows = rows.filter(boldsign__facts__brandId__in=asked.brand_ids)
    if asked.search_key:
        rows = matching(rows, asked.search_key)
    if asked.start_date:
        rows = rows.filter(**{f"{by}__gte": moment(asked.start_date, "startDate")})
    if asked.end_date:
        rows = rows.filter(**{f"{by}__lte": moment(asked.end_date, "endDate")})
    if asked.next_cursor:
        rows = rows.filter(pk__lt=asked.next_cursor)
    return rows.order_by("-created_at", "-pk")


def with_people(rows: Rows, emails: list[str]) -> Rows:
    named = rows.filter(signers__gate__email__in=[*emails, *lowered(emails)])
    return rows.filter(pk__in=named.values("pk"))


def matching(rows: Rows, words: str) -> Rows:
    people = rows.filter(
        models.Q(signers__gate__name__icontains=words)
        | models.Q(signers__gate__email__icontains=words)
    )
    return rows.filter(
        models.Q(title__icontains=words)
        | models.Q(public_id=uuid_of(words))
        | models.Q(sender__name__icontains=words)
        | models.Q(pk__in=people.values("pk"))
    )


def page_of(rows: Rows, asked: Paged) -> tuple[Rows, PageDetails]:
    total = rows.count()
    start = (asked.page - 1) * asked.page_size
    return rows[start : start + asked.page_size], page_details(asked, total)


def page_details(asked: Paged, total: int) -> PageDetails:
    return PageDetails(
        page_size=asked.page_size,
        page=asked.page,
        total_records_count=total,
        total_pages=-(-total // asked.page_size),
    )


def moment(written: str, member: str) -> datetime:
    """Read ISO 8601; without a zone it is UTC. Raises DoorError."""
    try:
        read = datetime.fromisoformat(written.strip())
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise DoorError(
            f"The {member} must be a date and time like 2030-01-02T03:04:05."
        ) from error


def lowered(texts: list[str]) -> list[str]:
    return [text.strip().lower() for text in texts]
