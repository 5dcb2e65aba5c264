"""The dialogs that get a signer in again, as publishers press and others try."""

from __future__ import annotations

import re

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from signing.models import Company, Signer, SignRequest
from tests import factories
from tests.factories import ADA_PHONE, BOB_PHONE, Browser, kinds_of, lock_out, signer_of
from verification.models import Budget, Challenge, Delivery, Gate, TrailEntry
from verification.outcomes import Outcome

pytestmark = pytest.mark.django_db
UPDATE = "/workspace/transactions/phones/"
RESEND = "/workspace/transactions/resend/"
NEW = "+14155550134"
SHOWN = re.compile(r'class="issued-code"[^>]*>([0-9A-Z]{4}-[0-9A-Z]{4})<')
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/workspace/?q=lane"}


@pytest.fixture
def generating(company):
    Company.objects.update(alternative_codes_on=True, generate_in_resend=True)
    company.refresh_from_db()
    return company


@pytest.fixture
def lease(company, pat):
    return factories.make_request(
        company, pat, people=("ada", "bob"), is_ordered=False, title="Lease 2026"
    )


@pytest.fixture
def quinn(company):
    """Publishes for Acme too, but did not send the lease."""
    return factories.make_member(company, "Quinn Otto")


def of(request, verb, who="ada"):
    args = [request.public_id, signer_of(request, who).public_id]
    return reverse(f"workspace:{verb}", args=args)


def numbers(*rows, **typed):
    """What the dialog sends: each number with what it showed."""
    sent = {"pk": [str(row.public_id) for row in rows]}
    for who, number in typed.items():
        signer = signer_of(rows[0], who)
        sent[f"phone-{signer.public_id}"] = number
        national = signer.gate.phone.as_national if signer.gate.phone else ""
        sent[f"initial-phone-{signer.public_id}"] = national
    return sent


def body(response) -> str:
    return response.content.decode()


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def state():
    """All that these verbs could change, for comparing."""
    models = (Signer, Gate, Budget, Challenge, Delivery, TrailEntry)
    return [list(model.objects.order_by("pk").values()) for model in models]


# Update Phone Numbers


def test_a_new_number_is_saved_and_the_list_comes_back(as_pat, lease):
    sent = numbers(lease, ada="415 555 0134", bob="(415) 555-0173")
    response = as_pat.post(UPDATE, sent | {"next": "/workspace/?q=lane"})
    assert (response.status_code, response.url) == (302, "/workspace/?q=lane")
    assert said(response) == [
        "Saved. Ask your client to click the link in the email again."
    ]
    assert signer_of(lease).phone == NEW
    assert signer_of(lease, "bob").phone == BOB_PHONE
    assert kinds_of(lease.trail).count("phone_changed") == 1


def test_the_dialog_over_the_list_leads_back_to_it(as_pat, lease):
    page = body(as_pat.get(UPDATE, {"pk": lease.public_id}, headers=HTMX))
    assert page.lstrip().startswith("<dialog")
    assert 'value="/workspace/?q=lane"' in page
    sent = numbers(lease, ada="415 555 0134") | {"next": "/workspace/?q=lane"}
    response = as_pat.post(UPDATE, sent, headers=HTMX)
    assert response["HX-Redirect"] == "/workspace/?q=lane"


def test_an_error_saves_nothing_and_has_the_focus(as_pat, lease):
    before = state()
    sent = numbers(lease, ada="415 555 0134", bob="555-01")
    page = body(as_pat.post(UPDATE, sent, headers=HTMX))
    assert state() == before
    assert "Nothing was saved yet." in page
    assert "This number is too short. Add the area code." in page
    (focused,) = re.findall(r"<input[^>]*autofocus[^>]*>", page)
    assert f"phone-{signer_of(lease, 'bob').public_id}" in focused
    assert 'value="555-01"' in page


def test_the_dialog_begins_at_whom_it_was_opened_for(as_pat, lease):
    """Its field is selected: what is typed at once must not be another's number."""
    for who in ("bob", "ada"):
        meant = signer_of(lease, who).public_id
        named = {"pk": lease.public_id, "signer": meant}
        page = body(as_pat.get(UPDATE, named, headers=HTMX))
        (focused,) = re.findall(r"<input[^>]*autofocus[^>]*>", page)
        assert f"phone-{meant}" in focused


def test_only_changed_numbers_are_looked_at(as_pat, lease):
    bob = signer_of(lease, "bob").gate
    Gate.objects.filter(pk=bob.pk).update(phone="+3312")  # came by an API once
    sent = numbers(lease, ada="415 555 0134")
    bobs = f"phone-{bob.signer.public_id}"
    sent |= {bobs: "+33 12", f"initial-{bobs}": "+33 12"}
    assert as_pat.post(UPDATE, sent).status_code == 302
    assert signer_of(lease).phone == NEW


def test_what_somebody_else_saved_meanwhile_is_left_alone(as_pat, lease):
    sent = numbers(lease, ada="415 555 0134", bob="(415) 555-0173")
    bob = signer_of(lease, "bob").gate
    Gate.objects.filter(pk=bob.pk).update(phone="+14155550188")
    assert as_pat.post(UPDATE, sent).status_code == 302
    assert signer_of(lease, "bob").phone == "+14155550188"


def test_one_person_in_several_transactions_stands_there_once(as_pat, company, lease):
    other = factories.make_request(company, lease.sender, title="Fees")
    rows = [other, lease]
    page = body(as_pat.get(UPDATE, {"pk": [row.public_id for row in rows]}))
    assert page.count("Phone number of Ada Lane") == 1
    assert "2 transactions," in page
    assert "2 signers." in page
    assert as_pat.post(UPDATE, numbers(other, lease, ada="415-555-0134")).status_code
    assert signer_of(lease).phone == signer_of(other).phone == NEW


def test_the_same_number_for_a_couple_is_fine(as_pat, lease):
    sent = numbers(lease, ada="(415) 555-0190", bob="415 555 0190")
    line = f"phone-{signer_of(lease, 'bob').public_id}"
    address = reverse("workspace:look-at-phone")
    page = body(as_pat.post(address, sent | {"line": line}))
    assert "Same number as Ada Lane, which is fine." in page
    assert "United States" in page
    as_pat.post(UPDATE, sent)
    assert signer_of(lease, "bob").phone == ADA_PHONE


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("+44 20 7946 0958", "Your company does not send codes to this country."),
        ("900 234 5678", "We send no codes to numbers of this kind."),
        ("call me", "This is not a phone number."),
        ("", "Ada Lane is asked for a phone code, so a number is needed."),
    ],
)
def test_numbers_that_cannot_be_used_say_why(as_pat, lease, typed, told):
    page = body(as_pat.post(UPDATE, numbers(lease, ada=typed)))
    assert told in page
    assert signer_of(lease).phone == ADA_PHONE


def test_landlines_say_that_texts_do_not_arrive(as_pat, company, lease):
    Company.objects.update(allowed_countries=["US", "GB"])
    sent = numbers(lease, ada="+44 20 7946 0958")
    sent["line"] = f"phone-{signer_of(lease).public_id}"
    page = body(as_pat.post(reverse("workspace:look-at-phone"), sent))
    assert "United Kingdom, landline. Call Me works, texts don’t arrive." in page
    assert "GB +44" in page


def test_who_has_signed_stands_there_without_a_field(as_pat, lease):
    factories.sign_as(lease)
    page = body(as_pat.get(UPDATE, {"pk": lease.public_id}))
    assert "Phone number of Ada Lane" not in page
    assert "This signer has already signed." in page
    forged = numbers(lease, ada="415 555 0134")
    assert as_pat.post(UPDATE, forged).status_code == 302
    assert signer_of(lease).phone == ADA_PHONE


def test_a_signature_between_opening_and_saving_wins(as_pat, lease, monkeypatch):
    """The form still has the field; the verb looks again under the lock."""
    sent = numbers(lease, ada="415 555 0134")
    ada = signer_of(lease)
    monkeypatch.setattr("workspace.people.refusal_of", lambda signer, now: None)
    factories.sign_as(lease)
    page = body(as_pat.post(UPDATE, sent))
    assert "This signer has already signed." in page
    ada.gate.refresh_from_db()
    assert ada.phone == ADA_PHONE


def test_nothing_selected_leads_to_the_list(as_pat):
    assert said(as_pat.get(UPDATE)) == ["Select a transaction first."]
    assert as_pat.post(RESEND).url == "/workspace/"


@pytest.mark.parametrize("address", [UPDATE, RESEND])
def test_dialogs_take_the_same_queries_for_any_number(
    as_pat, company, pat, address, django_assert_num_queries
):
    rows = [factories.make_request(company, pat, people=("ada", "bob"))]
    asked = {"pk": [rows[0].public_id]}
    as_pat.get(address, asked)
    count = {UPDATE: 7, RESEND: 10}[address]
    with django_assert_num_queries(count):
        as_pat.get(address, asked)
    rows += [factories.make_request(company, pat) for _ in range(3)]
    with django_assert_num_queries(count):
        as_pat.get(address, {"pk": [row.public_id for row in rows]})


# Correcting an address


def test_a_corrected_address_is_written_to(as_pat, lease):
    address = of(lease, "correct-email")
    assert "The old link stops working at once." in body(as_pat.get(address))
    response = as_pat.post(address, {"email": "ada.lane@example.com"})
    assert response.url == f"/workspace/transactions/{lease.public_id}/"
    assert said(response) == ["Ada Lane is reached at ada.lane@example.com now."]
    assert Delivery.objects.latest("pk").address == "ada.lane@example.com"


@pytest.mark.parametrize("typed", ["", "ada", "ada@example"])
def test_an_address_that_is_none_is_said(as_pat, lease, typed):
    page = body(as_pat.post(of(lease, "correct-email"), {"email": typed}))
    assert 'role="alert"' in page
    assert signer_of(lease).email == "ada@example.com"


# Resend and GENERATE


def test_the_chosen_get_the_invitation_again(as_pat, lease):
    page = body(as_pat.get(RESEND, {"pk": lease.public_id}))
    assert "Resend Transaction" in page
    assert page.count("checked") == 2
    chosen = {"pk": lease.public_id, "signer": signer_of(lease, "bob").public_id}
    response = as_pat.post(RESEND, chosen)
    assert said(response) == ["Sent again to Bob Reed."]
    assert Delivery.objects.filter(address="bob@example.com").count() == 2
    assert Delivery.objects.filter(address="ada@example.com").count() == 1


def test_no_dialog_promises_an_email_where_a_program_writes_itself(as_pat, lease):
    SignRequest.objects.filter(pk=lease.pk).update(emails_off=True)
    page = body(as_pat.get(RESEND, {"pk": lease.public_id}))
    told = "This transaction is sent without emails. Nothing to resend."
    assert page.count(told) == 2
    assert "checked" not in page
    for verb in ("correct-email", "reassign"):
        page = body(as_pat.get(of(lease, verb)))
        assert "the program that sent it hands out the new link." in page, verb
        assert "We send the invitation" not in page, verb


def test_the_dialog_of_resending_begins_at_whom_it_was_opened_for(as_pat, lease):
    for who in ("bob", "ada"):
        meant = signer_of(lease, who).public_id
        named = {"pk": lease.public_id, "signer": meant}
        page = body(as_pat.get(RESEND, named, headers=HTMX))
        (focused,) = re.findall(r"<input[^>]*autofocus[^>]*>", page)
        assert str(meant) in focused


def test_one_signer_can_be_named_in_the_address(as_pat, lease):
    asked = {"pk": lease.public_id, "signer": signer_of(lease, "bob").public_id}
    assert body(as_pat.get(RESEND, asked)).count("checked") == 1


def test_nobody_chosen_is_said(as_pat, lease):
    page = body(as_pat.post(RESEND, {"pk": lease.public_id}))
    assert "Choose at least one signer." in page
    assert page.count("checked") == 0


def test_the_code_is_shown_once_and_kept_nowhere(as_pat, generating, lease, caplog):
    caplog.set_level("DEBUG")
    page = body(as_pat.get(RESEND, {"pk": lease.public_id}))
    assert page.count("a code for") == 2
    response = as_pat.post(of(lease, "generate-code"), headers=HTMX)
    (code,) = set(SHOWN.findall(body(response)))
    assert "no-store" in response["Cache-Control"]
    assert response["HX-Trigger"]
    assert code not in str(response.headers)
    assert code not in str(dict(as_pat.session))
    assert said(response) == []
    for spelled in (code, code.replace("-", "")):
        assert spelled not in caplog.text
        assert spelled not in str(state())
        for address in (RESEND, f"/workspace/transactions/{lease.public_id}/"):
            assert spelled not in body(as_pat.get(address, {"pk": lease.public_id}))
    assert Browser(signer_of(lease).gate).redeem(code) is Outcome.PASSED


def test_the_code_is_spelled_for_the_phone(as_pat, generating, lease, monkeypatch):
    monkeypatch.setattr("verification.codes.new_alternative_code", lambda: "K4HX9TWB")
    page = body(as_pat.post(of(lease, "generate-code"), headers=HTMX))
    assert "K4HX-9TWB" in page
    spelled = re.findall(r'spelled-word">([^<]*)<', page)
    assert " ".join(spelled) == "Kilo four Hotel X-ray nine Tango Whiskey Bravo"
    assert "Read it to Ada on the phone." in page
    assert "Valid until" in page
    assert "GENERATE again" in page


def test_without_script_the_code_comes_with_the_whole_dialog(as_pat, generating, lease):
    response = as_pat.post(of(lease, "generate-code"), {"pk": lease.public_id})
    page = body(response)
    assert response.status_code == 200
    assert "Resend Transaction" in page
    assert len(set(SHOWN.findall(page))) == 1


@pytest.mark.parametrize("is_ticked", [True, False])
def test_making_a_code_leaves_the_tick_as_it_was(as_pat, lease, generating, is_ticked):
    """Or whoever was unticked would be written to all the same."""
    sent = {"signer": signer_of(lease).public_id} if is_ticked else {}
    page = body(as_pat.post(of(lease, "generate-code"), sent, headers=HTMX))
    assert SHOWN.search(page)
    assert ("checked" in page) == is_ticked
    assert "hx-include=" in page


@pytest.mark.parametrize("setting", ["alternative_codes_on", "generate_in_resend"])
@pytest.mark.parametrize("verb", ["generate-code", "unlock-and-generate"])
def test_with_either_setting_off_there_is_no_button_and_a_forged_post_is_refused(
    as_pat, generating, lease, setting, verb
):
    lock_out(lease, "bob")
    Company.objects.update(**{setting: False})
    assert "GENERATE" not in body(as_pat.get(RESEND, {"pk": lease.public_id}))
    before = state()
    for who in ("ada", "bob"):
        response = as_pat.post(of(lease, verb, who), {"reason": "Just so."})
        assert response.status_code == 403
        assert not SHOWN.search(body(response))
        assert not SHOWN.search(
            body(as_pat.post(of(lease, verb, who), {"reason": "x"}, headers=HTMX))
        )
    assert state() == before


def test_the_settings_are_off_in_a_new_company(as_pat, lease):
    assert "GENERATE" not in body(as_pat.get(RESEND, {"pk": lease.public_id}))
    assert as_pat.post(of(lease, "generate-code")).status_code == 403


def test_beside_a_locked_signer_a_reason_is_asked(as_pat, generating, lease):
    ada = lock_out(lease)
    page = body(as_pat.get(RESEND, {"pk": lease.public_id}))
    assert "Unlock and GENERATE" in page
    plain = body(as_pat.post(of(lease, "generate-code"), headers=HTMX))
    assert "Ada Lane is locked: unlock them first." in plain
    assert not SHOWN.search(plain)
    address = of(lease, "unlock-and-generate")
    page = body(as_pat.post(address, {"reason": " "}, headers=HTMX))
    assert "Write in a few words why." in page
    assert "unlocked" not in kinds_of(lease.trail)
    page = body(as_pat.post(address, {"reason": "She called."}, headers=HTMX))
    (code,) = set(SHOWN.findall(page))
    assert ada.redeem(code) is Outcome.PASSED
    assert kinds_of(lease.trail).count("unlocked") == 1
    assert kinds_of(lease.trail).count("code_issued") == 1


def test_a_signer_whose_turn_it_is_not_gets_nothing_yet(as_pat, generating, pat):
    row = factories.make_request(generating, pat, people=("ada", "bob"))
    page = body(as_pat.get(RESEND, {"pk": row.public_id}))
    assert "Signs after Ada, not invited yet. Nothing to resend yet." in page
    assert page.count('aria-disabled="true"') == 1
    refused = body(as_pat.post(of(row, "generate-code", "bob"), headers=HTMX))
    assert "It is not the turn of Bob Reed yet." in refused


# Unlocking


def test_unlocking_asks_for_a_reason_and_gives_all_tries_back(as_pat, lease):
    ada = lock_out(lease)
    address = of(lease, "unlock")
    assert "This is unlock 1 of 3 today." in body(as_pat.get(address))
    page = body(as_pat.post(address, {"reason": ""}))
    assert "Write in a few words why." in page
    response = as_pat.post(address, {"reason": "She called."})
    assert said(response) == ["Ada Lane is unlocked and has all tries again."]
    assert ada.gate.budgets.get().tries_left(3, timezone.now()) == 3


def test_a_fourth_unlock_of_the_day_is_refused_and_says_so(as_pat, lease):
    lock_out(lease)
    Budget.objects.update(unlocks=3, unlocks_on=timezone.now().date())
    for response in (
        as_pat.get(of(lease, "unlock")),
        as_pat.post(of(lease, "unlock"), {"reason": "Again."}),
    ):
        assert "Ada Lane was unlocked 3 times today." in body(response)
        assert 'name="reason"' not in body(response)
    assert Budget.objects.get().locked_at


def test_at_the_total_cap_a_publisher_is_offered_a_new_link(
    as_pat, client_class, alex, lease
):
    lock_out(lease)
    Budget.objects.update(total=Budget.TOTAL_CAP)
    page = body(as_pat.post(of(lease, "unlock"), {"reason": "Please."}))
    assert "All 20 tries of Ada Lane are used up." in page
    assert of(lease, "new-link") in page
    assert Budget.objects.get().locked_at
    as_alex = client_class()
    as_alex.force_login(alex)
    assert "you begin a new count" in body(as_alex.get(of(lease, "unlock")))
    as_alex.post(of(lease, "unlock"), {"reason": "Checked by phone."})
    assert Budget.objects.get().total == 0


def test_at_the_cap_who_has_no_address_is_not_sent_to_a_link_that_cannot_leave(
    as_pat, lease
):
    lock_out(lease)
    Budget.objects.update(total=Budget.TOTAL_CAP)
    assert "Send a new link</a>" in body(as_pat.get(of(lease, "unlock")))
    Gate.objects.update(email="")
    page = body(as_pat.get(of(lease, "unlock")))
    assert "Ask a company admin to unlock." in page
    assert "Send a new link" not in page


def test_who_is_not_locked_cannot_be_unlocked(as_pat, lease):
    before = state()
    page = body(as_pat.post(of(lease, "unlock"), {"reason": "Just so."}))
    assert "Ada Lane is not locked." in page
    assert state() == before


# Who may


def requests_of(row):
    """Every door of this file: (address, what is sent)."""
    ada = signer_of(row)
    return [
        (UPDATE, numbers(row, ada="415 555 0134")),
        (
            reverse("workspace:look-at-phone"),
            numbers(row, ada="1") | {"line": f"phone-{ada.public_id}"},
        ),
        (RESEND, {"pk": row.public_id, "signer": ada.public_id}),
        (of(row, "generate-code"), {}),
        (of(row, "unlock-and-generate"), {"reason": "Mine."}),
        (of(row, "unlock"), {"reason": "Mine."}),
        (of(row, "correct-email"), {"email": "mal@example.com"}),
    ]


@pytest.mark.parametrize("who", ["mal", "quinn"])
def test_what_others_sent_is_not_there(client, request, generating, lease, who):
    lock_out(lease)
    client.force_login(request.getfixturevalue(who))
    before = state()
    for address, sent in requests_of(lease):
        for headers in ({}, HTMX):
            response = client.post(address, sent, headers=headers)
            assert response.status_code == 404, address
            response = client.get(address, {"pk": lease.public_id}, headers=headers)
            assert response.status_code in (404, 405), address
    assert state() == before


def test_one_foreign_transaction_among_ones_own_stops_everything(
    client, quinn, generating, lease
):
    own = factories.make_request(generating, quinn)
    client.force_login(quinn)
    before = state()
    both = numbers(own, ada="415 555 0134")
    both["pk"] = [str(own.public_id), str(lease.public_id)]
    assert client.post(UPDATE, both).status_code == 404
    stolen = {"pk": own.public_id, "signer": signer_of(lease).public_id}
    assert client.post(RESEND, stolen).status_code == 404
    mixed = reverse(
        "workspace:generate-code", args=[own.public_id, signer_of(lease).public_id]
    )
    assert client.post(mixed).status_code == 404
    forged = numbers(lease, ada="415 555 0134") | {"pk": str(own.public_id)}
    client.post(UPDATE, forged)
    assert state() == before


@pytest.mark.parametrize("pk", ["1", "'", "%00", "00000000-0000-0000-0000-00000000000"])
def test_what_is_no_id_is_not_there(as_pat, lease, pk):
    assert as_pat.get(UPDATE, {"pk": pk}).status_code == 404
    asked = {"pk": lease.public_id, "signer": pk}
    assert as_pat.get(RESEND, asked).status_code == 404


def test_a_company_admin_may_and_so_may_members_who_act_for_each_other(
    client, alex, quinn, generating, lease
):
    client.force_login(alex)
    assert SHOWN.search(body(client.post(of(lease, "generate-code"), headers=HTMX)))
    Company.objects.update(members_act_for_each_other=True)
    client.force_login(quinn)
    assert SHOWN.search(body(client.post(of(lease, "generate-code"), headers=HTMX)))
    issuers = Challenge.objects.order_by("pk").values_list("issued_by__name", flat=True)
    assert list(issuers) == ["Alex Stone", "Quinn Otto"]


def test_get_and_head_write_nothing(as_pat, generating, lease):
    lock_out(lease)
    before = state()
    for address, _sent in requests_of(lease):
        as_pat.get(address, {"pk": lease.public_id})
        as_pat.head(address, {"pk": lease.public_id})
    assert state() == before


def test_looking_at_a_number_writes_nothing(as_pat, lease):
    before = state()
    address, sent = requests_of(lease)[1]
    assert as_pat.post(address, sent).status_code == 200
    assert as_pat.post(address, sent | {"line": "phone-else"}).status_code == 404
    assert state() == before


def test_a_post_from_elsewhere_is_refused(client_class, pat, generating, lease):
    client = client_class(enforce_csrf_checks=True)
    client.force_login(pat)
    for address, sent in requests_of(lease):
        assert client.post(address, sent).status_code == 403, address
    assert not Challenge.objects.exists()
