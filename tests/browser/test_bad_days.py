"""What goes wrong around a signer, and what the page then says and offers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from signing.flows import sending
from tests import factories
from tests.browser.people import ASK, newest, person_of
from tests.carrier.records import Mode
from tests.factories import ADA_PHONE, PASSWORD, wrong_code
from tests.services.ports import free_port
from verification import dispatch
from verification.channels import memory
from verification.channels.base import DeliveryError, Reason
from verification.models import Delivery, Gate, Grant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def carrier_calls_back(carrier, settings):
    """Callbacks and voices need an https address; the carrier knows the real one."""
    settings.IS_HTTPS = True
    settings.PUBLIC_URL = "https://sign.example.com"
    return carrier


# Texts and calls


def test_text_to_a_landline_offers_the_call(invite, carrier_calls_back):
    carrier_calls_back.set_mode(Mode.LANDLINE, ADA_PHONE)
    ada = invite("phone").open()
    ada.ask()
    heading = ada.page.get_by_role("heading", level=1)
    expect(heading).to_have_text("The text can’t reach you")
    ada.sees("can’t receive texts.")
    ada.sees("This didn’t use up a try. You have 3 left.")
    call = ada.page.get_by_role("button", name="Call Me")
    expect(call).to_be_focused()
    ada.page.keyboard.press("Enter")
    expect(heading).to_have_text("Pick up the phone")
    factories.deliver_due()
    carrier_calls_back.settle()
    (rung,) = carrier_calls_back.calls_to(ADA_PHONE)
    code = newest(ada.gate).code()
    before_key = " ".join(rung.said[: rung.said_before_key])
    after_key = " ".join(rung.said[rung.said_before_key :])
    assert ", ".join(code) not in before_key
    assert ", ".join(code) in after_key
    ada.sees("Answered at")
    ada.type_code(code)
    ada.sees_document()


def test_text_that_arrives_is_said_live(invite, carrier_calls_back):
    ada = invite("phone").open()
    ada.ask()
    expect(ada.page.get_by_text("Delivered at")).to_be_visible()
    assert newest(ada.gate).code() in carrier_calls_back.texts_to(ADA_PHONE)[0].replace(
        " ", ""
    )


@pytest.mark.parametrize("mode", [Mode.ERROR, Mode.TIME_OUT])
def test_carrier_in_trouble_leaves_the_other_way_open(invite, carrier_calls_back, mode):
    carrier_calls_back.set_mode(mode)
    ada = invite("phone").open()
    ada.press(ASK["phone"])
    factories.deliver_due()
    expect(ada.page.get_by_text("Slower than usual")).to_be_visible()
    carrier_calls_back.set_mode(Mode.OK)
    ada.press("Call me instead")
    expect(ada.code_field).to_be_focused()
    factories.deliver_due()
    carrier_calls_back.settle()
    ada.type_code(newest(ada.gate).code())
    ada.sees_document()


def test_message_that_cannot_be_sent_says_why(invite):
    ada = invite("email").open()
    factories.deliver_due()  # the invitation
    memory.failures.append(DeliveryError(Reason.BOUNCED, permanent=True))
    ada.ask("email")
    expect(ada.page.get_by_text("The email came back.")).to_be_visible()


def test_worker_that_is_down_is_said_and_its_code_arrives_later(invite, worker):
    ada = invite("phone")
    ada.delivers = False
    ada.open()
    code = ada.ask()
    expect(ada.page.get_by_text("Getting ready to send")).to_be_visible()
    expect(ada.page.get_by_text("Slower than usual")).to_be_visible()
    worker()
    expect(ada.page.get_by_text("Sent, on its way")).to_be_visible()
    sent = Delivery.objects.get(challenge=code)
    assert sent.state == Delivery.State.SENT
    ada.type_code(code.code())
    ada.sees_document()


def test_broker_that_is_down_delays_nothing_that_a_person_sees(
    invite, monkeypatch, caplog
):
    ada = invite("phone").open()
    monkeypatch.setattr(dispatch, "_down_until", 0.0)
    monkeypatch.setenv("CELERY_BROKER_URL", f"redis://127.0.0.1:{free_port()}/0")
    code = ada.ask()
    assert "The broker does not answer" in caplog.text
    expect(ada.page.get_by_text("Sent, on its way")).to_be_visible()
    ada.type_code(code.code())
    ada.sees_document()


# Locked


def test_third_wrong_code_locks_and_names_who_helps(invite):
    ada = invite("phone").open()
    code = ada.ask()
    for number, left in ((1, "2 tries left"), (2, "1 try left")):
        ada.type_code(wrong_code(code, number))
        ada.sees(f"That code is not right. You have {left}.")
        expect(ada.code_field).to_be_focused()
        selected = (
            "field => field.value.slice(field.selectionStart, field.selectionEnd)"
        )
        typed = ada.code_field.evaluate(selected).replace(" ", "")
        assert typed == wrong_code(code, number)
    ada.type_code(wrong_code(code, 3))
    ada.sees("This document is locked for now")
    ada.sees("typed wrong 3 times")
    ada.sees("Pat Miller has been told and can unlock it.")
    expect(ada.page.locator("a[href^='mailto:pat']").first).to_be_visible()
    expect(ada.code_field).to_have_count(0)
    ada.page.reload()
    ada.sees("This document is locked for now")
    ada.open()
    ada.sees("This document is locked for now")


def test_wrong_password_says_what_is_left_and_then_locks(invite):
    ada = invite("access_code", "phone").open()
    for left in ("2 tries left", "1 try left"):
        ada.type_password("not it")
        ada.sees(f"That password is not right. You have {left}.")
    ada.type_password("not it")
    ada.sees("The password was typed wrong 3 times")


def test_empty_code_costs_nothing(invite):
    ada = invite("phone").open()
    ada.ask()
    ada.type_code("")
    ada.sees("Enter the code.")
    assert newest(ada.gate).gate.budgets.get(kind="one_time_code").consecutive == 0


# Links that lead nowhere


def test_link_that_never_was_names_nobody(page, live_server):
    page.goto("/l/thiswasnever")
    expect(page.get_by_role("heading", level=1)).to_have_text("This link doesn’t work")
    expect(page.locator("body")).not_to_contain_text("Acme")


def test_expired_link_is_renewed_to_the_address_on_file(invite, outbox):
    ada = invite("phone")
    factories.link_ends_in(ada.gate, timedelta(minutes=-1))
    ada.open()
    ada.sees("This link has expired")
    ada.press("Send me a new link")
    ada.sees("Look in your mailbox")
    factories.deliver_due()
    mail = outbox[-1]
    assert mail.to == "ada@example.com"
    ada.page.goto(next(word for word in mail.text.split() if "/l/" in word))
    ada.sees("Let’s check it’s you")


def test_recalled_document_says_who_to_ask(invite):
    ada = invite("phone").open().prove("phone")
    ada.sees_document()
    request = ada.signer.request
    sending.recall(request, actor=request.sender, reason="", now=timezone.now())
    ada.page.reload()
    ada.sees("This document was taken back")
    ada.open()
    ada.sees("Pat Miller recalled it")


def test_second_in_order_waits_for_their_turn(page):
    request = factories.make_request(people=("ada", "bob"))
    bob = person_of(request, page, "bob").open()
    bob.sees("It’s not your turn yet")
    factories.sign_as(request)
    bob.page.reload()
    bob.sees("Let’s check it’s you")


def test_link_to_a_corrected_address_says_that_it_was_replaced(invite):
    ada = invite("phone")
    old = ada.link
    Gate.objects.filter(pk=ada.gate.pk).update(link_version=2)
    ada.page.goto(old)
    ada.sees("Use the one in the newest email.")


# Inside


def test_gate_comes_back_on_top_and_what_was_filled_in_is_kept(invite, page):
    request = factories.make_request(kinds=("access_code",))
    signer = factories.signer_of(request)
    factories.make_field(signer, kind="text", y=0.4, label="Your job")
    ada = person_of(request, page).open()
    ada.type_password()
    ada.sees_document()
    field = ada.page.get_by_label("Your job")
    field.fill("Surveyor")
    field.blur()
    ada.page.wait_for_load_state("networkidle")
    Grant.objects.update(ended_at=timezone.now())
    field.fill("Chief surveyor")
    field.blur()
    expect(ada.dialog).to_be_visible()
    expect(ada.page.locator("body")).not_to_contain_text("Surveyor")
    ada.type_password()
    ada.sees_document()
    expect(ada.page.get_by_label("Your job")).to_have_value("Chief surveyor")
    ada.sign().sees_signed()


def test_pressing_sign_after_the_grant_has_ended_brings_the_gate(invite):
    ada = invite("access_code").open()
    ada.type_password()
    dialog = ada.choose_to_sign()
    Grant.objects.update(ended_at=timezone.now())
    dialog.get_by_role("button", name="Sign and finish").click()
    expect(ada.dialog).to_be_visible()
    ada.type_password(PASSWORD)
    ada.sign().sees_signed()


def test_opening_the_signature_after_the_grant_has_ended_brings_the_gate(invite):
    ada = invite("access_code").open()
    ada.type_password()
    ada.sees_document()
    Grant.objects.update(ended_at=timezone.now())
    ada.page.locator("button[data-todo]").first.click()
    expect(ada.dialog).to_be_visible()


def test_leaving_shuts_the_document(invite):
    ada = invite("phone").open().prove("phone")
    ada.sees_document()
    ada.page.locator("details.menu summary").click()
    ada.press("Leave")
    ada.sees("The document is closed")
    ada.page.goto(ada.home)
    ada.sees("Let’s check it’s you")


def test_sending_again_counts_down(invite):
    ada = invite("phone").open()
    ada.ask()
    again = ada.page.get_by_role("button", name="Send again")
    expect(again).to_have_attribute("aria-disabled", "true")
    expect(again).to_contain_text("in 0:")
    again.click(force=True)
    assert ada.gate.challenges.count() == 1


def test_sending_too_often_says_when_it_goes_on(invite, open_page):
    ada = invite("phone", page=open_page(javascript=False)).open()
    ada.ask()
    ada.press("Send again")
    ada.sees("That was asked for too often. You can ask again at")
    assert ada.gate.challenges.count() == 1
