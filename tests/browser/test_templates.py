"""Prepared once, started from: the signer's gate asks what the role demanded."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from signing.models import SignRequest, Template
from tests import factories
from tests.browser.people import person_of
from tests.factories import PASSWORD
from tests.fixtures.browser import DESKTOP, HEIGHT, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desk(page, log_in, axe) -> Page:
    """Pat's browser; desk.look() is axe at both widths, and nothing too wide.

    It looks at the whole page at once: else the bar at the bottom covers half a
    checkbox, by chance, and axe finds it too small.
    """
    pat = factories.make_member(factories.make_company(), email="pat@example.com")

    def look() -> None:
        for width in (PHONE, DESKTOP):
            page.set_viewport_size({"width": width, "height": HEIGHT[width]})
            tall = page.evaluate("document.documentElement.scrollHeight + 100")
            page.set_viewport_size({"width": width, "height": tall})
            assert axe(page) == []
            wide = "document.documentElement.scrollWidth > innerWidth"
            assert not page.evaluate(wide)
        page.set_viewport_size({"width": DESKTOP, "height": HEIGHT[DESKTOP]})

    page.look = look
    log_in(page, pat).goto("/workspace/")
    return page


def test_what_a_template_demands_the_gate_asks(desk, open_page, tmp_path, outbox):
    prepare(desk, tmp_path)
    fill_in_and_send(desk)
    draft = SignRequest.objects.get()
    assert draft.state == SignRequest.State.SENT
    ada = person_of(draft, open_page(width=PHONE)).open()
    ada.prove("access_code", "phone").sees_document()


def prepare(desk: Page, tmp_path) -> None:
    desk.get_by_role("link", name="Templates", exact=True).first.click()
    expect(desk.get_by_text("Prepare a document once")).to_be_visible()
    desk.look()
    desk.get_by_role("button", name="New template").first.click()
    desk.get_by_label("Name of the template").fill("Lease for flats")
    lease = tmp_path / "Lease.pdf"
    lease.write_bytes(factories.make_pdf(1))
    desk.locator("#files").set_input_files(lease)
    expect(desk.get_by_text("Checked, safe to send.")).to_be_visible()
    desk.get_by_role("button", name="Add role").click()
    card = desk.get_by_role("group", name="Role 1")
    card.get_by_label("Role", exact=True).fill("Tenant")
    card.get_by_text("Password", exact=True).first.click()
    card.get_by_label("The password", exact=True).check()
    card.get_by_label("The phone number", exact=True).check()
    expect(desk.locator("#ready")).to_contain_text("Ready: 1 document, 1 role")
    expect(desk.locator("#journey")).to_contain_text("What Tenant will go through")
    desk.look()
    desk.get_by_role("button", name="Place fields").click()
    desk.locator("[data-paper]").first.click(position={"x": 200, "y": 200})
    name = "Signature, Tenant"
    expect(desk.get_by_role("button", name=name, exact=True)).to_be_visible()
    desk.get_by_role("link", name="Done").click()
    expect(desk.get_by_role("heading", name="Lease for flats")).to_be_visible()
    desk.look()


def fill_in_and_send(desk: Page) -> None:
    desk.get_by_role("button", name="Start a transaction").dblclick()
    expect(desk.get_by_text("The template requires a password and")).to_be_visible()
    desk.look()
    assert SignRequest.objects.count() == 1
    desk.get_by_label("Name", exact=True).fill("Ada Lane")
    desk.get_by_label("Email", exact=True).fill("ada@example.com")
    desk.get_by_label("Phone", exact=True).fill("(415) 555-0190")
    desk.get_by_role("button", name="Send without fields…").click()
    said = desk.get_by_role("alert").get_by_role(
        "link", name="Tenant needs a password."
    )
    said.click()
    password = desk.get_by_label("Password for this signer")
    expect(password).to_be_focused()
    password.fill(PASSWORD)
    desk.get_by_role("button", name="Send without fields…").click()
    desk.get_by_role("button", name="Send", exact=True).click()
    expect(desk.get_by_text("Sent. The first email is on its way.")).to_be_visible()


def test_archiving_asks_first_and_can_be_undone(desk):
    pat = factories.User.objects.get(email="pat@example.com")
    company = pat.memberships.get().company
    sent = factories.make_request(company, pat)
    desk.goto(f"/workspace/transactions/{sent.public_id}/")
    desk.goto(f"/workspace/transactions/{sent.public_id}/save-as-template/")
    desk.look()
    desk.get_by_label("Name of the template").fill("Lease")
    desk.get_by_role("button", name="Save as template").click()
    expect(desk.get_by_label("Role", exact=True)).to_have_value("Signer 1")
    desk.get_by_role("link", name="Archive…").click()
    dialog = desk.get_by_role("dialog", name="Archive Lease?")
    desk.look()
    desk.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    desk.get_by_role("link", name="Archive…").click()
    dialog.get_by_role("button", name="Archive").click()
    expect(desk.get_by_text("nobody can start from it")).to_be_visible()
    assert Template.objects.get().is_archived
    desk.get_by_role("button", name="Restore").click()
    expect(desk.get_by_role("button", name="Start a transaction")).to_be_visible()
    desk.goto("/workspace/templates/")
    desk.look()
