"""The demo's pages as people use them: live, by keyboard, and without scripts."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests import factories
from tests.fixtures.browser import DESKTOP, PHONE
from verification.models import Allowance, DemoMessage, DemoPhone
from workspace.demo import cast, seeding

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _demo(settings):
    settings.ROOT_URLCONF = "tests.workspace.demo_urls"
    settings.SMS_CHANNEL = settings.VOICE_CHANNEL = settings.EMAIL_CHANNEL = "demo"
    settings.LIMIT_FACTOR = 100


@pytest.fixture
def ada(settings, live_server):
    settings.PUBLIC_URL = live_server.url
    request = factories.make_request(kinds=("phone",))
    factories.deliver_due()
    return factories.Browser(factories.signer_of(request).gate)


def send(browser, channel="sms"):
    Allowance.objects.all().delete()
    challenge = browser.must_ask(channel)
    factories.deliver_due()
    return challenge


def announced(page: Page):
    return page.locator("[data-announcer]")


def test_a_text_arrives_while_someone_looks(page: Page, ada):
    page.goto("/demo/")
    expect(page.locator(".bubble")).to_have_count(0)
    first = send(ada).code()
    expect(page.locator(".bubble-newest")).to_contain_text(f"{first[:3]} {first[3:]}")
    expect(announced(page)).to_have_text("New text to Ada Lane.")
    second = send(ada).code()
    expect(page.locator(".bubble-newest")).to_contain_text(f"{second[:3]} {second[3:]}")
    expect(page.locator(".bubble").first).to_contain_text(f"{first[:3]} {first[3:]}")
    expect(page.get_by_text("replaced")).to_be_visible()


def test_a_call_is_answered_by_keyboard_and_stays(page: Page, ada):
    page.goto("/demo/")
    challenge = send(ada, "voice")
    expect(page.get_by_text("Countersign is calling")).to_be_visible()
    expect(announced(page)).to_have_text("The phone of Ada Lane rings.")
    apart = ", ".join(challenge.code())
    expect(page.locator("body")).not_to_contain_text(apart)
    page.get_by_role("button", name="1", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".call-words")).to_contain_text(apart)
    expect(announced(page)).to_contain_text(apart)
    expect(page.get_by_role("button", name="1", exact=True)).to_be_focused()
    page.wait_for_timeout(2_500)  # two more questions of what is new
    expect(page.get_by_text("On the phone")).to_be_visible()
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Hang up").click()
    expect(page.locator(".bubble")).to_contain_text(apart)
    expect(page.get_by_text("call, answered")).to_be_visible()


def test_a_phone_becomes_a_landline(page: Page, ada):
    page.goto("/demo/")
    page.get_by_text("Change").click()
    page.get_by_role("button", name="Landline").click()
    expect(page.get_by_text("This phone is set to “landline”.")).to_be_visible()
    assert DemoPhone.objects.get().kind == "landline"
    send(ada)
    expect(page.get_by_text("a text that could not be delivered")).to_be_visible()


def test_an_open_menu_is_not_taken_away(page: Page, ada):
    page.goto("/demo/")
    page.get_by_text("Change").click()
    send(ada)
    page.wait_for_timeout(1_500)
    expect(page.get_by_role("button", name="Voicemail")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".bubble")).to_have_count(1)


def test_mail_is_read_in_its_pane_and_its_link_leads_on(page: Page, ada):
    page.goto("/demo/")
    mail = page.frame_locator("iframe.reading-frame")
    expect(mail.get_by_role("heading")).to_contain_text("asks you to sign")
    with page.expect_popup() as opened:
        mail.get_by_role("link").first.click()
    expect(opened.value.get_by_role("dialog")).to_be_visible()


def test_a_mail_arrives_and_is_new_until_it_is_read(page: Page, ada):
    page.goto("/demo/")
    reading = page.locator("iframe.reading-frame").get_attribute("src")
    factories.make_request(title="Second lease")
    factories.deliver_due()
    row = page.locator(".mail-link").first
    expect(row).to_contain_text("Second lease")
    expect(row).to_have_attribute("data-is-new", "")
    assert page.locator("iframe.reading-frame").get_attribute("src") == reading
    row.click()
    expect(row).to_have_attribute("aria-current", "true")
    expect(row).not_to_have_attribute("data-is-new", "")
    newest = DemoMessage.objects.filter(channel="email").latest("pk")
    expect(page).to_have_url(re.compile(rf"\?mail={newest.pk}$"))
    mail = page.frame_locator("iframe.reading-frame")
    expect(mail.get_by_role("heading")).to_contain_text("Second lease")


def test_everything_works_without_scripts(open_page, ada):
    page = open_page(javascript=False)
    challenge = send(ada, "voice")
    page.goto("/demo/")
    page.get_by_role("button", name="1", exact=True).click()
    expect(page.locator(".call-words")).to_contain_text(", ".join(challenge.code()))
    page.get_by_role("link", name="Look for new ones").click()
    page.get_by_text("Change").click()
    page.get_by_role("button", name="Switched off").click()
    expect(page.get_by_text("This phone is set to “switched off”.")).to_be_visible()
    page.locator(".mail-link").first.click()
    mail = page.frame_locator("iframe.reading-frame")
    expect(mail.get_by_role("heading")).to_contain_text("asks you to sign")
    page.get_by_role("button", name="Forget limits").click()
    expect(page.get_by_text("All limits are forgotten.")).to_be_visible()


def test_axe_finds_nothing_wrong(every_page: Page, axe_in_any_light, ada):
    send(ada)
    factories.make_gate("phone", name="Robert Lane", phone="+14155550134")
    every_page.goto("/demo/")
    mail = every_page.frame_locator("iframe.reading-frame")
    expect(mail.get_by_role("heading")).to_be_visible()
    assert axe_in_any_light(every_page) == []
    assert _fits(every_page)
    send(ada, "voice")
    expect(every_page.get_by_text("Countersign is calling")).to_be_visible()
    assert axe_in_any_light(every_page) == []
    every_page.goto("/demo/components/")
    assert axe_in_any_light(every_page) == []


def test_the_start_page_fits(open_page, axe):
    house = seeding.open_house(cast.ACME)
    for scenario in (cast.TOGETHER[-1], cast.PROVING[0]):
        seeding.again(house, scenario, timezone.now())
    for width, dark in ((PHONE, False), (DESKTOP, True)):
        page = open_page(width=width, dark=dark)
        page.goto("/")
        expect(page.get_by_role("link", name="Open as Ada")).to_be_visible()
        expect(page.get_by_text("Not their turn yet")).to_be_visible()
        assert axe(page) == []
        assert _fits(page)
        page.get_by_role("link", name="IDs to show").click()
        expect(page.get_by_role("heading", name="Nadia Frost")).to_be_visible()
        assert axe(page) == []
        assert _fits(page)


def _fits(page: Page) -> bool:
    return page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
