"""The identity check on a provider's own pages, in a browser."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories as make
from tests.browser.people import person_of
from tests.fixtures.browser import PHONE
from verification import tasks
from verification.flows import hosted
from verification.models import Factor, HostedSession, IdentityCheck

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def worker() -> None:
    for check_id in hosted.due(timezone.now()):
        tasks.attend_identity(check_id)


def is_due() -> bool:
    return bool(hosted.due(timezone.now()))


def test_a_signer_goes_to_stripe_and_comes_back_to_the_document(
    open_page, axe, stripe_server, eventually
):
    page = open_page(width=PHONE)
    company = make.make_company(identity_provider="stripe")
    sent = make.make_request(company, kinds=(Factor.Kind.IDENTITY,))
    ada = person_of(sent, page).open()
    ada.press("Start the identity check")
    expect(page.get_by_text("Getting it ready")).to_be_visible()
    worker()
    onward = page.get_by_role("link", name="Continue to Stripe Identity")
    expect(onward).to_be_visible()
    assert axe(page) == []

    onward.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Verify your identity")
    HostedSession.objects.update(due_at=timezone.now() + make.timedelta(hours=1))
    page.get_by_role("button", name="Show another passport").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(re.compile("Waiting for the answer"))
    assert axe(page) == []
    eventually(is_due)  # being back is what has Stripe asked
    worker()
    expect(
        page.get_by_text(
            "The name on the document is not the one that this was sent to."
        )
    ).to_be_visible()

    ada.press("Try again")
    expect(page.get_by_text("Getting it ready")).to_be_visible()
    worker()
    page.get_by_role("link", name="Continue to Stripe Identity").click()
    page.get_by_role("button", name="Show my passport").click()
    eventually(is_due)
    worker()
    ada.press("Continue")
    expect(page.get_by_role("heading", name="Residential Lease")).to_be_visible()
    states = IdentityCheck.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["failed", "passed"]
    assert not IdentityCheck.objects.filter(used_at=None).exists()
