"""Django's admin in its own theme under our policy: nothing is blocked, axe is content.

The test's browser fails on any message about the policy, so axe must not look
at style sheets by itself: that is what it would be told off for.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.factories import MEMBER_PASSWORD
from tests.fixtures.browser import AXE, AXE_RULES, DESKTOP, HEIGHT, PHONE
from tests.workspace.admin.conftest import House, furnish
from verification.models import Budget
from workspace import senders

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.ignore_template_errors,
]

NARROW = 320
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture
def acme(transactional_db) -> House:
    return furnish("Acme Advisors", "Alex Stone", "Pat Miller", "Lease 2026")


@pytest.fixture
def alex(page, acme) -> Page:
    """Alex Stone, who goes to the admin by the menu."""
    page.goto("/workspace/")
    page.get_by_label("Email").fill(acme.admin.email)
    page.get_by_label("Password").fill(MEMBER_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator("header summary", has_text="Your menu").click()
    page.get_by_role("link", name="Company settings").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Company settings")
    return page


def faults(page: Page, name: str) -> list[str]:
    """Look at a page on a phone by day, and on a desk in the dark."""
    found = []
    page.evaluate(AXE.read_text())
    for width, scheme in ((PHONE, "light"), (DESKTOP, "dark")):
        page.set_viewport_size({"width": width, "height": HEIGHT[width]})
        page.emulate_media(color_scheme=scheme)
        options = {
            "runOnly": AXE_RULES,
            "preload": False,
            "resultTypes": ["violations"],
        }
        result = page.evaluate("options => axe.run(document, options)", options)
        found += [
            f"{name} {width} {scheme} {one['id']}: {node['target']}"
            for one in result["violations"]
            for node in one["nodes"]
        ]
    page.set_viewport_size({"width": NARROW, "height": 640})
    if not page.evaluate(FITS):
        found.append(f"{name} scrolls sideways")
    page.set_viewport_size({"width": DESKTOP, "height": HEIGHT[DESKTOP]})
    return found


def test_every_page_is_readable(alex, acme):
    Budget.objects.create(gate=acme.signer.gate, kind="one_time_code")
    found = faults(alex, "index")
    company, member, key, _sender, _event, request, signer, *_rest = acme.rows()
    for address in (
        f"/admin/signing/company/{company.pk}/change/",
        f"/admin/workspace/membership/{member.pk}/change/",
        f"/admin/workspace/membership/{member.pk}/deactivate/",
        f"/admin/workspace/membership/{member.pk}/history/",
        f"/admin/workspace/apikey/{key.pk}/change/",
        f"/admin/signing/signrequest/{request.pk}/change/",
        f"/admin/signing/signer/{signer.pk}/unlock/",
        "/admin/workspace/apikey/add/",
        "/admin/workspace/membership/",
        "/admin/workspace/companyevent/",
        "/admin/signing/signer/",
    ):
        alex.goto(address)
        found += faults(alex, address)
    assert found == []


def test_settings_are_made_by_mouse_and_keys(alex, acme):
    alex.get_by_role("link", name="Settings", exact=True).click()
    alex.get_by_label("GENERATE_ACCESS_CODE").check()
    minutes = alex.locator("#id_code_lifetime_1")
    expect(minutes).to_be_hidden()
    alex.locator("#id_code_lifetime_0").select_option("other")
    minutes.fill("1")
    alex.locator("#id_allowed_countries_input").fill("Japan")
    alex.locator("#id_allowed_countries_from").select_option("JP")
    alex.locator("#id_allowed_countries_add").click()
    alex.get_by_role("button", name="Save").click()
    wrong = alex.get_by_text("Choose from 2 to 1440 minutes.")
    expect(wrong).to_be_visible()
    assert faults(alex, "error") == []
    minutes.fill("17")
    alex.get_by_role("button", name="Save").click()
    expect(alex.get_by_text("was changed successfully")).to_be_visible()
    acme.company.refresh_from_db()
    assert acme.company.alternative_codes_on
    assert acme.company.code_lifetime.total_seconds() == 17 * 60
    assert acme.company.allowed_countries == ["JP"]


def test_a_key_is_made_and_copied_once(alex, acme):
    alex.goto("/admin/workspace/apikey/add/")
    alex.get_by_label("Name").fill("CRM")
    alex.get_by_label("Member").select_option(str(acme.member.pk))
    alex.locator("input[value=read]").check()
    alex.get_by_role("button", name="Save").click()
    secret = alex.locator("#secret").inner_text()
    assert secret.startswith("csk_")
    assert faults(alex, "issued") == []
    alex.get_by_role("link", name="I have copied it").click()
    expect(alex.get_by_role("link", name="CRM")).to_be_visible()
    expect(alex.get_by_text(secret)).to_have_count(0)


def test_the_sender_s_page_is_readable(page, acme):
    address = senders.link_for(acme.company.sender_identities.get())
    page.goto(urlsplit(address).path)
    assert faults(page, "asked") == []
    page.get_by_role("button", name="Yes, they may").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert faults(page, "thanks") == []
