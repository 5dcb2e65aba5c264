"""Fields are filled in for a signer, who waits for it or does not come yet."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from signing.flows import prefilling
from signing.flows.holding import refusal_of
from signing.flows.refusals import RefusedError
from signing.flows.sending import actor_name
from signing.models import Signer
from verification.flows import passing
from workspace.access import get_request, get_signer, member_required
from workspace.forms.inflight import tell
from workspace.forms.prefilling import PrefillForm
from workspace.http import WorkspaceRequest, go, page_behind, render_dialog
from workspace.views.phones import default_page


@member_required
@require_http_methods(["GET", "POST"])
def fill_in(request: WorkspaceRequest, pk: UUID, signer_pk: UUID) -> HttpResponse:
    row = get_request(request, pk)
    signer = get_signer(row, signer_pk)
    form = PrefillForm(signer, request.POST if request.method == "POST" else None)
    after = page_behind(request, default_page([row]))
    refusal = refusal_of(signer, timezone.now())
    if refusal is None and form.is_valid() and _fill(request, signer, form):
        words = _("Saved. %(name)s can go on, and change it.")
        messages.success(request, words % {"name": signer.gate.first_name})
        return go(request, after)
    context = {
        "row": row,
        "signer": signer,
        "form": form,
        "refusal": refusal,
        "next": after,
    }
    return render_dialog(request, "workspace/inflight/fill_in.html", context)


@member_required
@require_POST
def release(request: WorkspaceRequest, pk: UUID, signer_pk: UUID) -> HttpResponse:
    row = get_request(request, pk)
    signer = get_signer(row, signer_pk)
    name = {"name": signer.gate.first_name}
    if _release(request, signer):
        messages.success(request, _("%(name)s can go on.") % name)
    else:
        messages.info(request, _("%(name)s has gone on already.") % name)
    return redirect("workspace:request", row.public_id)


def _fill(request: WorkspaceRequest, signer: Signer, form: PrefillForm) -> bool:
    """Fill in what was changed; who waits goes on, also when that is nothing."""
    try:
        if values := form.values():
            now = timezone.now()
            prefilling.prefill(signer.request, values, actor=request.user, now=now)
    except RefusedError as refusal:
        tell(form, refusal)
        return False
    _release(request, signer)
    return True


def _release(request: WorkspaceRequest, signer: Signer) -> bool:
    name = actor_name(request.user)
    return passing.release(signer.gate, actor=name, now=timezone.now())
