"""Files of a document: the PDF as it stands, and its trail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from ninja import Query, Router

from signing.flows import downloads
from workspace import keys, trail_files
from workspace.api import guard
from workspace.api.boldsign import finding
from workspace.api.boldsign.answers import PDF, answers, binary, pdf
from workspace.api.boldsign.errors import DoorError
from workspace.api.boldsign.schemas.requests import OfDownload
from workspace.models import ApiKey

if TYPE_CHECKING:
    from signing.models import SignRequest
    from workspace.api.boldsign.api import DoorRequest

router = Router(tags=["Document"])
READ = ApiKey.Scope.READ


@router.get(
    "/document/download",
    response=answers(200),
    operation_id="downloadDocument",
    openapi_extra=binary(PDF),
)
def download(request: DoorRequest, query: Query[OfDownload]) -> HttpResponse:
    document = find(request, query)
    content, what = downloads.whole_document(document)
    note(request, document, what)
    return pdf(content, "document.pdf")


@router.get(
    "/document/downloadAuditLog",
    response=answers(200),
    operation_id="downloadAuditLog",
    openapi_extra=binary(PDF),
)
def download_audit_log(request: DoorRequest, query: Query[OfDownload]) -> HttpResponse:
    document = find(request, query)
    if document.sent_at is None:
        raise DoorError("A draft has no trail yet.")
    content = trail_files.as_pdf(document, document.company.language)
    note(request, document, downloads.TRAIL)
    return pdf(content, "trail.pdf")


def find(request: DoorRequest, query: OfDownload) -> SignRequest:
    guard.need(request.key, READ)
    return finding.own_document(request.key, query.document_id, query.on_behalf_of)


def note(request: DoorRequest, document: SignRequest, what: str) -> None:
    """A draft has no trail yet."""
    if document.sent_at is not None:
        actor = keys.actor_name(request.key)
        downloads.record_download(document, what, actor, request.now)
