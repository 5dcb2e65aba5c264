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
from tests.workspace.admin.conftest import House, furnish, signed_in
from tests.workspace.admin.test_separation import common_pages, pages_of
from verification.models import Budget, User
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


VIEWS = ((PHONE, "light"), (DESKTOP, "dark"))


def faults(page: Page, name: str, views=VIEWS) -> list[str]:
    """Look at a page on a phone by day, and on a desk in the dark."""
    found = []
    page.evaluate(AXE.read_text())
    for width, scheme in views:
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


def own_pages(user: User, rows: list) -> list[str]:
    """Every address of the admin that answers this member with a page of its own."""
    asked = signed_in(user)
    known = {*common_pages(), *(one for row in rows for one in pages_of(row))}
    found = []
    for address in sorted(known):
        answer = asked.get(address)
        if answer.status_code == 200 and "html" in answer["Content-Type"]:
            found.append(address)
    return found


def look_at_each(page: Page, addresses: list[str]) -> list[str]:
    """In one light each, by turns: pages of one kind share their template."""
    found = []
    for number, address in enumerate(addresses):
        page.goto(address)
        found += faults(page, address, [VIEWS[number % len(VIEWS)]])
    return found


def test_every_page_of_a_company_admin_is_readable(alex, acme):
    Budget.objects.create(gate=acme.signer.gate, kind="one_time_code")
    pages = own_pages(acme.admin, acme.rows())
    assert len(pages) >= 40
    found = look_at_each(alex, pages)
    assert found == []


def test_every_page_of_an_operator_is_readable(page, log_in, acme):
    boss = User.objects.create_superuser("root@example.com", "x", name="Root")
    pages = own_pages(boss, acme.rows())
    assert len(pages) >= 4
    log_in(page, boss)
    assert look_at_each(page, pages) == []


def test_what_comes_by_a_press_is_readable(alex):
    found = []
    for kind in ("workspace/membership", "signing/senderidentity"):
        alex.goto(f"/admin/{kind}/add/")
        alex.get_by_role("button", name="Save").click()
        expect(alex.locator(".errornote")).to_be_visible()
        found += faults(alex, f"{kind} with faults")
    alex.goto("/admin/signing/signer/?q=nobody")
    found += faults(alex, "nobody found")
    alex.goto("/admin/signing/signer/")
    alex.locator("input[name=_selected_action]").check()
    alex.locator("select[name=action]").select_option("unlock")
    alex.locator("button[name=index]").click()
    alex.get_by_role("button", name="Unlock").click()
    expect(alex.get_by_text("Write in a few words why.")).to_be_visible()
    assert found + faults(alex, "unlock without a reason") == []


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
