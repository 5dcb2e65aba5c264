"""Publishers who press at the same moment as each other, and as the signers."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import timezone

from signing.flows import correcting, resending
from signing.flows.refusals import RefusedError
from tests import factories as make
from tests.factories import signer_of
from verification import trail
from verification.models import Challenge, Delivery, Trail
from verification.outcomes import Outcome
from verification.standing import budget_of

pytestmark = pytest.mark.race
LIVE = Challenge.State.ISSUED


@pytest.fixture
def company():
    return make.make_company(alternative_codes_on=True, generate_in_resend=True)


def test_twenty_presses_of_generate_leave_exactly_one_live_code(at_once, company):
    lease = make.make_request(company)
    ada = signer_of(lease)

    def press(_number):
        now = timezone.now()
        return resending.generate(ada, issuer=lease.sender, now=now)

    issued = at_once(press, 20)

    (live,) = Challenge.objects.filter(state=LIVE)
    assert budget_of(ada.gate, "one_time_code").live_alternative_id == live.pk
    told = Counter(make.kinds_of(lease.trail))
    assert told["code_issued"] == len(issued) == 20
    right = {one.challenge.pk: one.code for one in issued}
    browser = make.Browser(ada.gate)
    assert browser.redeem(right[live.pk]) is Outcome.PASSED
    assert trail.verify(Trail.objects.get(pk=lease.trail_id)) is None


def test_twenty_unlocks_at_once_are_one(at_once, company):
    lease = make.make_request(company)
    make.lock_out(lease)
    ada = signer_of(lease)

    def press(_number):
        try:
            resending.unlock(
                ada,
                actor=lease.sender,
                is_company_admin=False,
                reason="She called.",
                now=timezone.now(),
            )
        except RefusedError as refused:
            return refused.code
        return "unlocked"

    answers = Counter(at_once(press, 20))
    assert answers == {"unlocked": 1, "not_locked": 19}
    assert budget_of(ada.gate, "one_time_code").unlocks == 1


def test_numbers_changed_crosswise_while_codes_are_asked_never_wait_on_each_other(
    at_once, company
):
    leases = [
        make.make_request(company, people=("ada", "bob"), is_ordered=False)
        for _ in range(2)
    ]
    signers = [signer_of(one, who) for one in leases for who in ("ada", "bob")]
    browsers = [make.Browser(one.gate) for one in signers]

    def act(number):
        if number % 2:
            return browsers[number % 4].ask(key=f"ask-{number}")
        chosen = signers if number % 4 else signers[::-1]
        new = f"+141555501{number:02}"
        changed = correcting.change_phones(
            dict.fromkeys(chosen, new), actor=leases[0].sender, now=timezone.now()
        )
        return len(changed)

    at_once(act, 24)

    phones = {signer_of(one, who).phone for one in leases for who in ("ada", "bob")}
    assert len(phones) == 1
    for one in Challenge.objects.filter(state=LIVE):
        sent = Delivery.objects.get(challenge=one)
        assert {sent.address} == phones  # nothing lives that went to an old number
    for lease in leases:
        assert trail.verify(Trail.objects.get(pk=lease.trail_id)) is None
