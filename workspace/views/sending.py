"""Sending a draft, and taking it back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from signing.flows import drafts, readiness, reminding, sending
from signing.models import Field, Signer, SignRequest
from workspace import journey
from workspace.access import get_request, member_required
from workspace.forms.requests import RecallForm
from workspace.http import WorkspaceRequest, render_dialog


@member_required
@require_http_methods(["GET", "POST"])
def send(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Show what will happen; then do it, once, however often it is pressed."""
    draft = get_request(request, pk)
    if not draft.is_draft:
        return redirect("workspace:request", draft.public_id)
    problems = readiness.problems(draft)
    is_stale = False
    if request.method == "POST" and not problems:
        is_stale = not _send_once(request, draft)
        draft = get_request(request, pk)
        if not draft.is_draft:
            return redirect("workspace:request", draft.public_id)
    return _show_send(request, draft, problems, is_stale)


@member_required
@require_http_methods(["GET", "POST"])
def recall(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    row = get_request(request, pk)
    if not row.is_open:
        return redirect("workspace:request", row.public_id)
    form = RecallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if sending.recall(row, actor=request.user, reason=reason, now=timezone.now()):
            messages.success(request, _("Recalled. The links do not work any more."))
        return redirect("workspace:request", row.public_id)
    invited = row.signers.exclude(state=Signer.State.WAITING).select_related("gate")
    context = {
        "row": row,
        "form": form,
        "names": [one.gate.first_name for one in invited],
    }
    return render_dialog(request, "workspace/requests/recall.html", context)


def _send_once(request: WorkspaceRequest, draft: SignRequest) -> bool:
    """Send what this page showed; False when another tab changed or sent it first."""
    try:
        with transaction.atomic():
            drafts.claim(draft, _version(request))
            if readiness.problems(draft):  # another tab took something out just now
                raise drafts.StaleError
            reminding.set_automatic(
                draft,
                "reminders_on" in request.POST,
                actor=request.user,
                now=timezone.now(),
            )
            sending.send(draft, actor=request.user, now=timezone.now())
    except drafts.StaleError:
        return False
    messages.success(request, _("Sent. The first email is on its way."))
    return True


def _version(request: WorkspaceRequest) -> int:
    typed = request.POST.get("version", "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


def _show_send(
    request: WorkspaceRequest,
    draft: SignRequest,
    problems: list[readiness.Problem],
    is_stale: bool,
) -> HttpResponse:
    placed = Field.objects.filter(document__request=draft)
    with_fields = set(placed.values_list("signer_id", flat=True))
    signers = list(draft.signers.select_related("gate"))
    context = {
        "draft": draft,
        "problems": problems,
        "is_stale": is_stale,
        "documents": draft.documents.all(),
        "journeys": journey.journeys(draft),
        "signers": signers,
        "field_count": placed.count(),
        "without_fields": [one for one in signers if one.pk not in with_fields],
    }
    return render(request, "workspace/drafts/send.html", context)
