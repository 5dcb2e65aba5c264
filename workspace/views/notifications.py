"""How a member is told by email that a signer is stuck."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from workspace import attention
from workspace.access import member_required
from workspace.forms.notifications import NoticesForm
from workspace.http import WorkspaceRequest


@member_required
@require_http_methods(["GET", "POST"])
def notifications(request: WorkspaceRequest) -> HttpResponse:
    initial = {"notices": request.member.notices}
    data = request.POST if request.method == "POST" else None
    form = NoticesForm(data, initial=initial)
    if request.method == "POST" and form.is_valid():
        attention.choose(request.member, form.cleaned_data["notices"])
        messages.success(request, _("Saved."))
        return redirect("workspace:notifications")
    return render(request, "workspace/notifications/page.html", {"form": form})
