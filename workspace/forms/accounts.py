from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from verification.models import User
from workspace import devices

CODE_WIDGET = {
    "autocomplete": "one-time-code",
    "autocapitalize": "characters",
    "spellcheck": "false",
    "dir": "ltr",
}


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _(
            "That email address or password is not right. Check both and try again."
        ),
        "inactive": _("That email address or password is not right."),
    }

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"] = forms.EmailField(
            label=_("Email"),
            max_length=254,
            widget=forms.EmailInput(
                attrs={"autocomplete": "username", "autofocus": True}
            ),
            error_messages={"required": _("Enter your email address.")},
        )
        self.fields["password"].label = _("Password")
        self.fields["password"].error_messages["required"] = _("Enter your password.")

    def clean_username(self) -> str:
        """One spelling only: else each would have tries of its own."""
        return str(self.cleaned_data["username"]).strip().lower()


class CodeForm(forms.Form):
    """The second step at sign-in: the app's code, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(attrs=CODE_WIDGET | {"autofocus": True}),
        error_messages={"required": _("Enter the code from your app.")},
    )

    def say_why(self, paused_until: datetime | None) -> None:
        """Say why the code did not pass: too soon after a wrong one, or wrong."""
        seconds = (paused_until - timezone.now()).total_seconds() if paused_until else 0
        if seconds <= 0:
            self.add_error("code", _("That code is not right. Wait for the next one."))
            return
        words = ngettext(
            "Too many wrong codes. Wait %(count)d second and try again.",
            "Too many wrong codes. Wait %(count)d seconds and try again.",
            math.ceil(seconds),
        )
        self.add_error("code", words % {"count": math.ceil(seconds)})


class SignInCodeForm(CodeForm):
    """Asks whether to remember this browser, where a company allows some days."""

    remember = forms.BooleanField(required=False)

    def __init__(self, days: int, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not days:
            del self.fields["remember"]
            return
        words = ngettext(
            "Don’t ask again on this browser for %(days)d day",
            "Don’t ask again on this browser for %(days)d days",
            days,
        )
        self.fields["remember"].label = words % {"days": days}


class PasswordForm(forms.Form):
    """Proof that it is still the same person: the password once more."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Enter your password.")},
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_password(self) -> str:
        """Through authenticate, so that guesses count as they do at sign-in."""
        typed = str(self.cleaned_data["password"])
        user = self.request.user
        assert isinstance(user, User)  # noqa: S101  only for those signed in
        if authenticate(self.request, username=user.email, password=typed) is None:
            raise forms.ValidationError(_("That password is not right."))
        return typed


class RemoveForm(PasswordForm):
    """Turning the second step off takes both steps."""

    code = forms.CharField(
        label=_("Code from your app, or a recovery code"),
        max_length=40,
        widget=forms.TextInput(attrs=CODE_WIDGET),
        error_messages={"required": _("Enter the code from your app.")},
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        user = self.request.user
        if self.errors or not isinstance(user, User):
            return cleaned
        if devices.check(user, cleaned["code"]) is None:
            self.add_error("code", _("That code is not right. Wait for the next one."))
        return cleaned


class ForgotPasswordForm(forms.Form):
    email = forms.EmailField(
        label=_("Email"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
        error_messages={
            "required": _("Enter your email address."),
            "invalid": _("Enter an email address like name@example.com."),
        },
    )
