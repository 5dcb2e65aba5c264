"""Sign templates, to be looked at; they are made in the workspace."""

from __future__ import annotations

from typing import Any

from django.db import models
from ninja import Router

from signing.models import Template
from workspace.api import guard
from workspace.api.box import creating, shown
from workspace.api.box.api import BoxRequest
from workspace.api.box.errors import bad_request
from workspace.api.box.requests import limit_of
from workspace.api.box.schemas import REFUSALS, SignTemplateOut, SignTemplatesOut

router = Router(tags=["Sign templates"])


@router.get(
    "/sign_templates",
    response={200: SignTemplatesOut} | REFUSALS,
    exclude_unset=True,
    summary="List sign templates",
)
def list_sign_templates(
    request: BoxRequest, limit: str | None = None, marker: str | None = None
) -> dict[str, Any]:
    guard.need(request.key, guard.Scope.READ)
    size, begin = limit_of(limit), offset_of(marker)
    rows = guard.visible_templates(request.key).filter(archived_at=None)
    found = list(_related(rows)[begin : begin + size + 1])
    before = str(max(begin - size, 0)) if begin else None
    return {
        "limit": size,
        "next_marker": str(begin + size) if len(found) > size else None,
        "prev_marker": before,
        "entries": [shown.template(row) for row in found[:size]],
    }


@router.get(
    "/sign_templates/{template_id}",
    response={200: SignTemplateOut} | REFUSALS,
    exclude_unset=True,
    summary="Get a sign template",
)
def get_sign_template(request: BoxRequest, template_id: str) -> dict[str, Any]:
    guard.need(request.key, guard.Scope.READ)
    found = creating.find_template(request.key, template_id)
    return shown.template(_related(Template.objects.filter(pk=found.pk)).get())


def offset_of(marker: str | None) -> int:
    """Return how many come before a page: templates are few and keep their order."""
    if not marker:
        return 0
    if not marker.isascii() or not marker.isdecimal() or len(marker) > 9:
        raise bad_request("marker must be the next_marker of a page.")
    return int(marker)


def _related(rows: models.QuerySet[Template]) -> models.QuerySet[Template]:
    return rows.select_related("request").prefetch_related(
        "request__documents", "request__signers__gate__factors"
    )
