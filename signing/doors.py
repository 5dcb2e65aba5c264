"""How a signer's request comes in: which gate, which browser, in which language.

Every view of a signer's page gets an Entry from here and asks it for a
judgement; what is not theirs is 404, as if it were not there.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation

from signing import browsers
from signing.gate import Action, Judgement, judge
from signing.models import Signer
from verification import links
from verification.addresses import client_ip
from verification.flows import opening
from verification.models import BrowserSession, Factor, Gate, Visit
from verification.standing import Standing
from verification.texts import written_language

P = ParamSpec("P")
COOKIE = "__Host-signer" if settings.IS_HTTPS else "signer"


class AgainError(Exception):
    """This browser has not come by the link of this gate, or there is no gate."""


@dataclass
class Entry:
    """One browser at one signer's door.

    held is the secret that it came with or was given; secret is set when the
    cookie changes, and lives for lifetime, or as long as the session if longer.
    """

    signer: Signer
    visit: Visit
    session: BrowserSession
    origin: opening.Origin
    now: datetime
    held: str
    secret: str = ""
    lifetime: timedelta = BrowserSession.LIFETIME

    @property
    def gate(self) -> Gate:
        return self.signer.gate

    def judge(self, action: Action) -> Judgement:
        return judge(self.signer, self.visit, action, self.now)

    def rotate(self) -> None:
        """Change the cookie's secret: the browser's rights have just grown."""
        self.secret = opening.rotate(self.session, self.held, self.now)

    def prolong(self, lifetime: timedelta = BrowserSession.LIFETIME) -> None:
        """Let the cookie live as long as what this browser waits for: a code that
        was just asked for, or a person who looks at an identity check."""
        self.secret = opening.present_secret(self.session, self.held)
        self.lifetime = lifetime

    def dress(self, response: HttpResponseBase) -> HttpResponseBase:
        known_for = self.session.ends_at - self.now
        set_cookie(response, self.secret, max(self.lifetime, known_for))
        return response


def set_cookie(response: HttpResponseBase, secret: str, lifetime: timedelta) -> None:
    """Let the browser keep its secret for so long; "" changes nothing."""
    if secret:
        response.set_cookie(
            COOKIE,
            secret,
            max_age=lifetime,
            secure=settings.IS_HTTPS,
            httponly=True,
            samesite="Lax",
        )


def at_the_gate(
    view: Callable[Concatenate[HttpRequest, Entry, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Give a view its Entry; a browser that never came by the link gets a 404.

    The page for it is the same whether the gate exists or not (threat T9).
    """

    @wraps(view)
    def door(
        request: HttpRequest, gate: uuid.UUID, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        try:
            entry = enter(request, gate)
        except AgainError:
            return again(request)
        return entry.dress(view(request, entry, *args, **kwargs))

    return door


def again(request: HttpRequest) -> HttpResponseBase:
    response = render(request, "signing/again.html", status=404)
    if request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"  # a fragment has no place for this page
    return response


def inside(
    view: Callable[Concatenate[HttpRequest, Entry, P], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """As at_the_gate, for what only those may have who passed it: else 404.

    A button that was pressed after the grant had ended leads back to the gate.
    """

    @at_the_gate
    @wraps(view)
    def door(
        request: HttpRequest, entry: Entry, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if not entry.judge(Action.VIEW).is_open:
            if request.method == "POST" and "HX-Request" not in request.headers:
                return redirect("signing:page", entry.gate.public_id)
            raise Http404
        opening.keep(entry.visit, entry.now)
        return view(request, entry, *args, **kwargs)

    return door


def enter(request: HttpRequest, gate_id: uuid.UUID) -> Entry:
    """Find signer and visit. Raises AgainError.

    A POST that carries the gate's genuine link arrives by it: that is the one
    moment at which "opened" is written.
    """
    now, origin = timezone.now(), origin_of(request)
    signer, held = find_signer(gate_id), request.COOKIES.get(COOKIE, "")
    if signer is None:
        opening.recognise(held, now)  # as much work as for a gate that exists (T9)
        raise AgainError
    secret = ""
    if carries_link(request, signer.gate, now):
        session = opening.recognise(held, now)
        if session is None:
            session, secret = opening.begin(now)
        visit: Visit | None = opening.arrive(signer.gate, session, origin, now)
    else:
        visit = opening.recognise_visit(held, signer.gate, now)
    if visit is None:
        raise AgainError
    visit.gate = signer.gate
    speak(request, signer.gate)
    held = secret or held
    return Entry(signer, visit, visit.session, origin, now, held, secret)


def find_signer(gate_id: uuid.UUID) -> Signer | None:
    # Every step of every signer begins here: get() spares the order that first()
    # asks for, and no table is joined that few pages need.
    signers = Signer.objects.select_related("gate", "request__company")
    try:
        return signers.get(gate__public_id=gate_id)
    except Signer.DoesNotExist:
        return None


def carries_link(request: HttpRequest, gate: Gate, now: datetime) -> bool:
    """Whether a POST brings the genuine, current link of this gate."""
    token = request.POST.get("link", "") if request.method == "POST" else ""
    link = links.read_token(token) if token else None
    return (
        link is not None
        and link.is_readable
        and link.gate_id == gate.public_id
        and link.version == gate.link_version
        and not gate.is_link_over(now)
        and not link.is_over(now)
    )


def origin_of(request: HttpRequest) -> opening.Origin:
    agent = request.headers.get("User-Agent", "")
    return opening.Origin(ip=client_ip(request), browser=browsers.short_name(agent))


def speak(request: HttpRequest, gate: Gate) -> None:
    """Use the signer's language, unless they chose another with the switch."""
    if not request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME):
        translation.activate(written_language(gate.language))


def next_factor(standing: Standing) -> Factor | None:
    """Return what is asked next: first what guards viewing, then signing."""
    return standing.next_factor(Factor.Stage.VIEW) or standing.next_factor(
        Factor.Stage.SIGN
    )
