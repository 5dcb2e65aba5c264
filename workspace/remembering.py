"""A browser that need not show the second step again for some days.

A signed cookie names the member's app and a fingerprint of what it was granted
under: a new password, a new app, or an end of all sessions makes it worthless.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from workspace.devices import Authenticator
from workspace.models import Membership

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django_otp.models import Device

    from verification.models import User

COOKIE = "__Host-remembered" if settings.IS_HTTPS else "remembered"
SALT = "workspace.remembering"


def days_for(user: User) -> int:
    """Return what the strictest of the user's companies allows; 0 without any."""
    days = Membership.objects.at_work().filter(user=user)
    return min(days.values_list("company__remembered_days", flat=True), default=0)


def remember(response: HttpResponse, user: User, device: Device) -> None:
    """Let this browser skip the second step; only an app's code earns that."""
    days = days_for(user)
    if not days or not isinstance(device, Authenticator):
        return
    facts = {"device": device.pk, "print": fingerprint(user, device)}
    response.set_cookie(
        COOKIE,
        signing.dumps(facts, salt=SALT),
        max_age=timedelta(days=days),
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Lax",
    )


def recall(request: HttpRequest, user: User) -> Authenticator | None:
    """Return the app whose code this browser has shown lately; None to ask again."""
    days = timedelta(days=days_for(user))
    try:
        value = request.COOKIES.get(COOKIE, "")
        facts = signing.loads(value, salt=SALT, max_age=days)
    except signing.BadSignature:
        return None
    rows = Authenticator.objects.filter(user=user, confirmed=True, pk=facts["device"])
    device: Authenticator | None = rows.first()
    if device is None:
        return None
    is_same = constant_time_compare(facts["print"], fingerprint(user, device))
    return device if is_same else None


def fingerprint(user: User, device: Authenticator) -> str:
    text = f"{user.pk} {device.pk} {device.key} {user.get_session_auth_hash()}"
    return salted_hmac(SALT, text, algorithm="sha256").hexdigest()
