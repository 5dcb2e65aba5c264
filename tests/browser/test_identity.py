"""The identity check before a camera that plays drawn specimens."""

from __future__ import annotations

import io
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.cameras import FilmedBrowser
from tests.browser.people import Person, person_of
from tests.fixtures.browser import DESKTOP, PHONE
from verification import tasks
from verification.flows import identity, passing
from verification.identity.base import Finding, Reason
from verification.models import (
    Factor,
    IdentityCheck,
    IdentityPicture,
    IdentityRules,
    TrailEntry,
)
from workspace.demo import specimens

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

State = IdentityCheck.State
FITS = "[...document.querySelectorAll('html, dialog')].every(one => one.scrollWidth <= one.clientWidth)"
ADA = specimens.Holder()


@pytest.fixture
def filmed(chromium, tmp_path):
    """Start browsers with cameras; they end with the test."""
    started = []

    def start(*, is_allowed: bool = True) -> FilmedBrowser:
        folder = tmp_path / str(len(started))
        folder.mkdir()
        started.append(FilmedBrowser(chromium, folder, is_allowed=is_allowed))
        return started[-1]

    yield start
    for browser in started:
        browser.close()


@pytest.fixture
def look(axe):
    """Collect what axe finds on the pages that a walk comes by."""
    faults: list[str] = []

    def at(page: Page, name: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(name))
        faults.extend(f"{name}: {one}" for one in axe(page))
        size = page.viewport_size
        page.set_viewport_size({"width": 320, "height": 640})
        if not page.evaluate(FITS):
            faults.append(f"{name}: scrolls sideways")
        page.set_viewport_size(size)

    yield at
    assert faults == []


def invited(page: Page, **rules) -> Person:
    sent = factories.make_request(kinds=(Factor.Kind.IDENTITY,))
    ada = person_of(sent, page)
    factor = ada.gate.factors.get(kind=Factor.Kind.IDENTITY)
    IdentityRules.objects.update_or_create(factor=factor, defaults=rules)
    return ada.open()


def choose(ada: Person, document: str = "Passport") -> None:
    ada.page.get_by_role("radio", name=document).check()
    ada.page.get_by_label("Issued by").select_option(label="Utopia (specimens)")
    ada.press("Continue")


def take(page: Page, press: str = "") -> None:
    """Start the camera, wait for its shot (or press), and say that it is good."""
    page.get_by_role("button", name="Use the camera").click()
    if press:
        page.get_by_role("button", name=press).click()
    page.get_by_role("button", name="Use this picture").last.click()
    expect(page.get_by_role("heading", name="Checking your picture…")).to_be_visible()


def read_pictures() -> None:
    """Do what a worker does."""
    for picture in IdentityPicture.objects.filter(state="new"):
        tasks.read_picture(picture.pk)


def check_of(ada: Person) -> IdentityCheck:
    return ada.gate.identity_checks.latest("pk")


def test_passport_and_selfie_on_a_phone_are_reviewed_and_let_in(
    filmed, live_server, look, settings
):
    settings.DEMO = True  # Utopia is a country only there
    browser = filmed()
    page = browser.open(live_server.url)
    ada = invited(page, needs_selfie=True, needs_live_capture=True)
    look(page, "Show your ID")
    ada.press("Start the identity check")
    look(page, "Which document do you have")
    choose(ada)
    expect(page.locator("#picture")).to_have_count(0)  # no file will do
    look(page, "Open your passport")
    ada.press("Use the camera")
    ada.press("Stop the camera")
    is_off = "document.querySelector('video').srcObject === null"
    expect(page.get_by_role("button", name="Use the camera")).to_be_focused()
    assert page.evaluate(is_off)
    browser.shows(specimens.passport(ADA))
    take(page)
    look(page, "Checking your picture")
    read_pictures()
    ada.sees("This picture is good")
    look(page, "This picture is good")
    ada.go("Next picture")
    browser.shows(specimens.selfie(ADA), size=(640, 480))
    take(page, press="Take the picture")
    read_pictures()
    ada.sees("This picture is good")
    ada.go("Continue")
    ada.sees("What we read")
    ada.sees("LANE")
    look(page, "What we read")
    ada.press("Send for checking")
    ada.sees("Reading your document")
    tasks.judge_identity(check_of(ada).pk)
    ada.sees("Your ID is being reviewed")
    look(page, "Your ID is being reviewed")
    assert all(one.is_live for one in check_of(ada).pictures.all())
    pat = ada.signer.request.sender
    identity.approve(check_of(ada), actor=pat.name, user_id=pat.pk, now=timezone.now())
    page.reload()
    look(page, "Your identity is confirmed")
    ada.press("Continue")
    ada.sees_document()
    assert TrailEntry.objects.filter(kind="try").count() == 1


def test_refused_camera_leads_over_a_qr_code_to_a_phone_by_keyboard(
    filmed, live_server, look, settings
):
    settings.DEMO = True
    page = filmed(is_allowed=False).open(live_server.url, DESKTOP)
    ada = invited(page, needs_live_capture=True)
    press_by_key(page, "Start the identity check")
    page.get_by_role("radio", name="Passport").focus()
    page.keyboard.press("Space")
    page.get_by_label("Issued by").select_option(label="Utopia (specimens)")
    press_by_key(page, "Continue")
    press_by_key(page, "Use the camera")
    expect(page.get_by_role("alert")).to_contain_text("The camera is blocked")
    look(page, "Open your passport")
    press_by_key(page, "Continue on your phone")
    look(page, "Continue on your phone")
    address = page.locator(".address").text_content()
    path = re.search(r"/p/[\w-]+/", address)[0]

    browser = filmed()
    phone = browser.open(live_server.url)
    phone.goto(path)
    expect(phone.locator("body")).not_to_contain_text("Residential")
    look(phone, "Take the pictures on this phone")
    phone.get_by_role("button", name="Use this phone").click()
    ada.sees("Take the pictures on your phone")
    look(page, "Take the pictures on your phone")
    browser.shows(specimens.passport(ADA))
    take(phone)
    read_pictures()
    expect(phone.get_by_text("This picture is good")).to_be_visible()
    phone.get_by_role("link", name="Continue").click()
    expect(phone.get_by_text("Go back to your computer")).to_be_visible()
    look(phone, "Go back to your computer")
    ada.sees("What we read")
    press_by_key(page, "Send for checking")
    ada.sees("Reading your document")
    assert check_of(ada).state == State.SENT
    expect(page).to_have_url(re.compile("/identity/$"))


def press_by_key(page: Page, name: str) -> None:
    """Go there with Tab alone, then press Enter."""
    button = page.get_by_role("button", name=name)
    expect(button).to_be_visible()
    for _ in range(30):
        if button.evaluate("one => one === document.activeElement"):
            return page.keyboard.press("Enter")
        page.keyboard.press("Tab")
    raise AssertionError(f"The keyboard does not come to {name}.")


def test_the_other_pages_of_the_check(open_page, look):
    page = open_page(width=PHONE, dark=True)
    ada = invited(page)
    page.goto(f"{ada.link}?show=cannot-now")
    look(page, "come back later")
    page.goto(ada.link)
    ada.press("Start the identity check")
    page.get_by_role("radio", name="Passport").check()
    ada.press("Continue")
    page.set_input_files("#picture", files=upload(specimens.nobody()))
    ada.press("Use this picture")
    expect(page.locator("#status")).to_be_visible()
    IdentityPicture.objects.update(state="refused", reason="blurred")
    look(page, "Please take this picture again")
    ada.press("use it anyway")
    ada.sees("Send for checking")
    ada.press("Send for checking")
    look(page, "Reading your document")
    now = timezone.now()
    identity.settle(check_of(ada), Finding(False, reason=Reason.EXPIRED), now)
    look(page, "Your ID could not be confirmed")
    ada.sees("This document has expired.")
    ada.sees("You can send your ID 2 more times.")
    page.goto(f"/p/{'x' * 32}/")
    look(page, "This code doesn’t work")
    IdentityRules.objects.update(holds_for_prefill=True)
    identity.approve(
        check_of(ada), actor="Pat", user_id=ada.signer.request.sender_id, now=now
    )
    page.goto(ada.home)
    ada.press("Continue")
    look(page, "Acme Advisors is filling in your details")
    passing.release(ada.gate, actor="Pat", now=timezone.now())
    ada.sees_document()


def upload(picture) -> dict[str, object]:
    made = io.BytesIO()
    picture.save(made, "JPEG")
    return {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()}


def test_without_a_camera_or_a_script_there_is_still_a_way(open_page, look):
    page = open_page()
    ada = invited(page)
    ada.press("Start the identity check")
    page.get_by_role("radio", name="Identity card").check()
    ada.press("Continue")
    ada.press("Use the camera")
    expect(page.get_by_role("alert")).to_contain_text("No camera was found")
    plain = open_page(javascript=False)
    bob = invited(plain, needs_live_capture=True)
    bob.press("Start the identity check")
    plain.get_by_role("radio", name="Passport").check()
    bob.press("Continue")
    expect(plain.locator("noscript .second")).to_be_visible()
    expect(plain.get_by_role("button", name="Use the camera")).to_be_hidden()
    bob.press("Continue on your phone")
    bob.sees("Point your phone’s camera at this code")
    bob.go("Check again")
    bob.sees("Open your passport")
