"""Signers of a draft: one more, one less, another order."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from signing.flows import drafts as flows
from signing.flows.drafts import MAX_SIGNERS
from signing.flows.readiness import Problem
from signing.flows.sending import actor_name
from signing.models import Signer, SignRequest
from workspace.access import get_editable, get_signer, member_required, while_draft
from workspace.forms.templates import forms_of
from workspace.http import WorkspaceRequest
from workspace.views import drafts


@member_required
@require_POST
@while_draft
def add(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    draft = get_editable(request, pk)
    saved = drafts.save_form(request, draft)
    if saved.is_stale:
        return _answer(request, draft, saved)
    if draft.signers.count() >= MAX_SIGNERS:
        words = _("A transaction has %(count)d signers at most.")
        full = Problem("signers", words % {"count": MAX_SIGNERS})
        return drafts.show(request, draft, saved.forms, problems=[full])
    signer = flows.add_signer(draft, actor_name(request.user))
    return _answer(request, draft, saved, signer)


@member_required
@require_POST
@while_draft
def remove(request: WorkspaceRequest, pk: UUID, signer_pk: UUID) -> HttpResponse:
    draft = get_editable(request, pk)
    signer = get_signer(draft, signer_pk)
    saved = drafts.save_form(request, draft)
    if not saved.is_stale:
        flows.remove_signer(signer)
    return _answer(request, draft, saved)


@member_required
@require_POST
@while_draft
def move_up(request: WorkspaceRequest, pk: UUID, signer_pk: UUID) -> HttpResponse:
    return _move(request, pk, signer_pk, -1)


@member_required
@require_POST
@while_draft
def move_down(request: WorkspaceRequest, pk: UUID, signer_pk: UUID) -> HttpResponse:
    return _move(request, pk, signer_pk, 1)


def _move(
    request: WorkspaceRequest, pk: UUID, signer_pk: UUID, steps: int
) -> HttpResponse:
    draft = get_editable(request, pk)
    signer = get_signer(draft, signer_pk)
    saved = drafts.save_form(request, draft)
    if not saved.is_stale:
        flows.move_signer(signer, steps)
    return _answer(request, draft, saved)


def _answer(
    request: WorkspaceRequest,
    draft: SignRequest,
    saved: drafts.Saved,
    added: Signer | None = None,
) -> HttpResponse:
    """Show the signers as they are now, with what was typed and not understood."""
    forms = saved.forms if saved.is_stale else forms_of(draft, request.POST)
    for form in forms.signers:
        if added and form.signer == added:
            form.fields["name"].widget.attrs["autofocus"] = True
    if request.htmx:
        context = {"draft": draft, "forms": forms, "added": added, "is_again": True}
        response = render(request, "workspace/drafts/signers.html", context)
        return drafts.tell(response, saved)
    if not saved.is_clean:
        return drafts.show(request, draft, forms, is_stale=saved.is_stale)
    anchor = f"signer-{added.public_id}" if added else "signers"
    address = reverse("workspace:draft", args=[draft.public_id])
    return redirect(f"{address}#{anchor}")
