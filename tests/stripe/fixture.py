"""Stripe Identity in the tests: Stripe's own package, a server of ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stripe.server import StripeServer
from verification.identity import stripe


@pytest.fixture(scope="session")
def _stripe_session() -> Iterator[StripeServer]:
    server = StripeServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def stripe_server(_stripe_session: StripeServer, settings) -> Iterator[StripeServer]:
    """Identity checks go through Stripe's own package to a server of the test's."""
    _stripe_session.forget()
    settings.STRIPE_SECRET_KEY = _stripe_session.key
    settings.STRIPE_WEBHOOK_SECRETS = [_stripe_session.webhook_secret]
    settings.STRIPE_API_BASE = _stripe_session.url
    stripe._client.cache_clear()
    yield _stripe_session
    stripe._client.cache_clear()
