"""An authenticator app is set up at a verified visit, and asked for at the next.

The app outlives a document: what was taken at one gate is used up at every
other of the same person (Authenticator.last_t). Tries are those of one-time
codes (threat T7) and the app's own, which all its gates share, so that many
documents give nobody more guesses at one key. Both are charged before the code
is looked at.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, models, transaction

from verification import authenticators, devices
from verification.authenticators import Match
from verification.flows import answers, locking, trying
from verification.flows.trying import Try
from verification.models import Authenticator, Budget, Factor, Submission, Visit
from verification.outcomes import Outcome
from verification.standing import budget_of, standing

CODES = Budget.Kind.ONE_TIME_CODE


def begun_by(visit: Visit | None) -> Authenticator | None:
    """Return the app that this browser is setting up, if it is for this person."""
    if visit is None:
        return None
    begun = Authenticator.objects.filter(
        **devices.person_of(visit.gate), visit=visit, confirmed_at=None, removed_at=None
    )
    return next(iter(begun[:1]), None)


def begin(visit: Visit, factor: Factor, now: datetime) -> Outcome:
    """Make a key for an app, unless this browser has begun; PENDING is well."""
    proven = standing(visit.gate, visit, now)
    if factor.kind != Factor.Kind.TOTP or not proven.is_reached(factor):
        return Outcome.STALE
    if not proven.may_enrol(factor):
        return Outcome.STALE
    begun = begun_by(visit)
    if begun is not None and authenticators.key_of(begun) is not None:
        return Outcome.PENDING
    person = devices.person_of(visit.gate)
    try:
        with transaction.atomic():
            visit.authenticators.filter(confirmed_at=None).delete()
            Authenticator.objects.create(
                **person,
                visit=visit,
                key=authenticators.seal(authenticators.new_key(), person),
                created_at=now,
            )
    except IntegrityError:
        pass  # the other of two presses has begun
    return Outcome.PENDING


def confirm(attempt: Try, key: str, now: datetime) -> Outcome:
    """Take the first code of the app that was begun here: the factor is proven.

    A wrong code costs no try: the key is on the same screen, so there is
    nothing to guess.
    """
    answer = answers.begin(attempt.visit, key, attempt.factor, now)
    if answer is None:
        return answers.given(attempt.visit, key)
    if refusal := trying.refuse(attempt, now):
        return answers.finish(answer, refusal)
    if budget_of(attempt.gate, CODES).locked_at:
        return answers.finish(answer, Outcome.LOCKED)
    begun = begun_by(attempt.visit)
    proven = standing(attempt.gate, attempt.visit, now)
    secret = authenticators.key_of(begun) if begun else None
    if begun is None or secret is None or not proven.may_enrol(attempt.factor):
        return answers.finish(answer, Outcome.STALE)
    found = authenticators.match(secret, attempt.typed, now)
    if found is None:
        trying.count_failure(attempt, now)
        return answers.finish(answer, Outcome.WRONG)
    behind = proven.proven_besides(attempt.factor)
    return answers.finish(answer, _enrol(attempt, begun, found, behind, now))


def check(attempt: Try, epoch: int, key: str, now: datetime) -> Outcome:
    """Check a code of the app; epoch is the state that the dialog was shown in.

    Success and every change raise it, so a guess still in flight then costs
    nothing and tells nothing.
    """
    answer = answers.begin(attempt.visit, key, attempt.factor, now)
    if answer is None:
        return answers.given(attempt.visit, key)
    if refusal := trying.refuse(attempt, now):
        return answers.finish(answer, refusal)
    device = devices.authenticator_of(attempt.gate)
    secret = authenticators.key_of(device) if device else None
    if device is None or secret is None or attempt.factor.kind != Factor.Kind.TOTP:
        return answers.finish(answer, Outcome.STALE)
    budget = budget_of(attempt.gate, CODES)
    if not trying.spend(attempt, budget, None, now, device, epoch=epoch):
        return answers.finish(answer, _why_unpaid(attempt, device, budget, answer, now))
    found = authenticators.match(
        secret, attempt.typed, now, drift=device.drift, last_t=device.last_t
    )
    if found is None:
        was_right = authenticators.match(secret, attempt.typed, now, drift=device.drift)
        why = Outcome.USED if was_right else Outcome.WRONG
        outcome = _record_wrong(attempt, budget, device, why, now)
        return answers.finish(answer, outcome)
    outcome = _record_passed(attempt, budget, device, found, epoch, now)
    if outcome is Outcome.USED:
        outcome = _record_wrong(attempt, budget, device, outcome, now)
    return answers.finish(answer, outcome)


def _why_unpaid(
    attempt: Try,
    device: Authenticator,
    budget: Budget,
    answer: Submission,
    now: datetime,
) -> Outcome:
    budget.refresh_from_db()
    if trying.is_locked(attempt, budget, answer, now):
        return Outcome.LOCKED
    device.refresh_from_db()
    return Outcome.PAUSED if device.is_paused(now) else Outcome.STALE


def _enrol(
    attempt: Try,
    begun: Authenticator,
    found: Match,
    behind: list[str],
    now: datetime,
) -> Outcome:
    """One winner: of two browsers that set an app up, the second is asked for it."""
    gate = attempt.gate
    begun_row = Authenticator.objects.filter(
        pk=begun.pk, confirmed_at=None, removed_at=None
    )
    try:
        with transaction.atomic():
            trying.hold(budget_of(gate, CODES))
            if not begun_row.update(
                confirmed_at=now,
                last_used_at=now,
                enrolled_at_gate=gate,
                enrolled_behind=behind,
                visit=None,
                drift=found.drift,
                last_t=found.t,
            ):
                return Outcome.STALE
            _others_begun(attempt).delete()
            trying.grant(attempt.visit, attempt.factor, now)
            told = {"behind": behind, "browser": attempt.origin.browser}
            trying.tell(attempt, "totp_enrolled", now, **told)
    except IntegrityError:
        return Outcome.STALE
    return Outcome.PASSED


def _others_begun(attempt: Try) -> models.QuerySet[Authenticator]:
    person = devices.person_of(attempt.gate)
    return Authenticator.objects.filter(**person, confirmed_at=None, removed_at=None)


def _record_passed(
    attempt: Try,
    budget: Budget,
    device: Authenticator,
    found: Match,
    epoch: int,
    now: datetime,
) -> Outcome:
    """Commit 2 of a right try: a code is taken once, at whichever gate."""
    with transaction.atomic():
        trying.hold(budget)
        won = Budget.objects.filter(pk=budget.pk, epoch=epoch).update(epoch=epoch + 1)
        if not won:  # right all the same, so it costs nothing
            trying.refund(budget, clears_live=False)
            device.refund()
            return Outcome.PASSED if trying.has_passed(attempt) else Outcome.STALE
        unused = Authenticator.objects.filter(
            pk=device.pk, last_t__lt=found.t, removed_at=None
        )
        if not unused.update(
            last_t=found.t, drift=found.drift, last_used_at=now, in_a_row=0
        ):
            return Outcome.USED
        device.refund()
        trying.refund(budget, clears_live=False)
        trying.grant(attempt.visit, attempt.factor, now)
        trying.tell(
            attempt,
            "totp_passed",
            now,
            set_up_at=device.confirmed_at.isoformat() if device.confirmed_at else "",
            behind=device.enrolled_behind,
            failed_before=budget.consecutive - 1,
        )
    return Outcome.PASSED


def _record_wrong(
    attempt: Try, budget: Budget, device: Authenticator, why: Outcome, now: datetime
) -> Outcome:
    """Commit 2 of a wrong try. device is as its charge left it: of several at
    once, one has made it pause."""
    with transaction.atomic():
        trying.hold(budget)
        trying.tell_wrong(attempt, "totp_failed", budget, "", why, now)
        if device.is_paused(now):
            until = device.resumes_at(now)
            trying.tell(attempt, "totp_paused", now, until=until and until.isoformat())
        locked = locking.lock_if_spent(attempt.gate, budget, now)
    trying.count_failure(attempt, now)
    return Outcome.LOCKED if locked else why
