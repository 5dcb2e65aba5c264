"""A worker in a process of its own: what is sent is read, judged, and waits."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests import factories as make
from tests.verification.identity import shots
from verification.flows import identity, opening, picturing
from verification.models import Factor, IdentityCheck, IdentityPicture, IdentityRules
from verification.outcomes import Outcome

pytestmark = pytest.mark.slow


def test_a_selfie_and_a_license_come_through_the_broker_to_a_person(worker, eventually):
    gate = make.make_gate(Factor.Kind.IDENTITY)
    factor = gate.factors.get()
    IdentityRules.objects.create(factor=factor, needs_selfie=True)
    browser = make.Browser(gate)
    now = timezone.now()
    check = identity.start(
        browser.visit,
        factor,
        document_type="driver_license",
        country="US",
        origin=browser.origin,
        now=now,
    )
    worker("pages")
    taken = {
        "front": shots.license_back(),
        "back": shots.license_back(),
        "selfie": shots.selfie(),
    }
    session = browser.session
    for side, source in taken.items():
        capture, secret = picturing.open_capture(
            check, "camera", session=session, now=now
        )
        picturing.receive(
            capture,
            secret,
            side,
            source,
            is_frame=True,
            number=0,
            origin=opening.Origin(),
            now=now,
        )
    good = IdentityPicture.objects.filter(state="good")
    eventually(lambda: good.count() == 3, 90)
    assert identity.send(check, origin=opening.Origin(), now=now) is Outcome.PENDING
    state = IdentityCheck.State.WAITING
    eventually(lambda: IdentityCheck.objects.get(pk=check.pk).state == state, 30)
