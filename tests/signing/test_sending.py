from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from signing.flows import sending
from signing.flows.sending import SendOutcome
from signing.models import Signer, SignRequest
from tests import factories as make
from verification import links, trail
from verification.models import Delivery, Gate
from verification.outcomes import Outcome

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
State = SignRequest.State


@pytest.fixture(autouse=True)
def _morning(time_machine) -> None:
    time_machine.move_to(MORNING, tick=False)


def send(draft):
    return sending.send(draft, actor=draft.sender, now=timezone.now())


def recall(request, reason="Wrong rent."):
    return sending.recall(
        request, actor=request.sender, reason=reason, now=timezone.now()
    )


def mails(kind):
    rows = Delivery.objects.filter(kind=kind).order_by("pk")
    return [row.address for row in rows]


# Sending


def test_sending_freezes_invites_and_begins_the_trail():
    draft = make.make_draft()
    assert send(draft) is SendOutcome.SENT
    draft.refresh_from_db()
    assert draft.state == State.SENT
    assert draft.ends_at == MORNING + timedelta(days=60)
    assert mails("invitation") == ["ada@example.com"]
    assert make.signer_of(draft).state == Signer.State.INVITED
    assert make.kinds_of(draft.trail) == [
        "created",
        "document_added",
        "sent",
        "invited",
    ]
    assert trail.verify(draft.trail) is None


def test_a_second_press_sends_nothing_more():
    draft = make.make_draft()
    send(draft)
    before = make.kinds_of(draft.trail)
    assert send(draft) is SendOutcome.ALREADY_SENT
    assert mails("invitation") == ["ada@example.com"]
    assert make.kinds_of(draft.trail) == before


def test_what_was_sent_does_not_change_with_the_company():
    company = make.make_company(code_lifetime=timedelta(minutes=10), code_digits=8)
    lease = make.make_request(company)
    company.code_lifetime, company.code_digits = timedelta(hours=1), 6
    company.name = "Renamed"
    company.save()
    gate = make.signer_of(lease).gate
    assert gate.code_lifetime == timedelta(minutes=10)
    assert gate.code_digits == 8
    assert gate.company_name == "Acme Advisors"
    challenge = make.Browser(gate).must_ask()
    assert len(challenge.code()) == 8
    assert challenge.expires_at == MORNING + timedelta(minutes=10)


def test_a_company_may_hide_the_title():
    company = make.make_company(hides_title=True)
    assert make.signer_of(make.make_request(company)).gate.title == ""


def test_signers_are_invited_in_their_order():
    lease = make.make_request(people=("ada", "bob"))
    assert mails("invitation") == ["ada@example.com"]
    assert make.sign_as(lease, "ada").outcome == "signed"
    assert mails("invitation") == ["ada@example.com", "bob@example.com"]


def test_without_an_order_all_are_invited_at_once():
    make.make_request(people=("ada", "bob"), is_ordered=False)
    assert mails("invitation") == ["ada@example.com", "bob@example.com"]


def test_a_link_lives_from_the_day_of_the_invitation(time_machine):
    lease = make.make_request(people=("ada", "bob"))
    time_machine.shift(timedelta(days=29))
    make.sign_as(lease, "ada")
    bob = make.signer_of(lease, "bob").gate
    assert bob.link_ends_at == timezone.now() + lease.company.link_lifetime


# A new link


def test_whoever_holds_the_old_link_cannot_bring_it_back_to_life(time_machine):
    lease = make.make_request()
    signer = make.signer_of(lease)
    old = links.make_token(signer.gate.public_id, signer.gate.link_version)
    time_machine.move_to(signer.gate.link_ends_at, tick=False)
    assert signer.gate.is_link_over(timezone.now())

    assert sending.send_new_link(signer, timezone.now())

    gate = make.signer_of(lease).gate
    assert not gate.is_link_over(timezone.now())
    assert links.read_token(old).version != gate.link_version
    assert mails("new_link") == ["ada@example.com"]
    assert make.kinds_of(lease.trail)[-1] == "link_sent_again"


def test_a_link_that_still_works_is_only_sent_again():
    lease = make.make_request()
    ada = make.enter_as(lease)
    assert sending.send_new_link(make.signer_of(lease), timezone.now())
    assert make.signer_of(lease).gate.link_version == 1
    assert ada.standing.may_view


def test_three_new_links_an_hour_and_no_more(time_machine):
    signer = make.signer_of(make.make_request())
    outcomes = [sending.send_new_link(signer, timezone.now()) for _ in range(4)]
    assert outcomes == [True, True, True, False]
    time_machine.shift(timedelta(hours=1))
    assert sending.send_new_link(signer, timezone.now())


def test_nobody_gets_a_new_link_to_what_is_over():
    lease = make.make_request()
    signer = make.signer_of(lease)
    recall(lease)
    assert not sending.send_new_link(signer, timezone.now())
    assert mails("new_link") == []


def test_nobody_gets_a_link_before_their_turn():
    lease = make.make_request(people=("ada", "bob"))
    bob = make.signer_of(lease, "bob")
    assert not sending.send_new_link(bob, timezone.now())


# The end


def test_a_recall_ends_codes_and_grants_and_tells_who_was_invited():
    lease = make.make_request(people=("ada", "bob"))
    ada = make.enter_as(lease)
    other = make.Browser(ada.gate)
    pending = other.must_ask()
    assert recall(lease)
    assert not ada.standing.may_view
    assert other.enter(pending.code(), pending) is Outcome.CLOSED
    assert mails("recalled") == ["ada@example.com"]  # bob knows of nothing
    entry = lease.trail.entries.last()
    assert entry.kind == "recalled"
    facts = json.loads(entry.payload)
    assert facts["reason"] == "Wrong rent."
    assert facts["actor"] == sending.actor_name(lease.sender)


def test_only_what_waits_for_signers_is_recalled():
    draft = make.make_draft()
    assert not recall(draft)
    send(draft)
    assert recall(draft)
    assert not recall(draft)
    signed = make.make_request()
    make.sign_as(signed)
    assert not recall(signed)
    assert Gate.objects.get(signer__request=signed).closed_at is None


def test_a_draft_that_a_program_knows_of_is_withdrawn_and_can_be_asked_for():
    draft = make.make_draft()
    how = {"actor": draft.sender, "reason": "", "now": timezone.now()}
    assert sending.withdraw(draft, by="Ledger", **how)
    assert draft.state == SignRequest.State.RECALLED
    kinds = make.kinds_of(draft.trail)
    assert kinds == ["created", "document_added", "recalled"]
    assert not Delivery.objects.exists()
    assert not sending.withdraw(draft, **how)
    sent = make.make_request()
    assert not sending.withdraw(sent, **how)
    assert send(draft) is SendOutcome.ALREADY_SENT


def test_what_was_not_signed_in_time_ends_on_time(time_machine):
    lease = make.make_request()
    lease.refresh_from_db()
    assert sending.expire_overdue(lease.ends_at - timedelta(microseconds=1)) == 0
    assert sending.expire_overdue(lease.ends_at) == 1
    assert sending.expire_overdue(lease.ends_at) == 0
    lease.refresh_from_db()
    assert lease.state == State.EXPIRED
    assert make.kinds_of(lease.trail)[-1] == "expired"
    assert mails("expired") == ["ada@example.com"]


@pytest.mark.parametrize("final", [State.COMPLETED, State.DECLINED, State.EXPIRED])
def test_final_states_are_final(final):
    lease = make.make_request()
    SignRequest.objects.filter(pk=lease.pk).update(state=final)
    for to in SignRequest.SOURCES:
        assert lease.move(to) is False
    lease.refresh_from_db()
    assert lease.state == final
