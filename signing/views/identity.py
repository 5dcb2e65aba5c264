"""The identity check at the gate: choose, take pictures, look, send, go on.

GET changes nothing; each press is a POST that ends in a redirect.
"""

from __future__ import annotations

import uuid
from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from signing.doors import Entry, again, at_the_gate
from signing.gate import Action, Verdict
from signing.views import gate, identity_faces, identity_taking
from signing.views.identity_asked import asked, at_the_check
from signing.views.identity_bodies import takes_pictures
from verification.flows import answers, hosted, identity, passing, picturing
from verification.identity import countries
from verification.models import Capture, Factor, IdentityCheck, IdentityPicture
from verification.outcomes import Outcome
from verification.standing import budget_for

State = IdentityCheck.State
Via = Capture.Via


@require_safe
@at_the_gate
def home(request: HttpRequest, entry: Entry) -> HttpResponseBase:
    """Where this browser's check stands."""
    factor = asked(entry.signer, entry.visit, entry.now)
    check = identity.current(entry.visit, factor) if factor else None
    if factor is None or check is None:
        return gate.back(entry, gate.current(entry))
    check.gate, check.factor, check.visit = entry.gate, factor, entry.visit
    if check.was_left(entry.now):
        return again(request)
    sight = identity_faces.Sight(entry, factor, check, budget_for(factor))
    if check.state in (State.SENT, State.WAITING):
        entry.prolong(identity.REVIEW_LIFETIME)
    dialog = identity_faces.of(
        sight, is_here="here" in request.GET, has_returned="returned" in request.GET
    )
    if dialog is None:
        seat = identity_faces.seat_of(entry, check)
        return redirect(seat.urls.of(identity_taking.missing(seat) or "").page)
    return render(request, dialog.template, dialog.context)


@require_POST
@at_the_gate
def start(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Begin, or go on with what was begun; after a failure only when asked to."""
    factor = asked(entry.signer, entry.visit, entry.now)
    if factor is None:
        return gate.back(entry, gate.current(entry))
    here = redirect("signing:identity", entry.gate.public_id)
    check = identity.current(entry.visit, factor)
    if check is not None and not is_over(check, request.POST.get("after", "")):
        return here
    press = answers.begin(entry.visit, gate.key_of(request), factor, entry.now)
    if press is None:
        return here
    begun = identity.start(entry.visit, factor, origin=entry.origin, now=entry.now)
    if isinstance(begun, Outcome):
        answers.finish(press, begun)
        return gate.back(entry, factor)
    answers.finish(press, Outcome.PENDING)
    return here


def is_over(check: IdentityCheck, after: str) -> bool:
    return check.state == State.FAILED and after == str(check.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@at_the_check
def document(request: HttpRequest, entry: Entry, check: IdentityCheck) -> HttpResponse:
    """Choose the document and the country that issued it."""
    if check.state != State.OPEN or identity_faces.is_hosted(check):
        return redirect("signing:identity", entry.gate.public_id)
    chosen = identity_faces.Chosen(is_another="another" in request.GET)
    if request.method == "POST":
        chosen = choose(request, entry, check)
        if not chosen.error and not chosen.country_error:
            return redirect("signing:identity", entry.gate.public_id)
    dialog = identity_faces.choose_document(entry, check, chosen)
    return render(request, dialog.template, dialog.context)


def choose(
    request: HttpRequest, entry: Entry, check: IdentityCheck
) -> identity_faces.Chosen:
    """Keep what was chosen; returns it with what is wrong with it."""
    chosen = said(request)
    if chosen.error or chosen.country_error:
        return chosen
    before = check.document_type
    begun = identity.start(
        entry.visit,
        check.factor,
        document_type=chosen.document_type,
        country=chosen.country,
        origin=entry.origin,
        now=entry.now,
    )
    if begun == Outcome.NOT_ALLOWED:
        refused = _("This document will not do here. Choose another one.")
        return replace(chosen, error=refused)
    # Pictures of another document are not of this one.
    if chosen.is_another or before not in ("", chosen.document_type):
        for side in (IdentityPicture.Side.FRONT, IdentityPicture.Side.BACK):
            picturing.forget(check, side, entry.now)
    return chosen


def said(request: HttpRequest) -> identity_faces.Chosen:
    """Return what was sent, and what is missing."""
    country = request.POST.get("country", "")
    is_known = country in dict(countries.choices())
    missing = _("Choose the country that issued the document.")
    chosen = request.POST.get("document_type", "")
    return identity_faces.Chosen(
        document_type=chosen,
        country=country if is_known else "",
        error="" if chosen else _("Choose your document."),
        country_error="" if is_known else missing,
        is_another="another" in request.POST,
    )


@require_safe
@at_the_check
def side(
    request: HttpRequest, entry: Entry, check: IdentityCheck, side: str
) -> HttpResponse:
    if check.state != State.OPEN:
        return redirect("signing:identity", entry.gate.public_id)
    return identity_taking.side(request, identity_faces.seat_of(entry, check), side)


@takes_pictures
@require_POST
@at_the_check
def send_picture(
    request: HttpRequest, entry: Entry, check: IdentityCheck, side: str
) -> HttpResponse:
    def find(secret: str) -> identity_taking.Opened:
        if not secret:
            return picturing.open_capture(
                check, Via.FILE, session=entry.session, now=entry.now
            )
        capture = picturing.find_capture(secret, entry.now)
        is_own = capture is not None and (
            capture.check_of_id == check.pk and capture.session_id == entry.session.pk
        )
        return (capture, secret) if capture and is_own else Outcome.STALE

    seat = identity_faces.seat_of(entry, check)
    return identity_taking.receive(request, seat, side, find)


@require_POST
@at_the_check
def keep_picture(
    request: HttpRequest, entry: Entry, check: IdentityCheck, side: str
) -> HttpResponse:
    return identity_taking.keep(identity_faces.seat_of(entry, check), side)


@require_safe
@at_the_check
def picture(
    request: HttpRequest, entry: Entry, check: IdentityCheck, side: str
) -> HttpResponse:
    """Their own picture, shown while the check is open, and to this browser only."""
    if check.state != State.OPEN:
        raise Http404
    return identity_taking.image(identity_faces.seat_of(entry, check), side)


@require_POST
@at_the_check
def camera(request: HttpRequest, entry: Entry, check: IdentityCheck) -> HttpResponse:
    opened = picturing.open_capture(
        check, Via.CAMERA, session=entry.session, now=entry.now
    )
    return identity_taking.opened_camera(opened)


@require_POST
@at_the_check
def phone(request: HttpRequest, entry: Entry, check: IdentityCheck) -> HttpResponse:
    """Show the QR code. Once: its secret is kept nowhere, so no redirect."""
    handed = picturing.hand_over(check, entry.now)
    if isinstance(handed, Outcome):
        return redirect("signing:identity", entry.gate.public_id)
    dialog = identity_faces.handing(entry, check, handed)
    return render(request, dialog.template, dialog.context)


@require_safe
@at_the_gate
def status(request: HttpRequest, entry: Entry, check: uuid.UUID) -> HttpResponse:
    """Whether the page that asks has to move on. Inert."""
    factor = asked(entry.signer, entry.visit, entry.now)
    own = identity.current(entry.visit, factor) if factor else None
    if own is None or own.public_id != check:
        return identity_taking.go_to(gate.page_url(entry))
    return identity_taking.status(request, identity_faces.seat_of(entry, own))


@require_POST
@at_the_check
def back(request: HttpRequest, entry: Entry, check: IdentityCheck) -> HttpResponse:
    """Have the provider asked at once: the person is back from its pages."""
    hosted.look_soon(check, entry.now)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    return redirect("signing:identity", entry.gate.public_id)


@require_POST
@at_the_check
def send(request: HttpRequest, entry: Entry, check: IdentityCheck) -> HttpResponse:
    """Send for checking: charges a try, once however often it is pressed."""
    here = redirect("signing:identity", entry.gate.public_id)
    if identity_faces.is_hosted(check) or not picturing.is_complete(check):
        return here
    press = answers.begin(entry.visit, gate.key_of(request), check.factor, entry.now)
    if press is not None:
        outcome = identity.send(check, origin=entry.origin, now=entry.now)
        answers.finish(press, outcome)
    return here


@require_POST
@at_the_check
def use(request: HttpRequest, entry: Entry, check: IdentityCheck) -> HttpResponse:
    """Go on through the gate with a check that passed."""
    press = answers.begin(entry.visit, gate.key_of(request), check.factor, entry.now)
    if press is None:
        return gate.back(entry, check.factor)
    outcome = passing.use(check, entry.visit, entry.now)
    answers.finish(press, outcome)
    return gate.after(entry, check.factor, outcome)


@require_safe
@at_the_gate
def cannot_now(request: HttpRequest, entry: Entry) -> HttpResponse:
    return gate.show(request, entry, "cannot-now")


@require_POST
@at_the_gate
def go_on(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Leave the page of those who wait for prefilled fields, when it is time."""
    judgement = entry.judge(Action.VIEW)
    is_asking = bool(request.headers.get("HX-Request"))
    if judgement.verdict == Verdict.HELD:
        here = redirect("signing:page", entry.gate.public_id)
        return HttpResponse(status=204) if is_asking else here
    gate.welcome(entry)
    is_signing = request.POST.get("stage") == Factor.Stage.SIGN
    onward = gate.to_signing(entry) if is_signing else gate.back(entry, None)
    return identity_taking.go_to(onward["Location"]) if is_asking else onward
