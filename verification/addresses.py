"""Where people are reached and where they come from: masks and addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest

DOT = "•"


def mask_phone(e164: str) -> str:
    """Return the number with all but its last two digits hidden: ••• ••• ••90."""
    digits = "".join(sign for sign in e164 if sign.isdigit())
    return f"{DOT * 3} {DOT * 3} {DOT * 2}{digits[-2:]}" if digits else ""


def mask_email(email: str) -> str:
    """Return a••@example.com for ada@example.com."""
    local, _at, domain = email.partition("@")
    return f"{local[:1]}{DOT * 2}@{domain}" if domain else ""


def client_ip(request: HttpRequest) -> str:
    """Return the address of the browser.

    X-Forwarded-For counts only behind TRUSTED_PROXIES proxies of ours: each
    appends the peer it saw, so the hop counted from the right is the first
    that nobody outside can write (threat T46).
    """
    remote: str = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        trusted = [hop.strip() for hop in hops][-settings.TRUSTED_PROXIES :]
        return trusted[0] or remote
    return remote
