"""Documents of a draft: added, cleaned after a warning, taken out."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.core.files.base import File
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from signing.flows import uploads as flows
from signing.models import SignRequest
from workspace import uploading
from workspace.access import get_document, get_editable, member_required, while_draft
from workspace.forms.templates import forms_of
from workspace.http import WorkspaceRequest
from workspace.uploading import Refusal
from workspace.views import drafts


@member_required
@require_POST
@while_draft
def upload(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    draft = get_editable(request, pk)
    saved = drafts.save_form(request, draft)
    # Files that came with a stale form are new to every tab: taken all the same.
    files = cast("list[File[bytes]]", request.FILES.getlist("files"))
    refusals = uploading.take(draft, files)
    return _answer(request, draft, saved, refusals)


@member_required
@require_POST
@while_draft
def go_on(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Remove the active parts of a file that was put aside, and add it."""
    draft = get_editable(request, pk)
    saved = drafts.save_form(request, draft)
    refusals = uploading.take_cleaned(draft, request.POST.get("held", ""))
    return _answer(request, draft, saved, refusals)


@member_required
@require_POST
@while_draft
def remove(request: WorkspaceRequest, pk: UUID, document_pk: UUID) -> HttpResponse:
    draft = get_editable(request, pk)
    document = get_document(draft, document_pk)
    saved = drafts.save_form(request, draft)
    if not saved.is_stale:
        flows.remove_document(document)
    return _answer(request, draft, saved, [])


def _answer(
    request: WorkspaceRequest,
    draft: SignRequest,
    saved: drafts.Saved,
    refusals: list[Refusal],
) -> HttpResponse:
    draft.refresh_from_db(fields=["title", "version"])
    if request.htmx:
        context = {
            "draft": draft,
            "documents": draft.documents.all(),
            "refusals": refusals,
            "is_again": True,
        }
        response = render(request, "workspace/drafts/documents.html", context)
        return drafts.tell(response, saved)
    if refusals or not saved.is_clean:
        forms = saved.forms if saved.is_stale else forms_of(draft, request.POST)
        return drafts.show(
            request, draft, forms, is_stale=saved.is_stale, refusals=refusals
        )
    return redirect("workspace:draft", draft.public_id)
