"""Where on the pages each signer signs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from signing.flows import placing
from signing.models import Document, Field, SignRequest
from workspace import sheets
from workspace.access import (
    get_document,
    get_editable,
    get_field,
    member_required,
    while_draft,
)
from workspace.forms.fields import MoveForm, PlaceForm
from workspace.http import WorkspaceRequest


@member_required
@require_safe
def page(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    draft = get_editable(request, pk)
    return _show(request, draft, PlaceForm(draft))


@member_required
@require_safe
def sheet(
    request: WorkspaceRequest, pk: UUID, document_pk: UUID, number: int
) -> HttpResponse:
    """One page with its fields, asked for again until its image is there."""
    draft = get_editable(request, pk)
    return _sheet(request, draft, get_document(draft, document_pk), number)


@member_required
@require_POST
@while_draft
def place(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    draft = get_editable(request, pk)
    form = PlaceForm(draft, request.POST)
    if not form.is_valid():
        if request.htmx:
            return HttpResponse(status=422)
        return _show(request, draft, form)
    try:
        field = form.place()
    except placing.NoRoomError:
        form.add_error(None, form.no_room)
        return _show(request, draft, form)
    return _answer(request, draft, field.document, field.page_number, field)


@member_required
@require_POST
@while_draft
def move(request: WorkspaceRequest, pk: UUID, field_pk: UUID) -> HttpResponse:
    draft = get_editable(request, pk)
    field = get_field(draft, field_pk)
    form = MoveForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    placing.move_field(field, form.box())
    if request.htmx:
        return HttpResponse(status=204)
    return _answer(request, draft, field.document, field.page_number)


@member_required
@require_POST
@while_draft
def remove(request: WorkspaceRequest, pk: UUID, field_pk: UUID) -> HttpResponse:
    draft = get_editable(request, pk)
    field = get_field(draft, field_pk)
    document, number = field.document, field.page_number
    placing.remove_field(field)
    return _answer(request, draft, document, number)


def _answer(
    request: WorkspaceRequest,
    draft: SignRequest,
    document: Document,
    number: int,
    placed: Field | None = None,
) -> HttpResponse:
    if request.htmx:
        return _sheet(request, draft, document, number, placed)
    address = reverse("workspace:fields", args=[draft.public_id])
    return redirect(f"{address}#{sheets.anchor(document, number)}")


def _show(
    request: WorkspaceRequest, draft: SignRequest, form: PlaceForm
) -> HttpResponse:
    people = sheets.people(draft)
    context: dict[str, Any] = {
        "draft": draft,
        "form": form,
        "people": people,
        "kinds": sheets.kinds(),
        "documents": sheets.documents(draft, people),
        "field_count": Field.objects.filter(document__request=draft).count(),
    }
    return render(request, "workspace/fields/page.html", context)


def _sheet(
    request: WorkspaceRequest,
    draft: SignRequest,
    document: Document,
    number: int,
    placed: Field | None = None,
) -> HttpResponse:
    row = get_object_or_404(document.pages, number=number)
    context = {
        "draft": draft,
        "sheet": sheets.sheet(document, row, sheets.people(draft)),
        "placed": placed,
    }
    return render(request, "workspace/fields/sheet.html", context)
