"""The signer's whole way in a browser that runs no script."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories
from tests.browser.people import Person, person_of
from tests.factories import PASSWORD, wrong_code
from verification.models import Factor, Grant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def plain(open_page):
    """A browser without scripts."""
    return open_page(javascript=False, width=390)


def test_password_and_text_lead_to_a_typed_signature(invite, plain):
    ada = invite("access_code", "phone", page=plain).open()
    expect(ada.page.get_by_role("button", name="Show")).to_be_hidden()
    ada.type_password("not it")
    ada.sees("You have 2 tries left.")
    ada.type_password(PASSWORD)
    code = ada.ask()
    ada.go("Check again")
    ada.sees("Sent, on its way")
    ada.type_code(wrong_code(code))
    ada.sees("That code is not right. You have 2 tries left.")
    ada.type_code(code.code())
    sign_by_name(ada, "Ada M. Lane")
    ada.sees_signed()
    assert ada.signer.signatures.get(kind="signature").text == "Ada M. Lane"


def sign_by_name(person: Person, name: str) -> None:
    person.sees_document()
    person.press("Sign and finish")
    person.page.get_by_label("Your name").fill(name)
    expect(person.page.get_by_role("tab")).to_have_count(0)
    person.press("Sign and finish")


def test_empty_signature_is_refused_in_words(invite, plain):
    ada = invite(page=plain).open().review()
    sign_by_name(ada, " ")
    ada.sees("Type your name first.")


def test_fields_are_filled_in_kept_and_asked_for(plain):
    request = factories.make_request(kinds=())
    signer = factories.signer_of(request)
    factories.make_field(signer, kind="text", y=0.3, label="Your job")
    ada = person_of(request, plain).open().review()
    ada.press("Sign and finish")
    ada.sees("1 more field is to be filled in before you can finish.")
    ada.press("Use this signature")
    ada.sees("1 of 2 fields left")
    ada.page.get_by_label("Your job").fill("Surveyor")
    ada.press("Sign and finish")
    ada.press("Sign and finish")
    ada.sees_signed()


def test_finish_later_keeps_what_was_filled_in(plain):
    request = factories.make_request(kinds=())
    signer = factories.signer_of(request)
    factories.make_field(signer, kind="text", y=0.3, label="Your job")
    ada = person_of(request, plain).open().review()
    ada.page.get_by_label("Your job").fill("Surveyor")
    ada.page.locator("details.menu summary").click()
    ada.press("Finish later")
    ada.sees("Saved for later")
    ada.press("Leave")
    ada.sees("The document is closed")
    ada.open().review()
    expect(ada.page.get_by_label("Your job")).to_have_value("Surveyor")


def test_button_pressed_after_the_grant_has_ended_brings_the_gate(invite, plain):
    ada = invite("access_code", page=plain).open()
    ada.type_password()
    ada.sees_document()
    Grant.objects.update(ended_at=timezone.now())
    ada.press("Sign and finish")
    ada.sees("Enter your password")
    ada.type_password()
    ada.sees_document()


def test_declining_asks_why(invite, plain):
    ada = invite(page=plain).open().review()
    ada.page.locator("details.menu summary").click()
    ada.go("Decline…")
    ada.press("Decline to sign")
    ada.sees("Say in a few words why")
    ada.page.get_by_label("Why?").fill("The rent is wrong.")
    ada.press("Decline to sign")
    ada.sees("You declined to sign")


def test_every_other_dialog_is_a_page(invite, plain):
    ada = invite("phone", page=plain).open()
    ada.page.locator("details.more summary").click()
    ada.sees("chose this check")
    ada.go("I have a code")
    ada.sees("Enter the code from Pat Miller")
    ada.go("Back")
    ada.go("That’s not my number")
    ada.press("Tell Pat Miller")
    ada.sees("Pat Miller has been told.")
    ada.go("It is mine, go back")
    ada.go("I’m not Ada")
    ada.press("Tell Pat Miller it’s wrong")
    ada.sees("Pat Miller has been told.")
    ada.go("I am Ada, go back")
    ada.ask("voice")
    ada.sees("Pick up the phone")


def test_code_before_signing_comes_back_to_the_signature(plain):
    draft = factories.make_draft(kinds=())
    gate = factories.signer_of(draft).gate
    factories.make_factor(gate, "phone", stage=Factor.Stage.SIGN)
    factories.sending.send(draft, actor=draft.sender, now=factories.timezone.now())
    ada = person_of(draft, plain).open().review()
    sign_by_name(ada, "Ada Lane")
    ada.type_code(ada.ask().code())
    ada.press("Sign and finish")
    ada.sees_signed()


def test_language_is_chosen_without_a_script(invite, plain):
    ada = invite("phone", page=plain).open()
    ada.page.locator("details", has_text="English").first.locator("summary").click()
    ada.press("日本語")
    expect(ada.page.locator("html")).to_have_attribute("lang", "ja")
    expect(ada.page.locator("dialog.gate")).to_be_visible()
