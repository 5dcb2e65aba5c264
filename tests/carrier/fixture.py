"""The fixture carrier: texts and calls leave through Twilio's package to it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.carrier.server import Carrier


@pytest.fixture(scope="session")
def _carrier_session() -> Iterator[Carrier]:
    from django.conf import settings  # noqa: PLC0415 -- loaded by conftest

    server = Carrier(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def carrier(_carrier_session: Carrier, settings) -> Iterator[Carrier]:
    """Texts and calls go through Twilio's own package to a carrier of the test's.

    Callbacks to a public host reach the live server. For a process of its
    own, `carrier_environment` holds the same as variables.
    """
    _carrier_session.forget()
    settings.SMS_CHANNEL = "twilio"
    settings.VOICE_CHANNEL = "twilio"
    settings.TWILIO_API_URL = _carrier_session.url
    settings.TWILIO_VOICE_FROM_NUMBER = settings.TWILIO_FROM_NUMBER
    if live := os.environ.get("DJANGO_LIVE_TEST_SERVER_ADDRESS"):
        _carrier_session.live_url = f"http://{live}"
    yield _carrier_session
    _carrier_session.settle()


@pytest.fixture
def carrier_environment(carrier: Carrier, settings) -> dict[str, str]:
    return {
        "SMS_CHANNEL": "twilio",
        "TWILIO_ACCOUNT_SID": carrier.account_sid,
        "TWILIO_API_URL": carrier.url,
        "TWILIO_AUTH_TOKEN": carrier.auth_token,
        "TWILIO_FROM_NUMBER": settings.TWILIO_FROM_NUMBER,
        "VOICE_CHANNEL": "twilio",
    }
