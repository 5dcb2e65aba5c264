"""The page where a signer without email types the code that they were told."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from signing import doors
from signing.flows import launching
from verification import limits
from verification.flows import opening

LONGEST = 40
PAGE = "signing/launch.html"


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def launch(request: HttpRequest) -> HttpResponseBase:
    """Says the same whatever is wrong with a code: it names nobody."""
    if request.method != "POST":
        return render(request, PAGE, {"error": ""})
    typed, now = request.POST.get("code", "")[:LONGEST].strip(), timezone.now()
    if not typed:
        return again(request, _("Enter the code that you were told."))
    origin = doors.origin_of(request)
    try:
        signer = launching.launch(typed, origin, now)
    except limits.LimitReachedError:
        error = _("Too many codes were tried. Wait ten minutes, then try again.")
        return again(request, error, status=429)
    if signer is None:
        return again(
            request,
            _(
                "That code doesn’t work. It works once and not for long: ask the "
                "person who gave it to you for a new one."
            ),
        )
    held, secret = request.COOKIES.get(doors.COOKIE, ""), ""
    session = opening.recognise(held, now)
    if session is None:
        session, secret = opening.begin(now)
    visit = opening.arrive(signer.gate, session, origin, now)
    entry = doors.Entry(signer, visit, session, origin, now, secret or held, secret)
    return entry.dress(redirect("signing:page", signer.gate.public_id))


def again(request: HttpRequest, error: str, status: int = 200) -> HttpResponse:
    return render(request, PAGE, {"error": error}, status=status)
