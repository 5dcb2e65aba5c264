"""What a signer's browser is to see now: gate, document, done, or an end."""

from __future__ import annotations

from math import ceil

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from signing import accounts, doors
from signing.doors import Entry, at_the_gate
from signing.gate import Action, Judgement, Verdict
from signing.views import dialogs, ends, faces, papers
from verification.flows import identity, opening
from verification.models import Factor
from verification.standing import pending_challenge, went_elsewhere

FINAL = "signing/end.html"


@require_safe
@at_the_gate
def page(request: HttpRequest, entry: Entry) -> HttpResponse:
    judgement = entry.judge(Action.VIEW)
    if judgement.verdict == Verdict.GATE:
        return dialog(request, entry, judgement, Factor.Stage.VIEW)
    if judgement.verdict == Verdict.HELD:
        return held(request, entry)
    if not judgement.is_open:
        context = faces.base_context(entry.signer)
        ending = ends.of(judgement.verdict, entry.signer, entry.visit)
        return render(request, FINAL, context | {"end": ending})
    opening.keep(entry.visit, entry.now)
    if entry.signer.is_done:
        if "again" not in request.GET:
            return done(request, entry)
    elif request.GET.get("stage") == Factor.Stage.SIGN:
        return before_signing(request, entry, judgement)
    context = papers.document(entry, judgement.standing)
    return render(request, "signing/document.html", context)


@require_safe
@at_the_gate
def status(request: HttpRequest, entry: Entry) -> HttpResponse:
    """What became of the message, if the live strip does not say it yet. Inert."""
    judgement = entry.judge(Action.VIEW)
    factor = doors.next_factor(judgement.standing)
    challenge = pending_challenge(entry.visit, factor) if factor else None
    is_asking = judgement.verdict in (Verdict.GATE, Verdict.OPEN)
    if challenge is None or not is_asking:
        return reload()
    if went_elsewhere(challenge, entry.gate):
        return reload()
    fate = faces.status_of(challenge, entry.gate, entry.now)
    if fate.has_failed and challenge.state == challenge.State.ISSUED:
        return reload()  # another way is offered: the whole dialog changes
    if request.GET.get("seen") == fate.words:
        return HttpResponse(status=204)
    context = faces.base_context(entry.signer)
    context |= {"asked": faces.asked(challenge, entry.gate, entry.now), "status": fate}
    return render(request, "signing/gate/status.html", context)


def done(request: HttpRequest, entry: Entry) -> HttpResponse:
    """What comes after signing; to the page that waits for its seal, only news."""
    context = papers.done(entry)
    is_asked_by_page = bool(getattr(request, "htmx", False))
    if is_asked_by_page and context["waits_for_seal"]:
        return HttpResponse(status=204)
    response = render(request, "signing/done.html", context)
    if is_asked_by_page:
        said = {"text": _("The sealed copy is ready to download.")}
        return trigger_client_event(response, "toast", said)
    return response


def reload() -> HttpResponse:
    response = HttpResponse(status=200)
    response["HX-Refresh"] = "true"
    return response


def before_signing(
    request: HttpRequest, entry: Entry, judgement: Judgement
) -> HttpResponse:
    if entry.judge(Action.SIGN).verdict != Verdict.SIGN_GATE:
        return redirect("signing:sign", entry.gate.public_id)
    return dialog(request, entry, judgement, Factor.Stage.SIGN)


def held(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Somebody fills in fields first, for half a minute at most (seed 003)."""
    left = (entry.gate.held_until or entry.now) - entry.now
    context = faces.base_context(entry.signer)
    context |= {"seconds": ceil(left.total_seconds())}
    context["stage"] = request.GET.get("stage", "")
    return render(request, "signing/identity/held.html", context)


def dialog(
    request: HttpRequest, entry: Entry, judgement: Judgement, stage: str
) -> HttpResponse:
    factor = judgement.standing.next_factor(stage)
    if factor is not None and identity.current(entry.visit, factor) is not None:
        return redirect("signing:identity", entry.gate.public_id)
    page_url = reverse("signing:page", args=[entry.gate.public_id])
    scene = dialogs.Scene(
        entry.signer,
        entry.visit,
        judgement.standing,
        entry.now,
        account=accounts.look(request, entry.signer, page_url),
    )
    made = dialogs.step(scene, factor, request.GET.get("show", ""))
    return render(request, made.template, made.context)
