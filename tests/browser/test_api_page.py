"""The page of the API doors, for the people who write programs."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.fixtures.browser import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("width", "dark"), [(PHONE, True), (DESKTOP, False)])
def test_whoever_writes_a_program_finds_an_operation(open_page, axe, width, dark):
    page = open_page(width=width, dark=dark)
    page.goto("/api/docs")
    page.get_by_role("link", name="Give a locked signer all tries back").click()
    heading = page.get_by_role("heading", name="Give a locked signer all tries back")
    expect(heading).to_be_in_viewport()
    assert axe(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
