"""A signer who is a member proves it by their account; others pass the gate."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from signing.flows import readiness, securing, sending
from signing.flows.holding import fingerprint
from signing.flows.refusals import RefusedError
from tests.factories import (
    MEMBER_PASSWORD,
    Browser,
    make_company,
    make_draft,
    make_member,
    make_request,
)
from tests.signing.pages import SignerClient
from tests.workspace.test_draft_pages import form
from tests.workspace.test_second_step import code_now
from verification import trail
from verification.models import Delivery, Factor, Gate, Trail, TrailEntry, User
from workspace import devices
from workspace.models import Membership

pytestmark = pytest.mark.django_db
Kind = Factor.Kind


def send_to(company, *, kinds=(), login_required=False, person="ada"):
    draft = make_draft(company, kinds=kinds, people=(person,))
    signer = draft.signers.get()
    signer.login_required = login_required
    signer.save()
    sending.send(draft, actor=draft.sender, now=timezone.now())
    return draft.signers.select_related("gate").get()


def asked_of(signer):
    return sorted(
        signer.gate.factors.filter(removed_at=None).values_list("kind", flat=True)
    )


def at(signer, client=None):
    browser = SignerClient(signer.gate, client)
    browser.open_link()
    return browser


def signed_in(email):
    client = Client()
    client.force_login(User.objects.get(email=email))
    return client


def test_a_member_whom_nothing_is_asked_signs_in_and_reads(company):
    make_member(company, "Ada Lane", email="ada@example.com")
    signer = send_to(company)
    browser = at(signer)
    assert "Sign in to your account" in browser.text

    browser.press("/account")
    assert browser.response.redirect_chain[-1][0].startswith("/workspace/sign-in/")
    response = browser.client.post(
        browser.response.request["PATH_INFO"]
        + "?"
        + browser.response.request["QUERY_STRING"],
        {"username": "ada@example.com", "password": MEMBER_PASSWORD},
        follow=True,
    )
    assert response.request["PATH_INFO"] == browser.home
    browser.response = response
    assert "Continue as Ada Lane" in browser.text

    browser.press("/account")
    assert "Lease" in browser.text
    assert TrailEntry.objects.filter(kind="account_passed", gate=signer.gate).exists()


def test_the_page_of_a_member_shows_nothing_before_the_button_is_pressed(company):
    make_member(company, "Ada Lane", email="ada@example.com")
    signer = send_to(company)
    browser = at(signer, signed_in("ada@example.com"))
    assert not TrailEntry.objects.filter(kind="account_passed").exists()
    document = signer.request.documents.get()
    page = f"{browser.home}pages/{document.public_id}/1.png"
    assert browser.client.get(page).status_code == 404


def test_what_was_set_on_purpose_is_asked_of_a_member_too(company):
    make_member(company, "Ada Lane", email="ada@example.com")
    assert asked_of(send_to(company, kinds=(Kind.PHONE,))) == ["phone"]


def test_a_member_of_another_company_is_a_plain_signer(company):
    make_member(make_company("Other Ltd"), "Ada Lane", email="ada@example.com")
    signer = send_to(company)
    assert asked_of(signer) == []
    assert "Review document" in at(signer).text


def test_a_member_who_was_deactivated_is_a_plain_signer(company):
    make_member(company, "Ada Lane", email="ada@example.com")
    Membership.objects.update(is_active=False)
    assert asked_of(send_to(company)) == []


def test_who_is_marked_signs_in_besides_what_else_is_asked(company):
    signer = send_to(company, kinds=(Kind.ACCESS_CODE,), login_required=True)
    assert asked_of(signer) == ["access_code", "account"]
    assert "Sign in to your account" in at(signer).text


def test_mal_signed_in_to_an_account_of_his_own_does_not_get_in(company):
    make_member(company, "Ada Lane", email="ada@example.com")
    make_member(company, "Mal Gray", email="mal@example.com")
    signer = send_to(company)
    browser = at(signer, signed_in("mal@example.com"))
    assert "You are signed in as mal@example.com" in browser.text
    assert not browser.offers("/account")
    forged = {"key": "k", "link": browser.token}
    browser.response = browser.client.post(
        f"{browser.home}account", forged, follow=True
    )
    assert not TrailEntry.objects.filter(kind="account_passed").exists()


def test_a_password_alone_does_not_do_where_the_account_has_a_second_step(
    company,
):
    ada = make_member(company, "Ada Lane", email="ada@example.com")
    begun = devices.begin(ada, 0)
    assert devices.confirm(ada, begun.pk, code_now(ada))
    signer = send_to(company)
    browser = at(signer, signed_in("ada@example.com"))
    browser.press("/account")
    path = browser.response.redirect_chain[-1][0]
    assert path.startswith("/workspace/sign-in/code/")
    assert not TrailEntry.objects.filter(kind="account_passed").exists()


def test_a_member_without_the_second_step_that_the_company_asks_for_sets_it_up(company):
    company.second_step_required = True
    company.save()
    make_member(company, "Ada Lane", email="ada@example.com")
    signer = send_to(company)
    browser = at(signer, signed_in("ada@example.com"))
    assert "Set up the second step" in browser.text
    browser.press("/account")
    path = browser.response.redirect_chain[-1][0]
    assert path.startswith("/workspace/security/set-up/")


def test_who_has_no_account_is_mailed_one_to_the_signers_address_only(company):
    signer = send_to(company, login_required=True)
    browser = at(signer)
    browser.press("/account/mail")
    assert "We’ve written to a••@example.com" in browser.text
    ada = User.objects.get(email="ada@example.com")
    assert not ada.has_usable_password()
    sent = Delivery.objects.get(kind="set_password")
    assert sent.address == "ada@example.com"
    assert not ada.memberships.exists()


def test_the_answer_is_the_same_whether_there_is_an_account_or_not(company):
    make_member(make_company("Other Ltd"), "Ada Lane", email="ada@example.com")
    known = at(send_to(company, login_required=True))
    unknown = at(send_to(company, login_required=True, person="bob"))
    for browser in (known, unknown):
        browser.press("/account/mail")
    told = [one.text.split("We’ve written to")[1][:90] for one in (known, unknown)]
    told[1] = told[1].replace("b••@", "a••@")
    assert told[0] == told[1]


def test_pressing_again_and_again_mails_three_times_an_hour_at_most(company):
    browser = at(send_to(company, login_required=True))
    for _ in range(5):
        browser.press("/account/mail")
    assert (
        Delivery.objects.filter(address="ada@example.com")
        .filter(kind__in=["set_password", "reset_password"])
        .count()
        == 3
    )


def test_opening_the_link_again_asks_again(company):
    make_member(company, "Ada Lane", email="ada@example.com")
    signer = send_to(company)
    browser = at(signer, signed_in("ada@example.com"))
    browser.press("/account")
    assert "Lease" in browser.text
    browser.open_link()
    assert "Continue as Ada Lane" in browser.text
    browser.press("/open") if browser.offers("/open") else browser.press("/account")
    assert TrailEntry.objects.filter(kind="account_passed").count() == 2


# What a publisher demands


def test_a_publisher_demands_it_on_the_draft_and_takes_it_back(company):
    pat = make_member(company, "Pat Miller", email="pat@acme.example")
    draft = make_draft(company, pat, kinds=(Kind.PHONE,))
    browser, page = signed_in(pat.email), f"/workspace/drafts/{draft.public_id}/"
    assert "Must sign in to an account" in browser.get(page).content.decode()
    browser.post(f"{page}save/", form(draft, signer_login_required="on"))
    shown = browser.get(page).content.decode()
    assert "To the account of ada@example.com, with its second step." in shown
    draft.refresh_from_db()
    sending.send(draft, actor=pat, now=timezone.now())
    assert asked_of(draft.signers.get()) == ["account", "phone"]
    other = make_draft(company, pat)
    other.signers.update(login_required=True)  # as a program said
    page = f"/workspace/drafts/{other.public_id}/"
    box = f'id="id_signer-{other.signers.get().public_id}-login_required" checked'
    assert box in " ".join(browser.get(page).content.decode().split())
    browser.post(f"{page}save/", form(other))
    assert not other.signers.get().login_required


def test_without_an_address_there_is_no_account_to_sign_in_to(company):
    draft = make_draft(company, kinds=(Kind.PHONE,))
    draft.signers.update(login_required=True)
    Gate.objects.update(email="")
    found = [problem.words for problem in readiness.problems(draft)]
    assert found == ["Write the email address of Ada Lane."]


def factors_form(**changes):
    phone = {"factors-use_phone": "on", "factors-phone_stage": "view"}
    return phone | {"factors-channel": "any", "factors-max_tries": "3"} | changes


def test_a_publisher_demands_it_in_flight_and_proofs_end(company):
    pat = make_member(company, "Pat Miller", email="pat@acme.example")
    signer = make_request(company, pat, kinds=(Kind.PHONE,)).signers.get()
    browser = Browser(signer.gate)
    browser.pass_phone()
    page = f"/workspace/transactions/{signer.request.public_id}/"
    dialog = f"{page}signers/{signer.public_id}/factors/"
    desk = signed_in(pat.email)
    assert "Must sign in to an account" in desk.get(dialog).content.decode()
    changes = {"factors-login_required": "on", "factors-seen": fingerprint(signer)}
    desk.post(dialog, factors_form(**changes))
    assert asked_of(signer) == ["account", "phone"]
    assert "Sign in to your account" in at(signer).text
    assert not signer.gate.factors.exclude(proven_at=None).exists()
    again = desk.post(dialog, factors_form(**changes)).content.decode()
    assert "This signer was changed meanwhile." in again
    desk.post(dialog, factors_form())
    assert asked_of(signer) == ["phone"]
    timeline = desk.get(page).content.decode()
    for line in ("added a check for Ada Lane", "removed a check of Ada Lane"):
        assert line in timeline
    assert trail.verify(Trail.objects.get(pk=signer.request.trail_id)) is None


def test_in_flight_it_needs_an_address(company):
    signer = make_request(company, kinds=(Kind.PHONE,)).signers.get()
    Gate.objects.update(email="")
    with pytest.raises(RefusedError, match="email_missing"):
        securing.change(
            signer,
            {},
            login_required=True,
            actor=signer.request.sender,
            now=timezone.now(),
        )
    signer.refresh_from_db()
    assert not signer.login_required
    assert asked_of(signer) == ["phone"]
