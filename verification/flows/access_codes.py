"""A password that the publisher gave is looked at."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import check_password
from django.db import transaction

from verification import codes
from verification.flows import answers, locking, trying
from verification.flows.trying import Try
from verification.models import Budget
from verification.outcomes import Outcome
from verification.standing import budget_of


def check_access_code(attempt: Try, epoch: int, key: str, now: datetime) -> Outcome:
    """Check a password that the publisher gave, with the same charge first.

    epoch is the state that the dialog was shown in: it changes with success
    and with a new password, so a guess against an older state costs nothing
    and tells nothing.
    """
    answer = answers.begin(attempt.visit, key, attempt.factor, now)
    if answer is None:
        return answers.given(attempt.visit, key)
    if refusal := trying.refuse(attempt, now):
        return answers.finish(answer, refusal)
    budget = budget_of(attempt.gate, Budget.Kind.ACCESS_CODE)
    if not trying.spend(attempt, budget, None, now, epoch=epoch):
        locked = trying.is_locked(attempt, budget, answer, now)
        return answers.finish(answer, Outcome.LOCKED if locked else Outcome.STALE)
    typed = codes.normalize_access_code(attempt.typed)
    if not check_password(typed, attempt.factor.secret):
        return answers.finish(answer, _record_wrong_access_code(attempt, budget, now))
    return answers.finish(answer, _record_access_code(attempt, budget, epoch, now))


def _record_access_code(
    attempt: Try, budget: Budget, epoch: int, now: datetime
) -> Outcome:
    with transaction.atomic():
        won = Budget.objects.filter(pk=budget.pk, epoch=epoch).update(epoch=epoch + 1)
        if not won:  # right all the same, so it costs nothing
            trying.refund(budget, clears_live=False)
            return Outcome.PASSED if trying.has_passed(attempt) else Outcome.STALE
        trying.refund(budget, clears_live=False)
        trying.grant(attempt.visit, attempt.factor, now)
        failed = budget.consecutive - 1
        trying.tell(attempt, "access_code_passed", now, failed_before=failed)
    return Outcome.PASSED


def _record_wrong_access_code(attempt: Try, budget: Budget, now: datetime) -> Outcome:
    with transaction.atomic():
        trying.hold(budget)
        trying.tell_wrong(attempt, "access_code_wrong", budget, "", Outcome.WRONG, now)
        locked = locking.lock_if_spent(attempt.gate, budget, now)
    trying.count_failure(attempt, now)
    return Outcome.LOCKED if locked else Outcome.WRONG
