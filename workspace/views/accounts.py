"""Signing in and out, forgotten passwords, and which company."""

from __future__ import annotations

import contextlib
from typing import Any

from django.contrib.auth import login, logout
from django.contrib.auth.views import PasswordResetConfirmView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import login as remember_device

from verification import limits
from verification.addresses import client_ip
from verification.models import User
from workspace import access, devices, mails, members, remembering
from workspace.access import signed_in
from workspace.forms.accounts import ForgotPasswordForm, SignInCodeForm, SignInForm
from workspace.http import MemberRequest, go, safe_next

# django-axes counts by account and network; this, one network at many accounts.
FAILURES = limits.Limit("sign-in-failures-ip", 50, 10 * limits.MINUTE, is_widened=True)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        owes = access.lacks_second_step(request)
        return _to_code(request) if owes else _go_on(request)
    failure, now = limits.Use(FAILURES, client_ip(request)), timezone.now()
    if request.method == "POST" and limits.is_spent(failure, now):
        return _locked_out(request)
    form = SignInForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.get_user()
        login(request, user)
        _note_coming(user)
        device = remembering.recall(request, user) if devices.is_on(user) else None
        if device is not None:
            remember_device(request, device)
        elif devices.is_on(user):
            return _to_code(request)
        return _go_on(request)
    if request.method == "POST":
        with contextlib.suppress(limits.LimitReachedError):
            limits.take([failure], now)
    context = {"form": form, "next": safe_next(request)}
    return render(request, "workspace/accounts/sign_in.html", context)


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect("workspace:sign-in")
    if not access.lacks_second_step(request):
        return _go_on(request)
    days = remembering.days_for(request.user)
    form = SignInCodeForm(days, request.POST or None)
    if request.method == "POST" and form.is_valid():
        # Taken before the check: after it, the failure itself would be shown as a pause.
        paused_until = devices.paused_until(request.user)
        device = devices.check(request.user, form.cleaned_data["code"])
        if device is not None:
            request.session.cycle_key()
            remember_device(request, device)
            response = _go_on(request)
            if form.cleaned_data.get("remember"):
                remembering.remember(response, request.user, device)
            return response
        form.say_why(paused_until)
    context = {"form": form, "next": safe_next(request)}
    return render(request, "workspace/accounts/sign_in_code.html", context)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    address, wanted = reverse("workspace:sign-in"), safe_next(request)
    logout(request)
    return redirect(f"{address}?{urlencode({'next': wanted})}" if wanted else address)


def locked_out(
    request: HttpRequest, response: HttpResponse, credentials: Any
) -> HttpResponse:
    """What django-axes answers once the tries are used up."""
    return _locked_out(request)


def _locked_out(request: HttpRequest) -> HttpResponse:
    return render(request, "workspace/accounts/locked_out.html", status=429)


@signed_in
@require_http_methods(["GET", "POST"])
def choose_company(request: MemberRequest) -> HttpResponse:
    choices = access.memberships(request.user) + access.invitations(request.user)
    wanted = request.POST.get("company")
    picked = [m for m in choices if str(m.company.public_id) == wanted]
    if picked:
        members.come(picked, timezone.now())
        request.session[access.COMPANY_KEY] = wanted
        return _go_on(request)
    context = {"choices": choices, "next": safe_next(request)}
    return render(request, "workspace/accounts/choose_company.html", context)


@require_http_methods(["GET", "POST"])
def forgot_password(request: HttpRequest) -> HttpResponse:
    form = ForgotPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        mails.ask_for_reset(
            form.cleaned_data["email"], client_ip(request), timezone.now()
        )
        return redirect("workspace:password-mail-sent")
    return render(request, "workspace/accounts/forgot_password.html", {"form": form})


def password_mail_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "workspace/accounts/password_mail_sent.html")


class NewPassword(PasswordResetConfirmView):
    """Django's own: it moves the token out of the address before it shows a form."""

    template_name = "workspace/accounts/new_password.html"
    success_url = reverse_lazy("workspace:password-changed")
    # The link proves the mailbox; a password that is typed for the first time too.
    user: User


def password_changed(request: HttpRequest) -> HttpResponse:
    return render(request, "workspace/accounts/password_changed.html")


def _note_coming(user: User) -> None:
    """Who is invited to one company, and works for none, has come by signing in."""
    places = access.memberships(user)
    if not places and len(invited := access.invitations(user)) == 1:
        places = invited
    members.come(places, timezone.now())


def _go_on(request: HttpRequest) -> HttpResponse:
    return go(request, safe_next(request) or "workspace:requests")


def _to_code(request: HttpRequest) -> HttpResponse:
    address = reverse("workspace:sign-in-code")
    if wanted := safe_next(request):
        address = f"{address}?{urlencode({'next': wanted})}"
    return redirect(address)
