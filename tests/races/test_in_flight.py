"""A signer is changed by several at once, while they sign, or by a double press."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import timezone

from signing.flows import acting, launching, reassigning, renewing, securing
from signing.flows.holding import fingerprint
from signing.flows.refusals import RefusedError
from signing.models import LaunchCode, Signature, Signer
from tests import factories as make
from tests.factories import signer_of
from verification import trail
from verification.models import Gate, Trail

pytestmark = pytest.mark.race


def said(verb, *args, **facts) -> str:
    try:
        verb(*args, now=timezone.now(), **facts)
    except RefusedError as refused:
        return refused.code
    return "done"


def test_somebody_is_replaced_or_has_signed_but_never_both(at_once):
    """No document is sealed with a signature of whoever was replaced."""
    lease = make.make_request(kinds=())
    ada = signer_of(lease)
    browser = make.Browser(ada.gate)
    make.opening.admit(browser.visit, timezone.now())
    drawing = acting.Drawing(style="typed-1", text="Ada Lane")
    acting.adopt(ada, "signature", drawing, timezone.now())
    visit, origin = browser.visit, browser.origin

    def act(number):
        if number % 2:
            return said(
                reassigning.reassign,
                ada,
                name="Cy Dole",
                email="cy@example.com",
                reason="She moved.",
                actor=lease.sender,
            )
        signed = acting.sign(
            signer_of_pk(ada.pk),
            visit,
            origin,
            consented=True,
            language="en",
            now=timezone.now(),
        )
        return str(signed.outcome)

    at_once(act, 20)

    stored = signer_of_pk(ada.pk)
    kinds = Counter(make.kinds_of(lease.trail))
    if stored.state == Signer.State.SIGNED:
        assert stored.name == "Ada Lane"
        assert (kinds["signed"], kinds["reassigned"]) == (1, 0)
    else:
        assert stored.name == "Cy Dole"
        assert kinds["signed"] == 0
        assert not Signature.objects.filter(signer=stored).exists()
    assert trail.verify(Trail.objects.get(pk=lease.trail_id)) is None


def signer_of_pk(pk) -> Signer:
    rows = Signer.objects.select_related(
        "gate__trail", "request__company", "request__sender"
    )
    return rows.get(pk=pk)


def test_twenty_presses_of_one_dialog_are_one(at_once):
    lease = make.make_request()
    ada = signer_of(lease)
    seen = fingerprint(ada)

    def press(number):
        if number % 2:
            return said(renewing.send_new_link, ada, actor=lease.sender, seen=seen)
        return said(securing.change, ada, {}, tries=5, seen=seen, actor=lease.sender)

    answers = Counter(at_once(press, 20))
    assert answers == {"done": 1, "changed_meanwhile": 19}


def test_twenty_launch_codes_at_once_leave_one_alive_and_one_way_in(at_once):
    lease = make.make_draft(kinds=())
    Gate.objects.filter(signer__request=lease).update(email="")
    make.sending.send(lease, actor=lease.sender, now=timezone.now())
    ada = signer_of(lease)

    def press(_number):
        return launching.issue(ada, issuer=lease.sender, now=timezone.now()).code

    issued = at_once(press, 20)
    now = timezone.now()
    assert LaunchCode.objects.filter(used_at=None, ends_at__gt=now).count() == 1

    def launch(number):
        at = make.opening.Origin(ip=f"198.51.100.{number}")
        return launching.launch(issued[number], at, timezone.now()) is not None

    assert Counter(at_once(launch, 20)) == {True: 1, False: 19}
