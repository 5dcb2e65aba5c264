"""A one-time code is looked at: one that was sent, or one that a publisher issued.

The charge names the very code that the dialog shows, that it is live, and its
end (see trying.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password
from django.db import transaction

from verification import codes, conversion, policy
from verification.flows import answers, locking, trying
from verification.flows.trying import Try
from verification.models import Budget, Challenge, Factor, Gate, Submission, Visit
from verification.outcomes import Outcome
from verification.standing import budget_of

State = Challenge.State
REMEMBERED = timedelta(hours=48)
MOST_REMEMBERED = 8
BY_PHONE = (Challenge.Channel.SMS, Challenge.Channel.VOICE)


@dataclass(frozen=True)
class Typed:
    """Which code it was that was typed: why it is wrong, and whose it is.

    about is the code to speak of; owner is the gate of another signer's.
    """

    why: Outcome
    about: Challenge
    owner: Gate | None = None

    def facts(self) -> dict[str, str]:
        """Return what the trail says besides the reference: never the code."""
        if self.owner is not None:
            return {"whose": str(self.owner.public_id)}
        if self.why in (Outcome.REPLACED, Outcome.USED, Outcome.EXPIRED):
            ended_at = self.about.closed_at or self.about.expires_at
            return {"ended_at": ended_at.isoformat()}
        return {}


CLOSED_BECAUSE = {
    State.VERIFIED: Outcome.USED,
    State.LOCKED: Outcome.LOCKED,
    State.EXPIRED: Outcome.EXPIRED,
    State.REPLACED: Outcome.REPLACED,
}


def verify(attempt: Try, challenge_id: int, key: str, now: datetime) -> Outcome:
    """Check a typed code against the code that the dialog shows.

    Spends one try whatever the answer, and none when that code is not live.
    """
    answer = answers.begin(attempt.visit, key, attempt.factor, now)
    if answer is None:
        return answers.given(attempt.visit, key)
    challenge = attempt.gate.challenges.filter(pk=challenge_id).first()
    if refusal := trying.refuse(attempt, now):
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
    if refusal := trying.refuse(attempt, now):
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
    if not trying.spend(attempt, budget, challenge, now, **live):
        if trying.is_locked(attempt, budget, answer, now):
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


def _is_right(attempt: Try, challenge: Challenge) -> bool:
    if challenge.channel == Challenge.Channel.ALTERNATIVE:
        typed = codes.normalize_alternative(attempt.typed)
        return check_password(typed, challenge.secret)
    code = challenge.code()
    is_own = challenge.visit_id == attempt.visit.pk
    is_right = code is not None and codes.matches(attempt.typed, code)
    return is_own and is_right


def _closed_because(attempt: Try, challenge: Challenge, now: datetime) -> Outcome:
    """Say why nothing was charged: from the dialog's own challenge."""
    challenge.refresh_from_db()
    if challenge.state == State.VERIFIED and trying.has_passed(attempt):
        return Outcome.PASSED  # the other of two presses got in
    if challenge.state == State.ISSUED:
        return Outcome.EXPIRED if now >= challenge.expires_at else Outcome.STALE
    return CLOSED_BECAUSE[State(challenge.state)]


def _record_wrong(
    attempt: Try, budget: Budget, challenge: Challenge, now: datetime
) -> tuple[Outcome, Challenge]:
    """Commit 2 of a wrong try: what was typed, and the lock when it was the last."""
    typed = _explain(attempt, challenge, now)
    reference = typed.about.reference
    with transaction.atomic():
        trying.hold(budget)
        trying.tell_wrong(
            attempt, "code_wrong", budget, reference, typed.why, now, **typed.facts()
        )
        locked = locking.lock_if_spent(attempt.gate, budget, now)
    trying.count_failure(attempt, now)
    return (Outcome.LOCKED if locked else typed.why), typed.about


def _explain(attempt: Try, challenge: Challenge, now: datetime) -> Typed:
    """Find out which code it was that was typed. The try is already paid for."""
    if challenge.channel == Challenge.Channel.ALTERNATIVE:
        return Typed(Outcome.WRONG, challenge)
    code = challenge.code()
    if code is not None and codes.matches(attempt.typed, code):
        return Typed(Outcome.OTHER_BROWSER, challenge)
    sent = Challenge.objects.exclude(channel=Challenge.Channel.ALTERNATIVE)
    recent = sent.filter(
        gate__trail_id=attempt.gate.trail_id, issued_at__gt=now - REMEMBERED
    ).exclude(pk=challenge.pk)
    recent = recent.select_related("gate")
    for other in recent.order_by("-issued_at")[:MOST_REMEMBERED]:
        code = other.code()
        if code is None or not codes.matches(attempt.typed, code):
            continue
        if other.gate_id != attempt.gate.pk:
            return Typed(Outcome.OTHER_SIGNER, challenge, other.gate)
        why = CLOSED_BECAUSE.get(State(other.state), Outcome.EXPIRED)
        return Typed(why, other)
    return Typed(Outcome.WRONG, challenge)


def _record_passed(
    attempt: Try, budget: Budget, challenge: Challenge, now: datetime
) -> Outcome:
    """Commit 2 of a right try: one winner; both live codes end."""
    gate = attempt.gate
    with transaction.atomic():
        trying.hold(budget)
        if not challenge.move(State.VERIFIED, now):
            return _lost_race(attempt, budget, challenge, now)
        Challenge.objects.filter(pk=challenge.pk).update(visit=attempt.visit)
        rest = gate.challenges.filter(state=State.ISSUED)
        rest.update(state=State.REPLACED, closed_at=now)
        trying.refund(budget, clears_live=True)
        trying.grant(attempt.visit, attempt.factor, now)
        trying.tell(
            attempt,
            "code_passed",
            now,
            factor=attempt.factor.kind,
            channel=challenge.channel,
            reference=challenge.reference,
            issued_by=str(challenge.issued_by or ""),
            failed_before=budget.consecutive - 1,
        )
    return Outcome.PASSED


def _lost_race(
    attempt: Try, budget: Budget, challenge: Challenge, now: datetime
) -> Outcome:
    """The code ended while it was compared: used, replaced, expired or locked.

    Every try that was charged has its entry of what it came to.
    """
    if challenge.state == State.VERIFIED and challenge.visit_id == attempt.visit.pk:
        trying.refund(budget, clears_live=False)
        return Outcome.PASSED
    why = CLOSED_BECAUSE.get(State(challenge.state), Outcome.EXPIRED)
    reference = challenge.reference
    trying.tell_wrong(attempt, "code_wrong", budget, reference, why, now)
    return why


def _newest_asked(visit: Visit) -> int | None:
    asked = visit.challenges.exclude(channel=Challenge.Channel.ALTERNATIVE)
    return asked.order_by("-pk").values_list("pk", flat=True).first()


def _newest_alternative(gate: Gate) -> int | None:
    issued = gate.challenges.filter(channel=Challenge.Channel.ALTERNATIVE)
    return issued.order_by("-pk").values_list("pk", flat=True).first()
