"""The emailed link. Looking at it writes nothing and sends nothing (threat T35)."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from signing import accounts, doors, gate
from signing.flows import sending
from signing.models import Signer
from signing.views import dialogs, ends, faces
from verification import limits, links
from verification.addresses import client_ip
from verification.flows import opening
from verification.models import Factor, Visit
from verification.standing import reopened

END = "signing/end.html"
UNKNOWN = "signing/unknown.html"


@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    read = links.read_token(token)
    signer = doors.find_signer(read.gate_id) if read else None
    if read is None or signer is None:
        return unknown(request)
    if not read.is_readable:
        return render(request, "signing/stale.html", {"link": token}, status=410)
    if read.version != signer.gate.link_version:
        return render(request, UNKNOWN, {"reason": "replaced"}, status=404)
    doors.speak(request, signer.gate)
    return first_page(request, signer, read, token)


def unknown(request: HttpRequest) -> HttpResponse:
    """The same page and status for links that never were and damaged ones (T9)."""
    use = limits.Use(limits.IP_UNKNOWN_LINKS, client_ip(request))
    try:
        limits.take([use], timezone.now())
    except limits.LimitReachedError:
        return render(request, UNKNOWN, {"reason": "too_many"}, status=429)
    return render(request, UNKNOWN, {"reason": "unknown"}, status=404)


def first_page(
    request: HttpRequest, signer: Signer, read: links.Link, token: str
) -> HttpResponse:
    now = timezone.now()
    context = faces.base_context(signer, link=token)
    verdict = gate.closed_because(signer)
    if verdict == gate.Verdict.UNKNOWN:
        return unknown(request)
    if verdict is not None:
        return render(request, END, context | {"end": ends.of(verdict, signer)})
    if signer.gate.is_link_over(now) or read.is_over(now):
        return render(request, END, context | {"end": ends.link_over(signer.gate)})
    visit = visit_of(request, signer)
    proven = reopened(signer.gate, visit, now)
    if shut := gate.unprovable(proven):
        return render(request, END, context | {"end": ends.of(shut, signer)})
    factor = proven.next_factor(Factor.Stage.VIEW)
    back = reverse("signing:page", args=[signer.gate.public_id])
    account = accounts.look(request, signer, back)
    scene = dialogs.Scene(signer, visit, proven, now, token, account=account)
    if factor is None and proven.factors and proven.passed:
        return render(request, "signing/gate/go_on.html", context)
    dialog = dialogs.step(scene, factor, request.GET.get("show", ""))
    return render(request, dialog.template, dialog.context)


def visit_of(request: HttpRequest, signer: Signer) -> Visit | None:
    secret = request.COOKIES.get(doors.COOKIE, "")
    return opening.recognise_visit(secret, signer.gate, timezone.now())


@require_POST
def new_link(request: HttpRequest) -> HttpResponse:
    """Write to the address on file. The answer never depends on what was found."""
    read = links.read_token(request.POST.get("link", ""))
    signer = doors.find_signer(read.gate_id) if read else None
    is_current = (
        read is not None
        and signer is not None
        and (not read.is_readable or read.version == signer.gate.link_version)
    )
    if signer is not None and is_current and gate.closed_because(signer) is None:
        sending.send_new_link(signer, timezone.now())
    return render(request, "signing/link_sent.html", {"key": uuid.uuid4().hex})
