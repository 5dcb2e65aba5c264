"""Rows for tests of what sends messages and what reports on them."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from verification import codes, messages
from verification.models import Challenge, Delivery, Factor, Gate, Trail

ADA = "+14155550190"


def make_challenge(channel="sms", **changes):
    now = timezone.now()
    gate = Gate.objects.create(
        trail=Trail.objects.create(),
        company_id=1,
        name="Ada Lane",
        email="ada@example.com",
        phone=ADA,
        company_name="Acme Advisors",
        title="Lease 2026",
    )
    factor = Factor.objects.create(gate=gate, kind=Factor.Kind.PHONE)
    facts = {
        "gate": gate,
        "factor": factor,
        "channel": channel,
        "reference": "K7",
        "nonce": secrets.token_bytes(codes.NONCE_BYTES),
        "key_id": next(iter(settings.CODE_KEYS)),
        "issued_at": now,
        "expires_at": now + timedelta(hours=24),
    }
    return Challenge.objects.create(**(facts | changes))


def make_delivery(channel="sms", **changes):
    """A code on its way to Ada, already in a worker's hands."""
    now = timezone.now()
    challenge = make_challenge(channel)
    facts = {
        "kind": messages.CODE,
        "channel": channel,
        "address": ADA,
        "gate": challenge.gate,
        "challenge": challenge,
        "state": Delivery.State.QUEUED,
        "next_attempt_at": now,
        "created_at": now,
    }
    return Delivery.objects.create(**(facts | changes))
