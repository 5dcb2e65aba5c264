"""A signer in front of a real browser: opens the link, presses, types, reads."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from signing.models import Signer
from tests.factories import PASSWORD, deliver_due, live_code, signer_of
from verification import links
from verification.models import Allowance, Challenge, Factor, Gate

ASK = {"phone": "Text Me", "voice": "Call Me", "email": "Email me"}


@dataclass
class Person:
    """Presses only what the page shows; codes are read from the rows.

    With a worker elsewhere, `delivers` is off: nothing is sent from here.
    """

    page: Page
    gate: Gate
    delivers: bool = True

    @property
    def link(self) -> str:
        gate = Gate.objects.get(pk=self.gate.pk)
        return f"/l/{links.make_token(gate.public_id, gate.link_version)}"

    @property
    def home(self) -> str:
        return f"/s/{self.gate.public_id}/"

    @property
    def signer(self) -> Signer:
        return Signer.objects.select_related("request").get(gate=self.gate)

    @property
    def dialog(self) -> Locator:
        return self.page.locator("dialog.gate")

    @property
    def code_field(self) -> Locator:
        return self.page.locator("input[name=code]")

    def open(self) -> Person:
        self.page.goto(self.link)
        return self

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).click()

    def go(self, name: str) -> None:
        self.page.get_by_role("link", name=name).click()

    def ask(self, how: str = "phone") -> Challenge:
        """Press Text Me, Call Me or Email me; the message has left on return."""
        forget_limits()
        self.press(ASK[how])
        expect(self.code_field).to_be_visible()
        if self.delivers:
            deliver_due()
        return live_code(self.gate)

    def type_code(self, code: str) -> None:
        self.code_field.fill(code)
        self.press("Continue")

    def type_password(self, typed: str = PASSWORD) -> None:
        self.page.locator("input[name=password]").fill(typed)
        self.press("Continue")

    def prove(self, *kinds: str) -> Person:
        """Pass these factors, in this order: access_code, phone, voice, email."""
        for number, kind in enumerate(kinds, start=1):
            if len(kinds) > 1:
                expect(self.dialog).to_contain_text(f"Step {number} of {len(kinds)}")
            if kind == Factor.Kind.ACCESS_CODE:
                self.type_password()
            else:
                self.type_code(self.ask(kind).code())
        return self

    def review(self) -> Person:
        self.press("Review document")
        return self

    def sees_document(self) -> None:
        expect(self.page.locator(".desk")).to_be_visible()

    def sees(self, words: str) -> None:
        expect(self.page.get_by_text(words).first).to_be_visible()

    def choose_to_sign(self) -> Locator:
        """Press the first place for the signature; its dialog opens."""
        self.sees_document()
        self.page.locator("button[data-todo]").first.click()
        dialog = self.page.locator("dialog#sign")
        expect(dialog).to_be_visible()
        return dialog

    def sign(self) -> Person:
        """Sign with the name that is offered, and finish."""
        dialog = self.choose_to_sign()
        dialog.get_by_role("button", name="Sign and finish").click()
        return self

    def sees_signed(self) -> None:
        expect(self.page.locator("h1")).to_contain_text("You’ve signed")
        signed = Signer.State.SIGNED
        assert Signer.objects.get(gate=self.gate).state == signed


def person_of(request, page: Page, who: str = "ada") -> Person:
    return Person(page, signer_of(request, who).gate)


def forget_limits() -> None:
    """Let time pass for the limits: 30 seconds lie between two messages."""
    Allowance.objects.all().delete()


def newest(gate: Gate) -> Challenge:
    return gate.challenges.latest("pk")
