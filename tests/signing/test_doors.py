"""The signer's pages without a script: links, dialogs, reload, reopening."""

from __future__ import annotations

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from signing.models import Signer
from tests import factories
from tests.factories import PASSWORD, live_code, signer_of, wrong_code
from tests.signing.pages import SignerClient
from verification.models import (
    Allowance,
    BrowserSession,
    Budget,
    Challenge,
    Delivery,
    Factor,
    Grant,
    Submission,
    TrailEntry,
    Visit,
)

pytestmark = pytest.mark.django_db
Kind = Factor.Kind

WRITTEN = (
    Allowance,
    BrowserSession,
    Budget,
    Challenge,
    Delivery,
    Grant,
    Submission,
    TrailEntry,
    Visit,
)


def ada(*kinds, **options) -> SignerClient:
    request = factories.make_request(kinds=kinds, **options)
    return SignerClient(signer_of(request).gate)


def pass_phone(person: SignerClient) -> None:
    person.open_link()
    person.press("/ask/sms")
    person.press("/code", code=live_code(person.gate).code())


def rows():
    return {model.__name__: list(model.objects.values()) for model in WRITTEN}


@pytest.mark.slow
def test_thousand_looks_at_a_link_change_nothing():
    person = ada(Kind.PHONE)
    before, signer = rows(), Signer.objects.values().get()
    agents = ("Outlook-SafeLinks", "Slackbot", "Mozilla/5.0", "curl/8", "")
    for number in range(1000):
        look = person.client.head if number % 2 else person.client.get
        response = look(
            f"/l/{person.token}",
            HTTP_USER_AGENT=agents[number % len(agents)],
            HTTP_PURPOSE="prefetch",
        )
        assert response.status_code == 200
    assert rows() == before
    assert Signer.objects.values().get() == signer


def test_phone_code_opens_the_document():
    person = ada(Kind.PHONE)
    person.open_link()
    assert "••• ••• ••90" in person.text
    person.press("/ask/sms")
    code = live_code(person.gate)
    assert f"Reference {code.reference}" in person.text
    person.press("/code", code=code.code())
    assert person.response.redirect_chain[-1][0] == person.home
    assert "Residential Lease" in person.text
    assert person.offers("/fields?then=sign") or "Sign" in person.text


def test_nothing_of_the_document_is_shown_before_the_gate():
    person = ada(Kind.PHONE)
    document = signer_of_gate(person).request.documents.get()
    person.open_link()
    page = person.response.content.decode()
    assert str(document.public_id) not in page
    assert document.name not in page


def test_password_opens_and_a_wrong_one_says_how_many_tries_are_left():
    person = ada(Kind.ACCESS_CODE)
    person.open_link()
    person.press("/password", password="not it")
    assert "2 tries left" in person.text
    person.press("/password", password=PASSWORD)
    assert person.offers("/leave")


def test_password_and_phone_are_asked_in_order():
    person = ada(Kind.ACCESS_CODE, Kind.PHONE)
    person.open_link()
    assert "Step 1 of 2" in person.text
    assert not person.offers("/ask/sms")
    person.press("/password", password=PASSWORD)
    assert "Step 2 of 2" in person.text
    person.press("/ask/sms")
    person.press("/code", code=live_code(person.gate).code())
    assert person.offers("/leave")


def test_third_wrong_code_locks_and_names_the_sender():
    person = ada(Kind.PHONE)
    person.open_link()
    person.press("/ask/sms")
    code = live_code(person.gate)
    for number in (1, 2, 3):
        person.press("/code", code=wrong_code(code, number))
    assert "Pat Miller" in person.text
    assert not person.offers("/code")
    assert Delivery.objects.filter(kind="sender_attention").count() == 1


def test_reload_resumes_the_dialog_and_its_code_still_works():
    person = ada(Kind.PHONE)
    person.open_link()
    person.press("/ask/sms")
    code = live_code(person.gate)
    for _ in range(5):
        person.reload()
    assert f"Reference {code.reference}" in person.text
    assert live_code(person.gate) == code
    person.press("/code", code=code.code())
    assert person.offers("/leave")


def test_reopening_by_the_link_asks_again_and_a_new_code_ends_the_old_one():
    person = ada(Kind.PHONE)
    pass_phone(person)
    person.open_link()
    person.press("/ask/sms")
    first = live_code(person.gate)
    person.open_link()
    assert first.reference in person.text  # it may still be entered
    person.press("/ask/sms")
    second = live_code(person.gate)
    assert second != first
    person.press("/code", code=first.code())
    assert "replaced by a newer one" in person.text
    assert second.reference in person.text
    person.press("/code", code=second.code())
    assert person.offers("/leave")


def test_same_form_sent_twice_asks_for_one_code():
    person = ada(Kind.PHONE)
    person.open_link()
    form = person.form("/ask/sms")
    for _ in range(3):
        person.client.post(form.action, form.values)
    assert Challenge.objects.count() == 1


def test_wrong_code_sent_twice_with_one_key_costs_one_try():
    person = ada(Kind.PHONE)
    person.open_link()
    person.press("/ask/sms")
    form = person.form("/code")
    values = form.values | {"code": wrong_code(live_code(person.gate))}
    for _ in range(4):
        person.client.post(form.action, values)
    assert Budget.objects.get(kind="one_time_code").consecutive == 1


def test_code_is_good_a_minute_before_its_day_is_over_and_dead_a_minute_after():
    for minutes, gets_in in ((23 * 60 + 59, True), (24 * 60 + 1, False)):
        person = ada(Kind.PHONE)
        with time_machine.travel(timezone.now(), tick=False) as clock:
            person.open_link()
            person.press("/ask/sms")
            code = live_code(person.gate)
            clock.shift(minutes * 60)
            person.press("/code", code=code.code())
        assert person.offers("/leave") is gets_in, minutes


def test_two_signers_with_one_phone_in_one_browser_are_never_mixed_up():
    phone = factories.ADA_PHONE
    request = factories.make_draft(people=("ada", "bob"), is_ordered=False)
    signer_gate(request, "bob", phone=phone)
    factories.sending.send(request, actor=request.sender, now=timezone.now())
    jar = Client()
    one = SignerClient(signer_of(request, "ada").gate, jar)
    two = SignerClient(signer_of(request, "bob").gate, jar)
    for person in (one, two):
        person.open_link()
        person.press("/ask/sms")
    codes = live_code(one.gate), live_code(two.gate)
    assert codes[0].reference
    assert codes[0].code() != codes[1].code()
    two.press("/code", code=codes[0].code())
    assert "for another signer" in two.text
    assert Budget.objects.get(gate=two.gate, kind="one_time_code").consecutive == 1
    one.press("/code", code=codes[0].code())
    assert one.offers("/leave")
    two.reload()
    assert not two.offers("/leave")


def test_code_typed_in_another_browser_is_refused_and_counted():
    person = ada(Kind.PHONE)
    person.open_link()
    person.press("/ask/sms")
    code = live_code(person.gate)
    stranger = SignerClient(person.gate)
    stranger.open_link()
    form = person.form("/code")
    values = form.values | {"code": code.code(), "link": stranger.token, "key": "k"}
    stranger.response = stranger.client.post(form.action, values, follow=True)
    assert not stranger.offers("/leave")
    assert Budget.objects.get(kind="one_time_code").consecutive == 1


@pytest.mark.parametrize(
    "path",
    ["", "text", "fields", "sign", "decline", "sealed.pdf", "status", "alive", "adopt"],
)
def test_browser_that_never_came_by_the_link_gets_nothing(path):
    person = ada(Kind.PHONE)
    for method in (person.client.get, person.client.post):
        response = method(f"{person.home}{path}")
        assert response.status_code in (404, 405)
        assert "Residential Lease" not in response.content.decode()


def test_everything_that_a_verified_signer_sees_is_shut_to_one_who_is_not():
    person = ada(Kind.PHONE)
    pass_phone(person)
    document = signer_of_gate(person).request.documents.get()
    paths = ["text", "sealed.pdf", f"original/{document.public_id}.pdf"]
    paths += [f"pages/{document.public_id}/1.png", f"sheets/{document.public_id}/1"]
    assert person.client.get(f"{person.home}text").status_code == 200
    stranger = SignerClient(person.gate)
    stranger.open_link()
    stranger.press("/ask/sms")  # came by the link, has proved nothing
    for path in paths:
        response = stranger.client.get(f"{stranger.home}{path}")
        assert response.status_code == 404, path


def test_damaged_unknown_and_foreign_links_look_alike():
    person = ada(Kind.PHONE)
    other = factories.make_gate()
    tokens = (
        person.token[:-1],
        person.token[:-4] + "AAAA",
        "x" * 46,
        SignerClient(other).token,
    )
    pages = [person.client.get(f"/l/{token}") for token in tokens]
    assert [page.status_code for page in pages] == [404] * len(tokens)
    bodies = [
        page.content.replace(token.encode(), b"")
        for page, token in zip(pages, tokens, strict=True)
    ]
    assert len({len(body) for body in bodies}) == 1  # only CSRF tokens differ
    assert all(b"Ada Lane" not in body and b"Acme Adv" not in body for body in bodies)


def test_recalled_request_says_so_and_opens_for_nobody():
    person = ada(Kind.PHONE)
    pass_phone(person)
    request = signer_of_gate(person).request
    factories.sending.recall(
        request, actor=request.sender, reason="", now=timezone.now()
    )
    person.reload()
    assert not person.offers("/leave")
    person.open_link()
    assert "Pat Miller" in person.text
    assert not person.offers("/ask/sms")


def test_second_in_order_is_told_that_it_is_not_their_turn():
    request = factories.make_request(people=("ada", "bob"))
    person = SignerClient(signer_of(request, "bob").gate)
    person.open_link()
    assert "not your turn" in person.text.replace("’", "'").lower()
    assert not person.offers("/ask/sms")


def test_grant_ends_after_half_an_hour_without_use():
    person = ada(Kind.PHONE)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        pass_phone(person)
        clock.shift(29 * 60)
        assert person.client.post(f"{person.home}alive").status_code == 204
        clock.shift(29 * 60)
        person.reload()
        assert person.offers("/leave")
        clock.shift(31 * 60)
        person.reload()
        assert not person.offers("/leave")


def test_leaving_shuts_the_document():
    person = ada(Kind.PHONE)
    pass_phone(person)
    person.press("/leave")
    person.reload()
    assert not person.offers("/leave")


STEPS = {"link": 9, "ask": 48, "code": 51, "page": 20}


def test_queries_of_each_step_of_the_gate_are_counted(django_assert_max_num_queries):
    person = ada(Kind.PHONE)
    with django_assert_max_num_queries(STEPS["link"]):
        person.open_link()
    form = person.form("/ask/sms")
    with django_assert_max_num_queries(STEPS["ask"]):
        person.client.post(form.action, form.values)
    person.reload()
    form = person.form("/code")
    values = form.values | {"code": live_code(person.gate).code()}
    with django_assert_max_num_queries(STEPS["code"]):
        person.client.post(form.action, values)
    with django_assert_max_num_queries(STEPS["page"]):
        person.reload()


def signer_of_gate(person: SignerClient) -> Signer:
    return Signer.objects.select_related("request__sender").get(gate=person.gate)


def signer_gate(request, who: str, **changes) -> None:
    gate = signer_of(request, who).gate
    for name, value in changes.items():
        setattr(gate, name, value)
    gate.save()
