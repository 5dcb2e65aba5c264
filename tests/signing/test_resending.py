"""The invitation again, a code to tell, the tries back (threats T20, T23)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from signing import record
from signing.flows import resending, sending
from signing.flows.refusals import RefusedError
from signing.models import Company, SignRequest
from tests import factories
from tests.factories import Browser, issue, kinds_of, lock_out, signer_of
from verification import links
from verification.models import Budget, Challenge, Factor, Gate
from verification.outcomes import Outcome

pytestmark = pytest.mark.django_db
Kind = Factor.Kind
MORNING = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _morning(time_machine) -> None:
    time_machine.move_to(MORNING, tick=False)


@pytest.fixture
def company():
    return factories.make_company(alternative_codes_on=True, generate_in_resend=True)


@pytest.fixture
def lease(company):
    return factories.make_request(company, people=("ada", "bob"))


def resend(request, *people):
    wanted = [signer_of(request, one) for one in people or ("ada",)]
    return resending.resend(wanted, actor=request.sender, now=timezone.now())


def unlock(request, *, is_company_admin=False, reason="She called.", verb=None):
    return (verb or resending.unlock)(
        signer_of(request),
        actor=request.sender,
        is_company_admin=is_company_admin,
        reason=reason,
        now=timezone.now(),
    )


def unlock_and_generate(request, **options):
    return unlock(request, verb=resending.unlock_and_generate, **options)


def code_of(refused) -> str:
    return refused.value.code


def budget(request) -> Budget:
    gate = signer_of(request).gate
    return gate.budgets.get(kind=Budget.Kind.ONE_TIME_CODE)


# Resend


def test_the_invitation_goes_again_with_the_same_link(lease, outbox):
    gate = signer_of(lease).gate
    factories.deliver_due()
    assert [one.name for one in resend(lease)] == ["Ada Lane"]
    factories.deliver_due()
    token = links.make_token(gate.public_id, gate.link_version)
    assert all(token in mail.text for mail in outbox)
    assert len(outbox) == 2
    assert kinds_of(lease.trail)[-3:].count("resent") == 1


def test_who_waits_or_is_done_is_skipped(lease):
    assert resend(lease, "ada", "bob") == [signer_of(lease)]
    factories.sign_as(lease)
    assert resend(lease, "ada", "bob") == [signer_of(lease, "bob")]
    sending.recall(lease, actor=lease.sender, reason="", now=timezone.now())
    assert resend(lease, "ada", "bob") == []


def test_where_a_program_writes_itself_nothing_is_said_to_be_sent(lease):
    SignRequest.objects.filter(pk=lease.pk).update(emails_off=True)
    assert resend(lease) == []
    assert "resent" not in kinds_of(lease.trail)


def test_a_link_that_is_over_comes_back_as_another(lease):
    gate = signer_of(lease).gate
    factories.link_ends_in(gate, timedelta(days=-1))
    resend(lease)
    after = signer_of(lease).gate
    assert after.link_version == gate.link_version + 1
    assert not after.is_link_over(timezone.now())


def test_resending_leaves_codes_and_what_was_proven(lease):
    ada = factories.enter_as(lease)
    resend(lease)
    assert ada.standing.may_view


def test_nobody_is_flooded_by_resending(lease):
    for _time in range(5):
        resend(lease)
    with pytest.raises(RefusedError) as refused:
        resend(lease)
    assert code_of(refused) == "too_often"
    assert kinds_of(lease.trail).count("resent") == 5


# GENERATE


def test_the_code_opens_and_names_who_issued_it(lease):
    issued = issue(lease)
    ada = Browser(signer_of(lease).gate)
    assert ada.redeem(issued.code) is Outcome.PASSED
    told = [json.loads(entry.payload) for entry in lease.trail.entries.all()]
    (entry,) = [facts for facts in told if facts.get("ends_at")]
    assert entry["actor"] == sending.actor_name(lease.sender)
    certificate = record.events_of(signer_of(lease))
    lines = [f"{event.label}: {event.detail}" for event in certificate]
    assert any("Code issued: By Pat Miller <" in line for line in lines)
    assert any("Issued by Pat Miller, used once" in line for line in lines)


def test_the_signer_hears_that_a_code_was_issued(lease, outbox):
    issued = issue(lease)
    factories.deliver_due()
    mail = outbox[-1]
    assert mail.to == "ada@example.com"
    assert mail.subject == "Pat Miller made a security code for you"
    for spelled in (issued.code, f"{issued.code[:4]}-{issued.code[4:]}"):
        assert spelled not in mail.text
        assert spelled not in str(mail)


@pytest.mark.parametrize("setting", ["alternative_codes_on", "generate_in_resend"])
def test_either_setting_off_refuses(lease, setting):
    Company.objects.update(**{setting: False})
    ada = signer_of(lease)
    with pytest.raises(RefusedError) as refused:
        resending.generate(ada, issuer=lease.sender, now=timezone.now())
    assert code_of(refused) == "codes_off"
    with pytest.raises(RefusedError) as refused:
        unlock_and_generate(lease)
    assert code_of(refused) == "codes_off"
    assert not Challenge.objects.exists()


def test_both_are_off_in_a_new_company():
    request = factories.make_request()
    with pytest.raises(RefusedError) as refused:
        resending.generate(signer_of(request), issuer=request.sender, now=MORNING)
    assert code_of(refused) == "codes_off"


def test_nobody_gets_a_code_before_their_turn_or_after(lease):
    with pytest.raises(RefusedError) as refused:
        issue(lease, "bob")
    assert code_of(refused) == "not_invited"
    factories.sign_as(lease)
    with pytest.raises(RefusedError) as refused:
        issue(lease)
    assert code_of(refused) == "already_done"
    sending.recall(lease, actor=lease.sender, reason="", now=timezone.now())
    with pytest.raises(RefusedError) as refused:
        issue(lease, "bob")
    assert code_of(refused) == "not_open"


@pytest.mark.parametrize("kinds", [(), ("identity",)])
def test_where_no_code_is_asked_none_is_made(company, kinds):
    request = factories.make_request(company, kinds=kinds)
    with pytest.raises(RefusedError) as refused:
        issue(request)
    assert code_of(refused) == "no_code_factor"


def test_the_code_stands_in_no_trace(lease):
    issued = issue(lease)
    assert issued.code not in repr(issued)


# Unlocking


def test_unlocking_gives_all_tries_back_and_says_why(lease):
    lock_out(lease)
    unlock(lease)
    assert budget(lease).tries_left(3, timezone.now()) == 3
    facts = json.loads(lease.trail.entries.get(kind="unlocked").payload)
    assert facts["reason"] == "She called."
    assert facts["actor"] == sending.actor_name(lease.sender)
    assert facts["cleared_total"] is False
    certificate = record.events_of(signer_of(lease))
    assert any("She called." in event.detail for event in certificate)


def test_no_unlock_without_a_reason(lease):
    lock_out(lease)
    with pytest.raises(RefusedError) as refused:
        unlock(lease, reason=" \n")
    assert code_of(refused) == "reason_needed"
    assert budget(lease).locked_at


def test_what_is_not_locked_is_not_unlocked(lease):
    with pytest.raises(RefusedError) as refused:
        unlock(lease)
    assert code_of(refused) == "not_locked"


def test_three_unlocks_a_day_and_the_fourth_says_so(lease, time_machine):
    for _time in range(3):
        lock_out(lease)
        unlock(lease)
        time_machine.shift(timedelta(minutes=31))
    lock_out(lease)
    for is_company_admin in (False, True):
        with pytest.raises(RefusedError) as refused:
            unlock(lease, is_company_admin=is_company_admin)
        assert code_of(refused) == "unlocked_too_often"
    time_machine.shift(timedelta(days=1))
    unlock(lease)


def test_at_the_cap_of_all_tries_only_a_company_admin_begins_anew(lease):
    lock_out(lease)
    Budget.objects.update(total=Budget.TOTAL_CAP)
    with pytest.raises(RefusedError) as refused:
        unlock(lease)
    assert code_of(refused) == "total_reached"
    assert "Send a new link" in str(refused.value.message)
    unlock(lease, is_company_admin=True)
    assert budget(lease).total == 0
    facts = json.loads(lease.trail.entries.get(kind="unlocked").payload)
    assert facts["cleared_total"] is True


@pytest.mark.parametrize("change", ["no address", "no emails"])
def test_who_can_be_sent_no_link_is_unlocked_by_an_admin_at_the_cap(lease, change):
    lock_out(lease)
    Budget.objects.update(total=Budget.TOTAL_CAP)
    if change == "no address":
        Gate.objects.filter(signer__request=lease).update(email="")
    else:
        SignRequest.objects.filter(pk=lease.pk).update(emails_off=True)
    with pytest.raises(RefusedError) as refused:
        unlock(lease)
    assert "Ask a company admin to unlock." in str(refused.value.message)
    unlock(lease, is_company_admin=True)


def test_below_the_cap_a_company_admin_leaves_the_total_too(lease):
    lock_out(lease)
    unlock(lease, is_company_admin=True)
    assert budget(lease).total == 3


def test_a_locked_signer_gets_no_code_without_unlocking(lease):
    ada = lock_out(lease)
    with pytest.raises(RefusedError) as refused:
        issue(lease)
    assert code_of(refused) == "locked"
    issued = unlock_and_generate(lease)
    assert ada.redeem(issued.code) is Outcome.PASSED
    told = kinds_of(lease.trail)
    assert told.index("unlocked") < told.index("code_issued")


def test_nothing_is_unlocked_where_no_code_can_be_made(lease):
    lock_out(lease)
    Company.objects.update(generate_in_resend=False)
    with pytest.raises(RefusedError):
        unlock_and_generate(lease)
    assert budget(lease).locked_at
    assert "unlocked" not in kinds_of(lease.trail)


def test_a_password_that_is_locked_is_unlocked_with_it(company):
    request = factories.make_request(company, kinds=("access_code", "phone"))
    ada = Browser(signer_of(request).gate)
    for _time in range(3):
        ada.enter_password("wrong")
    with pytest.raises(RefusedError) as refused:
        issue(request)
    assert code_of(refused) == "locked"
    issued = unlock_and_generate(request)
    assert ada.enter_password() is Outcome.PASSED
    assert ada.redeem(issued.code) is Outcome.PASSED


def test_resending_and_texts_leave_the_issued_code_alone(lease, time_machine):
    issued = issue(lease)
    ada = Browser(signer_of(lease).gate)
    ada.must_ask()
    time_machine.shift(timedelta(minutes=1))
    ada.must_ask("voice")
    resend(lease)
    ada.arrive()
    assert ada.redeem(issued.code) is Outcome.PASSED
