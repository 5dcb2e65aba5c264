"""What identity checks showed of people is erased when its time is over.

How long it is kept is each company's setting, read live. The trail keeps what
the certificate says, and nothing of a picture or a name.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import models, transaction

from verification import policy, trail
from verification.flows import hosted, identity, trying
from verification.models import Gate, IdentityCheck

BATCH = 200
# Who leaves a check lying about begins anew.
ABANDONED = timedelta(days=2)
State = IdentityCheck.State

logger = logging.getLogger(__name__)


def erase_due(now: datetime, most: int = BATCH) -> int:
    """End what was given up, erase what was kept long enough; at most so many each.

    Returns how many checks were erased. One that cannot be erased is tried
    again at the next run and holds no other up.
    """
    end_abandoned(now, most)
    return sum(_erase_safely(check, now) for check in due(now, most))


def end_abandoned(now: datetime, most: int = BATCH) -> int:
    """End what nobody goes on with: open or sent for two days, or waiting for a
    person longer than its browser is remembered.

    The trail tells of what waited in vain: its signer has to show an ID again, and
    gets the try back that nobody looked at.
    """
    rows = IdentityCheck.objects.select_related("gate", "factor").order_by("started_at")
    begun = rows.filter(state=State.OPEN, started_at__lte=now - ABANDONED)
    sent = rows.filter(state=State.SENT, sent_at__lte=now - ABANDONED)
    over = now - identity.REVIEW_LIFETIME
    waiting = rows.filter(state=State.WAITING, sent_at__lte=over)
    found = [check for part in (begun, sent, waiting) for check in part[:most]]
    return sum(_end(check, now) for check in found)


def _end(check: IdentityCheck, now: datetime) -> bool:
    has_waited = check.state == State.WAITING
    with transaction.atomic():
        budget = identity.tries_of(check)
        trying.hold(budget)
        ended = check.move(State.ENDED, now)
        if ended and check.sent_at is not None:
            trying.give_back(budget)
        if ended and has_waited:
            _tell(check, "identity_over", now)
    return ended


def due(now: datetime, most: int = BATCH) -> list[IdentityCheck]:
    """Return checks that were decided longer ago than their company keeps them;
    what nobody sent, and so nobody may look at, is kept two days."""
    kept = IdentityCheck.objects.filter(erased_at=None).exclude(decided_at=None)
    companies = kept.order_by().values_list("gate__company_id", flat=True).distinct()
    found: list[IdentityCheck] = []
    for company_id in companies:
        days = policy.of(Gate(company_id=company_id)).identity_days_kept
        lifetimes = models.Q(decided_at__lte=now - timedelta(days=days)) | models.Q(
            sent_at=None, decided_at__lte=now - ABANDONED
        )
        old = kept.filter(lifetimes, gate__company_id=company_id)
        rows = old.select_related("gate").order_by("decided_at", "pk")
        found += rows[: most - len(found)]
        if len(found) >= most:
            break
    return found


def erase(check: IdentityCheck, now: datetime) -> bool:
    """Erase pictures, readings, facts, names and the reviewer's words of one check;
    False if it was done.

    A provider that keeps pictures is asked to erase them by a worker.
    Files go before the commit: a crash in between leaves rows without files,
    which the next run finds; the other way round it would leave files that
    nobody knows of.
    """
    with transaction.atomic():
        rows = IdentityCheck.objects.select_for_update(skip_locked=True)
        held = rows.filter(pk=check.pk, erased_at=None).first()
        if held is None:
            return False
        erase_pictures(held)
        hosted.erase(held, now)
        IdentityCheck.objects.filter(pk=held.pk).update(
            facts="", name_comparison="", provider_url="", note="", erased_at=now
        )
        _tell(check, "identity_erased", now)
    return True


def erase_pictures(check: IdentityCheck) -> None:
    """Delete the files, what was read from them, and who may see or has seen them."""
    for picture in check.pictures.all():
        if picture.file:
            picture.file.delete(save=False)
        picture.delete()
    check.captures.all().delete()
    check.looks.all().delete()


def _tell(check: IdentityCheck, kind: str, now: datetime) -> None:
    gate, shown = check.gate, str(check.public_id)
    trail.append(gate.trail_id, kind, now, actor="system", gate=gate, check=shown)


def _erase_safely(check: IdentityCheck, now: datetime) -> bool:
    try:
        return erase(check, now)
    except Exception:
        logger.exception("Identity check %s could not be erased.", check.pk)
        return False
