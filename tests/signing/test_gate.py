"""One function says who may have what; everything that is not proven is no."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from signing.flows import sending
from signing.gate import Action, Verdict, closed_because, judge
from signing.models import Signer, SignRequest
from tests import factories as make
from verification.flows import ending, opening
from verification.models import Factor, Gate

pytestmark = pytest.mark.django_db

Kind = Factor.Kind
MORNING = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _morning(time_machine) -> None:
    time_machine.move_to(MORNING, tick=False)


def verdict(request, browser, action=Action.VIEW, person="ada"):
    signer = make.signer_of(request, person)
    visit = browser.visit if browser else None
    return judge(signer, visit, action, timezone.now()).verdict


@pytest.fixture
def lease():
    return make.make_request()


@pytest.mark.parametrize("action", Action)
def test_without_a_visit_every_door_is_shut(lease, action):
    assert verdict(lease, None, action) == Verdict.GATE


@pytest.mark.parametrize("action", Action)
def test_the_link_alone_opens_nothing(lease, action):
    ada = make.Browser(make.signer_of(lease).gate)
    assert verdict(lease, ada, action) == Verdict.GATE
    ada.must_ask()
    assert verdict(lease, ada, action) == Verdict.GATE


def test_the_code_opens_view_and_sign_and_no_sealed_copy_yet(lease):
    ada = make.enter_as(lease)
    assert verdict(lease, ada, Action.VIEW) == Verdict.OPEN
    assert verdict(lease, ada, Action.SIGN) == Verdict.OPEN
    assert verdict(lease, ada, Action.DOWNLOAD) == Verdict.NOT_READY


def test_judging_takes_two_queries(lease, django_assert_num_queries):
    signer, visit = make.signer_of(lease), make.enter_as(lease).visit
    with django_assert_num_queries(2):
        assert judge(signer, visit, Action.VIEW, timezone.now()).is_open


def test_a_visit_of_another_signer_opens_nothing():
    lease = make.make_request(people=("ada", "bob"), is_ordered=False)
    bob = make.enter_as(lease, "bob")
    assert verdict(lease, bob, person="bob") == Verdict.OPEN
    assert verdict(lease, bob, person="ada") == Verdict.GATE


def test_a_visit_of_another_request_opens_nothing(lease):
    other = make.make_request(lease.company, lease.sender)
    ada = make.enter_as(other)
    assert verdict(other, ada) == Verdict.OPEN
    assert verdict(lease, ada) == Verdict.GATE


def test_a_code_before_signing_leaves_viewing_free():
    draft = make.make_draft(kinds=())
    gate = make.signer_of(draft).gate
    make.make_factor(gate, Kind.PHONE, stage=Factor.Stage.SIGN)
    sending.send(draft, actor=draft.sender, now=timezone.now())
    ada = make.Browser(gate)
    assert verdict(draft, ada) == Verdict.GATE
    opening.admit(ada.visit, timezone.now())
    assert verdict(draft, ada) == Verdict.OPEN
    assert verdict(draft, ada, Action.SIGN) == Verdict.SIGN_GATE
    ada.pass_phone()
    assert verdict(draft, ada, Action.SIGN) == Verdict.OPEN


@pytest.mark.parametrize("kind", [Kind.IDENTITY, Kind.PASSKEY, Kind.TOTP])
def test_a_factor_that_nobody_can_prove_keeps_the_gate_shut(lease, kind, monkeypatch):
    monkeypatch.setattr(Factor, "PROVABLE", Factor.PROVABLE - {kind})
    ada = make.enter_as(lease)
    make.make_factor(ada.gate, kind)
    for action in Action:
        assert verdict(lease, ada, action) == Verdict.UNPROVABLE


def test_a_provider_that_is_not_configured_keeps_the_gate_shut(lease):
    ada = make.enter_as(lease)
    make.make_factor(ada.gate, Kind.IDENTITY)
    lease.company.identity_provider = "stripe"
    lease.company.save()
    assert verdict(lease, ada) == Verdict.UNPROVABLE


def test_while_fields_are_filled_in_the_document_waits(lease, time_machine):
    ada = make.enter_as(lease)
    half_a_minute = timezone.now() + timedelta(seconds=30)
    Gate.objects.filter(pk=ada.gate.pk).update(held_until=half_a_minute)
    time_machine.shift(timedelta(seconds=29.9))
    for action in (Action.VIEW, Action.SIGN):
        assert verdict(lease, ada, action) == Verdict.HELD
    time_machine.shift(timedelta(seconds=0.1))
    assert verdict(lease, ada) == Verdict.OPEN


def test_nobody_learns_of_a_hold_before_the_gate(lease):
    half_a_minute = timezone.now() + timedelta(seconds=30)
    Gate.objects.update(held_until=half_a_minute)
    ada = make.Browser(make.signer_of(lease).gate)
    assert verdict(lease, ada) == Verdict.GATE


def test_a_draft_is_unknown():
    draft = make.make_draft()
    ada = make.Browser(make.signer_of(draft).gate)
    assert verdict(draft, ada) == Verdict.UNKNOWN


def test_nobody_enters_before_their_turn():
    lease = make.make_request(people=("ada", "bob"))
    bob = make.Browser(make.signer_of(lease, "bob").gate)
    assert verdict(lease, bob, person="bob") == Verdict.NOT_YOUR_TURN
    make.sign_as(lease, "ada")
    bob.pass_phone()
    assert verdict(lease, bob, person="bob") == Verdict.OPEN


def test_who_only_gets_a_copy_enters_when_it_is_signed():
    draft = make.make_draft()
    make.add_signer(draft, "bob", role=Signer.Role.CC, order=2)
    sending.send(draft, actor=draft.sender, now=timezone.now())
    bob = make.Browser(make.signer_of(draft, "bob").gate)
    assert verdict(draft, bob, person="bob") == Verdict.NOT_YOUR_TURN
    make.sign_as(draft)
    assert verdict(draft, bob, person="bob") == Verdict.GATE
    bob.pass_phone()
    assert verdict(draft, bob, person="bob") == Verdict.OPEN
    assert verdict(draft, bob, Action.SIGN, "bob") == Verdict.ALREADY_DONE


def test_who_has_signed_reads_and_signs_no_second_time(lease):
    ada = make.enter_as(lease)
    make.sign_as(lease, browser=ada)
    assert verdict(lease, ada) == Verdict.OPEN
    assert verdict(lease, ada, Action.SIGN) == Verdict.ALREADY_DONE
    assert verdict(lease, ada, Action.DOWNLOAD) == Verdict.NOT_READY
    SignRequest.objects.update(sealed="sealed/x.pdf")
    assert verdict(lease, ada, Action.DOWNLOAD) == Verdict.OPEN


def test_a_recall_shuts_every_door_at_once(lease):
    ada = make.enter_as(lease)
    now = timezone.now()
    assert sending.recall(lease, actor=lease.sender, reason="Wrong rent.", now=now)
    for action in Action:
        assert verdict(lease, ada, action) == Verdict.RECALLED
    assert not ada.standing.may_view


def test_at_the_end_it_is_over_also_before_anybody_writes_it_down(lease, time_machine):
    lease.refresh_from_db()
    time_machine.move_to(lease.ends_at - timedelta(seconds=1), tick=False)
    ada = make.enter_as(lease)
    assert verdict(lease, ada, Action.SIGN) == Verdict.OPEN
    time_machine.shift(1)
    assert verdict(lease, ada, Action.SIGN) == Verdict.EXPIRED
    assert make.sign_as(lease, browser=ada).verdict == Verdict.EXPIRED
    assert sending.expire_overdue(timezone.now()) == 1
    assert closed_because(make.signer_of(lease)) == Verdict.EXPIRED


def test_a_grant_ends_after_half_an_idle_hour(lease, time_machine):
    ada = make.enter_as(lease)
    time_machine.shift(timedelta(minutes=30) - timedelta(seconds=1))
    assert verdict(lease, ada) == Verdict.OPEN
    time_machine.shift(1)
    assert verdict(lease, ada) == Verdict.GATE
    assert make.sign_as(lease, browser=ada).verdict == Verdict.GATE


def test_an_open_page_keeps_a_grant_for_four_hours_and_no_longer(lease, time_machine):
    ada = make.enter_as(lease)
    for _minutes in range(11):
        time_machine.shift(timedelta(minutes=20))
        assert opening.touch(ada.visit, timezone.now())
    time_machine.shift(timedelta(minutes=20) - timedelta(seconds=1))
    assert verdict(lease, ada) == Verdict.OPEN
    time_machine.shift(1)
    assert verdict(lease, ada) == Verdict.GATE
    assert not opening.touch(ada.visit, timezone.now())


def test_a_changed_number_asks_again(lease):
    ada = make.enter_as(lease)
    ending.forget_proofs(ada.gate, timezone.now())
    for action in Action:
        assert verdict(lease, ada, action) == Verdict.GATE
