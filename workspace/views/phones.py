"""A wrong number or address of a signer is put right."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from signing.flows import correcting
from signing.flows.refusals import RefusedError
from signing.models import SignRequest
from workspace import people
from workspace.access import get_request, get_selection, get_signer, member_required
from workspace.forms.phones import EmailForm, PhonesForm
from workspace.http import WorkspaceRequest, go, page_behind, render_dialog


@member_required
@require_http_methods(["GET", "POST"])
def update(request: WorkspaceRequest) -> HttpResponse:
    """Update Phone Numbers: of one or several transactions, all or none."""
    rows = get_selection(request)
    if not rows:
        return none_selected(request)
    form = _form(request, rows)
    after = page_behind(request, default_page(rows))
    if request.method == "POST" and form.is_valid():
        try:
            changed = correcting.change_phones(
                form.changes(), actor=request.user, now=timezone.now()
            )
        except RefusedError as refusal:
            form.add_error(None, str(refusal.message))
        else:
            messages.success(request, _said(len(changed)))
            return go(request, after)
    context = {"rows": rows, "form": form, "lines": list(form.rows()), "next": after}
    return render_dialog(request, "workspace/phones/update.html", context)


@member_required
@require_POST
def look(request: WorkspaceRequest) -> HttpResponse:
    """Say what one number tells as it is typed; changes nothing.

    A POST all the same: numbers stand in no address, so in no log.
    """
    form = _form(request, get_selection(request))
    form.is_valid()
    for line in form.rows():
        if line.name == request.POST.get("line") and line.field:
            template = "workspace/phones/update.html#status"
            return render(request, template, {"line": line})
    raise Http404


@member_required
@require_http_methods(["GET", "POST"])
def correct_email(request: WorkspaceRequest, pk: UUID, signer_pk: UUID) -> HttpResponse:
    """Correct an address: the link that went to the old one is dead."""
    row = get_request(request, pk)
    signer = get_signer(row, signer_pk)
    after = page_behind(request, default_page([row]))
    form = EmailForm(signer, request.POST or None)
    if request.method == "POST" and form.is_valid():
        email, seen = form.cleaned_data["email"], form.cleaned_data["seen"]
        try:
            correcting.change_email(
                signer, email, seen=seen, actor=request.user, now=timezone.now()
            )
        except RefusedError as refusal:
            form.add_error("email", str(refusal.message))
        else:
            words = _("%(name)s is reached at %(email)s now.")
            said = {"name": signer.name, "email": email}
            messages.success(request, words % said)
            return go(request, after)
    context = {"row": row, "signer": signer, "form": form, "next": after}
    return render_dialog(request, "workspace/phones/email.html", context)


def none_selected(request: WorkspaceRequest) -> HttpResponse:
    messages.info(request, _("Select a transaction first."))
    return go(request, "workspace:requests")


def default_page(rows: list[SignRequest]) -> str:
    """Return the page to go back to where no other is known."""
    if len(rows) == 1:
        return reverse("workspace:request", args=[rows[0].public_id])
    return reverse("workspace:requests")


def _form(request: WorkspaceRequest, rows: list[SignRequest]) -> PhonesForm:
    lines = people.lines_of(rows, timezone.now())
    meant = request.GET.get("signer", "")
    return PhonesForm(lines, request.member.company, request.POST or None, meant)


def _said(count: int) -> str:
    if not count:
        return _("No number was changed.")
    words = ngettext(
        "Saved. Ask your client to click the link in the email again.",
        "Saved for %(count)d signers. Ask them to click the link in the email again.",
        count,
    )
    return words % {"count": count}
