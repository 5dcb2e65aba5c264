"""A signer is changed by the publisher while they read the document."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.people import person_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_new_password_brings_the_gate_back_and_keeps_what_was_filled_in(
    open_page, log_in, axe, transactional_db
):
    request = factories.make_request(kinds=("access_code",))
    signer = factories.signer_of(request)
    factories.make_field(signer, kind="text", y=0.4, label="Your job")
    ada = person_of(request, open_page()).open()
    ada.type_password()
    ada.sees_document()
    ada.page.get_by_label("Your job").fill("Surveyor")
    ada.page.get_by_label("Your job").blur()
    ada.page.wait_for_load_state("networkidle")

    pat = log_in(open_page(), request.sender)
    pat.goto(f"/workspace/transactions/{request.public_id}/")
    menu = pat.locator(".signer-menu summary")
    menu.focus()
    pat.keyboard.press("Enter")
    pat.get_by_role("link", name="Set a new password…").focus()
    pat.keyboard.press("Enter")
    dialog = pat.get_by_role("dialog")
    field = dialog.get_by_label("New password")
    expect(field).to_be_focused()
    pat.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(menu).to_be_focused()

    pat.keyboard.press("Enter")
    pat.get_by_role("link", name="Set a new password…").click()
    dialog.get_by_role("button", name="Save password").click()
    expect(dialog.get_by_text("Write a password, or make a good one.")).to_be_visible()
    dialog.get_by_role("button", name="Make a good one").click()
    expect(field).to_have_attribute("type", "text")
    password = field.input_value()
    assert len(password) == 14
    dialog.get_by_label("Hint").fill("Ask me about the port.")
    assert axe(pat) == []
    ada.page.get_by_label("Your job").fill("Chief surveyor")
    dialog.get_by_role("button", name="Save password").click()
    expect(pat.get_by_text("Tell it to them yourself.")).to_be_visible()
    expect(pat.get_by_text("set a new password for Ada Lane")).to_be_visible()

    # On a slow machine the page has asked by itself meanwhile, and the gate is back.
    ada.page.keyboard.press("Tab")
    expect(ada.dialog).to_be_visible()
    expect(ada.dialog).to_contain_text("Hint: Ask me about the port.")
    ada.type_password(password)
    ada.sees_document()
    expect(ada.page.get_by_label("Your job")).to_have_value("Chief surveyor")
    ada.sign().sees_signed()


def test_checks_are_changed_and_several_are_reminded_by_mouse(
    open_page, log_in, axe, transactional_db
):
    request = factories.make_request(people=("ada", "bob"), is_ordered=False)
    pat = log_in(open_page(), request.sender)
    page = f"/workspace/transactions/{request.public_id}/"
    pat.goto(page)
    pat.locator(".signer-menu summary").first.click()
    pat.get_by_role("link", name="Change the checks…").first.click()
    dialog = pat.get_by_role("dialog")
    expect(dialog.get_by_label("Password for this signer")).to_be_hidden()
    dialog.get_by_text("Password", exact=True).first.click()
    dialog.get_by_text("Phone code", exact=True).first.click()
    expect(dialog.get_by_label("Password for this signer")).to_be_visible()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_text("Set a password for this signer.")).to_be_visible()
    dialog.get_by_role("button", name="Make a good one").click()
    assert axe(pat) == []
    dialog.get_by_role("button", name="Save").click()
    expect(pat.get_by_text("Saved. Ada Lane is asked for this")).to_be_visible()
    kinds = factories.signer_of(request).gate.factors.filter(removed_at=None)
    assert [row.kind for row in kinds] == ["access_code"]

    pat.goto(f"/workspace/transactions/remind/?pk={request.public_id}")
    dialog = pat.get_by_role("dialog")
    dialog.get_by_label("Ada Lane").uncheck()
    assert axe(pat) == []
    dialog.get_by_role("button", name="Remind", exact=True).click()
    expect(pat.get_by_text("1 signer is reminded by email.")).to_be_visible()

    pat.goto(f"/workspace/transactions/remind/?pk={request.public_id}")
    dialog.get_by_role("button", name="Turn off").click()
    expect(pat.get_by_text("Reminders are off.")).to_be_visible()
