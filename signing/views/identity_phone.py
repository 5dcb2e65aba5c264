"""The phone that a QR code led here: it takes the pictures of one check, and
can do nothing else at the gate.

The link is short-lived and belongs to the first browser that presses the button
of its page; looking at the page changes nothing (threat T35).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from signing import doors
from signing.models import Signer
from signing.views import identity_taking
from signing.views.identity_asked import asked
from signing.views.identity_bodies import takes_pictures
from signing.views.identity_taking import Seat
from signing.views.identity_urls import PhoneUrls
from verification.flows import identity, opening, picturing
from verification.models import BrowserSession, Capture, IdentityCheck, IdentityRules

P = ParamSpec("P")
END = "signing/identity/phone_end.html"


@dataclass(frozen=True)
class Phone:
    """A capture that was opened by a QR code, and the browser that came with it."""

    seat: Seat
    capture: Capture
    secret: str
    session: BrowserSession | None

    @property
    def is_own(self) -> bool:
        return self.session is not None and self.capture.session_id == self.session.pk


class NoPhoneError(Exception):
    """This code opens nothing here. why: see phone_end.html."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def find(request: HttpRequest, secret: str) -> Phone:
    """Raises NoPhoneError. The gate is asked as for the browser that began it."""
    now = timezone.now()
    capture = picturing.find_capture(secret, now)
    if capture is None or capture.via != Capture.Via.PHONE:
        raise NoPhoneError(picturing.what_became_of(secret))
    check = capture.check_of
    signer = doors.find_signer(check.gate.public_id)
    if signer is None or not is_asked(signer, check):
        raise NoPhoneError("over")
    check.gate = signer.gate
    doors.speak(request, signer.gate)
    urls, origin = PhoneUrls(secret), doors.origin_of(request)
    rules = IdentityRules.of(check.factor)
    seat = Seat(signer, check, rules, urls, origin, now, since=capture.opened_at)
    held = request.COOKIES.get(doors.COOKIE, "")
    return Phone(seat, capture, secret, opening.recognise(held, now))


def is_asked(signer: Signer, check: IdentityCheck) -> bool:
    factor = asked(signer, check.visit, timezone.now())
    current = identity.current(check.visit, factor) if factor else None
    return current is not None and current.pk == check.pk


def end(request: HttpRequest, why: str) -> HttpResponse:
    status = 404 if why == "unknown" else 410
    response = render(request, END, {"why": why}, status=status)
    if request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"
    return response


def on_the_phone(
    view: Callable[Concatenate[HttpRequest, Phone, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Give a view its Phone, where this browser was the first to come; else say why."""

    @wraps(view)
    def door(
        request: HttpRequest, secret: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        try:
            phone = find(request, secret)
        except NoPhoneError as error:
            return end(request, error.why)
        if not phone.is_own:
            return end(request, "taken" if phone.capture.session_id else "unknown")
        return view(request, phone, *args, **kwargs)

    return door


@require_safe
def home(request: HttpRequest, secret: str) -> HttpResponse:
    """The first page, and later what comes next."""
    try:
        phone = find(request, secret)
    except NoPhoneError as error:
        return end(request, error.why)
    seat = phone.seat
    if phone.capture.session_id is None:
        return render(request, "signing/identity/phone_claim.html", seat.context())
    if not phone.is_own:
        return end(request, "taken")
    missing = identity_taking.missing(seat)
    if missing is None:
        return render(request, "signing/identity/phone_done.html", seat.context())
    return redirect(seat.urls.of(missing).page)


@require_POST
def claim(request: HttpRequest, secret: str) -> HttpResponse:
    """Bind the link to this browser, when no other was first."""
    try:
        phone = find(request, secret)
    except NoPhoneError as error:
        return end(request, error.why)
    now, session, given = phone.seat.now, phone.session, ""
    if phone.capture.session_id is not None and not phone.is_own:
        return end(request, "taken")
    if session is None:
        session, given = opening.begin(now)
    if picturing.claim(secret, session, now) is None:
        return end(request, "taken")
    response = redirect("signing:phone", secret)
    doors.set_cookie(response, given, BrowserSession.LIFETIME)
    return response


@require_safe
@on_the_phone
def side(request: HttpRequest, phone: Phone, side: str) -> HttpResponse:
    return identity_taking.side(request, phone.seat, side)


@takes_pictures
@require_POST
@on_the_phone
def send_picture(request: HttpRequest, phone: Phone, side: str) -> HttpResponse:
    def known(_secret: str) -> identity_taking.Opened:
        return phone.capture, phone.secret

    return identity_taking.receive(request, phone.seat, side, known)


@require_POST
@on_the_phone
def keep_picture(request: HttpRequest, phone: Phone, side: str) -> HttpResponse:
    return identity_taking.keep(phone.seat, side)


@require_safe
@on_the_phone
def picture(request: HttpRequest, phone: Phone, side: str) -> HttpResponse:
    if phone.seat.check.state != IdentityCheck.State.OPEN:
        raise Http404
    return identity_taking.image(phone.seat, side)


@require_POST
@on_the_phone
def camera(request: HttpRequest, phone: Phone) -> HttpResponse:
    return identity_taking.opened_camera((phone.capture, phone.secret))


@require_safe
@on_the_phone
def status(request: HttpRequest, phone: Phone) -> HttpResponse:
    return identity_taking.status(request, phone.seat)
