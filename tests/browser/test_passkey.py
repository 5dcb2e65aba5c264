"""A passkey in Chromium, with its virtual authenticator."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.people import person_of
from tests.factories import kinds_of
from verification.models import Passkey

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

A_PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def named(live_server, settings):
    """The live server under a name: a number has no passkeys."""
    address = f"http://localhost:{urlsplit(live_server.url).port}"
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "localhost"]
    settings.PUBLIC_URL = address
    return address


@pytest.fixture
def devtools(open_page, named):
    """A page at that name, and the session through which its device is played."""
    page = open_page(width=390, base_url=named)
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    return page, session


def plug_in(session, **changes):
    options = {"options": A_PHONE | changes}
    return session.send("WebAuthn.addVirtualAuthenticator", options)["authenticatorId"]


def lease(company, *kinds):
    return factories.make_request(company, kinds=kinds)


def test_a_passkey_is_set_up_at_one_document_and_opens_the_next(devtools, axe):
    page, session = devtools
    company = factories.make_company()
    ada = person_of(lease(company, "phone", "passkey"), page)
    ada.open().type_code(ada.ask().code())
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up a passkey")
    assert axe(page) == []

    # Nobody at the device: it is said, and the button stays.
    device = plug_in(session, isUserVerified=False)
    ada.press("Set up a passkey")
    ada.sees("Press the button to try again.")
    session.send(
        "WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": True}
    )
    page.get_by_role("button", name="Set up a passkey").press("Enter")
    ada.sign().sees_signed()
    assert Passkey.objects.get().email == "ada@example.com"

    again = person_of(lease(company, "passkey"), page)
    again.open()
    expect(page.get_by_role("heading", level=1)).to_have_text("Use your passkey")
    assert axe(page) == []
    again.press("Use my passkey")
    again.sign().sees_signed()
    told = kinds_of(again.signer.request.trail)
    assert told.count("passkey_passed") == 1
    assert "passkey_failed" not in told

    # A device without it: the way to the other one, or to the sender, is said.
    session.send("WebAuthn.clearCredentials", {"authenticatorId": device})
    third = person_of(lease(company, "passkey"), page)
    third.open()
    third.press("Use my passkey")
    third.sees("If your passkey is on another device")
    page.get_by_text("I don’t have it here").click()
    third.sees("ask Pat Miller to remove the old passkey")
    assert axe(page) == []


def test_at_a_number_it_is_said_where_passkeys_work(page, named):
    ada = person_of(lease(factories.make_company(), "phone", "passkey"), page)
    ada.open().type_code(ada.ask().code())
    ada.sees(f"Passkeys work only at {urlsplit(named).netloc}.")
    expect(page.get_by_role("button", name="Set up a passkey")).to_be_hidden()
