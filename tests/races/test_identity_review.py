"""Two people judge one identity check at the same moment: one of them does."""

from __future__ import annotations

from collections import Counter

import pytest
from django.utils import timezone

from signing.flows import identity_review
from signing.flows.identity_review import fingerprint
from signing.flows.refusals import RefusedError
from tests import factories as make
from verification.models import Budget, Delivery, IdentityCheck, TrailEntry, User

pytestmark = pytest.mark.race


def test_of_twenty_decisions_at_once_one_is_made(at_once):
    request = make.make_identity_request()
    check = make.make_identity_check(request)
    seen = fingerprint(check)

    def decide(number: int) -> str:
        mine = IdentityCheck.objects.get(pk=check.pk)
        facts = {
            "actor": User.objects.get(pk=request.sender_id),
            "now": timezone.now(),
            "seen": seen,
        }
        try:
            if number % 2:
                identity_review.approve(mine, **facts)
            else:
                identity_review.reject(mine, "Too dark.", **facts)
        except RefusedError as refused:
            return refused.code
        return "done"

    came = Counter(at_once(decide, 20))
    assert came == {"done": 1, "already_decided": 19}
    decided = TrailEntry.objects.filter(kind__in=["identity_passed", "identity_failed"])
    assert decided.count() == 1
    written = Delivery.objects.filter(kind__startswith="identity_")
    assert written.count() == 1


def test_of_twenty_resets_at_once_one_counts(at_once):
    request = make.make_identity_request()
    check = make.make_identity_check(request)
    now = timezone.now()
    identity_review.reject(check, "Too dark.", actor=request.sender, now=now)

    def reset(_number: int) -> str:
        signer = make.signer_of(request)
        try:
            identity_review.reset(
                signer,
                actor=User.objects.get(pk=request.sender_id),
                is_company_admin=False,
                reason="Called",
                now=timezone.now(),
            )
        except RefusedError as refused:
            return refused.code
        return "done"

    assert Counter(at_once(reset, 20)) == {"done": 1, "nothing_used": 19}
    assert Budget.objects.get(kind="identity").unlocks == 1
