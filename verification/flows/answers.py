"""One press of a button, answered once: double clicks and Back do no more (T22)."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from verification.models import Challenge, Factor, Submission, Visit
from verification.outcomes import Outcome

KEY_LENGTH = 64


def begin(
    visit: Visit, key: str, factor: Factor | None, now: datetime
) -> Submission | None:
    """Claim a form's key; None when the form was already sent with it.

    Commits at once, so that the second of two parallel presses sees the first.
    """
    try:
        with transaction.atomic():
            return Submission.objects.create(
                visit=visit, key=key[:KEY_LENGTH], factor=factor, at=now
            )
    except IntegrityError:
        return None


def given(visit: Visit, key: str) -> Outcome:
    """Return what the press with this key came to."""
    row = Submission.objects.get(visit=visit, key=key[:KEY_LENGTH])
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


def latest(visit: Visit, factor: Factor | None) -> Submission | None:
    """Return the last press at this factor, which the dialog speaks about."""
    presses = visit.submissions.filter(factor=factor).exclude(outcome="")
    return presses.select_related("about").order_by("-at", "-pk").first()
