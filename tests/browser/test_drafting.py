"""A publisher in a hurry: types, presses, and nothing is lost or done twice."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.test_whole_job import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def draft(page, live_server):
    pat = factories.make_member(factories.make_company(), email="pat@example.com")
    made = factories.make_draft(pat.memberships.get().company, pat)
    sign_in(page, pat)
    page.goto(f"/workspace/drafts/{made.public_id}/")
    return made


def test_typing_and_adding_at_once_adds_one_signer(page, draft):
    page.get_by_label("Title").fill("Lease 2027")
    page.get_by_role("button", name="Add signer").click()
    expect(page.locator(".signer-card")).to_have_count(2)
    expect(page.locator("[data-saved]")).to_contain_text("Draft saved at")
    page.wait_for_load_state("networkidle")
    draft.refresh_from_db()
    assert draft.signers.count() == 2
    assert draft.title == "Lease 2027"


def test_double_click_adds_one_signer(page, draft):
    page.get_by_role("button", name="Add signer").dblclick()
    expect(page.locator(".signer-card")).not_to_have_count(1)
    page.wait_for_load_state("networkidle")
    assert draft.signers.count() == 2


def test_double_click_on_send_sends_once(page, draft, outbox):
    page.goto(f"/workspace/drafts/{draft.public_id}/send/")
    page.get_by_role("button", name="Send", exact=True).dblclick()
    expect(page.get_by_role("heading", name="Residential Lease")).to_be_visible()
    factories.deliver_due()
    assert len([mail for mail in outbox if mail.to == "ada@example.com"]) == 1
    assert draft.trail.entries.filter(kind="sent").count() == 1
