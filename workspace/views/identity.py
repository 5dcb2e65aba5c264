"""Identity checks: the queue, one check side by side, and what a reviewer does."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from signing.flows import identity_review
from signing.flows.refusals import RefusedError
from signing.flows.sending import actor_name
from signing.models import Signer
from verification import vault
from verification.flows import looking
from verification.models import Budget, IdentityCheck
from workspace import review_shown, reviews
from workspace.access import checks_of, get_check, member_required
from workspace.forms.phones import ReasonForm
from workspace.forms.reviewing import ApproveForm, RejectForm
from workspace.http import WorkspaceRequest, go, render_dialog, safe_next

logger = logging.getLogger(__name__)


@member_required
@require_safe
def queue(request: WorkspaceRequest) -> HttpResponse:
    wish = reviews.wish_of(request.GET)
    page = reviews.page_of(
        request.member,
        wish,
        request.GET.get("after", ""),
        request.GET.get("before", ""),
    )
    is_empty = not (page.rows or wish.words or checks_of(request.member).exists())
    context = {
        "page": page,
        "wish": wish,
        "tabs": [
            (shown, reviews.Wish(shown, wish.words).address())
            for shown in reviews.Shown
        ],
        "is_empty": is_empty,
    }
    return render(request, "workspace/identity/list.html", context)


@member_required
@require_safe
def page(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    check = get_check(request, pk)
    context = review_shown.of(
        check,
        request.user,
        is_company_admin=request.member.is_company_admin,
        now=timezone.now(),
    )
    return render(request, "workspace/identity/page.html", context)


@member_required
@require_POST
def look(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Open the pictures for ten minutes; it stands in the trail."""
    check = get_check(request, pk)
    name = actor_name(request.user)
    looking.look(check, request.user, actor=name, now=timezone.now())
    return go(request, f"{_address(check)}#pictures")


@member_required
@require_safe
def picture(request: WorkspaceRequest, pk: UUID, side: str) -> HttpResponse:
    """Hand over one picture, under this user's own live look; never kept anywhere."""
    check = get_check(request, pk)
    if looking.live_look(check, request.user, timezone.now()) is None:
        raise Http404
    shown = next(
        (one for one in looking.shown_pictures(check) if one.side == side), None
    )
    if shown is None:
        raise Http404
    try:
        source = looking.source(shown)
    except (vault.UnreadableError, OSError) as error:
        logger.exception("Picture %s cannot be read.", shown.pk)
        raise Http404 from error
    response = HttpResponse(source, content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@member_required
@require_http_methods(["GET", "POST"])
def approve(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    check = get_check(request, pk)
    form = ApproveForm(check, request.POST if request.method == "POST" else None)

    def decide() -> None:
        identity_review.approve(
            check,
            actor=request.user,
            now=timezone.now(),
            seen=form.cleaned_data["seen"],
        )

    refusal = identity_review.refusal_to_approve(
        check, _signer(check), request.user, timezone.now()
    )
    if form.is_valid():
        refusal = _refusal_of(decide)
        if refusal is None:
            said = _("The ID of %(name)s is accepted. We tell them by email.")
            messages.success(request, said % {"name": check.gate.name})
            return go(request, _after(request))
    return _show(request, "approve", check, form, refusal)


@member_required
@require_http_methods(["GET", "POST"])
def reject(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    check = get_check(request, pk)
    form = RejectForm(check, request.POST if request.method == "POST" else None)

    def decide() -> None:
        identity_review.reject(
            check,
            form.sentence(check.gate.language),
            actor=request.user,
            now=timezone.now(),
            seen=form.cleaned_data["seen"],
        )

    refusal = identity_review.refusal_to_reject(check, _signer(check), request.user)
    if form.is_valid():
        refusal = _refusal_of(decide)
        if refusal is None:
            said = _("The ID of %(name)s is rejected. We tell them why by email.")
            messages.success(request, said % {"name": check.gate.name})
            return go(request, _after(request))
    return _show(request, "reject", check, form, refusal)


@member_required
@require_http_methods(["GET", "POST"])
def reset(request: WorkspaceRequest, pk: UUID) -> HttpResponse:
    """Give the signer of a check all tries back."""
    check, now = get_check(request, pk), timezone.now()
    signer, is_admin = _signer(check), request.member.is_company_admin
    form = ReasonForm(request.POST if request.method == "POST" else None)
    form.fields["reason"].widget.attrs["autofocus"] = True

    def give_back() -> None:
        identity_review.reset(
            signer,
            actor=request.user,
            is_company_admin=is_admin,
            reason=form.cleaned_data["reason"],
            now=now,
        )

    refusal = identity_review.refusal_to_reset(
        signer, actor=request.user, is_company_admin=is_admin, now=now
    )
    if form.is_valid():
        refusal = _refusal_of(give_back)
        if refusal is None:
            said = _("%(name)s has all tries again. We tell them by email.")
            messages.success(request, said % {"name": signer.name})
            return go(request, _address(check))
    budget = identity_review.budget_of(signer) or Budget()
    counts = {
        "this_unlock": Budget.UNLOCKS_A_DAY - budget.unlocks_left(now) + 1,
        "most_unlocks": Budget.UNLOCKS_A_DAY,
    }
    return _show(request, "reset", check, form, refusal, **counts)


def _refusal_of(verb: Callable[[], object]) -> RefusedError | None:
    """Do it, or say why it can't be done; the dialog then says so."""
    try:
        verb()
    except RefusedError as refusal:
        return refusal
    return None


def _show(
    request: WorkspaceRequest,
    name: str,
    check: IdentityCheck,
    form: forms.Form,
    refusal: RefusedError | None,
    **more: Any,
) -> HttpResponse:
    context = {
        "check": check,
        "signer": _signer(check),
        "form": form,
        "refusal": refusal,
        "next": _address(check),
        **more,
    }
    return render_dialog(request, f"workspace/identity/{name}.html", context)


def _signer(check: IdentityCheck) -> Signer:
    signer: Signer = check.gate.signer
    return signer


def _address(check: IdentityCheck) -> str:
    return reverse("workspace:identity-check", args=[check.public_id])


def _after(request: WorkspaceRequest) -> str:
    """After a decision the next one waits in the queue."""
    return safe_next(request) or reverse("workspace:identity-queue")
