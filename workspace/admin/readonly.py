"""What is only read, and how it is found."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest

from signing import searching
from signing.models import SignRequest
from workspace.admin.base import CompanyModelAdmin, Row, inside

NOTHING = "–"


class ReadOnlyAdmin(CompanyModelAdmin[Row]):
    """Shows the named fields and nothing else; leads nowhere but to itself."""

    def get_readonly_fields(
        self, request: HttpRequest, obj: Any = None
    ) -> tuple[str, ...]:
        return tuple(self.get_fields(request, obj))  # type: ignore[arg-type]  # flat


def found_in(
    rows: QuerySet[Any], request: HttpRequest, typed: str, id_path: str, path: str
) -> QuerySet[Any]:
    """Find rows by their transaction: its whole id, or words of it and its signers.

    The workspace's own search, which has indexes for it.
    """
    if is_id(typed):
        return rows.filter(**{id_path: UUID(typed.strip())})
    member = inside(request).member
    if not typed.strip() or member is None:
        return rows
    wanted = searching.wanted(typed)
    if not wanted:
        return rows.none()
    requests = SignRequest.objects.filter(company_id=member.company_id)
    found = wanted.named(requests, member.company_id)
    return rows.filter(**{f"{path}__in": found.values("pk")})


def is_id(typed: str) -> bool:
    try:
        UUID(typed.strip())
    except ValueError:
        return False
    return True
