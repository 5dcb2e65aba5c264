"""The page of one transaction, which keeps itself up to date."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from workspace import overview
from workspace.access import get_request, member_required
from workspace.http import WorkspaceRequest


@member_required
@require_safe
def page(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    row = get_request(request, pk)
    if row.is_draft:
        return redirect("workspace:draft", row.public_id)
    context = overview.of(row, timezone.now())
    return render(request, "workspace/requests/page.html", context)


@member_required
@require_safe
def news(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Say whether anything happened since the page was drawn; what, it asks then."""
    row = get_request(request, pk)
    response = HttpResponse(status=204)
    if request.GET.get("seen") == overview.seen(row):
        return response
    return trigger_client_event(response, "request:changed")
