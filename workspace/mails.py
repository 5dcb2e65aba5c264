"""Emails about an account. Their links are made when they leave, never stored."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from signing.messages import head_for
from signing.models import Company
from verification import delivery, letters, limits, messages
from verification.letters import Button, Content, Head, Letter
from verification.models import Delivery, User

RESET_PASSWORD = "reset_password"  # noqa: S105  the name of a message
SET_PASSWORD = "set_password"  # noqa: S105  the name of a message
PER_ADDRESS = limits.Limit("password-mails", 3, limits.HOUR, is_widened=True)
PER_BROWSER = limits.Limit("password-mails-ip", 20, limits.HOUR, is_widened=True)


def register() -> None:
    messages.register(RESET_PASSWORD, build)
    messages.register(SET_PASSWORD, build)


def ask_for_reset(email: str, ip: str, now: datetime) -> None:
    """Mail a reset link if there is such a member; the same silence if not."""
    email = email.strip().lower()
    uses = [limits.Use(PER_ADDRESS, email), limits.Use(PER_BROWSER, ip)]
    try:
        limits.take(uses, now)
    except limits.LimitReachedError:
        return
    user = User.objects.filter(email=email, is_active=True).first()
    if user is not None:
        send(user, RESET_PASSWORD, now)


def send(user: User, kind: str, now: datetime) -> None:
    with transaction.atomic():
        delivery.enqueue(
            kind=kind,
            channel=Delivery.Channel.EMAIL,
            address=user.email,
            language=user.language or settings.LANGUAGE_CODE,
            now=now,
            user=user.pk,
        )


def build(row: Delivery) -> Content:
    user = User.objects.get(pk=row.context["user"])
    company = Company.objects.filter(memberships__user=user).order_by("pk").first()
    head = head_for(company) if company else Head(company="")
    return letters.render(WRITERS[row.kind](user), head)


def reset(user: User) -> Letter:
    return Letter(
        subject=_("Set a new password"),
        paragraphs=(
            hello(user),
            _(
                "Somebody, hopefully you, wants to set a new password for your "
                "Countersign account."
            ),
            life_of_link(),
        ),
        button=Button(_("Set a new password"), link_for(user)),
        closing=(_("Not you? Then do nothing. Your password stays as it is."),),
    )


def welcome(user: User) -> Letter:
    return Letter(
        subject=_("Your Countersign account"),
        paragraphs=(
            hello(user),
            _("There is now a Countersign account for you."),
            life_of_link(),
        ),
        button=Button(_("Set your password"), link_for(user)),
        closing=(
            _("Later, “Forgot your password?” on the sign-in page sends a new one."),
        ),
    )


def hello(user: User) -> str:
    return _("Hello %(name)s,") % {"name": user.get_short_name()}


def life_of_link() -> str:
    days = settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60)
    return ngettext(
        "The link works for %(days)s day, once.",
        "The link works for %(days)s days, once.",
        days,
    ) % {"days": days}


def link_for(user: User) -> str:
    token = default_token_generator.make_token(user)
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("workspace:new-password", args=[uid, token])
    return f"{settings.PUBLIC_URL}{path}"


WRITERS = {RESET_PASSWORD: reset, SET_PASSWORD: welcome}
