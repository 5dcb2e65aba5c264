"""One press of a button, answered once: double clicks and Back do no more (T22)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from verification.models import Challenge, Factor, Gate, Submission, Visit
from verification.outcomes import Outcome

KEY_LENGTH = 64
# After this long a press without an answer was lost in a crash.
IN_FLIGHT = timedelta(seconds=30)


def begin(
    visit: Visit, key: str, factor: Factor | None, now: datetime
) -> Submission | None:
    """Claim a form's key; None when the form was already sent with it.

    Commits at once, so that the second of two parallel presses sees the first.
    """
    try:
        with transaction.atomic():
            return Submission.objects.create(
                visit=visit, key=_as_kept(key), factor=factor, at=now
            )
    except IntegrityError:
        return None


def was_pressed(visit: Visit, key: str) -> bool:
    """Say whether a form was already sent with this key."""
    return Submission.objects.filter(visit=visit, key=_as_kept(key)).exists()


def given(visit: Visit, key: str) -> Outcome:
    """Return what the press with this key came to."""
    row = Submission.objects.get(visit=visit, key=_as_kept(key))
    return Outcome(row.outcome) if row.outcome else Outcome.PENDING


def finish(
    answer: Submission,
    outcome: Outcome,
    *,
    about: Challenge | None = None,
    retry_at: datetime | None = None,
) -> Outcome:
    """Keep the outcome for the page that follows."""
    Submission.objects.filter(pk=answer.pk).update(
        outcome=outcome, about=about, retry_at=retry_at
    )
    return outcome


def others_in_flight(answer: Submission, gate: Gate, now: datetime) -> bool:
    """Whether another press at this gate is being looked at in this moment."""
    pressed = Submission.objects.filter(
        visit__gate=gate, outcome="", at__gt=now - IN_FLIGHT
    )
    return pressed.exclude(pk=answer.pk).exists()


def latest(visit: Visit, factor: Factor | None) -> Submission | None:
    """Return the last press at this factor, which the dialog speaks about."""
    presses = visit.submissions.filter(factor=factor).exclude(outcome="")
    return presses.select_related("about").order_by("-at", "-pk").first()


def _as_kept(key: str) -> str:
    return key.replace("\0", "")[:KEY_LENGTH]
