"""Every page and state: nothing that axe finds wrong, at both widths and in both themes.

Each has one heading of the first level, a language and a title, and fits a
narrow phone without scrolling sideways.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from playwright.sync_api import Page, expect

from signing.flows import acting, rendering, sealing, sending
from signing.models import SignRequest
from tests import factories
from tests.browser.people import Person, forget_limits, newest, person_of
from tests.factories import MEMBER_PASSWORD, wrong_code
from tests.fixtures.browser import DESKTOP, HEIGHT, PHONE
from tests.signing.test_devices import set_up_app
from verification.channels.base import Reason
from verification.models import (
    Authenticator,
    Challenge,
    Delivery,
    Factor,
    Gate,
    Visit,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NARROW = 320
EVERY = [(width, scheme) for width in (PHONE, DESKTOP) for scheme in ("light", "dark")]
# Enough for the second language: only its words differ.
SOME = [(PHONE, "light"), (DESKTOP, "dark")]
# And for dialogs of whose parts others are looked at in each.
ONE = [(PHONE, "dark")]
LONG_NAME = "Maximiliana Wilhelmina von Hohenstein-Schwarzenberg"
LONG_TITLE = (
    "Amendment no. 12 to the residential lease agreement of 14 March 2024 for "
    "Unterhachinger Straße 117, second floor left.pdf"
)
FITS = (
    "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    " && [...document.querySelectorAll('dialog:modal')]"
    ".every(one => one.scrollWidth <= one.clientWidth)"
)


class Inspector:
    """Looks at one page in each light and width; collects what is wrong."""

    def __init__(self, page: Page, axe: Callable[[Page], list[str]]) -> None:
        self.page, self.axe = page, axe
        self.views = EVERY
        self.faults: list[str] = []

    def look(self, name: str) -> None:
        for width, scheme in self.views:
            self.page.set_viewport_size({"width": width, "height": HEIGHT[width]})
            self.page.emulate_media(color_scheme=scheme)
            found = self.axe(self.page)
            self.faults += [f"{name} {width} {scheme}: {one}" for one in found]
        self.page.emulate_media(color_scheme="light")
        self.look_at_bones(name)

    def look_at_bones(self, name: str) -> None:
        page = self.page
        page.set_viewport_size({"width": NARROW, "height": 640})
        if not page.evaluate(FITS):
            self.faults.append(f"{name}: scrolls sideways at {NARROW}")
        page.set_viewport_size({"width": DESKTOP, "height": HEIGHT[DESKTOP]})
        headings = page.locator("h1").count()
        if headings != 1:
            self.faults.append(f"{name}: {headings} headings of the first level")
        if not page.locator("html[lang]").count() or not page.title().strip():
            self.faults.append(f"{name}: no language or no title")


@pytest.fixture
def inspector(page, axe):
    made = Inspector(page, axe)
    yield made
    assert made.faults == []


@pytest.fixture
def member(page, live_server):
    """Pat, signed in to the workspace before this page."""
    pat = factories.make_member(factories.make_company(), email="pat@example.com")
    page.goto("/workspace/")
    page.get_by_label("Email").fill(pat.email)
    page.get_by_label("Password").fill(MEMBER_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Transactions")
    return pat


# The gate


@pytest.mark.parametrize("language", ["en", "ja"])
def test_dialogs_of_the_phone_code(page, inspector, language):
    inspector.views = EVERY if language == "en" else SOME
    request = factories.make_draft(title=LONG_TITLE)
    gate = factories.signer_of(request).gate
    Gate.objects.filter(pk=gate.pk).update(name=LONG_NAME, language=language)
    sending.send(request, actor=request.sender, now=timezone.now())
    ada = Person(page, gate)
    page.goto(ada.link)
    inspector.look(f"choose {language}")
    page.locator("details.more summary").click()
    inspector.look(f"choose why {language}")
    code = ask(ada, "sms")
    inspector.look(f"code {language}")
    type_code(ada, wrong_code(code))
    inspector.look(f"code wrong {language}")
    again = ask(ada, "voice")
    inspector.look(f"call {language}")
    type_code(ada, code.code())
    inspector.look(f"code replaced {language}")
    for where in ("have-a-code", "not-my-number", "not-me"):
        page.goto(f"{ada.home}{where}")
        inspector.look(f"{where} {language}")
    page.goto(ada.link)
    inspector.look(f"choose again {language}")
    lock(ada, again)
    inspector.look(f"locked {language}")


def ask(ada: Person, channel: str):
    """Ask by the form itself: its words differ in each language."""
    forget_limits()
    ada.page.goto(ada.link)
    ada.page.locator(f"form[action$='/ask/{channel}'] button").click()
    expect(ada.code_field).to_be_visible()
    factories.deliver_due()
    return newest(ada.gate)


def type_code(ada: Person, code: str) -> None:
    ada.code_field.fill(code)
    ada.code_field.press("Enter")
    expect(ada.page.get_by_role("alert")).to_be_visible()


def lock(ada: Person, code: Challenge) -> None:
    ada.page.goto(f"{ada.home}?show=code")
    ada.code_field.fill(wrong_code(code, 7))
    ada.code_field.press("Enter")
    expect(ada.code_field).to_have_count(0)


def test_dialogs_of_password_and_email(invite, inspector):
    ada = invite("access_code", "email").open()
    inspector.look("password")
    ada.type_password("not it")
    ada.sees("2 tries left")
    inspector.look("password wrong")
    ada.go("I don’t have a password")
    inspector.look("no password")
    ada.page.goto(ada.home)
    ada.type_password()
    ada.sees("Step 2 of 2")
    inspector.look("choose email")
    ada.ask("email")
    inspector.look("code by email")


def test_text_that_cannot_arrive_and_a_slow_one(invite, inspector):
    ada = invite("phone").open()
    code = ada.ask()
    sent = Delivery.objects.filter(challenge=code)
    sent.update(state="queued", settled_at=None)
    earlier = timezone.now() - timedelta(seconds=20)
    Visit.objects.update(arrived_at=earlier)
    Challenge.objects.update(issued_at=earlier)
    ada.sees("Slower than usual")
    inspector.look("slow")
    sent.update(state="failed", reason=Reason.LANDLINE, settled_at=timezone.now())
    ada.sees("The text can’t reach you")
    inspector.look("landline")


def test_dialogs_of_an_app_and_of_an_account(page, inspector, transactional_db):
    inspector.views = ONE
    company = factories.make_company(asks_every_opening=False)
    ada = person_of(factories.make_request(company, kinds=("phone", "totp")), page)
    ada.open().type_code(ada.ask().code())
    inspector.look("app")
    ada.press("Begin")
    inspector.look("app set up")
    ada.type_code("000 000")
    expect(page.get_by_role("alert")).to_be_visible()
    inspector.look("app wrong")

    Authenticator.objects.all().delete()
    set_up_app(company)
    bob = person_of(factories.make_request(company, kinds=("totp",)), page).open()
    inspector.look("code of the app")
    Factor.objects.filter(gate=bob.gate).delete()
    factories.make_factor(bob.gate, "access_code")
    bob.open().type_password()
    bob.sees_document()
    bob.open()
    bob.sees("Welcome back")
    inspector.look("go on")

    draft = factories.make_draft(company, kinds=())
    draft.signers.update(login_required=True, role="approver")
    factories.signer_of(draft).fields.all().delete()
    sending.send(draft, actor=draft.sender, now=timezone.now())
    eve = person_of(draft, page).open()
    inspector.look("account")
    draft.signers.update(login_required=False)
    Factor.objects.filter(gate=eve.gate).delete()
    eve.open().review()
    eve.press("Agree and finish")
    expect(page.locator("dialog#sign")).to_be_visible()
    inspector.look("agree")


# Ends


def test_pages_that_name_nobody(page, inspector):
    inspector.views = ONE
    page.goto("/launch")
    inspector.look("launch")
    page.locator("form[action$=launch] button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    inspector.look("launch wrong")
    page.goto("/s/nowhere")
    inspector.look("not found")


def test_end_states(invite, inspector, page):
    page.goto("/l/thiswasnever")
    inspector.look("unknown link")
    ada = invite(title=LONG_TITLE)
    page.goto(ada.home)
    inspector.look("no visit")
    ada.open()
    inspector.look("review")
    ada.review().sees_document()
    page.goto(f"{ada.home}decline")
    inspector.look("decline")
    ada.press("Decline to sign")
    ada.sees("Say in a few words why")
    inspector.look("decline without a reason")
    page.get_by_label("Why?").fill("The rent is wrong.")
    ada.press("Decline to sign")
    ada.sees("You declined to sign")
    inspector.look("declined")


def test_more_end_states(page, inspector):
    request = factories.make_request(people=("ada", "bob"), kinds=())
    bob = person_of(request, page, "bob").open()
    inspector.look("not your turn")
    ada = person_of(request, page).open().review()
    ada.sees_document()
    page.locator("details.menu summary").click()
    inspector.look("menu")
    ada.press("Finish later")
    inspector.look("later")
    ada.press("Leave")
    ada.sees("The document is closed")
    inspector.look("left")
    sending.recall(request, actor=request.sender, reason="", now=timezone.now())
    bob.open()
    inspector.look("recalled")
    other = factories.make_request()
    factories.link_ends_in(factories.signer_of(other).gate, timedelta(minutes=-1))
    late = person_of(other, page).open()
    inspector.look("link expired")
    late.press("Send me a new link")
    late.sees("Look in your mailbox")
    inspector.look("link sent")


# The document


@pytest.fixture
def lease(page):
    """A request for Ada and Bob with all kinds of fields and drawn pages."""
    request = factories.make_draft(people=("ada", "bob"), kinds=(), title=LONG_TITLE)
    ada = factories.signer_of(request)
    for number, kind in enumerate(("text", "checkbox", "date", "name", "initials")):
        factories.make_field(ada, kind=kind, y=0.1 + 0.08 * number, x=0.55, width=0.3)
    sending.send(request, actor=request.sender, now=timezone.now())
    rendering.render(request.documents.get().pk)
    return request


def test_document_and_signature(page, inspector, lease):
    ada = person_of(lease, page).open().review()
    ada.sees_document()
    expect(page.locator(".sheet-image").first).to_be_visible()
    inspector.look("document")
    page.locator("button[data-todo]").first.click()
    expect(page.locator("dialog#sign")).to_be_visible()
    inspector.look("sign by typing")
    page.get_by_role("tab", name="Draw").click()
    inspector.look("sign by drawing")
    for where in ("sign", "text", "consent"):
        page.goto(f"{ada.home}{where}")
        inspector.look(where)
    sign_everything(lease)
    page.goto(ada.home)
    ada.sees("You’ve signed")
    inspector.look("done")
    page.goto(f"{ada.home}?again")
    inspector.look("again")


def sign_everything(lease: SignRequest) -> None:
    ada = factories.signer_of(lease)
    values = {str(one.public_id): "Surveyor" for one in ada.fields.all()}
    acting.fill(ada, values)
    browser = factories.Browser(ada.gate)
    factories.opening.admit(browser.visit, timezone.now())
    result = factories.sign_as(lease, "ada", browser)
    assert result.outcome == acting.SignOutcome.SIGNED, result


def test_done_with_the_sealed_copy(invite, inspector):
    ada = invite().open().review().sign()
    ada.sees_signed()
    inspector.look("sealing")
    sealing.seal(ada.signer.request.pk, timezone.now())
    ada.page.reload()
    expect(ada.page.locator("a[download]")).to_be_visible()
    inspector.look("sealed")


# The workspace


def test_pages_for_members_who_are_not_signed_in(page, inspector, live_server):
    for where in ("sign-in/", "password/forgot/", "password/sent/"):
        page.goto(f"/workspace/{where}")
        inspector.look(where)
    inspector.views = ONE
    pat = factories.make_member(factories.make_company())
    token = default_token_generator.make_token(pat)
    who = urlsafe_base64_encode(force_bytes(pat.pk))
    for where in (f"password/{who}/{token}/", f"password/{who}/old/"):
        page.goto(f"/workspace/{where}")
        inspector.look("new password")
    page.goto("/workspace/password/changed/")
    inspector.look("password changed")


def test_pages_of_a_draft(page, inspector, member):
    inspector.look("no transactions")
    draft = factories.make_draft(
        member.memberships.get().company, member, people=("ada", "bob")
    )
    rendering.render(draft.documents.get().pk)
    for where in ("", "fields/", "send/"):
        page.goto(f"/workspace/drafts/{draft.public_id}/{where}")
        inspector.look(f"draft {where}")
    empty = factories.make_draft(
        member.memberships.get().company, member, people=(), title=""
    )
    page.goto(f"/workspace/drafts/{empty.public_id}/")
    page.get_by_role("button", name="Place fields").click()
    expect(page.get_by_text("Something is missing")).to_be_visible()
    inspector.look("draft with faults")


def test_pages_of_transactions(page, inspector, member, lease):
    company = member.memberships.get().company
    SignRequest.objects.update(company=company, sender=member)
    sent = factories.make_request(company, member, people=("ada", "bob"))
    factories.sign_as(sent)
    page.goto("/workspace/")
    inspector.look("transactions")
    page.goto("/workspace/?q=nobody")
    inspector.look("nothing found")
    page.goto(f"/workspace/transactions/{lease.public_id}/")
    inspector.look("transaction")
    page.locator("summary", has_text="More for this transaction").click()
    page.get_by_role("link", name="Recall…").click()
    expect(page.locator("dialog")).to_be_visible()
    inspector.look("recall")
    for where in ("security/", "security/set-up/"):
        page.goto(f"/workspace/{where}")
        inspector.look(where)
