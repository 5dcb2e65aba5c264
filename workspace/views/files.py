"""Files of a transaction, for its publisher. Each leaves through access.get_*."""

from __future__ import annotations

from uuid import UUID

from django.core.files.base import File
from django.http import FileResponse, Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from signing.flows.downloads import record_download
from signing.flows.sending import actor_name
from signing.models import SignRequest
from workspace.access import get_document, get_request, get_source, member_required
from workspace.http import WorkspaceRequest


@member_required
@require_safe
def sealed(request: WorkspaceRequest, pk: UUID) -> HttpResponseBase:
    row = get_request(request, pk)
    if row.state != SignRequest.State.COMPLETED or not row.sealed:
        raise Http404
    return _hand_over(request, row, row.sealed, f"{row.title}.pdf", "sealed")


@member_required
@require_safe
def original(
    request: WorkspaceRequest, pk: UUID, document_pk: UUID
) -> HttpResponseBase:
    row = get_source(request, pk)
    document = get_document(row, document_pk)
    return _hand_over(request, row, document.original, document.name, document.name)


@member_required
@require_safe
def page_image(
    request: WorkspaceRequest, pk: UUID, document_pk: UUID, number: int
) -> HttpResponseBase:
    document = get_document(get_source(request, pk), document_pk)
    page = get_object_or_404(document.pages.exclude(image=""), number=number)
    return FileResponse(page.image.open())


def _hand_over(
    request: WorkspaceRequest, row: SignRequest, file: File[bytes], name: str, what: str
) -> HttpResponseBase:
    """Send a file to be saved, never shown: it came from outside (threat T41)."""
    if request.method == "GET" and row.sent_at is not None:
        record_download(row, what, actor_name(request.user), timezone.now())
    response = FileResponse(
        file.open("rb"),
        as_attachment=True,
        filename=name,
        content_type="application/pdf",
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
