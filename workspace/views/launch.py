"""A launch code for a signer without email: shown once, told by voice."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from signing.flows import launching
from signing.flows.refusals import RefusedError
from workspace import boxes
from workspace.access import get_request, get_signer, member_required
from workspace.http import WorkspaceRequest, page_behind, render_dialog
from workspace.views.phones import default_page


@member_required
@require_http_methods(["GET", "POST"])
def launch_code(request: WorkspaceRequest, pk: UUID, signer_pk: UUID) -> HttpResponse:
    """Say what a launch code is; then make one and show it, in this response alone."""
    row = get_request(request, pk)
    signer = get_signer(row, signer_pk)
    now, code = timezone.now(), None
    refusal = launching.refusal_of(signer, now)
    if request.method == "POST" and refusal is None:
        try:
            issued = launching.issue(signer, issuer=request.user, now=now)
        except RefusedError as error:
            refusal = error
        else:
            code = boxes.spelled(issued.code, issued.ends_at)
    context = {
        "row": row,
        "signer": signer,
        "refusal": refusal,
        "code": code,
        "address": settings.PUBLIC_URL + reverse("signing:launch"),
        "minutes": int(row.company.launch_code_lifetime.total_seconds() // 60),
        "next": page_behind(request, default_page([row])),
    }
    return render_dialog(request, "workspace/launch/page.html", context)
