"""A wrong number or address is put right after sending (threat T16)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from signing.flows import correcting, sending
from signing.flows.refusals import RefusedError
from tests import factories
from tests.factories import ADA_PHONE, Browser, kinds_of, signer_of
from tests.signing.pages import SignerClient
from verification import links
from verification.models import Challenge, Delivery, Factor
from verification.outcomes import Outcome

pytestmark = pytest.mark.django_db
NEW = "+14155550134"
Kind = Factor.Kind


@pytest.fixture(autouse=True)
def _morning(time_machine) -> None:
    time_machine.move_to(datetime(2026, 6, 1, 9, 0, tzinfo=UTC), tick=False)


@pytest.fixture
def lease():
    return factories.make_request(people=("ada", "bob"))


def change(request, who="ada", number=NEW):
    return correcting.change_phones(
        {signer_of(request, who): number}, actor=request.sender, now=timezone.now()
    )


def correct(request, email="ada.lane@example.com", who="ada"):
    correcting.change_email(
        signer_of(request, who), email, actor=request.sender, now=timezone.now()
    )


def told(trail, kind):
    return json.loads(trail.entries.get(kind=kind).payload)


def code_of(refused) -> str:
    return refused.value.code


# Numbers


def test_the_next_code_goes_to_the_new_number_and_the_old_one_is_dead(lease):
    ada = Browser(signer_of(lease).gate)
    before = ada.must_ask()
    assert [one.name for one in change(lease)] == ["Ada Lane"]
    before.refresh_from_db()
    assert before.state == Challenge.State.REPLACED
    assert ada.enter(before.code(), before) is not Outcome.PASSED
    factories.deliver_due()
    assert Delivery.objects.get(challenge=before).state == Delivery.State.CANCELLED
    assert ada.ask() is Outcome.SENT  # at once: no limit of the old number holds
    assert Delivery.objects.latest("pk").address == NEW


def test_who_pressed_in_vain_need_not_wait_with_the_right_number(lease, time_machine):
    ada = Browser(signer_of(lease).gate)
    for _time in range(5):
        ada.must_ask()
        time_machine.shift(timedelta(seconds=31))
    assert ada.ask() is Outcome.WAIT
    change(lease)
    assert ada.ask() is Outcome.SENT


def test_numbers_have_limits_of_their_own_however_often_they_are_changed(lease):
    ada = Browser(signer_of(lease).gate)
    seen = []
    for _time in range(6):
        change(lease, number=NEW)
        seen.append(ada.ask())
        change(lease, number=ADA_PHONE)
    assert seen == [Outcome.SENT] * 5 + [Outcome.WAIT]


def test_the_open_page_asks_anew_and_speaks_of_the_new_number(lease):
    ada = SignerClient(signer_of(lease).gate)
    ada.open_link()
    ada.press("/sms")
    Delivery.objects.filter(kind="code").update(state="failed", reason="landline")
    ada.reload()
    assert "••90 can’t receive texts" in ada.text
    change(lease)
    ada.reload()
    assert "Codes go to another number now. Ask for a new one." in ada.text
    assert "••34" in ada.text
    assert "can’t receive texts" not in ada.text
    ada.open_link()
    assert "••34" in ada.text
    assert "Codes go to another number" not in ada.text


def test_a_code_of_the_old_number_says_what_happened(lease):
    ada = SignerClient(signer_of(lease).gate)
    ada.open_link()
    ada.press("/sms")
    before = Challenge.objects.get()
    change(lease)
    ada.press("/code", code=before.code())
    assert "Codes go to another number now. Ask for a new one." in ada.text
    assert "replaced by a newer one" not in ada.text
    assert signer_of(lease).gate.budgets.get().consecutive == 0


def test_whoever_was_inside_is_outside_at_once(lease):
    ada = factories.enter_as(lease)
    assert ada.standing.may_view
    change(lease)
    assert not ada.standing.may_view
    assert not ada.gate.factors.exclude(proven_at=None).exists()


def test_an_issued_code_ends_too(lease):

    ada = Browser(signer_of(lease).gate)
    issued = factories.issue(lease)
    change(lease)
    assert ada.redeem(issued.code) is not Outcome.PASSED


def test_trail_names_who_and_both_numbers_masked(lease):
    change(lease)
    facts = told(lease.trail, "phone_changed")
    assert facts["actor"] == sending.actor_name(lease.sender)
    assert (facts["old"], facts["new"]) == ("••• ••• ••90", "••• ••• ••34")
    assert ADA_PHONE not in str(facts)
    assert NEW not in str(facts)


def test_the_signer_hears_of_it_by_email_where_invited(lease, outbox):
    change(lease)
    change(lease, "bob")
    notice = Delivery.objects.get(kind="phone_changed")  # Bob was not invited yet
    assert notice.address == "ada@example.com"
    factories.deliver_due()
    mail = next(one for one in outbox if "phone number" in one.subject)
    assert "••• ••• ••34" in mail.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "/l/" in mail.text


def test_the_same_number_again_changes_nothing(lease):
    ada = factories.enter_as(lease)
    before = kinds_of(lease.trail)
    assert change(lease, number=ADA_PHONE) == []
    assert ada.standing.may_view
    assert kinds_of(lease.trail) == before


def test_two_people_may_have_one_number(lease):
    change(lease, "bob", ADA_PHONE)
    assert signer_of(lease, "bob").phone == signer_of(lease).phone == ADA_PHONE


def test_one_person_in_several_transactions_is_changed_in_all(lease):
    other = factories.make_request(lease.company, lease.sender)
    both = [signer_of(lease), signer_of(other)]
    now = timezone.now()
    changed = correcting.change_phones(
        dict.fromkeys(both, NEW), actor=lease.sender, now=now
    )
    assert changed == both
    for request in (lease, other):
        assert signer_of(request).phone == NEW
        assert kinds_of(request.trail).count("phone_changed") == 1


def test_one_number_that_is_none_changes_nobody(lease):
    wanted = {signer_of(lease): NEW, signer_of(lease, "bob"): "no number"}
    with pytest.raises(RefusedError) as refused:
        correcting.change_phones(wanted, actor=lease.sender, now=timezone.now())
    assert code_of(refused) == "bad_number"
    assert signer_of(lease).phone == ADA_PHONE
    assert "phone_changed" not in kinds_of(lease.trail)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("", "phone_needed"),
        ("4155550134", "bad_number"),
        ("+0415555", "bad_number"),
        ("+141555", "bad_number"),
        ("+1415555013400000", "bad_number"),
    ],
)
def test_a_signer_who_is_asked_for_a_code_keeps_a_number(lease, number, code):
    with pytest.raises(RefusedError) as refused:
        change(lease, number=number)
    assert code_of(refused) == code
    assert signer_of(lease).phone == ADA_PHONE


def test_a_number_that_nobody_asks_for_may_go(outbox):
    request = factories.make_request(kinds=("email",))
    change(request, number="")
    assert signer_of(request).phone == ""
    assert not Delivery.objects.filter(kind="phone_changed").exists()


def test_who_has_signed_is_not_changed(lease):
    factories.sign_as(lease)
    with pytest.raises(RefusedError) as refused:
        change(lease)
    assert code_of(refused) == "already_done"
    change(lease, "bob")
    assert signer_of(lease).phone == ADA_PHONE


@pytest.mark.parametrize("verb", [change, correct])
def test_nothing_changes_in_what_is_over(lease, verb):
    sending.recall(lease, actor=lease.sender, reason="", now=timezone.now())
    with pytest.raises(RefusedError) as refused:
        verb(lease)
    assert code_of(refused) == "not_open"


@pytest.mark.parametrize("verb", [change, correct])
def test_a_draft_has_verbs_of_its_own(verb):
    with pytest.raises(RefusedError) as refused:
        verb(factories.make_draft())
    assert code_of(refused) == "not_sent"


# Addresses


def test_a_corrected_address_gets_the_invitation_and_the_old_link_is_dead(
    lease, outbox, client
):
    old = signer_of(lease).gate
    link = links.make_token(old.public_id, old.link_version)
    factories.deliver_due()
    outbox.clear()
    correct(lease)
    factories.deliver_due()
    (mail,) = outbox
    assert mail.to == "ada.lane@example.com"
    page = client.get(f"/l/{link}").content.decode()
    assert "This link was replaced" in page
    assert "Ada Lane" not in page
    new = next(word for word in mail.text.split() if "/l/" in word)
    assert "Ada Lane" in client.get(new[new.index("/l/") :]).content.decode()


def test_an_invitation_that_had_not_left_never_carries_the_new_link(lease, outbox):
    correct(lease)  # the first invitation still waits in the outbox
    factories.deliver_due()
    assert [mail.to for mail in outbox] == ["ada.lane@example.com"]


def test_trail_names_both_addresses_masked(lease):
    correct(lease)
    facts = told(lease.trail, "email_changed")
    assert (facts["old"], facts["new"]) == ("a••@example.com", "a••@example.com")
    assert "ada.lane" not in str(facts)


def test_a_corrected_address_ends_what_was_proven(lease):
    ada = factories.enter_as(lease)
    correct(lease)
    assert not ada.standing.may_view


def test_whose_turn_it_is_not_waits_for_the_invitation(lease):
    correct(lease, "robert@example.com", "bob")
    assert not Delivery.objects.filter(address="robert@example.com").exists()
    factories.sign_as(lease)
    assert Delivery.objects.get(address="robert@example.com").kind == "invitation"


def test_the_same_address_again_kills_no_link(lease):
    correct(lease, " ada@example.com ")
    assert signer_of(lease).gate.link_version == 1


@pytest.mark.parametrize("email", ["", "ada", "ada@", "a@b\nBcc: mal@example.com"])
def test_an_address_that_is_none_is_refused(lease, email):
    with pytest.raises(RefusedError) as refused:
        correct(lease, email)
    assert code_of(refused) == "bad_email"
    assert signer_of(lease).email == "ada@example.com"


def test_an_ended_link_lives_again_at_the_new_address(lease):
    factories.link_ends_in(signer_of(lease).gate, timedelta(days=-1))
    correct(lease)
    assert not signer_of(lease).gate.is_link_over(timezone.now())
