"""A person looks at what a signer showed: yes, no, or once more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from signing.flows import acting, identity_review, prefilling, sending
from signing.flows.identity_review import fingerprint
from signing.flows.refusals import RefusedError
from signing.gate import Action, Verdict, judge
from signing.models import Field
from tests import factories as make
from tests.factories import Browser, kinds_of, signer_of
from verification import messages
from verification.flows import ending, identity, passing
from verification.identity.base import Finding, Reason
from verification.models import (
    Budget,
    Delivery,
    Factor,
    Gate,
    HostedSession,
    IdentityCheck,
    IdentityRules,
    TrailEntry,
)
from verification.outcomes import Outcome
from verification.trail import facts_of

pytestmark = pytest.mark.django_db
State = IdentityCheck.State
EXPIRED = Finding(is_passed=False, reason=Reason.EXPIRED, checks={"expiry": False})


@pytest.fixture(autouse=True)
def _provable(monkeypatch):
    monkeypatch.setattr(Factor, "PROVABLE", Factor.PROVABLE | {Factor.Kind.IDENTITY})


@pytest.fixture
def lease(db):
    return make.make_identity_request(title="Lease 2026")


@pytest.fixture
def ada(lease):
    return Browser(signer_of(lease).gate)


@pytest.fixture
def check(lease, ada):
    return make.make_identity_check(lease, browser=ada)


def approve(check, actor, **more):
    return identity_review.approve(check, actor=actor, now=timezone.now(), **more)


def reject(check, actor, reason="The picture is too dark.", **more):
    now = timezone.now()
    return identity_review.reject(check, reason, actor=actor, now=now, **more)


def reset(request, **more):
    facts = {"actor": request.sender, "is_company_admin": False, "reason": "Called"}
    signer = signer_of(request)
    identity_review.reset(signer, **(facts | more), now=timezone.now())


def refused(verb, *args, **kwargs) -> str:
    with pytest.raises(RefusedError) as caught:
        verb(*args, **kwargs)
    return caught.value.code


def mails(kind):
    return Delivery.objects.filter(kind=kind).count()


def budget(request):
    return Budget.objects.get(gate=signer_of(request).gate, kind="identity")


def told(kind):
    return facts_of(TrailEntry.objects.filter(kind=kind).latest("pk"))


def test_who_is_approved_is_written_to_and_goes_on_in_the_same_browser(
    lease, check, ada
):
    approved = approve(check, lease.sender, seen=fingerprint(check))
    assert approved.state == State.PASSED
    assert mails("identity_approved") == 1
    assert told("identity_passed")["actor"].startswith("Pat Miller <")
    assert passing.use(approved, ada.visit, timezone.now()) is Outcome.PASSED
    assert judge(signer_of(lease), ada.visit, Action.SIGN, timezone.now()).is_open


def test_who_is_rejected_reads_why_and_has_a_try_less(lease, check):
    rejected = reject(check, lease.sender, "  Your name\n is covered. ")
    assert (rejected.state, rejected.note) == (State.FAILED, "Your name is covered.")
    assert mails("identity_rejected") == 1
    entry = told("identity_failed")
    assert (entry["reason"], entry["tries_left"]) == ("refused", 2)


def test_what_failed_by_machine_is_approved_by_hand(lease, ada):
    check = make.make_identity_check(lease, browser=ada, finding=EXPIRED)
    assert check.state == State.FAILED
    assert approve(check, lease.sender).state == State.PASSED
    assert budget(lease).consecutive == 0
    assert identity.current(ada.visit, check.factor).pk == check.pk


def test_nobody_approves_who_never_looked_at_the_pictures(lease, ada):
    check = make.make_identity_check(lease, browser=ada, is_seen=False)
    alex = make.make_admin(lease.company)
    make.make_look(check, lease.sender)
    with pytest.raises(RefusedError) as caught:
        approve(check, alex)
    assert caught.value.code == "not_looked"
    assert str(caught.value.message) == "Look at the pictures first."
    make.make_look(make.make_identity_check(make.make_identity_request()), alex)
    assert refused(approve, check, alex) == "not_looked"
    make.make_look(check, alex)
    assert approve(check, alex).state == State.PASSED


def test_to_reject_or_where_no_picture_is_nobody_needs_to_look(lease, ada):
    check = make.make_identity_check(lease, browser=ada, is_seen=False)
    assert reject(check, lease.sender).state == State.FAILED
    bare = make.make_identity_check(lease, browser=ada, sides=(), is_seen=False)
    assert approve(bare, lease.sender).state == State.PASSED


def test_an_older_check_that_is_approved_counts_beside_a_newer_one(lease, ada):
    failed = make.make_identity_check(lease, browser=ada, finding=EXPIRED)
    newer = make.make_identity_check(lease, browser=ada, finding=EXPIRED)
    approve(failed, lease.sender)
    assert identity.current(ada.visit, failed.factor).pk == failed.pk != newer.pk


def test_where_a_provider_was_out_of_order_there_is_nothing_to_approve(lease, ada):
    """The certificate would say that an ID was shown."""
    broken = Finding(is_passed=False, reason=Reason.PROVIDER)
    check = make.make_identity_check(lease, browser=ada, finding=broken)
    session = HostedSession.objects.create(check_of=check)
    IdentityCheck.objects.update(provider="stripe")
    check.refresh_from_db()
    assert refused(approve, check, lease.sender) == "nothing_shown"
    session.attempts = 1
    session.save()
    assert approve(check, lease.sender).state == State.PASSED


def test_who_is_locked_and_approved_by_hand_is_not_locked_any_more(lease, ada):
    for _try in range(3):
        check = make.make_identity_check(lease, browser=ada, finding=EXPIRED)
    assert budget(lease).locked_at
    approve(check, lease.sender)
    assert budget(lease).locked_at is None


def test_nobody_decides_about_their_own_id(lease, check):
    own = make.make_member(lease.company, "Ada Lane", email="ADA@example.com")
    assert refused(approve, check, own) == "own_check"
    assert refused(reject, check, own) == "own_check"
    assert refused(reset, lease, actor=own) == "own_check"


def test_the_second_of_two_reviewers_is_told_who_was_first(lease, check):
    quinn = make.make_member(lease.company, "Quinn Otto")
    seen = fingerprint(check)
    reject(check, quinn, seen=seen)
    with pytest.raises(RefusedError) as caught:
        approve(check, lease.sender, seen=seen)
    assert caught.value.code == "already_decided"
    assert str(caught.value.message) == "Quinn Otto has rejected this meanwhile."
    assert mails("identity_approved") == 0


def test_approving_twice_changes_and_sends_nothing(lease, check):
    approve(check, lease.sender)
    before = TrailEntry.objects.count(), mails("identity_approved")
    assert refused(approve, check, lease.sender) == "already_decided"
    assert refused(reject, check, lease.sender) == "already_decided"
    assert (TrailEntry.objects.count(), mails("identity_approved")) == before


def test_after_a_recall_nothing_is_approved(lease, check):
    sending.recall(lease, actor=lease.sender, reason="", now=timezone.now())
    assert refused(approve, check, lease.sender) == "not_open"
    assert refused(reject, check, lease.sender) == "not_open"
    assert refused(reset, lease) == "not_open"


def test_a_check_of_before_a_change_of_the_checks_counts_no_more(lease, ada):
    check = make.make_identity_check(lease, browser=ada, finding=EXPIRED)
    ending.forget_proofs(signer_of(lease).gate, timezone.now())
    assert refused(approve, check, lease.sender) == "outdated"


@pytest.mark.parametrize("finding", [None, EXPIRED])
def test_a_browser_is_known_for_a_week_and_then_its_check_is_no_use(
    lease, ada, finding, time_machine
):
    time_machine.move_to(timezone.now(), tick=False)
    check = make.make_identity_check(lease, browser=ada, finding=finding)
    time_machine.shift(timedelta(days=7))
    assert refused(approve, check, lease.sender) == "browser_gone"
    time_machine.shift(-timedelta(seconds=1))
    assert approve(check, lease.sender).state == State.PASSED


def test_who_has_signed_can_still_be_approved_to_get_the_copy(lease, check, ada):
    approve(check, lease.sender)
    passing.use(IdentityCheck.objects.get(), ada.visit, timezone.now())
    signer = signer_of(lease)
    drawing = acting.Drawing(style="typed-1", text=signer.name)
    acting.adopt(signer, "signature", drawing, timezone.now())
    now = timezone.now()
    acting.sign(signer, ada.visit, ada.origin, consented=True, language="en", now=now)
    assert signer_of(lease).is_done
    ada.arrive()
    again = make.make_identity_check(lease, browser=ada)
    assert approve(again, lease.sender).state == State.PASSED


# What the signer is written


def letter(kind):
    return messages.build(Delivery.objects.get(kind=kind)).text


def test_the_letter_says_where_to_go_on(lease, check):
    approve(check, lease.sender)
    text = letter("identity_approved")
    assert "in the same browser" in text
    assert "Your ID was accepted" in text


def test_the_letter_says_why_and_how_often_it_can_be_shown_again(lease, check):
    reject(check, lease.sender, "Your name is covered.")
    text = letter("identity_rejected")
    assert "Your name is covered." in text
    assert "You can show an ID again: you have 2 tries left." in text


def test_who_has_no_try_left_is_offered_no_button(lease, ada):
    for _try in range(2):
        make.make_identity_check(lease, browser=ada, finding=EXPIRED)
    last = make.make_identity_check(lease, browser=ada)
    reject(last, lease.sender)
    text = letter("identity_rejected")
    assert "You have no try left." in text
    assert "/l/" not in text


# Tries given back


def test_who_failed_gets_all_tries_back_before_being_locked(lease, ada):
    make.make_identity_check(lease, browser=ada, finding=EXPIRED)
    reset(lease)
    assert budget(lease).consecutive == 0
    entry = told("unlocked")
    assert (entry["budget"], entry["reason"]) == ("identity", "Called")
    assert mails("identity_reset") == 1


def test_who_is_locked_gets_them_back_too_and_three_times_a_day(lease, ada):
    for _time in range(3):
        for _try in range(3):
            make.make_identity_check(lease, browser=ada, finding=EXPIRED)
        assert budget(lease).locked_at
        Budget.objects.update(total=3)  # the cap of all tries is another limit
        reset(lease)
        assert budget(lease).locked_at is None
    make.make_identity_check(lease, browser=ada, finding=EXPIRED)
    assert refused(reset, lease) == "unlocked_too_often"


def test_at_the_cap_of_all_tries_only_a_company_admin_resets(lease, ada):
    make.make_identity_check(lease, browser=ada, finding=EXPIRED)
    Budget.objects.update(total=Budget.TOTAL_CAP)
    assert refused(reset, lease) == "total_reached"
    alex = make.make_admin(lease.company)
    reset(lease, actor=alex, is_company_admin=True)
    assert budget(lease).total == 0


def test_a_reset_needs_a_reason_and_something_to_give_back(lease, ada):
    assert refused(reset, lease, reason="  ") == "reason_needed"
    assert refused(reset, lease) == "nothing_used"


def test_a_reset_gives_no_password_back(lease, ada):
    make.make_identity_check(lease, browser=ada, finding=EXPIRED)
    gate = signer_of(lease).gate
    Budget.objects.create(
        gate=gate, kind="access_code", consecutive=3, locked_at=timezone.now()
    )
    reset(lease)
    assert Budget.objects.get(kind="access_code").locked_at


# Hold


@pytest.fixture
def held(lease, ada):
    """Ada has shown her ID and waits while fields are filled in."""
    IdentityRules.objects.create(factor=ada.factor("identity"), holds_for_prefill=True)
    make.make_field(signer_of(lease), kind=Field.Kind.TEXT, tag="street", y=0.2)
    check = make.make_identity_check(lease, browser=ada)
    approve(check, lease.sender)
    passing.use(IdentityCheck.objects.get(), ada.visit, timezone.now())
    assert verdict(lease, ada) is Verdict.HELD
    return lease


def verdict(request, browser):
    now = timezone.now()
    return judge(signer_of(request), browser.visit, Action.SIGN, now).verdict


def prefill(request, **values):
    return prefilling.prefill(request, values, actor=request.sender, now=timezone.now())


def test_filling_in_fields_lets_the_signer_go_on(held, ada):
    prefill(held, street="1 Main Street")
    assert verdict(held, ada) is Verdict.OPEN
    assert kinds_of(held.trail)[-3:] == ["held", "released", "prefilled"]


def test_filling_in_what_does_not_exist_holds_on(held, ada):
    assert refused(prefill, held, nowhere="x") == "no_such_field"
    assert verdict(held, ada) is Verdict.HELD
    assert kinds_of(held.trail)[-1] == "held"


def test_the_hold_ends_by_itself_and_is_released_once(held, ada, time_machine):
    gate = Gate.objects.get()
    assert gate.held_until - timezone.now() <= timedelta(seconds=30)
    time_machine.move_to(gate.held_until)
    assert verdict(held, ada) is Verdict.OPEN
    prefill(held, street="1 Main Street")
    assert "released" not in kinds_of(held.trail)


# Tries that ran out without an answer


def begin(browser):
    factor = browser.factor(Factor.Kind.IDENTITY)
    now = timezone.now()
    return identity.start(browser.visit, factor, origin=browser.origin, now=now)


def test_a_change_while_the_last_try_waits_locks_and_is_told_instead_of_a_dead_end(
    lease, ada
):
    for finding in (EXPIRED, EXPIRED, None):
        make.make_identity_check(lease, browser=ada, finding=finding)
    with transaction.atomic():
        ending.forget_proofs(ada.gate, timezone.now())
    assert not budget(lease).locked_at
    assert begin(ada) is Outcome.LOCKED
    assert budget(lease).locked_at
    assert kinds_of(lease.trail).count("locked") == 1
    assert begin(ada) is Outcome.LOCKED
    assert kinds_of(lease.trail).count("locked") == 1
    reset(lease)
    assert isinstance(begin(ada), IdentityCheck)


def test_while_the_last_try_waits_another_browser_is_not_locked(lease, ada):
    for finding in (EXPIRED, EXPIRED, None):
        check = make.make_identity_check(lease, browser=ada, finding=finding)
    other = Browser(signer_of(lease).gate)
    assert begin(other) is Outcome.LOCKED
    assert not budget(lease).locked_at
    assert approve(check, lease.sender).state == State.PASSED
