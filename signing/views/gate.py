"""What is pressed at the gate. Every press is a POST, and ends in a redirect."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from signing import accounts, doors, gate, words
from signing.doors import Entry, at_the_gate
from signing.flows import acting
from signing.gate import Action, Verdict
from signing.models import Signer
from signing.views import dialogs, faces
from verification.flows import access_codes, answers, asking, checking, opening
from verification.flows.trying import Try
from verification.models import Challenge, Factor
from verification.outcomes import Outcome

LONGEST_NUMBER = 18  # of digits, that a bigint always holds
CHANNELS = (Challenge.Channel.SMS, Challenge.Channel.VOICE, Challenge.Channel.EMAIL)


@require_POST
@at_the_gate
def open_(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Note that a person touched the page of the link; entering has done it."""
    if request.headers.get("X-Beacon"):
        return HttpResponse(status=204)
    return redirect("signing:page", entry.gate.public_id)


@require_POST
@at_the_gate
def ask(request: HttpRequest, entry: Entry, channel: str) -> HttpResponse:
    factor = current(entry)
    if factor is not None and channel in CHANNELS:
        asked = asking.Ask(entry.visit, factor, channel, entry.origin)
        if asking.ask(asked, key_of(request), entry.now) is Outcome.SENT:
            entry.prolong()
    return back(entry, factor)


@require_POST
@at_the_gate
def code(request: HttpRequest, entry: Entry) -> HttpResponse:
    factor = current(entry)
    if factor is None:
        return back(entry, factor)
    outcome = checking.verify(
        typed(request, entry, factor, "code"),
        number_of(request, "challenge"),
        key_of(request),
        entry.now,
    )
    return after(entry, factor, outcome)


@require_POST
@at_the_gate
def password(request: HttpRequest, entry: Entry) -> HttpResponse:
    factor = current(entry)
    if factor is None or factor.kind != Factor.Kind.ACCESS_CODE:
        return back(entry, factor)
    outcome = access_codes.check_access_code(
        typed(request, entry, factor, "password"),
        number_of(request, "epoch"),
        key_of(request),
        entry.now,
    )
    return after(entry, factor, outcome)


@require_http_methods(["GET", "HEAD", "POST"])
@at_the_gate
def have_a_code(request: HttpRequest, entry: Entry) -> HttpResponse:
    factor = current(entry)
    if factor is None:
        return back(entry, factor)
    if request.method != "POST":
        return show(request, entry, "have-a-code")
    standing = entry.judge(Action.VIEW).standing
    if not dialogs.has_code(standing, factor):
        return back(entry, factor)
    attempt = typed(request, entry, factor, "code")
    outcome = checking.redeem(attempt, key_of(request), entry.now)
    if outcome in (Outcome.PASSED, Outcome.LOCKED):
        return after(entry, factor, outcome)
    again = reverse("signing:have-a-code", args=[entry.gate.public_id])
    return redirect(f"{again}?tried")


@require_POST
@at_the_gate
def review(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Stand in for the gate where nothing guards viewing (decisions: 12)."""
    if entry.judge(Action.VIEW).standing.next_factor(Factor.Stage.VIEW) is None:
        opening.admit(entry.visit, entry.now)
        welcome(entry)
    return redirect("signing:page", entry.gate.public_id)


@require_POST
@at_the_gate
def alive(request: HttpRequest, entry: Entry) -> HttpResponse:
    """An open, visible page counts as use."""
    is_in = entry.judge(Action.VIEW).is_open and opening.touch(entry.visit, entry.now)
    if is_in and entry.signer.state == Signer.State.INVITED:
        welcome(entry)  # who waited for prefilled fields came in by a GET
    return HttpResponse(status=204 if is_in else 403)


@require_POST
@at_the_gate
def leave(request: HttpRequest, entry: Entry) -> HttpResponse:
    opening.leave(entry.visit, entry.now)
    context = faces.base_context(entry.signer)
    return render(request, "signing/left.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@at_the_gate
def not_me(request: HttpRequest, entry: Entry) -> HttpResponse:
    return show_or_tell(request, entry, "not-me", "not_me_reported")


@require_http_methods(["GET", "HEAD", "POST"])
@at_the_gate
def not_my_number(request: HttpRequest, entry: Entry) -> HttpResponse:
    return show_or_tell(request, entry, "not-my-number", "wrong_number_reported")


@require_http_methods(["GET", "HEAD"])
@at_the_gate
def no_password(request: HttpRequest, entry: Entry) -> HttpResponse:
    return show(request, entry, "no-password")


def show(request: HttpRequest, entry: Entry, dialog: str) -> HttpResponse:
    judgement = entry.judge(Action.VIEW)
    if judgement.verdict not in (Verdict.GATE, Verdict.OPEN):
        return redirect("signing:page", entry.gate.public_id)
    standing = judgement.standing
    has_tried = "tried" in request.GET
    scene = dialogs.Scene(
        entry.signer,
        entry.visit,
        standing,
        entry.now,
        has_tried=has_tried,
        account=accounts.look(request, entry.signer, page_url(entry)),
    )
    made = dialogs.step(scene, doors.next_factor(standing), dialog)
    if answers.was_pressed(entry.visit, dialog):
        made.context["said"] = words.fill(
            _("{} has been told."), entry.gate.sender_name
        )
    return render(request, made.template, made.context)


def show_or_tell(
    request: HttpRequest, entry: Entry, dialog: str, kind: str
) -> HttpResponse:
    """Tell the publisher once for each browser, however often it is pressed."""
    if request.method != "POST":
        return show(request, entry, dialog)
    is_open = gate.closed_because(entry.signer) is None
    if is_open and answers.begin(entry.visit, dialog, None, entry.now):
        acting.report(entry.signer, kind, entry.origin, entry.now)
    return redirect(f"signing:{dialog}", entry.gate.public_id)


def current(entry: Entry) -> Factor | None:
    """Return the factor that is asked now; None when nothing is to be proven."""
    judgement = entry.judge(Action.VIEW)
    if judgement.verdict == Verdict.GATE:
        return judgement.standing.next_factor(Factor.Stage.VIEW)
    if judgement.is_open and not entry.signer.is_done:
        return judgement.standing.next_factor(Factor.Stage.SIGN)
    return None


def typed(request: HttpRequest, entry: Entry, factor: Factor, name: str) -> Try:
    text = request.POST.get(name, "")[:200]
    return Try(entry.visit, factor, text, entry.origin)


def number_of(request: HttpRequest, name: str) -> int:
    """Return a row's number as posted; 0, which no row has, for anything else."""
    written = request.POST.get(name, "")[:LONGEST_NUMBER]
    return int(written) if written.isascii() and written.isdigit() else 0


def key_of(request: HttpRequest) -> str:
    """Return the form's key; a form without one was not made by us."""
    key = request.POST.get("key", "")
    if not key:
        raise Http404
    return key


def after(entry: Entry, factor: Factor, outcome: Outcome) -> HttpResponse:
    if outcome == Outcome.PASSED:
        entry.rotate()
        welcome(entry)
        if factor.stage == Factor.Stage.SIGN:
            return to_signing(entry)
    return back(entry, factor)


def to_signing(entry: Entry) -> HttpResponse:
    """Go on with what guards signing, or to the dialog where it is pressed again."""
    judgement = entry.judge(Action.SIGN)
    is_held = judgement.verdict == Verdict.HELD
    if is_held or judgement.standing.pending(Factor.Stage.SIGN):
        return redirect(page_url(entry, "?stage=sign"))
    return redirect("signing:sign", entry.gate.public_id)


def welcome(entry: Entry) -> None:
    """Write "viewed" when the view stage is complete."""
    if entry.judge(Action.VIEW).is_open:
        acting.mark_viewed(entry.signer, entry.origin, entry.now)


def back(entry: Entry, factor: Factor | None) -> HttpResponse:
    is_signing = factor is not None and factor.stage == Factor.Stage.SIGN
    return redirect(page_url(entry, "?stage=sign" if is_signing else ""))


def page_url(entry: Entry, query: str = "") -> str:
    return reverse("signing:page", args=[entry.gate.public_id]) + query
