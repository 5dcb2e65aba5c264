"""A locked signer gets all tries back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from signing.flows import resending
from signing.flows.refusals import RefusedError
from signing.models import Signer
from verification.models import Budget
from workspace.access import get_request, get_signer, member_required
from workspace.forms.phones import ReasonForm
from workspace.http import WorkspaceRequest, go, page_behind, render_dialog
from workspace.views.phones import default_page


@member_required
@require_http_methods(["GET", "POST"])
def unlock(request: WorkspaceRequest, pk: UUID, signer_pk: UUID) -> HttpResponse:
    row = get_request(request, pk)
    signer = get_signer(row, signer_pk)
    after = page_behind(request, default_page([row]))
    form = ReasonForm(request.POST or None)
    form.fields["reason"].widget.attrs["autofocus"] = True
    if request.method == "POST" and form.is_valid():
        try:
            resending.unlock(
                signer,
                actor=request.user,
                is_company_admin=request.member.is_company_admin,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except RefusedError:
            signer = get_signer(row, signer_pk)  # the dialog says why
        else:
            words = _("%(name)s is unlocked and has all tries again.")
            messages.success(request, words % {"name": signer.name})
            return go(request, after)
    return _show(request, signer, form, after)


def _is_helped_by_link(refusal: RefusedError | None) -> bool:
    """Whether there is no unlock left: a new link begins a new count."""
    spent = ("total_reached", "unlocked_too_often")
    return refusal is not None and refusal.code in spent


def _show(
    request: WorkspaceRequest, signer: Signer, form: ReasonForm, after: str
) -> HttpResponse:
    is_admin, now = request.member.is_company_admin, timezone.now()
    refusal = resending.refusal_to_unlock(signer, is_company_admin=is_admin, now=now)
    locked = resending.locked_budgets(signer)
    left = max((budget.unlocks_left(now) for budget in locked), default=0)
    context = {
        "row": signer.request,
        "signer": signer,
        "form": form,
        "refusal": refusal,
        "kinds": [budget.kind for budget in locked],
        "this_unlock": Budget.UNLOCKS_A_DAY - left + 1,
        "most_unlocks": Budget.UNLOCKS_A_DAY,
        "clears_total": any(budget.is_total_spent for budget in locked),
        "offers_link": _is_helped_by_link(refusal) and resending.is_mailed(signer),
        "next": after,
    }
    return render_dialog(request, "workspace/unlock/page.html", context)
