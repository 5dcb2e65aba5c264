from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import timezone

from tests import factories as make
from verification import trail
from verification.models import Trail

pytestmark = pytest.mark.race


def test_a_thousand_events_at_once_are_one_chain_without_gaps(at_once):
    gates = [make.make_gate()]
    gates += [make.make_gate(trail=gates[0].trail) for _ in range(3)]

    def tell(number):
        gate = gates[number % 4]
        with transaction.atomic():
            entry = trail.append(
                gate.trail_id,
                "try",
                timezone.now(),
                actor="signer",
                gate=gate,
                number=number,
            )
        return entry.seq

    seqs = at_once(tell, 1000)

    assert sorted(seqs) == list(range(1, 1001))
    assert trail.verify(Trail.objects.get()) is None
