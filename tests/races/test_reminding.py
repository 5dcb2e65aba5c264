from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from signing.flows import reminding, securing
from signing.flows.refusals import RefusedError
from tests import factories as make
from tests.factories import Browser
from verification import trail
from verification.models import Delivery, Factor
from verification.outcomes import Outcome

pytestmark = pytest.mark.race


def test_twenty_workers_remind_each_signer_once(at_once):
    requests = [make.make_request() for _ in range(5)]
    due = timezone.now() + timedelta(days=3)

    written = at_once(lambda _number: reminding.remind_due(due), 20)

    assert sum(written) == 5
    assert Delivery.objects.filter(kind="reminder").count() == 5
    assert all(trail.verify(request.trail) is None for request in requests)


def test_twenty_presses_remind_once_an_hour(at_once):
    request = make.make_request()
    now = timezone.now()

    def press(_number) -> bool:
        try:
            reminding.remind(make.signer_of(request), actor=request.sender, now=now)
        except RefusedError:
            return False
        return True

    assert sum(at_once(press, 20)) == 1
    assert Delivery.objects.filter(kind="reminder").count() == 1


@pytest.mark.parametrize("repeat", range(3))
def test_no_proof_by_the_old_password_outlives_the_new_one(at_once, repeat):
    """Guesses and the change race; whoever got in before has to prove it again."""
    request = make.make_request(kinds=("access_code",))
    browsers = [Browser(make.signer_of(request).gate) for _ in range(8)]

    def act(number) -> Outcome | None:
        if number == 4:
            securing.set_access_code(
                make.signer_of(request),
                "Harbour-77",
                actor=request.sender,
                now=timezone.now(),
            )
            return None
        return browsers[number].enter_password()

    at_once(act, 8)

    assert not any(browser.standing.may_view for browser in browsers)
    factor = browsers[0].factor(Factor.Kind.ACCESS_CODE)
    assert factor.proven_at is None
    assert browsers[0].enter_password("Harbour-77") is Outcome.PASSED
    assert trail.verify(request.trail) is None
