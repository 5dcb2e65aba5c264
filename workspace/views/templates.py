"""Templates: found, looked at, started from, copied, put away, deleted."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from signing.flows import drafts, readiness
from signing.flows import templates as flows
from signing.flows.refusals import RefusedError
from signing.flows.templates import TemplateDetails
from signing.models import Signer, SignRequest, Template
from workspace import roles
from workspace.access import (
    get_own_template,
    get_request,
    get_template,
    may_edit,
    member_required,
    visible_templates,
)
from workspace.forms.templates import SaveAsForm
from workspace.http import WorkspaceRequest, render_dialog

PAGE = 25
MAX_SEARCH = 100
MAX_PAGES = 1000


@member_required
@require_safe
def listing(request: WorkspaceRequest) -> HttpResponse:
    words = request.GET.get("q", "").replace("\0", "").strip()[:MAX_SEARCH]
    is_archive = request.GET.get("show") == "archived"
    mine = visible_templates(request)
    rows = mine.archived() if is_archive else mine.live()
    if words:
        rows = rows.matching(words)
    page = _page(request)
    first = (page - 1) * PAGE
    found = list(_with_roles(rows)[first : first + PAGE + 1])
    context = {
        "templates": found[:PAGE],
        "words": words,
        "is_archive": is_archive,
        "newer": page - 1,
        "older": page + 1 if len(found) > PAGE else 0,
        "is_empty": not found and not words and page == 1,
    }
    return render(request, "workspace/templates/list.html", context)


@member_required
@require_POST
def new(request: WorkspaceRequest) -> HttpResponse:
    made = flows.reuse_or_create(request.member.company, request.user, timezone.now())
    return redirect("workspace:draft", made.public_id)


@member_required
@require_safe
def page(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    template = get_template(request, pk)
    context = {
        "template": template,
        "row": template.request,
        "roles": roles.of(template),
        "documents": list(template.request.documents.prefetch_related("pages")),
        "problems": readiness.problems(template.request),
        "may_edit": may_edit(request.member, template),
    }
    return render(request, "workspace/templates/page.html", context)


@member_required
@require_POST
def start(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    template = get_template(request, pk)
    try:
        draft = _start(request, template)
    except RefusedError as refused:
        messages.error(request, str(refused.message))
        return redirect("workspace:template", pk)
    return redirect("workspace:draft", draft.public_id)


@member_required
@require_POST
def duplicate(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    template = get_template(request, pk)
    name = _("Copy of %(name)s") % {"name": template}
    now = timezone.now()
    try:
        copy = flows.duplicate(template, owner=request.user, name=name[:200], now=now)
    except RefusedError as refused:
        messages.error(request, str(refused.message))
        return redirect("workspace:templates")
    messages.success(request, _("This is the copy. Nothing here changes the first."))
    return redirect("workspace:draft", copy.public_id)


@member_required
@require_http_methods(["GET", "POST"])
def archive(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    template = get_own_template(request, pk)
    if request.method == "POST":
        flows.archive(template, now=timezone.now())
        messages.success(request, _("Archived. You can restore it here."))
        return redirect("workspace:template", pk)
    return render_dialog(
        request, "workspace/templates/archive.html", {"template": template}
    )


@member_required
@require_POST
def restore(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    template = get_own_template(request, pk, archived=True)
    if flows.restore(template):
        messages.success(request, _("Restored."))
    return redirect("workspace:template", pk)


@member_required
@require_http_methods(["GET", "POST"])
def delete(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    template = get_own_template(request, pk, archived=True)
    if request.method == "POST":
        try:
            flows.delete(template)
        except RefusedError as refused:
            messages.error(request, str(refused.message))
            return redirect("workspace:templates")
        words = _("%(name)s is deleted. What was started from it stays.")
        messages.success(request, words % {"name": template})
        return redirect(f"{reverse('workspace:templates')}?show=archived")
    return render_dialog(
        request, "workspace/templates/delete.html", {"template": template}
    )


@member_required
@require_http_methods(["GET", "POST"])
def save_as(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Make a template of a transaction."""
    row = get_request(request, pk)
    form = SaveAsForm(request.POST or None, initial={"name": row.title})
    if request.method == "POST" and form.is_valid():
        made = flows.save_as(
            row,
            owner=request.user,
            about=TemplateDetails(form.cleaned_data["name"]),
            keeps_people=form.cleaned_data["keeps_people"],
            now=timezone.now(),
        )
        messages.success(request, _("This is the template. Look at its roles."))
        return redirect("workspace:draft", made.public_id)
    return render_dialog(
        request, "workspace/templates/save_as.html", {"row": row, "form": form}
    )


def _start(request: WorkspaceRequest, template: Template) -> SignRequest:
    """Fill the draft that "New transaction" has left untouched, if there is one."""
    now = timezone.now()
    untouched = drafts.find_untouched(request.member.company, request.user)
    try:
        return flows.start(template, sender=request.user, now=now, into=untouched)
    except drafts.StaleError:  # another tab took it just now
        return flows.start(template, sender=request.user, now=now)


def _with_roles(rows: QuerySet[Template]) -> QuerySet[Template]:
    signers = Signer.objects.select_related("gate")
    return (
        rows.select_related("request__company", "request__sender")
        .prefetch_related(Prefetch("request__signers", signers))
        .annotate(document_count=Count("request__documents", distinct=True))
        .order_by("name", "pk")
    )


def _page(request: WorkspaceRequest) -> int:
    typed = request.GET.get("page", "")
    is_number = typed.isdecimal() and len(typed) < 5
    return min(max(int(typed), 1), MAX_PAGES) if is_number else 1
