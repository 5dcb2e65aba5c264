"""Several transactions at once, from the list's bar: reminded, recalled."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from signing.flows import reminding, sending
from signing.flows.refusals import RefusedError
from signing.models import Signer
from workspace import reminders
from workspace.access import get_request, get_selection, member_required
from workspace.forms.inflight import RemindForm
from workspace.forms.requests import RecallForm
from workspace.http import WorkspaceRequest, go, page_behind, render_dialog
from workspace.reminders import Group
from workspace.views.phones import default_page, none_selected


@member_required
@require_http_methods(["GET", "POST"])
def remind(request: WorkspaceRequest) -> HttpResponse:
    """Write to those who are asked and have not signed; to each who is ticked."""
    rows = get_selection(request)
    if not rows:
        return none_selected(request)
    form = RemindForm(request.POST or None)
    groups = reminders.groups_of(rows, timezone.now())
    chosen = _chosen(request, groups)
    error = ""
    if request.method == "POST" and form.is_valid():
        if chosen:
            written = _remind(request, chosen, form.cleaned_data["message"])
            _say_reminded(request, written, len(chosen))
            return go(request, page_behind(request, default_page(rows)))
        error = _("Choose at least one signer.")
    context = {
        "rows": rows,
        "groups": groups,
        "able": [one for group in groups for one in group.lines if not one.why_not],
        "chosen": {one.pk for one in chosen},
        "only": rows[0] if len(rows) == 1 else None,
        "form": form,
        "error": error,
        "next": page_behind(request, default_page(rows)),
    }
    return render_dialog(request, "workspace/inflight/remind.html", context)


@member_required
@require_POST
def set_reminders(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Turn the automatic reminders of one transaction on or off."""
    row = get_request(request, pk)
    is_on = request.POST.get("reminders_on") == "on"
    try:
        reminding.set_automatic(row, is_on, actor=request.user, now=timezone.now())
    except RefusedError as refusal:
        messages.warning(request, str(refusal.message))
    else:
        on, off = _("Reminders are on."), _("Reminders are off.")
        messages.success(request, on if is_on else off)
    return go(request, page_behind(request, default_page([row])))


@member_required
@require_http_methods(["GET", "POST"])
def recall(request: WorkspaceRequest) -> HttpResponse:
    """Take several back, with one reason; what is over stays as it is."""
    rows = get_selection(request)
    if not rows:
        return none_selected(request)
    open_rows = [row for row in rows if row.is_open]
    form = RecallForm(request.POST or None)
    if request.method == "POST" and open_rows and form.is_valid():
        reason = form.cleaned_data["reason"]
        now = timezone.now()
        recalled = [
            sending.recall(row, actor=request.user, reason=reason, now=now)
            for row in open_rows
        ]
        _say_recalled(request, sum(recalled))
        return go(request, page_behind(request, default_page(rows)))
    context = {
        "rows": rows,
        "open_rows": open_rows,
        "form": form,
        "next": page_behind(request, default_page(rows)),
    }
    return render_dialog(request, "workspace/inflight/recall.html", context)


def _chosen(request: WorkspaceRequest, groups: list[Group]) -> list[Signer]:
    """Return the ticked signers: at first all who can be reminded.

    404 for one who is not of these transactions.
    """
    found = {one.signer.public_id: one for group in groups for one in group.lines}
    if request.method != "POST":
        return [one.signer for one in found.values() if not one.why_not]
    try:
        wanted = {UUID(pk) for pk in request.POST.getlist("signer")}
    except ValueError as error:
        raise Http404 from error
    if not wanted <= found.keys():
        raise Http404
    return [found[pk].signer for pk in wanted if not found[pk].why_not]


def _remind(request: WorkspaceRequest, chosen: list[Signer], message: str) -> int:
    """Remind each on their own; who signed in this moment is left alone."""
    written, now = 0, timezone.now()
    for signer in chosen:
        try:
            reminding.remind(signer, message=message, actor=request.user, now=now)
        except RefusedError:
            continue
        written += 1
    return written


def _say_reminded(request: WorkspaceRequest, written: int, wanted: int) -> None:
    words = ngettext(
        "%(count)d signer is reminded by email.",
        "%(count)d signers are reminded by email.",
        written,
    ) % {"count": written}
    if written < wanted:
        words = f"{words} {_('The others need no reminder any more.')}"
    messages.success(request, words)


def _say_recalled(request: WorkspaceRequest, count: int) -> None:
    words = ngettext(
        "%(count)d transaction is recalled. Its links do not work any more.",
        "%(count)d transactions are recalled. Their links do not work any more.",
        count,
    )
    messages.success(request, words % {"count": count})
