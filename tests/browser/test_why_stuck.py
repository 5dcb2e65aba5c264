"""The client is on the phone and can't get in: the publisher reads why, and fixes it.

Each walk makes people stuck one after another, as they get stuck in life, and
presses the one button that the page offers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from signing.flows import acting
from signing.models import Company, SignRequest
from tests import factories
from tests.browser.people import forget_limits
from tests.factories import Browser, wrong_code
from verification import delivery
from verification.channels.base import Fate, Reason, Report
from verification.models import Budget, Delivery, Factor, Gate
from verification.outcomes import Outcome

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@dataclass
class Desk:
    """The publisher before the page of one transaction."""

    page: Page
    request: SignRequest

    def look(self) -> None:
        self.page.goto(f"/workspace/transactions/{self.request.public_id}/")

    @property
    def head(self) -> Locator:
        return self.page.locator("#transaction-head")

    def opens(self, name: str, heading: str) -> None:
        """Press what stands above all signers, and close its dialog again."""
        self.head.get_by_role("link", name=name, exact=True).click()
        dialog = self.page.locator("#dialogs dialog")
        expect(dialog.get_by_role("heading", name=heading)).to_be_visible()
        self.page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)

    def card(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=name)

    def reads(self, sentence: str, who: str = "Ada Lane") -> None:
        expect(self.card(who).locator("[data-diagnosis]")).to_contain_text(sentence)

    def reads_nothing(self, who: str = "Ada Lane") -> None:
        expect(self.card(who).locator("[data-diagnosis]")).to_have_count(0)

    def fixes(self, label: str, who: str = "Ada Lane") -> Locator:
        """Press the one button; return the dialog that opens."""
        self.card(who).locator("[data-diagnosis]").get_by_text(label).click()
        dialog = self.page.locator("#dialogs dialog")
        expect(dialog).to_be_visible()
        return dialog

    def copies(self, label: str, words: str, who: str = "Ada Lane") -> None:
        box = self.card(who).locator("[data-diagnosis]")
        expect(box.locator(".diagnosis-words")).to_contain_text(words)
        box.get_by_role("button", name=label).click()
        expect(box.get_by_role("button", name="Copied")).to_be_visible()
        assert words in self.page.evaluate("navigator.clipboard.readText()")

    def saves(self, dialog: Locator, button: str) -> None:
        dialog.get_by_role("button", name=button, exact=True).click()
        expect(dialog).to_have_count(0)


@pytest.fixture
def desk(open_page, live_server):
    def make(**options) -> Desk:
        company = factories.make_company(
            alternative_codes_on=True, generate_in_resend=True
        )
        pat = factories.make_member(company, "Pat Reyes")
        sent = factories.make_request(company, pat, **options)
        factories.deliver_due()
        page = open_page(permissions=["clipboard-read", "clipboard-write"])
        page.context.add_cookies([cookie_of(pat, live_server.url)])
        return Desk(page, sent)

    return make


def cookie_of(member, url: str) -> dict:
    client = Client()
    client.force_login(member)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


def gate_of(desk: Desk, who: str = "ada") -> Gate:
    return factories.signer_of(desk.request, who).gate


def ask(browser: Browser, channel: str = "sms"):
    forget_limits()
    challenge = browser.must_ask(channel)
    factories.deliver_due()
    return challenge


def fail(gate: Gate, reason: Reason) -> None:
    """The carrier reports on the newest message."""
    sent = gate.deliveries.latest("pk")
    report = Report(sent.provider_id, Fate.FAILED, reason)
    assert delivery.record_report(sent.pk, report, timezone.now())


def test_codes_that_do_not_arrive(desk):
    """A landline, an answering machine, a blocked country, a limit."""
    on = desk()
    ada = Browser(gate_of(on))
    on.look()
    on.reads("has asked for no code.")
    on.copies("Tell them to press Text Me", "press Text Me and enter the code")

    ask(ada)
    fail(ada.gate, Reason.LANDLINE)
    # The page hears of it by itself.
    on.reads("The text to ••90 failed at")
    on.reads("it is a landline.")
    expect(on.card("Ada Lane").get_by_text("Landline", exact=True)).to_be_visible()
    expect(on.head.get_by_text("Needs attention")).to_be_visible()
    dialog = on.fixes("Turn on Call Me first")
    expect(dialog.get_by_label("Sent by")).to_have_value(Factor.Channel.VOICE)
    on.saves(dialog, "Save")
    assert ada.gate.factors.get(removed_at=None).channel == Factor.Channel.VOICE
    on.reads("has not tried again since something was changed")

    ask(ada, "voice")
    fail(ada.gate, Reason.MACHINE)
    on.look()
    on.reads("The call to ••90 failed at")
    on.reads("an answering machine took it.")
    on.copies("Tell them to press Call Me", "press Call Me, pick up the phone")

    Company.objects.update(allowed_countries=["DE", "US"])
    Gate.objects.filter(pk=ada.gate.pk).update(phone="+442079460958")
    assert ada.ask("voice") is Outcome.NOT_ALLOWED
    on.look()
    on.reads("your company does not send to numbers like ••58.")
    dialog = on.fixes("Update Phone Numbers")
    dialog.get_by_label("Ada Lane").fill("(415) 555-0142")
    on.saves(dialog, "Save numbers")
    assert gate_of(on).phone_e164 == "+14155550142"

    ask(ada, "voice")
    fail(ada.gate, Reason.LIMIT)
    on.look()
    on.reads("too many messages were sent there.")
    dialog = on.fixes("GENERATE a code")
    dialog.get_by_role("button", name="GENERATE").click()
    expect(dialog.get_by_text("valid until")).to_be_visible()
    on.look()
    on.reads("The code that Pat Reyes issued at")
    on.copies("Tell them to press I have a code", "press I have a code and enter")


def test_codes_that_are_typed_wrong(desk):
    """Not entered, old, wrong, in another browser, expired, and then locked."""
    on = desk()
    ada = Browser(gate_of(on))
    old = ask(ada)
    new = ask(ada)
    on.look()
    on.reads(f"The code {new.reference} is on its way to ••90")
    assert ada.enter(old.code()) is Outcome.REPLACED
    on.look()
    on.reads(f"They typed the code {old.reference}, which was replaced at")
    on.copies(f"Tell them reference {new.reference}", f"reference {new.reference}")

    elsewhere = Browser(ada.gate)
    assert elsewhere.enter(new.code(), new) is Outcome.OTHER_BROWSER
    on.look()
    on.reads(f"They typed the code {new.reference} in another browser")
    on.copies("Tell them which browser", "enter the code where you asked for it")

    assert ada.enter(wrong_code(new)) is Outcome.LOCKED
    on.look()
    on.reads("The code was typed 3 times wrong.")
    dialog = on.fixes("Unlock")
    dialog.get_by_label("Why?").fill("She read it from an old text.")
    on.saves(dialog, "Unlock")
    assert not Budget.objects.exclude(locked_at=None).exists()
    on.reads("has not tried again since something was changed")

    code = ask(ada)
    ada.enter(wrong_code(code))
    on.look()
    on.reads("2 tries are left.")
    on.copies(f"Tell them reference {code.reference}", code.reference)
    ada.enter(code.code())
    signer = factories.signer_of(on.request)
    acting.mark_viewed(signer, ada.origin, timezone.now())
    on.look()
    on.reads_nothing()


def test_links_that_lead_nowhere(desk):
    """Never opened, bounced, the link of another, not their turn, the end."""
    on = desk(people=("ada", "bob"))
    on.look()
    on.reads("Ada has not opened the link.")
    dialog = on.fixes("Remind Ada")
    on.saves(dialog, "Remind")
    assert Delivery.objects.filter(kind="reminder").count() == 1
    on.reads("It is not Bob’s turn yet: Ada signs first.", "Bob Reed")
    dialog = on.fixes("Remind Ada", "Bob Reed")
    expect(dialog).to_contain_text("Ada")

    factories.deliver_due()
    fail(gate_of(on), Reason.BOUNCED)
    on.look()
    on.reads("The email to a••@example.com failed at")
    dialog = on.fixes("Correct address")
    dialog.get_by_label("Email").fill("ada.lane@example.com")
    on.saves(dialog, "Save address")
    assert gate_of(on).email == "ada.lane@example.com"

    Gate.objects.update(link_ends_at=timezone.now() - timedelta(minutes=1))
    on.look()
    on.reads("The link expired at")
    before = gate_of(on).link_version
    dialog = on.fixes("Send a new link")
    on.saves(dialog, "Send a new link")
    assert gate_of(on).link_version == before + 1


def test_the_link_of_somebody_else(desk):
    on = desk(people=("ada", "bob"), is_ordered=False)
    ada = Browser(gate_of(on))
    bob = Browser(gate_of(on, "bob"), session=ada.session)
    acting.report(
        factories.signer_of(on.request, "bob"),
        "wrong_number_reported",
        bob.origin,
        timezone.now(),
    )
    on.look()
    on.opens("Resend", "Resend Transaction")
    on.opens("Update Phone Numbers", "Update Phone Numbers")
    on.opens("Remind", "Remind")
    on.reads("They opened Bob’s link.")
    dialog = on.fixes("Resend Ada’s link")
    expect(dialog.get_by_label("Ada Lane")).to_be_checked()
    expect(dialog.get_by_label("Bob Reed")).not_to_be_checked()
    on.saves(dialog, "Resend")
    on.reads("is not their number.", "Bob Reed")
    dialog = on.fixes("Update Phone Numbers", "Bob Reed")
    expect(dialog.get_by_label("Bob Reed")).to_be_visible()


def test_checks_that_cannot_be_passed(desk):
    """One that is not there, a forgotten password, an address that is none."""
    on = desk(kinds=("access_code", "identity"))
    Company.objects.update(identity_provider="stripe")
    on.look()
    on.reads("They are asked for an ID, but Stripe Identity is not set up here.")
    dialog = on.fixes("Change the checks")
    dialog.get_by_role("checkbox", name="Identity check").uncheck()
    on.saves(dialog, "Save")
    on.reads("Ada has not opened the link.")

    ada = Browser(gate_of(on))
    ada.enter_password("I forgot")
    on.look()
    on.reads("A wrong password was typed at")
    on.reads("2 tries are left.")
    dialog = on.fixes("Set a new password")
    dialog.get_by_label("New password").fill("Harbour-77")
    on.saves(dialog, "Save password")
    on.reads("has not tried again since something was changed")
    assert ada.enter_password("Harbour-77") is Outcome.PASSED

    other = factories.make_request(on.request.company, on.request.sender)
    Gate.objects.filter(trail=other.trail).update(email="")
    on.request = other
    on.look()
    on.reads("Ada has no email address, so no link could be sent.")
    dialog = on.fixes("Launch code")
    expect(dialog).to_contain_text("Ada")
