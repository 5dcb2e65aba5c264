"""Coming back: reload, Back, the link again, other tabs, other people's codes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.people import Person, forget_limits, person_of
from tests.factories import PASSWORD, live_code, wrong_code
from verification.models import Budget, Challenge, Factor, Gate, TrailEntry

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Kind = Factor.Kind


def test_reload_and_coming_back_keep_the_dialog_and_its_code(invite):
    ada = invite("phone")
    code = ada.open().ask()
    ada.page.reload()
    ada.sees(f"Reference {code.reference}")
    ada.page.goto("about:blank")
    ada.page.go_back()
    ada.sees(f"Reference {code.reference}")
    expect(ada.code_field).to_be_focused()
    assert ada.gate.challenges.count() == 1
    ada.type_code(code.code())
    ada.sees_document()


def test_back_after_asking_leads_to_the_same_code(invite):
    ada = invite("phone")
    code = ada.open().ask()
    ada.go("I have a code")
    ada.page.go_back()
    ada.sees(f"Reference {code.reference}")
    ada.page.go_back()
    assert ada.gate.challenges.count() == 1
    assert live_code(ada.gate) == code


def test_back_after_the_gate_does_not_ask_again(invite):
    ada = invite("phone")
    ada.open().prove("phone").sees_document()
    ada.page.go_back()
    ada.page.go_forward()
    ada.sees_document()


def test_link_leaves_the_address_at_the_first_touch(invite):
    ada = invite("phone")
    ada.open()
    assert "/l/" in ada.page.url
    assert not ada.gate.visits.exists()
    with ada.page.expect_response("**/open"):
        ada.page.get_by_role("heading", level=1).click()
    ada.page.wait_for_url(f"**{ada.home}")
    assert ada.gate.visits.count() == 1
    ada.page.reload()
    ada.sees("Let’s check it’s you")


def test_link_again_gives_the_choice_again_and_the_old_code_still_works(invite):
    ada = invite("phone")
    code = ada.open().ask()
    ada.open()
    ada.sees("Let’s check it’s you")
    ada.go(f"({code.reference})")
    ada.type_code(code.code())
    ada.sees_document()


def test_new_code_after_reopening_ends_the_old_one_and_says_so(invite):
    ada = invite("phone")
    old = ada.open().ask()
    ada.open()
    new = ada.ask()
    assert new != old
    ada.type_code(old.code())
    ada.sees(f"replaced by a newer one (reference {new.reference}")
    ada.sees(f"Use the one that says {new.reference}.")
    expect(ada.code_field).to_be_focused()
    ada.type_code(new.code())
    ada.sees_document()


def test_link_again_under_a_live_grant_asks_again(invite):
    ada = invite("phone")
    ada.open().prove("phone").sees_document()
    ada.open()
    ada.sees("Let’s check it’s you")
    ada.prove("phone").sees_document()
    assert Challenge.objects.filter(state=Challenge.State.VERIFIED).count() == 2


def test_used_code_says_that_it_was_used(invite):
    ada = invite("phone")
    used = ada.open().ask()
    ada.type_code(used.code())
    ada.sees_document()
    ada.open()
    ada.ask()
    ada.type_code(used.code())
    ada.sees("That code was already used.")


def test_two_signers_with_one_phone_in_one_browser_are_never_mixed_up(page):
    draft = factories.make_draft(people=("ada", "bob"), is_ordered=False)
    bobs = factories.signer_of(draft, "bob").gate
    Gate.objects.filter(pk=bobs.pk).update(phone=factories.ADA_PHONE)
    factories.sending.send(draft, actor=draft.sender, now=factories.timezone.now())
    ada, bob = person_of(draft, page), person_of(draft, page.context.new_page(), "bob")
    adas_code, bobs_code = ada.open().ask(), bob.open().ask()
    expect(ada.dialog).to_contain_text("For Ada Lane")
    expect(bob.dialog).to_contain_text("For Bob Reed")
    bob.type_code(adas_code.code())
    bob.sees(f"for another signer. Use the one with reference {bobs_code.reference}.")
    ada.type_code(adas_code.code())
    ada.sees_document()
    bob.page.reload()
    expect(bob.code_field).to_be_visible()
    bob.type_code(bobs_code.code())
    bob.sees_document()


def test_second_tab_replaces_the_code_of_the_first_and_the_first_says_so(invite):
    ada = invite("phone")
    first = ada.open().ask()
    tab = Person(ada.page.context.new_page(), ada.gate)
    second = tab.open().ask()
    ada.type_code(first.code())
    ada.sees(f"replaced by a newer one (reference {second.reference}")
    ada.type_code(second.code())
    ada.sees_document()
    tab.sees_document()  # its live strip has noticed


def test_code_asked_for_in_another_browser_is_refused_and_counted(invite, open_page):
    ada = invite("phone")
    code = ada.open().ask()
    other = Person(open_page(), ada.gate).open()
    other.go("I have a code")
    other.type_code(code.code())
    other.sees("That code was asked for in another browser.")
    assert Budget.objects.get(kind="one_time_code").consecutive == 1
    ada.type_code(code.code())
    ada.sees_document()


def test_what_was_typed_at_one_dialog_is_not_said_at_another(invite):
    ada = invite("phone").open()
    ada.type_code(wrong_code(ada.ask()))
    ada.sees("That code is not right.")
    ada.go("I have a code")
    ada.sees("Enter the code from Pat Miller")
    expect(ada.page.get_by_role("alert")).to_have_count(0)
    ada.type_code("ABCD-1234")
    ada.sees("That code doesn’t work here. Ask Pat Miller for a new one.")


# Pressing twice


def double(person: Person, name: str) -> None:
    person.page.get_by_role("button", name=name).first.dblclick()


def test_double_click_on_text_me_sends_one_code(invite):
    ada = invite("phone").open()
    double(ada, "Text Me")
    expect(ada.code_field).to_be_visible()
    assert ada.gate.challenges.count() == 1


def test_double_click_on_send_again_sends_one_more(invite):
    ada = invite("phone").open()
    ada.ask()
    forget_limits()
    ada.page.reload()
    double(ada, "Send again")
    expect(ada.page.get_by_text("Getting ready to send")).to_be_visible()
    assert ada.gate.challenges.count() == 2


def test_double_click_on_continue_costs_one_try(invite):
    ada = invite("access_code", "phone").open()
    ada.page.locator("input[name=password]").fill("not it")
    double(ada, "Continue")
    ada.sees("You have 2 tries left.")
    ada.page.locator("input[name=password]").fill(PASSWORD)
    double(ada, "Continue")
    code = ada.ask()
    ada.code_field.fill(wrong_code(code))
    double(ada, "Continue")
    ada.sees("That code is not right. You have 2 tries left.")
    ada.code_field.fill(code.code())
    double(ada, "Continue")
    ada.sees_document()


def test_double_click_on_sign_and_finish_signs_once(invite):
    ada = invite()
    ada.open()
    double(ada, "Review document")
    ada.sees_document()
    ada.page.locator("button[data-todo]").first.dblclick()
    expect(ada.page.locator("dialog#sign")).to_be_visible()
    ada.page.wait_for_load_state("networkidle")
    expect(ada.page.locator("dialog#sign")).to_have_count(1)
    ada.page.locator("dialog#sign").get_by_role(
        "button", name="Sign and finish"
    ).dblclick()
    ada.sees_signed()
    assert TrailEntry.objects.filter(kind="signed").count() == 1
    assert TrailEntry.objects.filter(kind="viewed").count() == 1


def test_double_click_on_decline_declines_once(invite):
    ada = invite().open().review()
    ada.sees_document()
    ada.page.locator("details.menu summary").click()
    ada.page.get_by_role("link", name="Decline…").dblclick()
    expect(ada.page.get_by_label("Why?")).to_be_focused()
    ada.page.wait_for_load_state("networkidle")
    ada.page.get_by_label("Why?").fill("The rent is wrong.")
    double(ada, "Decline to sign")
    ada.sees("You declined to sign")
    assert TrailEntry.objects.filter(kind="declined").count() == 1


def test_double_click_on_telling_tells_once(invite):
    ada = invite("phone").open()
    ada.go("That’s not my number")
    double(ada, "Tell Pat Miller")
    ada.sees("Pat Miller has been told.")
    told = ada.gate.trail.deliveries.filter(address__startswith="pat")
    assert told.count() == 1
