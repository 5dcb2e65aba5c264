"""Pat looks at what Ada showed: no, with a reason; then yes. Ada waits for a
field to be filled in, and goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from signing.models import Field
from tests import factories as make
from tests.browser.people import Person, person_of
from tests.factories import Browser
from verification.models import Factor, Gate, IdentityCheck, IdentityRules, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
State = IdentityCheck.State


def shows_an_id(ada: Person, lease) -> IdentityCheck:
    """Ada's browser has sent its pictures, and a worker has read them."""
    session = Visit.objects.get(gate=ada.gate).session
    browser = Browser(ada.gate, session=session)
    return make.make_identity_check(lease, browser=browser)


def sign_in(page: Page, member, live_server) -> None:
    client = Client()
    client.force_login(member)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value}
    page.context.add_cookies([cookie | {"url": live_server.url}])


def transform(page: Page) -> str:
    return page.locator(".zoom-window img").first.evaluate("one => one.style.transform")


def test_a_reviewer_says_no_then_yes_and_the_signer_goes_on(
    open_page, live_server, axe
):
    lease = make.make_identity_request(title="Lease 2026")
    ada = person_of(lease, open_page())
    factor = ada.gate.factors.get()
    IdentityRules.objects.create(factor=factor, holds_for_prefill=True)
    make.make_field(ada.signer, kind=Field.Kind.TEXT, label="Street", y=0.2)
    ada.open()
    goes_to_review(ada, lease, "Start the identity check")

    pat = open_page()
    sign_in(pat, lease.sender, live_server)
    pat.goto("/workspace/")
    pat.get_by_role("navigation", name="Main").get_by_text("Identity checks").click()
    pat.get_by_role("link", name="Ada Lane").click()
    expect(pat.get_by_role("heading", name="Is this Ada Lane?")).to_be_visible()
    expect(pat.locator(".zoom img")).to_have_count(0)
    pat.get_by_role("button", name="Show the pictures").click()
    expect(pat.locator(".zoom img")).to_have_count(2)
    assert pat.locator(".zoom img").first.evaluate("one => one.decode().then(() => 1)")
    looks_closely(pat)
    assert axe(pat) == []

    says_no(pat, axe)
    ada.sees("Your ID could not be confirmed")
    ada.sees("Move to the window.")
    check = goes_to_review(ada, lease, "Try again")

    pat.goto(f"/workspace/transactions/{lease.public_id}/")
    pat.get_by_role("link", name="Review", exact=True).click()
    pat.get_by_role("link", name="Approve…").click()
    pat.get_by_role("dialog").get_by_role("button", name="Yes, approve").click()
    expect(pat.get_by_text("Nobody waits for you")).to_be_visible()
    check.refresh_from_db()
    assert check.state == State.PASSED

    ada.sees("Your identity is confirmed")
    ada.press("Continue")
    waits_for_fields(ada, pat, lease)
    ada.sees_document()
    assert Factor.objects.get(gate=ada.gate).proven_at


def goes_to_review(ada: Person, lease, button: str) -> IdentityCheck:
    ada.press(button)
    ada.sees("Which document do you have")
    check = shows_an_id(ada, lease)
    ada.page.reload()
    ada.sees("Your ID is being reviewed")
    return check


def says_no(pat: Page, axe) -> None:
    """Not without a reason; with one, and words of Pat's own."""
    pat.get_by_role("link", name="Reject…").click()
    dialog = pat.get_by_role("dialog")
    dialog.get_by_role("button", name="Reject").click()
    expect(dialog).to_contain_text("Choose a reason: the signer reads it.")
    dialog.get_by_label("The picture is too dark or blurred.").check()
    dialog.get_by_label("Your own words").fill("Move to the window.")
    assert axe(pat) == []
    dialog.get_by_role("button", name="Reject").click()
    expect(pat.get_by_text("The ID of Ada Lane is rejected.")).to_be_visible()


def waits_for_fields(ada: Person, pat: Page, lease) -> None:
    """Ada is held; Pat fills in a field, and that lets her go on."""
    ada.sees("is filling in your details")
    later = timezone.now() + timedelta(minutes=10)  # a loaded machine is slow
    Gate.objects.update(held_until=later)
    pat.goto(f"/workspace/transactions/{lease.public_id}/")
    expect(pat.get_by_text("Ada waits for you:")).to_be_visible()
    pat.get_by_role("link", name="Fill in fields").click()
    dialog = pat.get_by_role("dialog")
    dialog.get_by_label("Street").fill("1 Main Street")
    dialog.get_by_role("button", name="Save and let them go on").click()
    expect(pat.get_by_text("Saved. Ada can go on, and change it.")).to_be_visible()
    assert Field.objects.get(label="Street").value == "1 Main Street"


def looks_closely(pat: Page) -> None:
    """With the buttons, with the keyboard, and with the mouse."""
    frame = pat.locator(".zoom-window").first
    pat.get_by_role("button", name="Larger").first.click()
    assert "scale(1.5)" in transform(pat)
    frame.focus()
    for key in ("+", "+", "ArrowRight", "r"):
        frame.press(key)
    assert "rotate(90deg)" in transform(pat)
    frame.press("0")
    assert "scale(1)" in transform(pat)
    frame.press("+")
    frame.press("+")
    before = transform(pat)
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    pat.mouse.move(box["x"] + 200, box["y"] + 150)
    pat.mouse.down()
    pat.mouse.move(box["x"] + 150, box["y"] + 150)
    pat.mouse.up()
    assert transform(pat) != before
    pat.get_by_role("button", name="Whole picture").first.click()
    assert "scale(1)" in transform(pat)
