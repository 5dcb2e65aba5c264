"""Stripe Identity: document and selfie are taken and compared on Stripe's pages.

The pictures stay at Stripe. A session is opened for one check, carries nothing
about the signer but our nonce, and is asked about with our own key: what a
webhook says is never believed.
"""

from __future__ import annotations

import functools
import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import stripe
from django.conf import settings
from stripe import InvalidRequestError, RequestsClient, StripeClient, StripeError
from stripe import PermissionError as NotPermittedError
from stripe.params.identity import VerificationSessionCreateParams

from verification.identity import stripe_answers
from verification.identity.base import ProviderError, Session, Wanted
from verification.identity.hosted import Answer

# Three calls stay well below the minute of a session's lease.
CONNECT_SECONDS = 3
READ_SECONDS = 10
SHARED = ["verified_outputs", "last_verification_report"]
# Only a restricted key (rk_…) may see these, for 48 hours.
# https://docs.stripe.com/identity/access-verification-results
GUARDED = [
    "verified_outputs.dob",
    "last_verification_report.document.dob",
    "last_verification_report.document.expiration_date",
    "last_verification_report.document.number",
]
MOST_REPORTS = 100
CODE = re.compile(r"[a-z0-9_]{1,60}")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

# The package tells Stripe about this machine unless told not to.
stripe.enable_telemetry = False
# And it logs answers, which hold names.
logging.getLogger("stripe").setLevel(logging.WARNING)


def is_live_key(key: str) -> bool:
    """Whether a key is one of Stripe's live mode: in its test mode everybody passes."""
    return key.startswith(("sk_live_", "rk_live_"))


class Stripe:
    name = "stripe"
    is_hosted = True

    def is_ready(self) -> bool:
        key = settings.STRIPE_SECRET_KEY
        return bool(key) and (is_live_key(key) or settings.STRIPE_TEST_MODE)

    def reports_arrive(self) -> bool:
        return settings.IS_HTTPS and bool(settings.STRIPE_WEBHOOK_SECRETS)

    def start(self, wanted: Wanted) -> Session:
        with asking():
            made = get_client().v1.identity.verification_sessions.create(
                params=_create_params(wanted), options={"idempotency_key": wanted.key}
            )
            if not (url := _safe_url(made.url)):
                raise ValueError("no page to go to")
            return Session(str(made.id), url)

    def look(self, provider_id: str) -> Answer:
        """Ask about a session; attempts first, so that none is counted twice."""
        with asking():
            reports = get_client().v1.identity.verification_reports.list(
                params={"verification_session": provider_id, "limit": MOST_REPORTS}
            )
            found = _retrieve(provider_id)
            answer = stripe_answers.read(found, [one.id for one in reports.data])
            return replace(answer, url=_safe_url(answer.url))

    def cancel(self, provider_id: str) -> None:
        with asking():
            get_client().v1.identity.verification_sessions.cancel(provider_id)

    def erase(self, provider_id: str) -> None:
        """Have Stripe redact the session; that takes it up to four days."""
        with asking():
            get_client().v1.identity.verification_sessions.redact(provider_id)


def get_client() -> StripeClient:
    """Return a client with the settings’ key. Raises ProviderError without one."""
    key, base = settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE
    if not key:
        raise ProviderError("Stripe has no key.")
    return _client(key, base, os.getpid())


@functools.lru_cache(maxsize=4)
def _client(key: str, base: str, process_id: int) -> StripeClient:
    """Keep connections open between calls; a forked worker makes its own."""
    return StripeClient(
        key,
        base_addresses={"api": base} if base else None,
        http_client=RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS)),
        max_network_retries=0,  # rows know when to ask again
    )


@contextmanager
def asking() -> Iterator[None]:
    """Turn whatever goes wrong with Stripe into one error of ours."""
    try:
        yield
    except StripeError as error:
        raise as_provider_error(error) from None
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ProviderError("Stripe: unreadable answer") from None


def as_provider_error(error: StripeError) -> ProviderError:
    """Keep Stripe's code and status, never its sentence: it may repeat a name."""
    status = error.http_status or 0
    code = error.code or ""
    said = code if CODE.fullmatch(code) else ""
    detail = f"Stripe {type(error).__name__} {status} {said}".strip()
    is_refusal = 400 <= status < 500 and status not in (409, 429)
    # What a request began to do is repeated for its key, also a failure.
    # https://docs.stripe.com/api/idempotent_requests
    return ProviderError(detail, permanent=is_refusal, is_kept=status >= 500)


def _create_params(wanted: Wanted) -> VerificationSessionCreateParams:
    types = [stripe_answers.THEIR_TYPES[one] for one in wanted.document_types]
    return {
        "type": "document",
        "client_reference_id": str(wanted.check_id),
        "metadata": {"check": str(wanted.check_id), "nonce": wanted.nonce},
        "options": {
            "document": {
                "allowed_types": sorted(types),
                "require_live_capture": wanted.needs_live_capture,
                "require_matching_selfie": wanted.needs_selfie,
            }
        },
        "return_url": wanted.return_url,
    }


def _retrieve(provider_id: str) -> dict[str, Any]:
    sessions = get_client().v1.identity.verification_sessions
    if settings.STRIPE_SECRET_KEY.startswith("rk_"):
        try:
            found = sessions.retrieve(provider_id, params={"expand": SHARED + GUARDED})
        except (InvalidRequestError, NotPermittedError):
            found = sessions.retrieve(provider_id, params={"expand": SHARED})
    else:
        found = sessions.retrieve(provider_id, params={"expand": SHARED})
    return found.to_dict()


def _safe_url(url: str | None) -> str:
    """Return url when it leads to a web page and nowhere else, or nothing."""
    scheme, host = urlsplit(url or "")[:2]
    base = urlsplit(settings.STRIPE_API_BASE)
    is_own = base.hostname in LOOPBACK and (scheme, host) == base[:2]
    return (url or "") if is_own or (scheme == "https" and host) else ""
