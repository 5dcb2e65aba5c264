"""A publisher asks for an ID while writing a draft."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from signing.flows import identity_rules
from tests import factories
from tests.browser.test_whole_job import sign_in
from verification.models import Factor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_settings_appear_with_the_toggle_and_keep_themselves(page, live_server, axe):
    pat = factories.make_member(factories.make_company(), email="pat@example.com")
    draft = factories.make_draft(pat.memberships.get().company, pat)
    sign_in(page, pat)
    page.goto(f"/workspace/drafts/{draft.public_id}/")
    rules = page.get_by_role("group", name="Identity check")
    expect(rules).to_be_hidden()
    page.get_by_text("How strong is each?").click()
    expect(page.get_by_text("Texts can be intercepted").first).to_be_visible()
    toggle = page.get_by_role("checkbox", name="Identity check")
    toggle.focus()
    page.keyboard.press("Space")
    expect(rules).to_be_visible()
    expect(rules.get_by_text("Only a provider like Stripe")).to_be_visible()
    rules.get_by_label("Tries").select_option("5")
    rules.get_by_label("The name is compared").select_option("lenient")
    rules.get_by_label("Identity card").uncheck()
    rules.get_by_label("Matching selfie").check()
    steps = page.locator("#journey")
    expect(steps.get_by_text("and a selfie")).to_be_visible()
    assert axe(page) == []
    page.reload()
    expect(rules.get_by_label("Matching selfie")).to_be_checked()
    factor = Factor.objects.select_related("identity_rules").get(kind="identity")
    kept = identity_rules.details_of(factor)
    assert (kept.max_tries, kept.name_match, kept.needs_selfie) == (5, "lenient", True)
    assert kept.document_types == ("passport", "driver_license")
