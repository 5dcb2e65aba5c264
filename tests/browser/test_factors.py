"""Each factor and each combination, from the link to the signature."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.people import person_of
from tests.factories import kinds_of
from verification.models import Factor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SENT = ("phone", "email")
COMBINATIONS = [
    ("access_code",),
    ("phone",),
    ("email",),
    ("access_code", "phone"),
    ("access_code", "email"),
    ("phone", "email"),
    ("access_code", "phone", "email"),
]


@pytest.mark.parametrize("kinds", COMBINATIONS, ids="+".join)
def test_signer_proves_each_factor_and_signs(invite, kinds):
    ada = invite(*kinds)
    ada.open().prove(*kinds).sign().sees_signed()
    written = kinds_of(ada.signer.request.trail)
    assert written.count("access_code_passed") == kinds.count("access_code")
    assert written.count("code_passed") == sum(kind in kinds for kind in SENT)


def test_signer_is_called_and_signs(invite, outbox):
    ada = invite("phone")
    ada.open()
    code = ada.ask("voice").code()
    call = outbox[-1]
    assert code not in call.text.replace(",", "").replace(" ", "")
    assert ", ".join(code) in call.after_key
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("Pick up the phone")
    ada.type_code(code)
    ada.sign().sees_signed()


def test_signer_without_a_factor_reviews_and_signs(invite):
    ada = invite()
    ada.open().review().sign().sees_signed()


def test_phone_asked_before_signing_opens_the_document_first(page):
    draft = factories.make_draft(kinds=())
    gate = factories.signer_of(draft).gate
    factories.make_factor(gate, "phone", stage=Factor.Stage.SIGN)
    factories.sending.send(draft, actor=draft.sender, now=factories.timezone.now())
    ada = person_of(draft, page)
    ada.open().review()
    ada.sees("before you sign")
    ada.sign()
    ada.type_code(ada.ask().code())
    dialog = page.locator("dialog#sign")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Sign and finish").click()
    ada.sees_signed()


def test_access_code_before_viewing_and_phone_before_signing(page):
    draft = factories.make_draft(kinds=("access_code",))
    gate = factories.signer_of(draft).gate
    factories.make_factor(gate, "phone", stage=Factor.Stage.SIGN)
    factories.sending.send(draft, actor=draft.sender, now=factories.timezone.now())
    ada = person_of(draft, page)
    ada.open().type_password()
    ada.sign()
    ada.type_code(ada.ask().code())
    page.locator("dialog#sign").get_by_role("button", name="Sign and finish").click()
    ada.sees_signed()


def test_code_is_understood_as_people_type_it(invite):
    ada = invite("phone")
    code = ada.open().ask().code()
    full_width = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    ada.type_code(f" {full_width[:3]}-{full_width[3:]} ")
    ada.sees_document()
