"""What the dialogs of a passkey and an authenticator app show. Reads only."""

from __future__ import annotations

from typing import Any

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from signing import words
from signing.views import ends
from verification import authenticators, devices, links, passkeys
from verification.flows.authenticators import begun_by
from verification.models import (
    Authenticator,
    Budget,
    Factor,
    Gate,
    Submission,
    Visit,
)

Made = tuple[str, dict[str, Any]]


def of(
    gate: Gate,
    visit: Visit | None,
    factor: Factor,
    budget: Budget,
    press: Submission | None,
    left: int,
) -> Made:
    """Return a template and what it needs. press: the last one, in this browser."""
    if factor.kind == Factor.Kind.PASSKEY:
        return passkey(gate, press)
    return app(gate, visit, budget, press, left)


def passkey(gate: Gate, press: Submission | None) -> Made:
    site, own = passkeys.site(), devices.passkey_of(gate)
    return "signing/gate/passkey.html", {
        "is_new": own is None,
        "set_up_on": words.day(own.created_at, gate) if own else "",
        "host": site.host if site else "",
        "elsewhere": elsewhere(gate),
        "begin": reverse("signing:begin-passkey", args=[gate.public_id]),
        "finish": reverse("signing:passkey", args=[gate.public_id]),
        "error": words.about_passkey(press) if press else "",
    }


def elsewhere(gate: Gate) -> str:
    """Return this gate's link under the name of this computer, for the demo.

    Its own address is a number, for which browsers make no passkeys.
    """
    site = passkeys.site()
    if site is None or not settings.DEMO:
        return ""
    token = links.make_token(gate.public_id, gate.link_version)
    return site.origin + reverse("signing:link", args=[token])


def app(
    gate: Gate,
    visit: Visit | None,
    budget: Budget,
    press: Submission | None,
    left: int,
) -> Made:
    own = devices.authenticator_of(gate)
    if own is not None and own.is_paused(timezone.now()):
        end = ends.app_paused(gate, own, timezone.now())
        return "signing/end.html", {"end": end}
    if own is not None:
        return enter(gate, own, budget, words.about_app(press, left) if press else "")
    begun = begun_by(visit)
    secret = authenticators.key_of(begun) if begun else None
    if secret is None:
        begin = reverse("signing:begin-totp", args=[gate.public_id])
        return "signing/gate/totp_begin.html", {"begin": begin}
    address = authenticators.address(
        secret, gate.email, gate.company_name or "Countersign"
    )
    shown = authenticators.in_groups(secret)
    return "signing/gate/totp_set_up.html", {
        "qr": draw(address),
        "address": address,
        "app_key": shown,
        "copied_key": shown.replace(" ", ""),
        "confirm": reverse("signing:confirm-totp", args=[gate.public_id]),
        "error": words.about_first_code(press) if press else "",
    }


def enter(gate: Gate, own: Authenticator, budget: Budget, error: str) -> Made:
    if authenticators.key_of(own) is None:  # its storage key is gone
        error = words.fill(
            _("This app can’t be checked any more. Ask {} to remove it."),
            gate.sender_name,
        )
    return "signing/gate/totp.html", {
        "epoch": budget.epoch,
        "set_up_on": words.day(own.confirmed_at or own.created_at, gate),
        "check": reverse("signing:totp", args=[gate.public_id]),
        "error": error,
    }


def draw(address: str) -> SafeString:
    """Return a QR code as an SVG that has no style of its own (CSP)."""
    code = segno.make(address, error="m")
    svg = code.svg_inline(omitsize=True, border=2, dark="#000", light="#fff")
    return mark_safe(svg)  # noqa: S308  drawn by segno, no text in it
