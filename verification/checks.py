"""System checks: a half-configured way of sending is an error with a hint."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from verification import passkeys
from verification.identity import stripe

MAX_HOST_LENGTH = 63
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@register
def check_demo(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """The demo shows every code: never beside real credentials or a public name."""
    if not settings.DEMO:
        return []
    found: list[CheckMessage] = []
    if settings.TWILIO_AUTH_TOKEN or settings.TWILIO_API_KEY_SECRET:
        found.append(
            Error(
                "DEMO is on and Twilio credentials are set.",
                hint="Unset DEMO, or the TWILIO_ variables.",
                id="verification.E001",
            )
        )
    if stripe.is_live_key(settings.STRIPE_SECRET_KEY):
        found.append(
            Error(
                "DEMO is on and a live key of Stripe is set.",
                hint="Unset DEMO, or use a key of Stripe's test mode.",
                id="verification.E007",
            )
        )
    if urlsplit(settings.PUBLIC_URL).hostname not in LOOPBACK:
        found.append(
            Error(
                "DEMO is on and PUBLIC_URL is not this computer.",
                hint="The demo page shows every code. Unset DEMO.",
                id="verification.E002",
            )
        )
    return found


@register
def check_twilio(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    if "twilio" not in (settings.SMS_CHANNEL, settings.VOICE_CHANNEL):
        return []
    found: list[CheckMessage] = []
    has_key = settings.TWILIO_API_KEY_SID and settings.TWILIO_API_KEY_SECRET
    if not settings.TWILIO_ACCOUNT_SID or not (settings.TWILIO_AUTH_TOKEN or has_key):
        found.append(
            Error(
                "Twilio has no credentials.",
                hint="Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN (or an API key).",
                id="verification.E003",
            )
        )
    if not (settings.TWILIO_MESSAGING_SERVICE_SID or settings.TWILIO_FROM_NUMBER):
        found.append(
            Error(
                "Twilio has no sender.",
                hint="Set TWILIO_MESSAGING_SERVICE_SID or TWILIO_FROM_NUMBER.",
                id="verification.E004",
            )
        )
    if not settings.TWILIO_AUTH_TOKEN or not settings.IS_HTTPS:
        found.append(
            Warning(
                "Call Me is off, and texts are polled instead of reported.",
                hint="Signed callbacks need TWILIO_AUTH_TOKEN and an https PUBLIC_URL.",
                id="verification.W001",
            )
        )
    return found


@register
def check_stripe(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    key, secrets = settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRETS
    base = urlsplit(settings.STRIPE_API_BASE)
    found: list[CheckMessage] = []
    if secrets and not key:
        found.append(
            Error(
                "Stripe Identity has a webhook secret, but no key.",
                hint="Set STRIPE_SECRET_KEY, or unset STRIPE_WEBHOOK_SECRET.",
                id="verification.E008",
            )
        )
    if key and not key.startswith(("sk_", "rk_")):
        found.append(
            Error(
                "STRIPE_SECRET_KEY is neither a secret nor a restricted key.",
                hint="It begins with rk_live_ (better) or sk_live_.",
                id="verification.E009",
            )
        )
    if base.netloc and base.scheme != "https" and base.hostname not in LOOPBACK:
        found.append(
            Error("STRIPE_API_BASE is not https.", id="verification.E010"),
        )
    return found + _stripe_warnings(key, secrets)


def _stripe_warnings(key: str, secrets: Sequence[str]) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if key and not (secrets and settings.IS_HTTPS):
        found.append(
            Warning(
                "Stripe Identity is asked for answers instead of reporting them.",
                hint="Signed webhooks need STRIPE_WEBHOOK_SECRET and an https"
                " PUBLIC_URL.",
                id="verification.W003",
            )
        )
    if key and not stripe.is_live_key(key) and not settings.DEMO:
        is_used = settings.STRIPE_TEST_MODE
        found.append(
            Warning(
                "Stripe Identity has a key of its test mode, where everybody passes."
                if is_used
                else "Stripe Identity is off: its key is one of the test mode.",
                hint="Set a live key"
                + (" and unset STRIPE_TEST_MODE." if is_used else "."),
                id="verification.W004",
            )
        )
    return found


@register
def check_host_length(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Every text ends with the host's name, so a long one leaves no room."""
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    if not host:
        return [Error("PUBLIC_URL has no host.", id="verification.E005")]
    if len(host) > MAX_HOST_LENGTH:
        return [
            Error(
                f"The host of PUBLIC_URL is longer than {MAX_HOST_LENGTH} characters.",
                hint="A text message has 160 characters in all.",
                id="verification.E006",
            )
        ]
    return []


@register
def check_passkeys(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Without a domain name and https there are no passkeys; the rest works."""
    if passkeys.is_ready():
        return []
    return [
        Warning(
            "Passkeys are off: PUBLIC_URL has no domain name, or no https.",
            hint="Signers who are asked for a passkey can’t get in. Use https and "
            "a name in PUBLIC_URL.",
            id="verification.W002",
        )
    ]
