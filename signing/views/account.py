"""The gate of whoever signs in to an account instead of typing codes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from signing import accounts
from signing.doors import Entry, at_the_gate
from signing.views import gate
from verification.flows import answers
from verification.flows.accounts import pass_by_account
from verification.models import Factor, User
from verification.outcomes import Outcome


@require_POST
@at_the_gate
def account(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Take the account that is signed in for proof, or lead to signing in."""
    factor = gate.current(entry)
    if factor is None or factor.kind != Factor.Kind.ACCOUNT:
        return gate.back(entry, factor)
    page = gate.page_url(entry)
    account = accounts.look(request, entry.signer, page)
    if not account.is_ready or not isinstance(request.user, User):
        return redirect(account.address or page)
    outcome = pass_by_account(
        entry.visit,
        factor,
        request.user,
        has_second_step=bool(getattr(request.user, "otp_device", None)),
        origin=entry.origin,
        now=entry.now,
    )
    return gate.after(entry, factor, outcome)


@require_POST
@at_the_gate
def mail(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Mail a link to set a password; says the same whether there is an account."""
    factor = gate.current(entry)
    if factor is None or factor.kind != Factor.Kind.ACCOUNT:
        return gate.back(entry, factor)
    answer = answers.begin(entry.visit, gate.key_of(request), factor, entry.now)
    if answer is not None:
        accounts.write_to(entry.signer, entry.now)
        answers.finish(answer, Outcome.SENT)
    return gate.back(entry, factor)
