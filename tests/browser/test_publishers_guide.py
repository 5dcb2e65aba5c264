"""The publishers' guide to signer security codes, scenario by scenario.

Its words stand above each step. Texts and calls leave to the fixture carrier;
codes are read there, or on the publisher's screen, never in the rows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Locator, Page, expect

from signing.models import Company, SignRequest
from tests import factories
from tests.browser.people import Person, person_of
from tests.carrier.records import Mode
from tests.factories import ADA_PHONE, deliver_due
from verification.models import Budget, Challenge, TrailEntry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEW_PHONE = "+14155550134"


@dataclass
class Desk:
    """The publisher's browser, on the list of transactions."""

    page: Page

    def select(self, title: str) -> Desk:
        self.page.goto("/workspace/")
        self.page.get_by_role("checkbox", name=title).check()
        return self

    def press(self, name: str) -> Locator:
        """Press a button of the top panel; its dialog opens."""
        panel = self.page.get_by_role("group", name="With the selected")
        panel.get_by_role("button", name=name).first.click()
        dialog = self.page.locator("dialog[open]")
        expect(dialog).to_be_visible()
        return dialog


@pytest.fixture
def lease(transactional_db) -> SignRequest:
    company = factories.make_company()
    return factories.make_request(
        company,
        factories.make_member(company, "Pat Reyes"),
        people=("ada", "bob"),
        is_ordered=False,
        title="Lease 2026",
    )


@pytest.fixture
def desk(lease, open_page, live_server) -> Desk:
    client, page = Client(), open_page()
    client.force_login(lease.sender)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value}
    page.context.add_cookies([cookie | {"url": live_server.url}])
    return Desk(page)


@pytest.fixture
def phones(carrier, settings):
    """The carrier; callbacks need an https address, and it knows the real one."""
    settings.IS_HTTPS = True
    settings.PUBLIC_URL = "https://sign.example.com"
    return carrier


@pytest.fixture
def ada(lease, open_page) -> Person:
    return person_of(lease, open_page(width=390))


def texted(phones, number: str, count: int = 1) -> str:
    """Return the code of the newest of count texts that a phone was sent."""
    text = phones.wait_for_text(number, count)
    return re.search(r"#(\d{6})$", text.strip())[1]


def days_pass(gate, period: timedelta) -> None:
    """Move the codes of a gate into the past, as the clock would."""
    for code in Challenge.objects.filter(gate=gate):
        Challenge.objects.filter(pk=code.pk).update(
            issued_at=code.issued_at - period, expires_at=code.expires_at - period
        )
        Budget.objects.filter(gate=gate, live_asked_id=code.pk).update(
            live_asked_ends_at=code.expires_at - period
        )


def test_scenario_1_one_cell_phone_number_for_a_couple(
    desk, lease, ada, open_page, phones
):
    # "I only have one cell phone number for a couple."
    # "You can use the same phone number for multiple individuals."
    dialog = desk.select("Lease 2026").press("Update Phone Numbers")
    dialog.get_by_label("Phone number of Bob Reed").fill("415-555-0190")
    dialog.get_by_label("Phone number of Ada Lane").focus()
    expect(
        dialog.get_by_text("Same number as Ada Lane, which is fine.")
    ).to_be_visible()
    dialog.get_by_role("button", name="Save numbers").click()
    expect(desk.page.get_by_text("Saved. Ask your client to click")).to_be_visible()
    bob = person_of(lease, open_page(), "bob")
    for person in (ada, bob):
        person.open().ask()
    first, second = phones.texts_to(ADA_PHONE)
    codes = {}
    for text in (first, second):
        name = "ada" if "Ada Lane" in text else "bob"
        codes[name] = re.search(r"#(\d{6})$", text.strip())[1]
    ada.type_code(codes["bob"])
    ada.sees("That code is for another signer.")
    ada.type_code(codes["ada"])
    ada.sees_document()
    bob.type_code(codes["bob"])
    bob.sees_document()


def test_scenario_2_no_mobile_phone(ada, phones):
    # "If your client does not have a mobile phone, they can select the “Call Me”
    # feature when opening a document and they will receive a call to their
    # landline with the access code."
    phones.set_mode(Mode.LANDLINE, ADA_PHONE)
    ada.open().ask("voice")
    phones.settle()
    (call,) = phones.calls_to(ADA_PHONE)
    ada.sees("Answered at")
    spoken = re.search(r"((?:\d, ){5}\d)", " ".join(call.said[call.said_before_key :]))
    ada.type_code(spoken[1].replace(", ", ""))
    ada.sees_document()


def test_scenario_3_code_is_not_being_accepted(ada, phones):
    # "The Security Code/Access Code is only valid for 24 hours."
    code = ada.open().ask()
    assert code.expires_at - code.issued_at == timedelta(hours=24)
    old = texted(phones, ADA_PHONE)
    days_pass(ada.gate, timedelta(hours=24))
    ada.type_code(old)
    ada.sees("That code has expired. Send a new one.")
    # "Every time the client reopens their document, it will generate a new
    # Security Code."
    ada.open().ask()
    newer = texted(phones, ADA_PHONE, 2)
    ada.open().ask()
    newest = texted(phones, ADA_PHONE, 3)
    assert len({old, newer, newest}) == 3
    ada.type_code(newer)
    ada.sees("replaced by a newer one")
    ada.type_code(newest)
    ada.sees_document()


def test_scenario_4_phone_number_is_incorrect(desk, ada, phones):
    ada.open().ask()
    old = texted(phones, ADA_PHONE)
    ada.sees("Delivered at")  # from here on the page asks for no more news
    # "Step 1. Click the box corresponding to the transaction you wish to alter"
    desk.select("Lease 2026")
    # "Step 2. Review the menu items on the top panel."
    panel = desk.page.get_by_role("group", name="With the selected")
    expect(panel).to_contain_text("1 selected")
    # "Step 3. Click the "Update Phone Numbers" button"
    dialog = desk.press("Update Phone Numbers")
    # "Step 4. Update the phone number"
    field = dialog.get_by_label("Phone number of Ada Lane")
    field.fill("555-01")
    dialog.get_by_role("button", name="Save numbers").click()
    expect(dialog.get_by_text("This number is too short.")).to_be_visible()
    expect(field).to_be_focused()
    field.fill("(415) 555-0134")
    dialog.get_by_role("button", name="Save numbers").click()
    expect(desk.page.get_by_text("Saved. Ask your client to click")).to_be_visible()
    ada.type_code(old)
    ada.sees("Codes go to another number now. Ask for a new one.")
    # "and advise your client to click the link to open the document. The mobile #
    # would have automatically updated."
    ada.open()
    expect(ada.dialog).to_contain_text("••34")
    ada.ask()
    assert len(phones.texts_to(ADA_PHONE)) == 1
    ada.type_code(texted(phones, NEW_PHONE))
    ada.sees_document()


def test_scenario_5_all_of_the_steps_above_and_still_not_in(desk, lease, ada, phones):
    # "If your company has Alternative Security Codes (company settings:
    # GENERATE_ACCESS_CODE & 2FA_GENERATE_CODE) enabled"
    resend = desk.select("Lease 2026").press("Resend")
    expect(resend.get_by_role("button", name="GENERATE")).to_have_count(0)
    company = Company.objects.filter(pk=lease.company_id)
    company.update(alternative_codes_on=True, generate_in_resend=True)
    # "1. Select the checkbox beside your transaction in the Workspace and select
    # RESEND"
    dialog = desk.select("Lease 2026").press("Resend")
    expect(dialog.get_by_role("heading", level=2)).to_have_text("Resend Transaction")
    # "2. In the RESEND Transaction dialog, click GENERATE beside the signer to
    # generate an Alternative Security Code or Access Code"
    dialog.get_by_role("button", name="GENERATE a code for Ada Lane").dblclick()
    shown = dialog.locator(".issued-code")
    expect(shown).to_have_text(re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{4}$"))
    code = shown.inner_text()
    assert TrailEntry.objects.filter(kind="code_issued").count() == 1
    dialog.get_by_role("link", name="Close").first.click()
    desk.page.reload()
    assert code not in desk.page.content()  # shown once
    # "4. Ask your signer to reopen their document link. When the Two-Factor
    # Authentication dialog appears again, the user can select I have a code to
    # proceed."
    ada.open().ask()  # Text Me leaves the other code alive
    ada.open()
    expect(ada.dialog).to_contain_text("Two-factor authentication")
    ada.go("I have a code")
    # "5. Share the code with your client (we recommend verbally for security
    # reasons) and instruct them to enter the code in the following screen."
    ada.type_code(code.lower().replace("-", " "))
    ada.sees_document()


def test_a_locked_signer_gets_in_with_unlock_and_generate(desk, lease, ada, outbox):
    company = Company.objects.filter(pk=lease.company_id)
    company.update(alternative_codes_on=True, generate_in_resend=True)
    factories.lock_out(lease)
    ada.open()
    ada.sees("This document is locked for now")
    dialog = desk.select("Lease 2026").press("Resend")
    dialog.locator("summary", has_text="Unlock and GENERATE").click()
    dialog.get_by_label("Why do you unlock Ada Lane?").fill("She called from home.")
    dialog.get_by_role("button", name="Unlock and GENERATE").click()
    code = dialog.locator(".issued-code").inner_text()
    ada.open().go("I have a code")
    ada.type_code(code)
    ada.sees_document()
    deliver_due()
    notices = [mail.subject for mail in outbox if mail.to == "ada@example.com"]
    assert "Pat Reyes made a security code for you" in notices
