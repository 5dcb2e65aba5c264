"""The page of a draft or template. Every button saves the whole form first, then acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)
from django_htmx.http import trigger_client_event

from signing.flows import discarding, readiness, sending
from signing.flows.drafts import StaleError, reuse_or_create
from signing.flows.readiness import Problem
from signing.models import SignRequest
from workspace import journey as journeys
from workspace.access import get_draft, get_editable, member_required
from workspace.forms.drafts import DraftForms
from workspace.forms.templates import forms_of
from workspace.http import WorkspaceRequest, render_dialog
from workspace.uploading import Refusal


@dataclass(frozen=True)
class Saved:
    """What became of the form that came with a press of any button."""

    forms: DraftForms
    is_stale: bool = False

    @property
    def is_clean(self) -> bool:
        return not self.is_stale and self.forms.is_valid()


@member_required
@require_http_methods(["GET", "POST"])
def new(request: WorkspaceRequest) -> HttpResponse:
    if request.method == "POST":
        draft = reuse_or_create(request.member.company, request.user, timezone.now())
        return redirect("workspace:draft", draft.public_id)
    return render(request, "workspace/drafts/new.html")


@member_required
@require_safe
def edit(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    draft = get_editable(request, pk)
    return show(request, draft, forms_of(draft))


@member_required
@require_POST
def save(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Keep the draft: by script as it changes, or by the button."""
    draft = get_editable(request, pk)
    saved = save_form(request, draft)
    if request.htmx:
        return tell(HttpResponse(status=204), saved)
    if not saved.is_clean:
        return show(request, draft, saved.forms, is_stale=saved.is_stale)
    done = _("Template saved.") if draft.is_template else _("Draft saved.")
    messages.success(request, done)
    return redirect("workspace:draft", draft.public_id)


@member_required
@require_POST
def close(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    return _save_and_go(request, get_editable(request, pk), "")


@member_required
@require_http_methods(["GET", "POST"])
def discard(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    draft = get_draft(request, pk)
    if request.method == "POST":
        try:
            discarding.discard(draft)
        except StaleError:  # it was sent just now
            return redirect("workspace:request", pk)
        messages.success(request, _("The draft is deleted."))
        return redirect("workspace:requests")
    return render_dialog(request, "workspace/drafts/discard.html", {"draft": draft})


@member_required
@require_POST
def to_fields(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    return _save_and_go(request, get_editable(request, pk), "workspace:fields")


@member_required
@require_POST
def to_send(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    return _save_and_go(request, get_draft(request, pk), "workspace:send")


@member_required
@require_safe
def journey(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    draft = get_editable(request, pk)
    context = {"draft": draft, "journeys": journeys.journeys(draft)}
    return render(request, "workspace/drafts/journey.html", context)


@member_required
@require_safe
def ready(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    draft = get_editable(request, pk)
    context = {"draft": draft} | counts(draft)
    return render(request, "workspace/drafts/ready.html", context)


def save_form(request: WorkspaceRequest, draft: SignRequest) -> Saved:
    """Save what was understood. Another tab's newer draft is left alone."""
    forms = forms_of(draft, request.POST)
    try:
        forms.save(sending.actor_name(request.user))
    except StaleError:
        return Saved(forms, is_stale=True)
    draft.refresh_from_db()
    return Saved(forms)


def tell(response: HttpResponse, saved: Saved) -> HttpResponse:
    """Tell the page's script what was saved and what was not understood."""
    if saved.is_stale:
        return trigger_client_event(response, "draft:stale", {})
    draft = saved.forms.draft
    at = timezone.now().isoformat()
    facts = {"version": draft.version, "at": at, "title": draft.title}
    response = trigger_client_event(response, "draft:checked", saved.forms.errors())
    return trigger_client_event(response, "draft:saved", facts)


def show(
    request: WorkspaceRequest,
    draft: SignRequest,
    forms: DraftForms,
    *,
    is_stale: bool = False,
    refusals: Sequence[Refusal] = (),
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    context = {
        "draft": draft,
        "forms": forms,
        "is_stale": is_stale,
        "refusals": refusals,
        "said_problems": [] if is_stale else said(forms, problems),
        "documents": draft.documents.all(),
        "journeys": journeys.journeys(draft),
    }
    noun = "templates" if draft.is_template else "drafts"
    return render(request, f"workspace/{noun}/edit.html", context | counts(draft))


def said(forms: DraftForms, problems: Sequence[Problem]) -> list[Problem]:
    """Return what was not understood, then what is missing besides."""
    errors = forms.errors()
    wrong = [Problem(anchor, words) for anchor, words in errors.items()]
    return wrong + [problem for problem in problems if problem.anchor not in errors]


def counts(draft: SignRequest) -> dict[str, object]:
    return {
        "problems": readiness.problems(draft),
        "document_count": draft.documents.count(),
        "signer_count": draft.signers.count(),
    }


def _save_and_go(
    request: WorkspaceRequest, draft: SignRequest, to: str
) -> HttpResponse:
    """Save, then go to the page named to, or close this one."""
    saved = save_form(request, draft)
    missing = [] if saved.is_stale or not to else readiness.problems(draft)
    if to == "workspace:fields":
        missing = [one for one in missing if one.anchor in ("documents", "signers")]
    if not saved.is_clean or missing:
        return show(
            request, draft, saved.forms, is_stale=saved.is_stale, problems=missing
        )
    if to:
        return redirect(to, draft.public_id)
    if draft.is_template:
        return redirect("workspace:template", draft.public_id)
    return redirect("workspace:requests")
