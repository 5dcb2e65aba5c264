"""The signer's whole way by Tab, Enter and Space alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.people import forget_limits, person_of
from tests.factories import PASSWORD, deliver_due, live_code, wrong_code

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_TABS = 40
# What is focused: its words, and whether a ring is drawn around it.
FOCUSED = """() => {
  const one = document.activeElement;
  const words = one.getAttribute('aria-label') || one.labels?.[0]?.textContent
    || one.textContent || '';
  const style = getComputedStyle(one);
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const inset = style.boxShadow !== 'none';
  const words_ = words.replace(/\\s+/g, ' ').trim();
  return { words: words_, hasRing: ring || inset, isBody: one === document.body };
}"""


def tab_to(page: Page, words: str, key: str = "Tab") -> None:
    """Press Tab until the control with these words has focus, ring and all."""
    passed = []
    for _ in range(MOST_TABS):
        page.keyboard.press(key)
        now = page.evaluate(FOCUSED)
        if not now["isBody"]:
            assert now["hasRing"], f"no focus ring on {now['words']!r}"
        if words in now["words"]:
            return
        passed.append(now["words"])
    pytest.fail(f"Tab never came to {words!r}, only to {passed}")


def test_from_the_link_to_the_signature_by_keyboard_alone(page):
    request = factories.make_request(kinds=("access_code", "phone"))
    signer = factories.signer_of(request)
    factories.make_field(signer, kind="text", y=0.4, label="Your job")
    factories.make_field(signer, kind="checkbox", y=0.5, label="I have read it")
    ada = person_of(request, page).open()
    keyboard = page.keyboard

    expect(page.get_by_label("Password from")).to_be_focused()
    keyboard.type(PASSWORD)
    keyboard.press("Enter")

    ada.sees("Let’s check it’s you")
    tab_to(page, "Text Me")
    keyboard.press("Enter")
    expect(ada.code_field).to_be_focused()
    deliver_due()
    code = live_code(ada.gate)
    keyboard.type(wrong_code(code))
    keyboard.press("Enter")
    ada.sees("That code is not right.")
    expect(ada.code_field).to_be_focused()
    keyboard.type(code.code())
    keyboard.press("Enter")

    ada.sees_document()
    go_to_next_field(page)
    keyboard.press("Enter")
    choose_a_style(page)
    tab_to(page, "Use this signature")
    keyboard.press("Enter")
    ada.sees("2 of 3 fields left")
    go_to_next_field(page)
    keyboard.type("Surveyor")
    go_to_next_field(page)
    keyboard.press("Space")
    ada.sees("All done")
    tab_to(page, "Sign and finish")
    keyboard.press("Enter")
    expect(page.get_by_label("Your name")).to_be_focused()
    tab_to(page, "Sign and finish")
    keyboard.press("Enter")
    ada.sees_signed()


def go_to_next_field(page: Page) -> None:
    tab_to(page, "Next field")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id").startswith("field-")


def choose_a_style(page: Page) -> None:
    expect(page.get_by_label("Your name")).to_be_focused()
    tab_to(page, "Style 1")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Style 2")).to_be_checked()


def test_escape_does_not_close_the_gate(invite):
    ada = invite("phone").open()
    for _ in range(3):
        ada.page.keyboard.press("Escape")
    assert ada.dialog.evaluate("dialog => dialog.matches(':modal')")
    ada.ask()
    ada.page.keyboard.press("Escape")
    expect(ada.code_field).to_be_visible()


def test_tab_stays_in_the_gate(invite):
    ada = invite("phone").open()
    for _ in range(25):
        ada.page.keyboard.press("Tab")
        is_inside = "document.activeElement.closest('dialog') !== null"
        is_outside = "document.activeElement === document.body"
        assert ada.page.evaluate(f"{is_inside} || {is_outside}")


def test_code_from_the_publisher_is_reached_and_typed_by_keyboard(invite):
    ada = invite("phone").open()
    tab_to(ada.page, "I have a code")
    ada.page.keyboard.press("Enter")
    ada.sees("Enter the code from Pat Miller")
    expect(ada.code_field).to_be_focused()
    ada.page.keyboard.type("abcd-1234")
    ada.page.keyboard.press("Enter")
    ada.sees("That code doesn’t work here.")


def test_escape_closes_the_signature_and_focus_goes_back(invite):
    ada = invite().open().review()
    ada.sees_document()
    ada.go("Next field")
    expect(ada.page.locator("button[data-todo]").first).to_be_focused()
    ada.go("Next field")  # nothing else is left: the second press means to sign
    expect(ada.page.locator("dialog#sign")).to_be_visible()
    ada.page.keyboard.press("Escape")
    expect(ada.page.locator("dialog#sign")).to_have_count(0)
    expect(ada.page.locator("button[data-todo]").first).to_be_focused()


def test_declining_by_keyboard(invite):
    ada = invite().open().review()
    ada.sees_document()
    tab_to(ada.page, "More")
    ada.page.keyboard.press("Enter")
    tab_to(ada.page, "Decline…")
    ada.page.keyboard.press("Enter")
    expect(ada.page.get_by_label("Why?")).to_be_focused()
    ada.page.keyboard.type("The rent is wrong.")
    tab_to(ada.page, "Decline to sign")
    ada.page.keyboard.press("Enter")
    ada.sees("You declined to sign")


def test_call_and_resend_are_reached_by_keyboard(invite):
    ada = invite("phone").open()
    ada.ask()
    forget_limits()
    ada.page.reload()
    tab_to(ada.page, "Call me instead")
    ada.page.keyboard.press("Enter")
    ada.sees("Pick up the phone")
    expect(ada.code_field).to_be_focused()
