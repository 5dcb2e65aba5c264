"""A member selects transactions with mouse, keys and thumb."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests import factories
from tests.fixtures.browser import PHONE
from verification.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pat(transactional_db) -> User:
    """Has, newest change first: two drafts, two that wait for Ada, one over."""
    company = factories.make_company()
    pat = factories.make_member(company, "Pat Reyes")
    over = factories.make_request(company, pat, title="Over")
    over.move("recalled")
    for title in ("Lease", "Deed"):
        factories.make_request(company, pat, title=title)
    for title in ("Draft 1", "Draft 2"):
        factories.make_draft(company, pat, title=title)
    return pat


def open_list(page: Page, pat: User, query: str = "") -> None:
    page.goto("/workspace/sign-in/")
    page.get_by_label("Email").fill(pat.email)
    page.locator("input[type=password]").fill(factories.MEMBER_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/workspace/")
    if query:
        page.goto(f"/workspace/?{query}")


def box(page: Page, title: str):
    return page.get_by_role("checkbox", name=f"Select {title}")


def picked(page: Page) -> list[str]:
    rows = page.locator("[data-row]:has([data-row-check]:checked)")
    return rows.locator("[data-row-open]").all_inner_texts()


def test_mouse_and_keys_select_and_the_bar_says_what_fits(page, pat, axe):
    open_list(page, pat)
    count = page.locator("[data-selected-count]")
    resend = page.locator(".actionbar > .actionbar-actions > [data-action=resend]")
    download = page.locator(".actionbar-actions > [data-action=download]")
    expect(count).to_have_text("None selected")
    expect(resend).to_have_attribute("aria-disabled", "true")
    expect(resend).to_have_attribute("title", "Select a transaction first.")

    box(page, "Draft 2").check()
    expect(count).to_have_text("1 selected")
    expect(resend).to_have_attribute("aria-disabled", "true")
    expect(resend).to_contain_text("Nothing that is selected waits for a signer.")
    box(page, "Lease").click(modifiers=["Shift"])
    assert picked(page) == ["Draft 2", "Draft 1", "Deed", "Lease"]
    expect(resend).to_contain_text("Resend (2 of 4)")
    expect(download).to_have_attribute("aria-disabled", "true")
    assert axe(page) == []

    page.get_by_role("button", name="Clear the selection").click()
    expect(count).to_have_text("None selected")
    page.get_by_role("checkbox", name="Select all on this page").check()
    expect(count).to_have_text("5 selected")
    page.get_by_role("checkbox", name="Select all on this page").uncheck()

    selects_by_keys(page)
    opens_and_closes_a_dialog(page, resend)
    exports(page)
    searches_and_opens(page)


def selects_by_keys(page: Page) -> None:
    box(page, "Deed").focus()
    page.keyboard.press("x")
    page.keyboard.press("Shift+ArrowDown")
    assert picked(page) == ["Deed", "Lease"]
    expect(box(page, "Lease")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    page.keyboard.press("x")
    assert picked(page) == ["Deed", "Lease"]


def opens_and_closes_a_dialog(page: Page, resend: Locator) -> None:
    resend.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Deed")
    expect(dialog).to_contain_text("Lease")
    page.keyboard.press("Escape")
    assert picked(page) == ["Deed", "Lease"]


def exports(page: Page) -> None:
    """What is selected, and nothing else."""
    box(page, "Over").check()
    with page.expect_download() as exported:
        page.get_by_role("button", name="Export").click()
    lines = exported.value.path().read_text(encoding="utf-8-sig")
    assert [title in lines for title in ("Over", "Deed", "Lease", "Draft")] == [
        True,
        True,
        True,
        False,
    ]


def searches_and_opens(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("lease/x")
    expect(page.locator("#search")).to_have_value("lease/x")
    page.locator("#search").fill("lease")
    page.keyboard.press("Enter")
    page.wait_for_url("**/workspace/?q=lease")
    box(page, "Lease").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lease")


def test_on_a_phone_the_bar_comes_up_with_the_selection(open_page, pat, axe):
    page = open_page(width=PHONE)
    open_list(page, pat)
    bar = page.locator("[data-actionbar]")
    expect(bar).to_be_hidden()
    box(page, "Lease").check()
    expect(bar).to_be_visible()
    expect(bar.get_by_role("button", name="Resend")).to_be_visible()
    expect(bar.get_by_role("button", name="Recall…")).to_be_hidden()
    bar.locator("summary").click()
    bar.get_by_role("button", name="Recall…").click()
    expect(page.get_by_role("dialog")).to_contain_text("Lease")
    page.keyboard.press("Escape")
    assert axe(page) == []
    bar.get_by_role("button", name="Clear", exact=True).click()
    expect(bar).to_be_hidden()


def test_without_scripts_boxes_and_buttons_are_a_form(open_page, pat):
    page = open_page(javascript=False)
    open_list(page, pat, "show=waiting")
    for title in ("Lease", "Deed"):
        box(page, title).check()
    page.get_by_role("button", name="Update Phone Numbers").click()
    expect(page.get_by_role("dialog")).to_contain_text("Lease")
    expect(page.get_by_role("dialog")).to_contain_text("Deed")
