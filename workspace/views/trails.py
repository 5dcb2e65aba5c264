"""A transaction's trail, to take away."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from signing.flows.downloads import TRAIL, record_download
from signing.flows.sending import actor_name
from signing.models import SignRequest
from workspace import trail_files
from workspace.access import get_request, member_required
from workspace.http import WorkspaceRequest


@member_required
@require_safe
def as_json(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    row, now = _sent(request, pk), timezone.now()
    told = trail_files.as_json(row, now)
    return _hand_over(request, row, told.encode(), "json", now)


@member_required
@require_safe
def as_pdf(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    row, now = _sent(request, pk), timezone.now()
    told = trail_files.as_pdf(row, get_language() or row.company.language)
    return _hand_over(request, row, told, "pdf", now)


def _sent(request: WorkspaceRequest, pk: UUID) -> SignRequest:
    row = get_request(request, pk)
    if row.sent_at is None:  # a draft has no trail
        raise Http404
    return row


def _hand_over(
    request: WorkspaceRequest, row: SignRequest, told: bytes, kind: str, now: datetime
) -> HttpResponse:
    if request.method == "GET":
        record_download(row, TRAIL, actor_name(request.user), now)
    response = HttpResponse(told, content_type=f"application/{kind}")
    name = f"trail-{row.public_id}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
