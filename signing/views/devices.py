"""What is pressed at the gate about a passkey or an authenticator app."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from signing.doors import Entry, at_the_gate
from signing.views import gate
from verification import passkeys as keys
from verification.flows import authenticators, passkeys
from verification.flows.trying import Try
from verification.models import Factor
from verification.outcomes import Outcome

CONFLICT = 409


@require_POST
@at_the_gate
def begin_passkey(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Tell the script what to ask the browser for; 409 sends it back to the page."""
    factor = asked(entry, Factor.Kind.PASSKEY)
    if factor is None:
        return HttpResponse(status=CONFLICT)
    options = passkeys.begin(entry.visit, factor, entry.now)
    if isinstance(options, Outcome):
        return HttpResponse(status=CONFLICT)
    return HttpResponse(options, content_type="application/json")


@require_POST
@at_the_gate
def passkey(request: HttpRequest, entry: Entry) -> HttpResponse:
    factor = asked(entry, Factor.Kind.PASSKEY)
    if factor is None:
        return gate.back(entry, gate.current(entry))
    answer = request.POST.get("credential", "")[: keys.LONGEST_ANSWER + 1]
    attempt = Try(entry.visit, factor, answer, entry.origin)
    outcome = passkeys.finish(attempt, gate.key_of(request), entry.now)
    return gate.after(entry, factor, outcome)


@require_POST
@at_the_gate
def begin_app(request: HttpRequest, entry: Entry) -> HttpResponse:
    factor = asked(entry, Factor.Kind.TOTP)
    if factor is not None:
        authenticators.begin(entry.visit, factor, entry.now)
    return gate.back(entry, factor or gate.current(entry))


@sensitive_post_parameters("code")
@require_POST
@at_the_gate
def confirm_app(request: HttpRequest, entry: Entry) -> HttpResponse:
    factor = asked(entry, Factor.Kind.TOTP)
    if factor is None:
        return gate.back(entry, gate.current(entry))
    attempt = gate.typed(request, entry, factor, "code")
    outcome = authenticators.confirm(attempt, gate.key_of(request), entry.now)
    return gate.after(entry, factor, outcome)


@sensitive_post_parameters("code")
@require_POST
@at_the_gate
def app(request: HttpRequest, entry: Entry) -> HttpResponse:
    factor = asked(entry, Factor.Kind.TOTP)
    if factor is None:
        return gate.back(entry, gate.current(entry))
    outcome = authenticators.check(
        gate.typed(request, entry, factor, "code"),
        gate.number_of(request, "epoch"),
        gate.key_of(request),
        entry.now,
    )
    return gate.after(entry, factor, outcome)


def asked(entry: Entry, kind: str) -> Factor | None:
    """Return the factor on screen, if it is of this kind."""
    factor = gate.current(entry)
    return factor if factor is not None and factor.kind == kind else None
