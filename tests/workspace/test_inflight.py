"""One signer is changed while the request is out, and several are at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from signing.flows import sending
from signing.models import Signer, SignRequest
from tests import factories
from tests.factories import Browser
from tests.signing.pages import SignerClient
from verification import trail
from verification.models import Budget, Delivery, Factor, Gate, Trail
from verification.outcomes import Outcome

NEW = "Harbour-77"
DIALOGS = ["password", "factors", "reassign", "new-link", "remind"]
CLEO = {
    "name": "Cleo Marsh",
    "email": "cleo@example.com",
    "phone": "(415) 555-0123",
    "password": "new",
    "access_code": NEW,
    "hint": "",
    "reason": "Ada has left the firm.",
}
FACTORS = {
    "factors-use_access_code": "on",
    "factors-access_code_stage": "view",
    "factors-access_code": "",
    "factors-hint": "",
    "factors-use_phone": "on",
    "factors-phone_stage": "view",
    "factors-channel": "any",
    "factors-email_stage": "view",
    "factors-max_tries": "3",
}
POSTS = {
    "password": {"access_code": NEW, "hint": ""},
    "factors": FACTORS | {"factors-use_email": "on"},
    "reassign": CLEO,
    "new-link": {},
    "remind": {"message": ""},
}


@pytest.fixture
def sent(company, pat) -> SignRequest:
    """Ada and Bob must pass a password and a phone code; both are invited."""
    kinds = ("access_code", "phone")
    return factories.make_request(
        company, pat, people=("ada", "bob"), kinds=kinds, is_ordered=False
    )


def address(request, what, person="ada") -> str:
    signer = factories.signer_of(request, person)
    base = f"/workspace/transactions/{request.public_id}"
    return f"{base}/signers/{signer.public_id}/{what}/"


def press(client, request, what, person="ada", **changes):
    """Send a dialog's form."""
    return client.post(address(request, what, person), POSTS[what] | changes)


def gate_of(request, person="ada") -> Gate:
    return factories.signer_of(request, person).gate


def state_of(request) -> list:
    """Everything that a dialog could change."""
    gates = Gate.objects.filter(signer__request=request).order_by("pk")
    factors = Factor.objects.filter(gate__in=gates).order_by("pk")
    budgets = Budget.objects.filter(gate__in=gates).order_by("pk")
    return [
        *gates.values_list(),
        *factors.values_list(),
        *budgets.values_list(),
        *Signer.objects.filter(request=request).order_by("pk").values_list(),
        *SignRequest.objects.filter(pk=request.pk).values_list(),
        Trail.objects.get(pk=request.trail_id).seq,
        Delivery.objects.count(),
    ]


def toast(client, response) -> str:
    page = client.get(response.url)
    return " ".join(str(message) for message in page.context["messages"])


# A new password


def test_a_new_password_is_set_and_never_read_again(as_pat, sent):
    response = press(as_pat, sent, "password", hint="Our harbour.")
    assert response.status_code == 302
    assert "Tell it to them yourself." in toast(as_pat, response)
    browser = Browser(gate_of(sent))
    assert browser.enter_password(NEW) is Outcome.PASSED
    page = as_pat.get(address(sent, "password")).content.decode()
    assert NEW not in page
    assert "nobody can read it again" in page
    assert 'value="Our harbour."' in page


@pytest.mark.parametrize("typed", ["", "   ", "abc", "x" * 51])
def test_a_password_that_is_too_short_or_long_is_said(as_pat, sent, typed):
    before = state_of(sent)
    page = press(as_pat, sent, "password", access_code=typed).content.decode()
    assert 'role="alert"' in page
    assert state_of(sent) == before


def test_the_signer_sees_the_hint_but_only_as_text(as_pat, sent, client_class):
    press(as_pat, sent, "password", hint="The port <b>& the year.")
    ada = SignerClient(gate_of(sent), client_class())
    ada.open_link()
    assert "Hint: The port &lt;b&gt;&amp; the year." in ada.text
    press(as_pat, sent, "password", hint="")
    ada.open_link()
    assert "Hint:" not in ada.text


def test_a_new_password_for_a_locked_signer_says_that_it_unlocks_nothing(as_pat, sent):
    browser = Browser(gate_of(sent))
    for _ in range(3):
        browser.enter_password("wrong")
    page = as_pat.get(address(sent, "password")).content.decode()
    assert "A new one gives no tries back" in page


# Factors


def asked(request) -> dict:
    rows = gate_of(request).factors.filter(removed_at=None)
    return {row.kind: (row.stage, row.channel) for row in rows}


def test_factors_are_added_changed_and_taken_away_in_one_go(as_pat, sent):
    facts = {
        "factors-use_access_code": "",
        "factors-phone_stage": "sign",
        "factors-channel": "voice",
        "factors-max_tries": "5",
    }
    response = press(as_pat, sent, "factors", **facts)
    assert toast(as_pat, response).startswith("Saved.")
    assert asked(sent) == {"phone": ("sign", "voice"), "email": ("view", "")}
    assert gate_of(sent).max_tries == 5
    assert asked_of_bob(sent) == {"access_code", "phone"}


def asked_of_bob(request) -> set:
    rows = gate_of(request, "bob").factors.filter(removed_at=None)
    return {row.kind for row in rows}


def test_what_is_as_it_was_ends_nothing(as_pat, sent):
    before = state_of(sent)
    response = press(as_pat, sent, "factors", **{"factors-use_email": ""})
    assert toast(as_pat, response) == "Nothing was changed."
    assert state_of(sent) == before


def test_a_password_that_is_turned_on_must_be_set(as_pat, company, pat):
    request = factories.make_request(company, pat)
    facts = POSTS["factors"] | {"factors-use_email": ""}
    page = as_pat.post(address(request, "factors"), facts).content.decode()
    assert "Set a password for this signer." in page
    facts["factors-access_code"] = NEW
    assert as_pat.post(address(request, "factors"), facts).status_code == 302
    assert Browser(gate_of(request)).enter_password(NEW) is Outcome.PASSED


def test_a_phone_code_needs_a_number(as_pat, company, pat):
    request = factories.make_request(company, pat, kinds=("email",))
    Gate.objects.filter(signer__request=request).update(phone="")
    facts = FACTORS | {"factors-use_access_code": ""}
    page = as_pat.post(address(request, "factors"), facts).content.decode()
    assert "Enter the signer’s phone number first." in page


def test_a_check_that_a_program_asked_for_can_be_taken_away(as_pat, sent):
    factories.make_factor(gate_of(sent), "identity")
    page = as_pat.get(address(sent, "factors")).content.decode()
    assert "Identity check" in page
    facts = {"factors-use_identity": "on", "factors-use_email": ""}
    press(as_pat, sent, "factors", **facts)
    assert "identity" in asked(sent)
    press(as_pat, sent, "factors", **{"factors-use_email": ""})
    assert "identity" not in asked(sent)


# Somebody else


def test_somebody_else_signs_instead(as_pat, sent):
    response = press(as_pat, sent, "reassign", hint="The port.")
    assert "Cleo Marsh is asked instead of Ada Lane." in toast(as_pat, response)
    gate = sent.signers.get(order=1).gate
    assert (gate.name, gate.email) == ("Cleo Marsh", "cleo@example.com")
    assert gate.phone_e164 == "+14155550123"
    assert Browser(gate).enter_password(NEW) is Outcome.PASSED


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"name": ""}, "Enter the name of the new signer."),
        ({"email": "cleo"}, "Write an email address like ada@example.com."),
        ({"phone": ""}, "enter the new number."),
        ({"phone": "12"}, "too short"),
        ({"access_code": ""}, "Write a password, or make a good one."),
        ({"access_code": "abc"}, "A password has 4 to 50 characters."),
        ({"reason": ""}, "Write in a few words why."),
        ({"password": "maybe"}, "Select a valid choice."),
    ],
)
def test_what_is_missing_of_the_new_person_is_said(as_pat, sent, facts, words):
    before = state_of(sent)
    page = press(as_pat, sent, "reassign", **facts).content.decode()
    assert words in page
    assert state_of(sent) == before


@pytest.mark.parametrize(("choice", "kinds"), [("keep", 2), ("drop", 1)])
def test_the_password_is_kept_or_dropped_when_that_is_chosen(
    as_pat, sent, choice, kinds
):
    press(as_pat, sent, "reassign", password=choice, access_code="")
    gate = sent.signers.get(order=1).gate
    assert gate.factors.filter(removed_at=None).count() == kinds
    browser = Browser(gate)
    if choice == "keep":
        assert browser.enter_password() is Outcome.PASSED
    browser.pass_phone()
    assert browser.standing.may_view


# A new link, a reminder


def test_a_new_link_goes_out_and_tries_start_anew(as_pat, sent):
    Browser(gate_of(sent)).enter_password("wrong")
    page = as_pat.get(address(sent, "new-link")).content.decode()
    assert "1 of 20 tries" in page
    response = press(as_pat, sent, "new-link")
    assert "A new link is on its way to Ada Lane" in toast(as_pat, response)
    assert gate_of(sent).link_version == 2


def test_the_fourth_new_link_of_a_day_is_refused_in_words(as_pat, sent):
    for _ in range(3):
        press(as_pat, sent, "new-link")
    page = press(as_pat, sent, "new-link").content.decode()
    assert "Three new links were sent today." in page


def test_a_reminder_once_an_hour_and_the_dialog_says_when_again(as_pat, sent):
    response = press(as_pat, sent, "remind", message="The bank is waiting.")
    assert "Ada Lane is reminded by email." in toast(as_pat, response)
    page = as_pat.get(address(sent, "remind")).content.decode()
    assert "reminded within the last hour" in page
    assert "Possible again at" in page
    press(as_pat, sent, "remind")
    assert Delivery.objects.filter(kind="reminder").count() == 1


# Who may, and when


@pytest.mark.parametrize("what", DIALOGS)
def test_opening_a_dialog_changes_nothing(as_pat, sent, what):
    before = state_of(sent)
    assert as_pat.get(address(sent, what)).status_code == 200
    assert state_of(sent) == before


@pytest.mark.parametrize("what", DIALOGS)
def test_each_dialog_comes_alone_for_scripts(as_pat, sent, what):
    page = as_pat.get(address(sent, what), headers={"hx-request": "true"})
    assert page.content.decode().lstrip().startswith("<dialog")


@pytest.mark.parametrize("what", DIALOGS)
def test_for_mal_of_another_company_there_is_nothing(as_mal, sent, what):
    before = state_of(sent)
    assert as_mal.get(address(sent, what)).status_code == 404
    assert press(as_mal, sent, what).status_code == 404
    assert state_of(sent) == before


@pytest.mark.parametrize("what", DIALOGS)
def test_another_publisher_needs_leave_to_act_for_others(client, company, sent, what):
    client.force_login(factories.make_member(company, "Quinn Hale"))
    before = state_of(sent)
    assert press(client, sent, what).status_code == 404
    assert state_of(sent) == before
    company.members_act_for_each_other = True
    company.save()
    assert press(client, sent, what).status_code == 302


@pytest.mark.parametrize("what", DIALOGS)
def test_a_company_admin_may(client, alex, sent, what):
    client.force_login(alex)
    assert press(client, sent, what).status_code == 302
    last = trail.facts_of(sent.trail.entries.latest("seq"))
    told = [trail.facts_of(entry)["actor"] for entry in sent.trail.entries.all()]
    assert sending.actor_name(alex) in told, last


@pytest.mark.parametrize("what", DIALOGS)
def test_a_signer_of_another_transaction_is_not_reached_by_this_one(
    as_pat, company, pat, sent, what
):
    other = factories.make_request(company, pat)
    mixed = address(sent, what).replace(str(sent.public_id), str(other.public_id))
    assert as_pat.post(mixed, POSTS[what]).status_code == 404


@pytest.mark.parametrize("what", DIALOGS)
def test_a_forged_post_is_refused(client_class, pat, sent, what):
    strict = client_class(enforce_csrf_checks=True)
    strict.force_login(pat)
    before = state_of(sent)
    assert press(strict, sent, what).status_code == 403
    assert state_of(sent) == before


@pytest.mark.parametrize("what", DIALOGS)
@pytest.mark.parametrize("end", ["signed", "recalled", "expired"])
def test_when_it_is_too_late_the_dialog_says_so(as_pat, pat, sent, what, end):
    if end == "signed":
        browser = Browser(gate_of(sent))
        browser.enter_password()
        browser.pass_phone()
        factories.sign_as(sent, browser=browser)
    elif end == "recalled":
        sending.recall(sent, actor=pat, reason="Wrong.", now=timezone.now())
    else:
        SignRequest.objects.filter(pk=sent.pk).update(ends_at=timezone.now())
    before = state_of(sent)
    words = "has already signed" if end == "signed" else "This transaction is over."
    for page in (as_pat.get(address(sent, what)), press(as_pat, sent, what)):
        assert words in page.content.decode()
    assert state_of(sent) == before


# The menu of a signer


def test_the_menu_offers_what_the_state_allows(as_pat, company, pat):
    request = factories.make_request(company, pat, people=("ada", "bob"))
    page = as_pat.get(f"/workspace/transactions/{request.public_id}/").content.decode()
    assert address(request, "password") in page
    assert address(request, "remind") in page
    assert address(request, "password", "bob") in page
    assert address(request, "remind", "bob") not in page
    factories.sign_as(request)
    page = as_pat.get(f"/workspace/transactions/{request.public_id}/").content.decode()
    assert address(request, "password") not in page
    assert address(request, "remind", "bob") in page


def test_a_signer_without_email_is_offered_a_launch_code(as_pat, sent):
    Gate.objects.filter(pk=gate_of(sent).pk).update(email="")
    page = as_pat.get(f"/workspace/transactions/{sent.public_id}/").content.decode()
    assert address(sent, "launch") in page
    assert address(sent, "remind") not in page
    assert address(sent, "remind", "bob") in page


# Several at once


def selection(*requests) -> str:
    return "&".join(f"pk={request.public_id}" for request in requests)


def test_everybody_who_is_asked_is_reminded_from_the_list(as_pat, company, pat, sent):
    ordered = factories.make_request(company, pat, people=("ada", "bob"))
    both = {"pk": [sent.public_id, ordered.public_id]}
    page = as_pat.get(f"/workspace/transactions/remind/?{selection(sent, ordered)}")
    assert len(page.context["able"]) == 3
    chosen = [line.signer.public_id for line in page.context["able"]]
    response = as_pat.post(
        "/workspace/transactions/remind/", both | {"signer": chosen, "message": "Hi."}
    )
    assert "3 signers are reminded by email." in toast(as_pat, response)
    assert Delivery.objects.filter(kind="reminder").count() == 3
    page = as_pat.get(f"/workspace/transactions/remind/?{selection(sent, ordered)}")
    assert page.context["able"] == []
    assert "Possible again at" in page.content.decode()


def test_only_who_is_ticked_is_reminded(as_pat, sent):
    facts = {"pk": sent.public_id, "message": ""}
    page = as_pat.post("/workspace/transactions/remind/", facts)
    assert "Choose at least one signer." in page.content.decode()
    facts["signer"] = factories.signer_of(sent, "bob").public_id
    as_pat.post("/workspace/transactions/remind/", facts)
    assert Delivery.objects.get(kind="reminder").address == "bob@example.com"


def test_a_signer_of_no_selected_transaction_is_not_reminded(as_pat, as_mal, mal, sent):
    theirs = factories.make_request(mal.memberships.get().company, mal)
    facts = {"pk": sent.public_id, "message": ""}
    facts["signer"] = factories.signer_of(theirs).public_id
    page = as_pat.post("/workspace/transactions/remind/", facts)
    assert page.status_code == 404
    assert not Delivery.objects.filter(kind="reminder").exists()


def test_reminding_shows_the_same_queries_for_any_selection(
    as_pat, company, pat, sent, django_assert_num_queries
):
    # Session, user, second step, membership, waiting IDs, requests, signers.
    with django_assert_num_queries(7):
        as_pat.get(f"/workspace/transactions/remind/?{selection(sent)}")
    more = [factories.make_request(company, pat) for _ in range(3)]
    with django_assert_num_queries(7):
        as_pat.get(f"/workspace/transactions/remind/?{selection(sent, *more)}")


def test_automatic_reminders_are_turned_off_and_on(as_pat, sent):
    path = f"/workspace/transactions/{sent.public_id}/reminders/"
    assert as_pat.get(path).status_code == 405
    for value, state in (("", False), ("on", True)):
        as_pat.post(path, {"reminders_on": value})
        sent.refresh_from_db()
        assert sent.reminders_on is state
    kinds = factories.kinds_of(sent.trail)
    assert kinds[-2:] == ["reminders_off", "reminders_on"]


def test_nobody_else_turns_them_off(as_mal, as_pat, pat, sent):
    path = f"/workspace/transactions/{sent.public_id}/reminders/"
    assert as_mal.post(path, {"reminders_on": ""}).status_code == 404
    sending.recall(sent, actor=pat, reason="Wrong.", now=timezone.now())
    response = as_pat.post(path, {"reminders_on": ""})
    assert "This transaction is over." in toast(as_pat, response)
    sent.refresh_from_db()
    assert sent.reminders_on


@pytest.mark.parametrize("is_on", [True, False])
def test_whether_they_are_reminded_is_chosen_before_sending(
    as_pat, company, pat, is_on
):
    draft = factories.make_draft(company, pat)
    path = f"/workspace/drafts/{draft.public_id}/send/"
    assert "After 3, 8, 13 and 18 days" in as_pat.get(path).content.decode()
    facts = {"version": draft.version} | ({"reminders_on": "on"} if is_on else {})
    as_pat.post(path, facts)
    draft.refresh_from_db()
    assert (draft.state, draft.reminders_on) == ("sent", is_on)


def test_several_are_recalled_with_one_reason(as_pat, company, pat, sent):
    other = factories.make_request(company, pat)
    draft = factories.make_draft(company, pat)
    facts = {"pk": [sent.public_id, other.public_id, draft.public_id]}
    page = as_pat.post("/workspace/transactions/recall/", facts)
    assert "Write in a few words why." in page.content.decode()
    response = as_pat.post(
        "/workspace/transactions/recall/", facts | {"reason": "The rent was wrong."}
    )
    assert "2 transactions are recalled." in toast(as_pat, response)
    for request in (sent, other):
        request.refresh_from_db()
        assert request.state == "recalled"
        assert request.closing_reason == "The rent was wrong."
    draft.refresh_from_db()
    assert draft.is_draft


@pytest.mark.parametrize("what", ["remind", "recall"])
def test_a_selection_with_somebody_elses_is_there_for_nobody(
    as_pat, as_mal, mal, sent, what
):
    theirs = factories.make_request(mal.memberships.get().company, mal)
    path = f"/workspace/transactions/{what}/"
    for client in (as_pat, as_mal):
        assert client.get(f"{path}?{selection(sent, theirs)}").status_code == 404
        facts = {"pk": [sent.public_id, theirs.public_id], "reason": "Mine."}
        assert client.post(path, facts).status_code == 404
    assert as_mal.post(path, {"pk": sent.public_id, "reason": "x"}).status_code == 404
    for request in (sent, theirs):
        request.refresh_from_db()
        assert request.is_open


@pytest.mark.parametrize("what", ["remind", "recall"])
def test_looking_at_a_selection_changes_nothing(as_pat, sent, what):
    before = state_of(sent)
    page = as_pat.get(f"/workspace/transactions/{what}/?{selection(sent)}")
    assert page.status_code == 200
    assert as_pat.get(f"/workspace/transactions/{what}/").status_code == 302
    assert as_pat.get(f"/workspace/transactions/{what}/?pk=x").status_code == 404
    assert state_of(sent) == before


def test_what_is_over_is_not_recalled_twice(as_pat, pat, sent):
    sending.recall(sent, actor=pat, reason="Wrong.", now=timezone.now())
    before = state_of(sent)
    facts = {"pk": sent.public_id, "reason": "Again."}
    page = as_pat.post("/workspace/transactions/recall/", facts)
    assert "None of these is out" in page.content.decode()
    assert state_of(sent) == before


def test_a_reminder_waits_for_the_hour_of_each_signer(as_pat, sent, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    press(as_pat, sent, "remind")
    time_machine.shift(timedelta(hours=1))
    assert press(as_pat, sent, "remind").status_code == 302


def test_the_person_before_reads_nothing_of_the_new_one(as_pat, sent, client_class):
    """Neither in the open tab nor by the old link: it may be a stranger's by now."""
    ada = SignerClient(gate_of(sent), client_class())
    ada.open_link()
    ada.press("password", password=factories.PASSWORD)
    press(as_pat, sent, "reassign")
    says = {
        ada.reload: "Open the link in your email again",
        ada.open_link: "Use the one in",
    }
    for open_again, words in says.items():
        open_again()
        assert words in ada.text
        page = ada.response.content.decode()
        for theirs in ("Cleo", "cleo@", "••23", "Residential Lease"):
            assert theirs not in page
