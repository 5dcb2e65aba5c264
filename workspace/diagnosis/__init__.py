"""Why can't they get in? One sentence for each signer, and what helps.

Computed from the newest rows of trail, deliveries, codes, tries and presses,
the same for the page, the mails and the API. The first case that holds is the
one that is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from signing.models import Signer
from workspace.diagnosis import devices, fates, identity, outside, people, presses
from workspace.diagnosis.facts import Facts, gather
from workspace.diagnosis.said import Diagnosis, Fix

__all__ = ["Diagnosis", "Facts", "Fix", "diagnose", "gather", "judge"]

Case = Callable[[Facts], Diagnosis | None]

CASES: tuple[Case, ...] = (
    outside.not_their_turn,
    outside.link_over,
    outside.locked,
    devices.app_paused,
    identity.identity,
    outside.unprovable,
    devices.cannot_be_set_up,
    identity.not_configured,
    people.not_them,
    people.wrong_number,
    people.other_link,
    fates.issued_code,
    presses.last_press,
    fates.failed_code,
    fates.not_entered,
    fates.code_expired,
    outside.email_bounced,
    outside.no_email,
    outside.never_opened,
    outside.not_begun,
)


def diagnose(signers: Sequence[Signer], now: datetime) -> dict[int, Diagnosis]:
    """Say what keeps each signer of one transaction out, by the signer's pk.

    Who is in, or has nothing to do, is absent. signers come with gate and
    request.company, and are all of the transaction's: one case is that they
    opened each other's link.
    """
    found = {one.signer.pk: judge(one) for one in gather(signers, now)}
    return {pk: diagnosis for pk, diagnosis in found.items() if diagnosis}


def judge(facts: Facts) -> Diagnosis | None:
    signer = facts.signer
    if signer.is_done or not signer.acts or not signer.request.is_open:
        return None
    found = (case(facts) for case in CASES)
    return next((one for one in found if one is not None), None)
