"""Emails about an account. Their links are made when they leave, never stored."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from signing.models import Company
from verification import delivery, limits, messages
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


def build(row: Delivery) -> messages.Content:
    user = User.objects.get(pk=row.context["user"])
    company = Company.objects.filter(memberships__user=user).order_by("pk").first()
    context: dict[str, object] = {
        "company_name": company.name if company else "Countersign",
        "user": user,
        "url": link_for(user),
        "days": settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60),
    }
    return messages.render_email(row.kind, context)


def link_for(user: User) -> str:
    token = default_token_generator.make_token(user)
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("workspace:new-password", args=[uid, token])
    return f"{settings.PUBLIC_URL}{path}"
