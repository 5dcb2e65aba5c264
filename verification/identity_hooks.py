"""What a provider of identity checks tells us. It is a hint, and signed.

A genuine message names a session and nothing more: a worker asks the provider
with our own key how it stands. So nobody passes by a message, however it was
made, and one that comes twice, late or out of order changes nothing (threats
T24, T28).
"""

from __future__ import annotations

import contextlib
import logging
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from stripe import Event, SignatureVerificationError, Webhook

from verification.flows import hosted
from verification.identity.stripe import Stripe

logger = logging.getLogger(__name__)

# Stripe's events about a session take 3 KB.
MOST_BYTES = 256 * 1024
SECONDS_OLD = 300
EVENTS = frozenset(
    f"identity.verification_session.{what}"
    for what in ("canceled", "processing", "redacted", "requires_input", "verified")
)


class ForgedError(Exception):
    """None of our secrets signed it, or not lately."""


@csrf_exempt
@require_POST
def stripe(request: HttpRequest) -> HttpResponse:
    """Have a worker look at the session that a signed message names.

    Answers alike whatever it means to us: Stripe repeats what is refused.
    """
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        return HttpResponse(status=413)
    try:
        event = _read_event(body, request.headers.get("Stripe-Signature", ""))
        session_id = _session_of(event)
    except ForgedError:
        logger.warning("Refused a forged message in the name of Stripe.")
        return HttpResponseForbidden()
    except (AttributeError, KeyError, TypeError, ValueError):
        return HttpResponse(status=400)
    if session_id:
        hosted.note_news(Stripe.name, session_id, timezone.now())
    return HttpResponse(status=200)


def _read_event(body: bytes, signature: str) -> Event:
    """Return the event that one of our secrets signed.

    Raises ForgedError, and ValueError and its like for what is signed and no event.
    """
    for secret in settings.STRIPE_WEBHOOK_SECRETS:
        with contextlib.suppress(SignatureVerificationError):
            made = Webhook.construct_event(body, signature, secret, SECONDS_OLD)
            return cast("Event", made)  # the package does not say so
    raise ForgedError


def _session_of(event: Event) -> str:
    """Return which session an event is about; empty when it is none of ours."""
    told = event.to_dict()
    if told["type"] not in EVENTS:
        return ""
    session_id = told["data"]["object"]["id"]
    return session_id if isinstance(session_id, str) else ""
