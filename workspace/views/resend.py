"""The invitation again, and GENERATE: a code that a publisher tells by voice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from signing.flows import resending
from signing.flows.refusals import RefusedError
from signing.models import Signer, SignRequest
from verification.flows.issuing import Issued
from workspace import boxes
from workspace.access import get_request, get_selection, get_signer, member_required
from workspace.boxes import Box, Group
from workspace.forms.phones import ReasonForm
from workspace.http import WorkspaceRequest, go, page_behind, render_dialog
from workspace.views.phones import default_page, none_selected

Maker = Callable[[Signer], Issued]


@member_required
@require_http_methods(["GET", "POST"])
def resend(request: WorkspaceRequest) -> HttpResponse:
    """Resend Transaction: who gets the invitation again."""
    rows = get_selection(request)
    if not rows:
        return none_selected(request)
    chosen = _chosen(request)
    if request.method == "POST":
        chosen = chosen or set()
    groups = boxes.groups_of(rows, chosen, timezone.now())
    error = ""
    if request.method == "POST":
        try:
            written = _resend(request, groups, chosen or set())
        except RefusedError as refusal:
            error = str(refusal.message)
        else:
            messages.success(request, _said(written))
            return go(request, page_behind(request, default_page(rows)))
    return _show(request, rows, groups, error)


@member_required
@require_POST
def generate(request: WorkspaceRequest, pk: UUID, signer_pk: UUID) -> HttpResponse:
    """Make an alternative security code and show it, in this response alone."""

    def make(signer: Signer) -> Issued:
        return resending.generate(signer, issuer=request.user, now=timezone.now())

    return _make(request, pk, signer_pk, make)


@member_required
@require_POST
def unlock_and_generate(
    request: WorkspaceRequest, pk: UUID, signer_pk: UUID
) -> HttpResponse:
    form = ReasonForm(request.POST)

    def make(signer: Signer) -> Issued:
        if not form.is_valid():
            raise RefusedError("reason_needed", str(form.errors["reason"][0]))
        return resending.unlock_and_generate(
            signer,
            actor=request.user,
            is_company_admin=request.member.is_company_admin,
            reason=form.cleaned_data["reason"],
            now=timezone.now(),
        )

    return _make(request, pk, signer_pk, make)


def _resend(
    request: WorkspaceRequest, groups: list[Group], chosen: set[UUID]
) -> list[Signer]:
    """Write to the chosen; 404 for one who is not among these."""
    found = {box.signer.public_id: box for group in groups for box in group.boxes}
    if not chosen <= found.keys():
        raise Http404
    wanted = [found[pk].signer for pk in chosen if found[pk].may_resend]
    if not wanted:
        raise RefusedError("nobody", _("Choose at least one signer."))
    return resending.resend(wanted, actor=request.user, now=timezone.now())


def _make(
    request: WorkspaceRequest, pk: UUID, signer_pk: UUID, make: Maker
) -> HttpResponse:
    """Answer with the signer's box, with the code or why there is none.

    No redirect: the code would have to be kept for the page that follows.
    """
    row = get_request(request, pk)
    signer, chosen = get_signer(row, signer_pk), _chosen(request)
    if request.htmx:  # it sends the tick of this box along
        chosen = chosen or set()
    try:
        issued = make(signer)
    except RefusedError as refusal:
        box = boxes.box_of(signer, chosen, timezone.now())
        box = _refused(request, box, refusal)
        status = 403 if refusal.code == "codes_off" and not request.htmx else 200
        return _show_box(request, row, box, status)
    box = boxes.with_code(boxes.box_of(signer, chosen, timezone.now()), issued)
    response = _show_box(request, row, box)
    return trigger_client_event(response, "request:changed", {"id": str(pk)})


def _refused(request: WorkspaceRequest, box: Box, refusal: RefusedError) -> Box:
    words, typed = str(refusal.message), request.POST.get("reason", "")
    if refusal.code == "reason_needed":
        return replace(box, reason=typed, reason_error=words)
    is_total = refusal.code == "total_reached"
    needs_link = is_total and resending.is_mailed(box.signer)
    return replace(box, reason=typed, error=words, needs_new_link=needs_link)


def _show_box(
    request: WorkspaceRequest, row: SignRequest, box: Box, status: int = 200
) -> HttpResponse:
    rows = get_selection(request) or [row]
    if request.htmx:
        after = page_behind(request, default_page(rows))
        context = {"box": box, "row": row, "rows": rows, "next": after}
        return render(request, "workspace/resend/page.html#box", context)
    chosen = _chosen(request)
    groups = boxes.groups_of(rows, chosen, timezone.now())
    shown = [
        replace(
            group,
            boxes=[box if one.signer == box.signer else one for one in group.boxes],
        )
        for group in groups
    ]
    return _show(request, rows, shown, status=status)


def _show(
    request: WorkspaceRequest,
    rows: list[SignRequest],
    groups: list[Group],
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    able = [box for group in groups for box in group.boxes if box.may_resend]
    chosen = [box.signer for box in able if box.is_chosen]
    context = {
        "rows": rows,
        "groups": groups,
        "able": able,
        "only": able[0].signer if len(able) == 1 else None,
        "first_chosen": next(iter(chosen), None),
        "makes_codes": request.member.company.offers_alternative_codes,
        "error": error,
        "next": page_behind(request, default_page(rows)),
    }
    return render_dialog(request, "workspace/resend/page.html", context, status=status)


def _chosen(request: WorkspaceRequest) -> set[UUID] | None:
    """Return the ticked signers: those named, or None where nobody chose yet."""
    named = request.POST.getlist("signer") or request.GET.getlist("signer")
    try:
        found = {UUID(pk) for pk in named}
    except ValueError as error:
        raise Http404 from error
    return found or None


def _said(written: list[Signer]) -> str:
    if len(written) == 1:
        return _("Sent again to %(name)s.") % {"name": written[0].name}
    words = ngettext(
        "Sent again to %(count)d signer.",
        "Sent again to %(count)d signers.",
        len(written),
    )
    return words % {"count": len(written)}
