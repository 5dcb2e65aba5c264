"""How the signer's pages behave under the hand: keys, clocks, pads, themes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from signing.flows import rendering
from signing.models import Field
from tests import factories
from tests.browser.people import person_of
from tests.factories import deliver_due, live_code, wrong_code
from verification.models import Challenge, TrailEntry, Visit

pytestmark = pytest.mark.browser

NARROWEST = 320


def is_modal(page, selector="dialog.gate"):
    return page.locator(selector).evaluate("dialog => dialog.matches(':modal')")


def opened(person):
    return TrailEntry.objects.filter(kind="opened", trail=person.gate.trail).count()


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_no_key_closes_the_gate(invite):
    person = invite("phone").open()
    for _press in range(3):
        person.page.keyboard.press("Escape")
    assert is_modal(person.page)
    expect(person.dialog).to_be_visible()


def test_looking_at_the_link_writes_nothing_and_the_first_key_writes_once(invite):
    person = invite("phone").open()
    person.page.wait_for_timeout(300)
    assert (opened(person), Visit.objects.count()) == (0, 0)
    person.page.keyboard.press("Tab")
    person.page.wait_for_url(f"**{person.home}")
    person.page.keyboard.press("Tab")
    person.ask()
    assert (opened(person), Visit.objects.count()) == (1, 1)


def test_form_pressed_after_the_link_was_told_is_sent(invite):
    person = invite().open()
    person.page.keyboard.press("Tab")
    person.page.wait_for_url(f"**{person.home}")
    person.review()
    person.sees_document()


def test_focus_stands_in_the_field_of_each_step(invite):
    person = invite("access_code", "phone").open()
    expect(person.page.locator("#password")).to_be_focused()
    person.type_password()
    expect(person.page.locator("#gate-heading")).to_be_focused()
    person.ask()
    expect(person.code_field).to_be_focused()


def test_password_can_be_shown_and_hidden(invite):
    person = invite("access_code").open()
    field, button = person.page.locator("#password"), person.page.locator("[data-hide]")
    field.fill("Lighthouse-42")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(field).to_have_attribute("type", "text")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_contain_text("Hide")
    button.click()
    expect(field).to_have_attribute("type", "password")


def test_code_is_grouped_when_complete_and_stays_after_an_error(invite):
    person = invite("phone").open()
    wrong = wrong_code(person.ask())
    person.code_field.press_sequentially(wrong[:4])
    expect(person.code_field).to_have_value(wrong[:4])
    person.code_field.press_sequentially(wrong[4:])
    expect(person.code_field).to_have_value(f"{wrong[:3]} {wrong[3:]}")
    person.press("Continue")
    expect(person.page.get_by_role("alert")).to_contain_text(
        "That code is not right. You have 2 tries left."
    )
    expect(person.code_field).to_have_value(f"{wrong[:3]} {wrong[3:]}")
    expect(person.code_field).to_have_attribute("aria-invalid", "true")
    expect(person.code_field).to_be_focused()
    described = person.code_field.get_attribute("aria-describedby")
    assert described == "code-hint code-error"


def test_sending_again_counts_down_and_then_says_that_it_can(invite, page):
    page.clock.install()
    person = invite("phone").open()
    person.press("Text Me")
    again = page.get_by_role("button", name="Send again")
    expect(again).to_have_attribute("aria-disabled", "true")
    expect(again).to_contain_text(re.compile(r"in 0:[0-3]\d"))
    page.clock.fast_forward(31_000)
    expect(again).not_to_have_attribute("aria-disabled", "true")
    # In the dialog: what lies behind it is not heard.
    heard = person.dialog.locator("[data-announcer]")
    expect(heard).to_have_text("You can send again now.")


def test_button_that_is_off_sends_nothing(invite):
    person = invite("phone").open()
    person.press("Text Me")
    expect(person.code_field).to_be_visible()
    button = person.page.get_by_role("button", name="Send again")
    button.click(force=True)
    person.page.wait_for_timeout(300)
    assert Challenge.objects.count() == 1


def test_two_quick_presses_send_one_text(invite):
    person = invite("phone").open()
    person.page.locator("button.choice").first.dblclick()
    expect(person.code_field).to_be_visible()
    assert Challenge.objects.count() == 1


def test_strip_tells_the_fate_without_a_reload(invite):
    person = invite("phone").open()
    person.press("Text Me")
    strip = person.page.locator("#status")
    expect(strip).to_contain_text("Getting ready to send")
    expect(strip).to_contain_text(live_code(person.gate).reference)
    deliver_due()
    expect(strip).to_contain_text(re.compile("Sent, on its way|Delivered at"))


def test_landline_offers_the_call_with_its_focus(invite):
    person = invite("phone").open()
    challenge = person.ask()
    delivery = challenge.delivery
    delivery.state, delivery.reason = "failed", "landline"
    delivery.save()
    heading = person.page.locator("h1")
    expect(heading).to_have_text("The text can’t reach you")
    expect(person.page.get_by_role("button", name="Call Me")).to_be_focused()
    person.sees("This didn’t use up a try. You have 3 left.")


def test_theme_is_chosen_once_and_comes_with_the_page(invite):
    person = invite().open().review()
    page = person.page
    page.locator(".topbar .menu > summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    answer = page.request.get(person.home)
    assert 'data-theme="dark"' in answer.text()


def test_language_switch_changes_the_page(invite):
    person = invite("phone").open()
    page = person.page
    page.locator(".gate-head summary").click()
    page.get_by_role("button", name="日本語").click()
    expect(page.locator("html")).to_have_attribute("lang", "ja")
    expect(person.dialog).to_be_visible()


def test_signature_is_drawn_undone_and_kept(invite):
    person = invite("phone").open().prove("phone")
    dialog = person.choose_to_sign()
    dialog.get_by_role("tab", name="Draw").click()
    finish = dialog.get_by_role("button", name="Sign and finish")
    expect(finish).to_have_attribute("aria-disabled", "true")
    pad, mouse = dialog.locator("canvas"), person.page.mouse
    box = pad.bounding_box()
    for line in range(2):
        mouse.move(box["x"] + 40, box["y"] + 40 + 30 * line)
        mouse.down()
        mouse.move(box["x"] + 240, box["y"] + 60 + 30 * line, steps=6)
        mouse.up()
    dialog.get_by_role("button", name="Undo stroke").click()
    finish.click()
    person.sees_signed()
    kept = person.signer.signatures.get(kind="signature")
    assert (kept.style, len(kept.strokes)) == ("drawn", 1)
    assert kept.aspect > 1


def test_tabs_of_the_sign_dialog_follow_the_arrows(invite):
    person = invite("phone").open().prove("phone")
    dialog = person.choose_to_sign()
    dialog.get_by_role("tab", name="Type").focus()
    person.page.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("tab", name="Draw")).to_be_focused()
    expect(dialog.locator("canvas")).to_be_visible()
    person.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_what_was_filled_in_is_kept_for_later(invite):
    person = invite("phone").open()
    place = factories.make_field(person.signer, kind=Field.Kind.TEXT, y=0.3)
    person.prove("phone")
    person.page.locator(f"#field-{place.public_id}").fill("Flat 2B")
    person.page.get_by_role("button", name="Finish later").first.click()
    expect(person.page.locator("h1")).to_have_text("Saved for later")
    place.refresh_from_db()
    assert place.value == "Flat 2B"


def test_a_page_that_is_drawn_meanwhile_takes_nothing_away(invite, page):
    page.clock.install()
    person = invite().open()
    place = factories.make_field(person.signer, kind=Field.Kind.TEXT, y=0.3)
    person.review().sees_document()
    field = page.locator(f"#field-{place.public_id}")
    field.focus()
    page.keyboard.type("Flat 2")
    rendering.render(place.document_id)
    page.clock.fast_forward(2_000)
    expect(page.locator("img.sheet-image")).to_be_visible()
    page.keyboard.type("B")
    expect(field).to_have_value("Flat 2B")


def test_bar_counts_what_is_left_and_leads_to_it(invite):
    person = invite("phone").open()
    place = factories.make_field(person.signer, kind=Field.Kind.TEXT, y=0.3)
    person.prove("phone")
    bar, field = person.page.locator(".bottombar"), f"#field-{place.public_id}"
    expect(bar).to_contain_text("2 of 2 fields left")
    while not person.page.locator(field).evaluate("e => e === document.activeElement"):
        person.page.get_by_role("link", name="Next field").click()
    person.page.keyboard.type("Flat 2B")
    expect(bar).to_contain_text("1 of 2 fields left")


def test_declining_asks_why(invite):
    person = invite("phone").open().prove("phone")
    page = person.page
    page.locator(".topbar .menu > summary").click()
    page.get_by_role("link", name="Decline…").click()
    dialog = page.locator("dialog#decline")
    dialog.get_by_label("Why?").fill("The rent is wrong.")
    dialog.get_by_role("button", name="Decline to sign").click()
    expect(page.locator("h1")).to_have_text("You declined to sign")
    assert person.signer.decline_reason == "The rent is wrong."


def test_leaving_closes_the_document(invite):
    person = invite("phone").open().prove("phone")
    person.page.locator(".topbar .menu > summary").click()
    person.press("Leave")
    person.page.goto(person.home)
    expect(person.dialog).to_contain_text("Let’s check it’s you")


def test_everything_works_by_keyboard_alone(invite):
    person = invite("phone").open()
    keys = person.page.keyboard

    def tab_to(selector):
        for _press in range(25):
            if person.page.evaluate(
                "s => document.activeElement?.matches(s) ?? false", selector
            ):
                return
            keys.press("Tab")
        raise AssertionError(f"Tab never reaches {selector}.")

    tab_to("button.choice")
    keys.press("Enter")
    expect(person.code_field).to_be_focused()
    keys.type(live_code(person.gate).code())
    keys.press("Enter")
    person.sees_document()
    tab_to("button[data-todo]")
    keys.press("Enter")
    expect(person.page.locator("dialog#sign")).to_be_visible()
    tab_to("[data-finish]")
    keys.press("Enter")
    person.sees_signed()


def test_everything_works_without_scripts(open_page, transactional_db):
    sent = factories.make_request(kinds=("access_code", "phone"))
    person = person_of(sent, open_page(javascript=False)).open()
    person.prove("access_code", "phone")
    person.sees_document()
    person.press("Sign and finish")
    person.press("Sign and finish")
    person.sees_signed()


def states(person):
    """Walk through what a signer sees, one name at a time."""
    page = person.open().page
    yield "choice"
    page.get_by_text("Why am I asked?").click()
    yield "why"
    page.goto(f"{person.link}?show=have-a-code")
    yield "have a code"
    page.goto(f"{person.link}?show=not-me")
    yield "not me"
    page.goto(f"{person.link}?show=not-my-number")
    yield "not my number"
    challenge = person.open().ask()
    yield "code"
    person.type_code(wrong_code(challenge))
    yield "wrong code"
    person.type_code(challenge.code())
    person.sees_document()
    yield "document"
    person.choose_to_sign()
    yield "sign dialog"
    page.goto(f"{person.home}text")
    yield "text"
    page.goto(f"{person.home}decline")
    yield "decline"
    page.goto(person.home)
    person.sign().sees_signed()
    yield "done"


def test_axe_finds_nothing_wrong(every_page, invite, axe_in_any_light):
    person = invite("phone", page=every_page)
    wrong = {state: axe_in_any_light(every_page) for state in states(person)}
    assert {state: found for state, found in wrong.items() if found} == {}


def test_narrowest_phone_never_scrolls_sideways(open_page, invite):
    page = open_page(width=NARROWEST)
    wide = [state for state in states(invite("phone", page=page)) if not fits(page)]
    assert wide == []


def test_asking_again_too_soon_says_when_it_can_be_done(open_page, transactional_db):
    sent = factories.make_request()
    person = person_of(sent, open_page(javascript=False)).open()
    person.press("Text Me")
    person.press("Send again")
    person.sees("That was asked for too often. You can ask again at")
    assert Challenge.objects.count() == 1


def test_reopening_offers_the_code_that_was_sent_before(invite):
    person = invite("phone").open()
    challenge = person.ask()
    person.open()
    person.page.keyboard.press("Tab")
    person.page.wait_for_url(f"**{person.home}")
    person.go(f"({challenge.reference})")
    person.type_code(challenge.code())
    person.sees_document()


def test_publisher_is_told_of_a_wrong_number_once(invite):
    person = invite("phone").open()
    person.go("That’s not my number")
    person.press("Tell")
    person.sees("has been told.")
    told = TrailEntry.objects.filter(kind="wrong_number_reported")
    assert told.count() == 1
    assert person.page.get_by_role("button", name="Tell").count() == 0
