"""Where somebody says whether a company may send in their name."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from workspace import senders


@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link changes nothing: mail scanners open links."""
    identity = senders.find_asked(token)
    if identity is None:
        raise Http404
    if request.method == "POST":
        senders.approve(identity, timezone.now())
        identity.refresh_from_db()
    context = {"identity": identity, "company": identity.company}
    return render(request, "workspace/accounts/approve_sender.html", context)
