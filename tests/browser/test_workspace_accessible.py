"""Every page and dialog of the workspace: axe finds nothing, and keys alone will do.

The pages are those of the crawl, so a new one is looked at as soon as it is in
its table.
"""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from tests import factories
from tests.fixtures.browser import DESKTOP, PHONE
from tests.workspace.test_crawl import House, furnish, own_pages
from tests.workspace.test_second_step import code_now
from verification.models import Allowance
from workspace import devices
from workspace.models import Membership

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

VIEWS = ((PHONE, 844, "light"), (DESKTOP, 800, "dark"))
FILES = {
    "trail-json",
    "trail-pdf",
    "export",
    "original",
    "page-image",
    "sealed",
    "identity-picture",
}
PARTS = {"draft-journey", "draft-ready", "sheet"}  # seen in the page that asks for them
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
INSIDE = """() => {
  const dialog = document.querySelector('dialog:modal');
  const now = document.activeElement;
  return now === document.body || Boolean(dialog?.contains(now));
}"""
MOST_TABS = 25


@pytest.fixture
def acme(transactional_db) -> House:
    company = factories.make_company()
    pat = factories.make_member(company, "Pat Miller", email="pat@acme.example")
    return furnish(company, pat)


@pytest.fixture
def pat(page, acme, live_server) -> Page:
    """Pat's browser, signed in."""
    client = Client()
    client.force_login(acme.pat)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value}
    page.context.add_cookies([cookie | {"url": live_server.url}])
    return page


def look(page: Page, axe, name: str) -> list[str]:
    found = []
    for width, height, scheme in VIEWS:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        found += [f"{name} {width} {scheme}: {one}" for one in axe(page)]
        if not page.evaluate(FITS):
            found.append(f"{name} {width}: scrolls sideways")
    headings = page.locator("h1, dialog:modal h2[id$=-title]").count()
    if headings != 1:
        found.append(f"{name}: {headings} headings that name the page")
    return found


def test_axe_finds_nothing_on_any_page_of_a_member(pat, acme, axe):
    faults = []
    for name, address, status in own_pages(acme):
        if status == 200 and name not in FILES | PARTS:
            pat.goto(address)
            faults += look(pat, axe, name)
    assert not faults, "\n".join(faults)


def test_axe_finds_nothing_in_states_that_come_by_a_press(pat, acme, axe):
    sent = acme.rows["sent"]
    page = f"/workspace/transactions/{sent.public_id}/"
    faults = []
    pat.goto(f"/workspace/transactions/resend/?pk={sent.public_id}")
    pat.get_by_role("button", name="GENERATE").first.click()
    expect(pat.get_by_text("Code for Ada Lane, shown once")).to_be_visible()
    faults += look(pat, axe, "an issued code")

    Allowance.objects.all().delete()
    factories.lock_out(sent)
    pat.goto(page)
    faults += look(pat, axe, "a locked signer")
    pat.goto(f"/workspace/transactions/resend/?pk={sent.public_id}")
    faults += look(pat, axe, "unlock and generate")
    for name in ("unlock", "reassign", "email", "password"):
        signer = factories.signer_of(sent).public_id
        pat.goto(f"{page}signers/{signer}/{name}/")
        pat.evaluate(
            "document.querySelectorAll('dialog input[type=email]')"
            ".forEach(one => { one.value = ''; })"
        )
        pat.locator("dialog button[type=submit]").first.click()
        expect(
            pat.locator("dialog .errorlist, dialog [role=alert]").first
        ).to_be_visible()
        faults += look(pat, axe, f"{name} with faults")
    assert not faults, "\n".join(faults)


def test_axe_finds_nothing_on_the_way_in(pat, acme, axe):
    begun = devices.begin(acme.pat)
    assert devices.confirm(acme.pat, begun.pk, code_now(acme.pat))
    faults = []
    pat.goto("/workspace/")
    faults += look(pat, axe, "sign-in code")
    pat.get_by_label("Code").fill(devices.new_recovery_codes(acme.pat)[0])
    pat.keyboard.press("Enter")
    expect(pat.get_by_role("heading", level=1)).to_have_text("Transactions")
    for where in ("security/", "security/codes/", "security/remove/"):
        pat.goto(f"/workspace/{where}")
        faults += look(pat, axe, where)
    other = factories.make_company("Bay Brokers")
    Membership.objects.create(user=acme.pat, company=other)
    pat.goto("/workspace/")
    faults += look(pat, axe, "choose a company")
    Membership.objects.filter(user=acme.pat).update(is_active=False)
    pat.goto("/workspace/")
    faults += look(pat, axe, "no company")
    assert not faults, "\n".join(faults)


def stays_inside(page: Page) -> None:
    """Tab all around a dialog: the focus never lands behind it."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        assert page.evaluate(INSIDE), page.evaluate("document.activeElement.outerHTML")


def test_keys_alone_go_into_dialogs_around_in_them_and_back(pat, acme):
    sent = acme.rows["sent"]
    pat.goto("/workspace/")
    pat.locator(f"[data-row]:has(a[href*='{sent.public_id}']) [data-row-check]").focus()
    pat.keyboard.press("x")
    opener = pat.locator(".actionbar > .actionbar-actions > [data-action=phones]")
    opener.focus()
    pat.keyboard.press("Enter")
    dialog = pat.get_by_role("dialog")
    number = dialog.get_by_label("Phone number of Ada Lane")
    expect(number).to_be_focused()
    stays_inside(pat)
    pat.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()

    pat.keyboard.press("Enter")
    expect(number).to_be_focused()
    pat.keyboard.type("12")
    pat.keyboard.press("Enter")
    # The answer to the form, not the one to the number alone.
    expect(dialog.get_by_text("Nothing was saved yet.")).to_be_visible()
    expect(number).to_be_focused()
    pat.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()


def test_keys_alone_open_a_menu_choose_and_come_back(pat, acme):
    pat.goto(f"/workspace/transactions/{acme.rows['sent'].public_id}/")
    menu = pat.locator(".signer-menu summary").first
    menu.focus()
    pat.keyboard.press("Enter")
    item = pat.get_by_role("link", name="Somebody else signs…").first
    expect(item).to_be_visible()
    pat.keyboard.press("Escape")
    expect(item).to_be_hidden()
    expect(menu).to_be_focused()
    pat.keyboard.press("Enter")
    for _ in range(MOST_TABS):
        pat.keyboard.press("Tab")
        if item.evaluate("one => one === document.activeElement"):
            break
    pat.keyboard.press("Enter")
    dialog = pat.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_be_focused()
    stays_inside(pat)
    dialog.get_by_role("button", name="Ask the new signer").focus()
    pat.keyboard.press("Enter")
    expect(dialog.get_by_text("Enter the name of the new signer.")).to_be_visible()
    pat.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(menu).to_be_focused()
