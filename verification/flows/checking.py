"""A code is looked at. Each step commits before the next one looks.

Commit 1 charges the try: one conditional UPDATE names the very code that the
dialog shows, that it is live, its end and all caps. Then the compare. Commit 2
is the outcome. No transaction spans charge and compare, so no error later in
the request gives a try back (threats T1, T2, T4).
"""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password
from django.db import models, transaction
from django.db.models.functions import Greatest

from verification import codes, conversion, limits, policy, trail
from verification.flows import answers, locking
from verification.flows.opening import Origin
from verification.models import (
    Budget,
    Challenge,
    Factor,
    Gate,
    Grant,
    Submission,
    Visit,
)
from verification.outcomes import Outcome
from verification.standing import budget_of, standing

logger = logging.getLogger(__name__)
State = Challenge.State
REMEMBERED = timedelta(hours=48)
MOST_REMEMBERED = 8
BY_PHONE = (Challenge.Channel.SMS, Challenge.Channel.VOICE)

CLOSED_BECAUSE = {
    State.VERIFIED: Outcome.USED,
    State.LOCKED: Outcome.LOCKED,
    State.EXPIRED: Outcome.EXPIRED,
    State.REPLACED: Outcome.REPLACED,
}


@dataclass(frozen=True)
class Try:
    """What somebody typed, into which dialog, in which browser."""

    visit: Visit
    factor: Factor
    typed: str
    origin: Origin

    @property
    def gate(self) -> Gate:
        return self.visit.gate


def verify(attempt: Try, challenge_id: int, key: str, now: datetime) -> Outcome:
    """Check a typed code against the code that the dialog shows.

    Spends one try whatever the answer, and none when that code is not live.
    """
    answer = answers.begin(attempt.visit, key, attempt.factor, now)
    if answer is None:
        return answers.given(attempt.visit, key)
    challenge = attempt.gate.challenges.filter(pk=challenge_id).first()
    if refusal := _refuse(attempt, now):
        return answers.finish(answer, refusal, about=challenge)
    if challenge is None or challenge.channel == Challenge.Channel.ALTERNATIVE:
        return answers.finish(answer, Outcome.NOTHING_LIVE)
    return _verify(attempt, challenge, answer, now)


def redeem(attempt: Try, key: str, now: datetime) -> Outcome:
    """Check what was typed under "I have a code".

    Digits alone are the code that was sent to this browser; anything else is a
    code that the publisher issued, which binds to the browser that uses it.
    """
    answer = answers.begin(attempt.visit, key, attempt.factor, now)
    if answer is None:
        return answers.given(attempt.visit, key)
    if refusal := _refuse(attempt, now):
        return answers.finish(answer, refusal)
    budget = budget_of(attempt.gate, Budget.Kind.ONE_TIME_CODE)
    if codes.looks_sent(attempt.typed):
        live_id = budget.live_asked_id or _newest_asked(attempt.visit)
    elif policy.of(attempt.gate).offers_alternative_codes:
        live_id = budget.live_alternative_id or _newest_alternative(attempt.gate)
    else:
        live_id = None
    challenge = attempt.gate.challenges.filter(pk=live_id or 0).first()
    if challenge is None:
        return answers.finish(answer, Outcome.NOTHING_LIVE)
    return _verify(attempt, challenge, answer, now)


def check_access_code(attempt: Try, epoch: int, key: str, now: datetime) -> Outcome:
    """Check a password that the publisher gave, with the same charge first.

    epoch is the state that the dialog was shown in: it changes with success
    and with a new password, so a guess against an older state costs nothing
    and tells nothing.
    """
    answer = answers.begin(attempt.visit, key, attempt.factor, now)
    if answer is None:
        return answers.given(attempt.visit, key)
    if refusal := _refuse(attempt, now):
        return answers.finish(answer, refusal)
    budget = budget_of(attempt.gate, Budget.Kind.ACCESS_CODE)
    if not _spend(attempt, budget, None, now, epoch=epoch):
        locked = _is_locked(attempt, budget, answer, now)
        return answers.finish(answer, Outcome.LOCKED if locked else Outcome.STALE)
    typed = codes.normalize_access_code(attempt.typed)
    if not check_password(typed, attempt.factor.secret):
        return answers.finish(answer, _record_wrong_access_code(attempt, budget, now))
    return answers.finish(answer, _record_access_code(attempt, budget, epoch, now))


def _verify(
    attempt: Try, challenge: Challenge, answer: Submission, now: datetime
) -> Outcome:
    if not _may_prove(challenge, attempt.factor):
        return answers.finish(answer, Outcome.NOTHING_LIVE)
    if _is_locked_password(attempt):
        return answers.finish(answer, Outcome.LOCKED, about=challenge)
    is_sent = challenge.channel != Challenge.Channel.ALTERNATIVE
    if is_sent and challenge.code() is None:  # made with a key that is retired
        return answers.finish(answer, Outcome.EXPIRED, about=challenge)
    budget = budget_of(attempt.gate, Budget.Kind.ONE_TIME_CODE)
    name = "live_asked" if is_sent else "live_alternative"
    live = {f"{name}_id": challenge.pk, f"{name}_ends_at__gt": now}
    if not _spend(attempt, budget, challenge, now, **live):
        if _is_locked(attempt, budget, answer, now):
            return answers.finish(answer, Outcome.LOCKED, about=challenge)
        outcome = _closed_because(attempt, challenge, now)
        return answers.finish(answer, outcome, about=challenge)
    if not _is_right(attempt, challenge):
        outcome, about = _record_wrong(attempt, budget, challenge, now)
        return answers.finish(answer, outcome, about=about)
    outcome = _record_passed(attempt, budget, challenge, now)
    if outcome is Outcome.PASSED and challenge.channel in BY_PHONE:
        gate = attempt.gate
        conversion.count_used(gate.company_id, gate.phone_e164, now)
    return answers.finish(answer, outcome, about=challenge)


def _may_prove(challenge: Challenge, factor: Factor) -> bool:
    """A text does not prove a password. A publisher's code replaces the phone or
    email code on screen, whichever it is; a password only where that is all."""
    is_own = challenge.factor_id == factor.pk
    is_issued = challenge.channel == Challenge.Channel.ALTERNATIVE
    return is_own or (is_issued and factor.is_one_time)


def _is_locked_password(attempt: Try) -> bool:
    """An alternative code replaces a password; it does not unlock one."""
    is_password = attempt.factor.kind == Factor.Kind.ACCESS_CODE
    kind = Budget.Kind.ACCESS_CODE
    return is_password and budget_of(attempt.gate, kind).locked_at is not None


def _refuse(attempt: Try, now: datetime) -> Outcome | None:
    gate = attempt.gate
    if gate.closed_at is not None:
        return Outcome.CLOSED
    if not standing(gate, attempt.visit, now).is_reached(attempt.factor):
        return Outcome.STALE
    if not codes.normalize(attempt.typed) and not attempt.typed.strip():
        return Outcome.EMPTY
    if limits.is_spent(_failure(attempt), now):
        logger.warning("Too many wrong tries from one network, now at gate %s.", gate)
        return Outcome.TOO_MANY
    return None


def _spend(
    attempt: Try,
    budget: Budget,
    challenge: Challenge | None,
    now: datetime,
    **where: object,
) -> bool:
    """Commit 1: the charge and its trail entry."""
    gate = attempt.gate
    with transaction.atomic():
        if not budget.charge(gate.max_tries, now, **where):
            return False
        trail.append(
            gate.trail_id,
            "try",
            now,
            actor="signer",
            gate=gate,
            number=budget.consecutive,
            factor=attempt.factor.kind,
            reference=challenge.reference if challenge else "",
            ip=attempt.origin.ip,
        )
    return True


def _is_right(attempt: Try, challenge: Challenge) -> bool:
    if challenge.channel == Challenge.Channel.ALTERNATIVE:
        typed = codes.normalize_alternative(attempt.typed)
        return check_password(typed, challenge.secret)
    code = challenge.code()
    is_own = challenge.visit_id == attempt.visit.pk
    is_right = code is not None and codes.matches(attempt.typed, code)
    return is_own and is_right


def _is_locked(attempt: Try, budget: Budget, answer: Submission, now: datetime) -> bool:
    """Say whether a press was not charged because no try is left.

    Locks what a crash left spent and unlocked. While another press is still
    being looked at, it does not: that one may hold the last try and the right
    code.
    """
    if budget.locked_at:
        return True
    if not budget.is_spent(attempt.gate.max_tries, now):
        return False
    if answers.others_in_flight(answer, attempt.gate, now):
        return True
    return locking.lock_if_spent(attempt.gate, budget, now)


def _closed_because(attempt: Try, challenge: Challenge, now: datetime) -> Outcome:
    """Say why nothing was charged: from the dialog's own challenge."""
    challenge.refresh_from_db()
    if challenge.state == State.VERIFIED and _has_passed(attempt):
        return Outcome.PASSED  # the other of two presses got in
    if challenge.state == State.ISSUED:
        return Outcome.EXPIRED if now >= challenge.expires_at else Outcome.STALE
    return CLOSED_BECAUSE[State(challenge.state)]


def _record_wrong(
    attempt: Try, budget: Budget, challenge: Challenge, now: datetime
) -> tuple[Outcome, Challenge]:
    """Commit 2 of a wrong try: what was typed, and the lock when it was the last."""
    why, about = _explain(attempt, challenge, now)
    with transaction.atomic():
        _hold(budget)
        _tell_wrong(attempt, "code_wrong", budget, about.reference, why, now)
        locked = locking.lock_if_spent(attempt.gate, budget, now)
    _count_failure(attempt, now)
    return (Outcome.LOCKED if locked else why), about


def _explain(
    attempt: Try, challenge: Challenge, now: datetime
) -> tuple[Outcome, Challenge]:
    """Find out which code it was that was typed. The try is already paid for."""
    if challenge.channel == Challenge.Channel.ALTERNATIVE:
        return Outcome.WRONG, challenge
    code = challenge.code()
    if code is not None and codes.matches(attempt.typed, code):
        return Outcome.OTHER_BROWSER, challenge
    sent = Challenge.objects.exclude(channel=Challenge.Channel.ALTERNATIVE)
    recent = sent.filter(
        gate__trail_id=attempt.gate.trail_id, issued_at__gt=now - REMEMBERED
    ).exclude(pk=challenge.pk)
    for other in recent.order_by("-issued_at")[:MOST_REMEMBERED]:
        code = other.code()
        if code is None or not codes.matches(attempt.typed, code):
            continue
        if other.gate_id != attempt.gate.pk:
            return Outcome.OTHER_SIGNER, challenge
        return CLOSED_BECAUSE.get(State(other.state), Outcome.EXPIRED), other
    return Outcome.WRONG, challenge


def _record_passed(
    attempt: Try, budget: Budget, challenge: Challenge, now: datetime
) -> Outcome:
    """Commit 2 of a right try: one winner; both live codes end."""
    gate = attempt.gate
    with transaction.atomic():
        _hold(budget)
        if not challenge.move(State.VERIFIED, now):
            return _lost_race(attempt, budget, challenge)
        Challenge.objects.filter(pk=challenge.pk).update(visit=attempt.visit)
        rest = gate.challenges.filter(state=State.ISSUED)
        rest.update(state=State.REPLACED, closed_at=now)
        _refund(budget, clears_live=True)
        _grant(attempt.visit, attempt.factor, now)
        trail.append(
            gate.trail_id,
            "code_passed",
            now,
            actor="signer",
            gate=gate,
            factor=attempt.factor.kind,
            channel=challenge.channel,
            reference=challenge.reference,
            issued_by=str(challenge.issued_by or ""),
            failed_before=budget.consecutive - 1,
            ip=attempt.origin.ip,
        )
    return Outcome.PASSED


def _hold(budget: Budget) -> None:
    """Lock the budget before the trail: whoever takes both takes them so."""
    Budget.objects.select_for_update().get(pk=budget.pk)


def _lost_race(attempt: Try, budget: Budget, challenge: Challenge) -> Outcome:
    if challenge.state == State.VERIFIED and challenge.visit_id == attempt.visit.pk:
        _refund(budget, clears_live=False)
        return Outcome.PASSED
    return CLOSED_BECAUSE.get(State(challenge.state), Outcome.EXPIRED)


def _refund(budget: Budget, *, clears_live: bool) -> None:
    """Success gives its own try back and ends the run of wrong ones."""
    changes: dict[str, object] = {
        "consecutive": 0,
        "day": Greatest(models.F("day") - 1, 0),
        "total": Greatest(models.F("total") - 1, 0),
    }
    if clears_live:
        changes |= {"live_asked_id": None, "live_alternative_id": None}
    Budget.objects.filter(pk=budget.pk).update(**changes)


def _grant(visit: Visit, factor: Factor, now: datetime) -> None:
    visit.grants.filter(factor=factor, ended_at=None).update(ended_at=now)
    Grant.objects.create(visit=visit, factor=factor, granted_at=now, last_seen_at=now)
    Factor.objects.filter(pk=factor.pk).update(proven_at=now)


def _record_access_code(
    attempt: Try, budget: Budget, epoch: int, now: datetime
) -> Outcome:
    gate = attempt.gate
    with transaction.atomic():
        won = Budget.objects.filter(pk=budget.pk, epoch=epoch).update(epoch=epoch + 1)
        if not won:  # right all the same, so it costs nothing
            _refund(budget, clears_live=False)
            return Outcome.PASSED if _has_passed(attempt) else Outcome.STALE
        _refund(budget, clears_live=False)
        _grant(attempt.visit, attempt.factor, now)
        trail.append(
            gate.trail_id,
            "access_code_passed",
            now,
            actor="signer",
            gate=gate,
            set_by=attempt.factor.set_by,
            failed_before=budget.consecutive - 1,
            ip=attempt.origin.ip,
        )
    return Outcome.PASSED


def _has_passed(attempt: Try) -> bool:
    live = attempt.visit.grants.filter(factor=attempt.factor, ended_at=None)
    return live.exists()


def _record_wrong_access_code(attempt: Try, budget: Budget, now: datetime) -> Outcome:
    with transaction.atomic():
        _hold(budget)
        _tell_wrong(attempt, "access_code_wrong", budget, "", Outcome.WRONG, now)
        locked = locking.lock_if_spent(attempt.gate, budget, now)
    _count_failure(attempt, now)
    return Outcome.LOCKED if locked else Outcome.WRONG


def _tell_wrong(
    attempt: Try,
    kind: str,
    budget: Budget,
    reference: str,
    why: Outcome,
    now: datetime,
) -> None:
    trail.append(
        attempt.gate.trail_id,
        kind,
        now,
        actor="signer",
        gate=attempt.gate,
        why=why,
        reference=reference,
        tries_left=budget.tries_left(attempt.gate.max_tries, now),
        ip=attempt.origin.ip,
    )


def _failure(attempt: Try) -> limits.Use:
    return limits.Use(limits.IP_FAILURES, attempt.origin.ip)


def _count_failure(attempt: Try, now: datetime) -> None:
    # Once it is spent, the next press is refused before it is looked at.
    with contextlib.suppress(limits.LimitReachedError):
        limits.take([_failure(attempt)], now)


def _newest_asked(visit: Visit) -> int | None:
    asked = visit.challenges.exclude(channel=Challenge.Channel.ALTERNATIVE)
    return asked.order_by("-pk").values_list("pk", flat=True).first()


def _newest_alternative(gate: Gate) -> int | None:
    issued = gate.challenges.filter(channel=Challenge.Channel.ALTERNATIVE)
    return issued.order_by("-pk").values_list("pk", flat=True).first()
