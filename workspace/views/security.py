"""The page where members set up their second step."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe
from django_otp import login as remember_device

from verification import qr
from workspace import access, devices
from workspace.access import signed_in
from workspace.forms.accounts import CodeForm, PasswordForm, RemoveForm
from workspace.http import MemberRequest

BEGUN = "authenticator"  # in the session: the app that it is setting up


@signed_in
@require_safe
def security(request: MemberRequest) -> HttpResponse:
    context = {
        "is_on": devices.is_on(request.user),
        "codes_left": devices.codes_left(request.user),
        "is_required": _is_required(request),
    }
    return render(request, "workspace/security/page.html", context)


@signed_in
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def set_up(request: MemberRequest) -> HttpResponse:
    if devices.is_on(request.user):
        return redirect("workspace:security")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed, begun = form.cleaned_data["code"], request.session.get(BEGUN, 0)
        device = devices.confirm(request.user, begun, typed)
        if device is not None:
            remember_device(request, device)
            return _show_codes(request, is_new=True)
        form.add_error("code", _("That code is not right. Wait for the next one."))
    device = devices.begin(request.user, request.session.get(BEGUN, 0))
    request.session[BEGUN] = device.pk
    context = {
        "form": form,
        "qr": qr.draw(device.config_url),
        "key": devices.key_in_groups(device),
        "is_required": _is_required(request),
    }
    return render(request, "workspace/security/set_up.html", context)


@signed_in
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def new_codes(request: MemberRequest) -> HttpResponse:
    if not devices.is_on(request.user):
        return redirect("workspace:security")
    form = PasswordForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _show_codes(request, is_new=False)
    return render(request, "workspace/security/new_codes.html", {"form": form})


@signed_in
@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "POST"])
def remove(request: MemberRequest) -> HttpResponse:
    if not devices.is_on(request.user):
        return redirect("workspace:security")
    form = RemoveForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        devices.remove(request.user)
        messages.success(request, _("The second step is off."))
        return redirect("workspace:security")
    return render(request, "workspace/security/remove.html", {"form": form})


def _show_codes(request: MemberRequest, *, is_new: bool) -> HttpResponse:
    """The one time that recovery codes are seen; so no redirect to a second look."""
    fresh = devices.new_recovery_codes(request.user)
    context = {"codes": fresh, "is_new": is_new}
    return render(request, "workspace/security/codes.html", context)


def _is_required(request: MemberRequest) -> bool:
    members = access.memberships(request.user)
    return any(member.company.second_step_required for member in members)
