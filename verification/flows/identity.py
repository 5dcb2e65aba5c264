"""An identity document is shown, judged, and opens the gate once.

Sending a check charges one try of its own budget before anything is judged;
who is out of tries is locked, as with codes. A check that passed is no grant:
the browser that made it turns it into one, once.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Case, When

from verification import dispatch, limits, policy, trail, vault
from verification.flows import locking, picturing, trying
from verification.flows.opening import Origin
from verification.identity import base
from verification.identity.base import Finding, Reason
from verification.models import (
    BrowserSession,
    Budget,
    Factor,
    Gate,
    HostedSession,
    IdentityCheck,
    IdentityRules,
    Visit,
)
from verification.outcomes import Outcome
from verification.standing import budget_of, standing

State = IdentityCheck.State
# A browser that waits for a person is known for as long as that may take.
REVIEW_LIFETIME = timedelta(days=7)
HOSTED_STARTS = limits.Limit("identity-sessions", 30, limits.HOUR, is_widened=True)
JUDGE = "verification.tasks.judge_identity"
ATTEND = "verification.tasks.attend_identity"

logger = logging.getLogger(__name__)


def rules_of(factor: Factor) -> IdentityRules:
    """Return the factor's rules; the defaults, unsaved, where none were set."""
    return IdentityRules.of(factor)


def current(visit: Visit | None, factor: Factor) -> IdentityCheck | None:
    """Return the check that this browser's page is about, if there is one.

    The newest, but for one that passed: a person may have approved an older one
    that had failed, while its signer was beginning anew.
    """
    if visit is None:
        return None
    made = visit.identity_checks.filter(factor=factor, used_at=None)
    has_passed = Case(When(state=State.PASSED, then=0), default=1)
    return (
        made.exclude(state=State.ENDED)
        .order_by(has_passed, "-started_at", "-pk")
        .first()
    )


def start(
    visit: Visit,
    factor: Factor,
    *,
    document_type: str = "",
    country: str = "",
    origin: Origin,
    now: datetime,
) -> IdentityCheck | Outcome:
    """Begin a check, or choose another document for the one that is open.

    A check that failed stays as it is; the new one stands beside it. Returns an
    Outcome where the gate does not allow one: CLOSED, STALE, LOCKED,
    NOT_ALLOWED (that type of document will not do here, or no provider), WAIT.
    """
    gate, rules = visit.gate, rules_of(factor)
    provider = policy.of(gate).identity_provider
    refused = _refusal(visit, factor, rules, document_type, now)
    refused = refused or _too_often(visit, factor, provider, now)
    if refused is not None:
        return refused
    chosen = {"document_type": document_type, "country": country}
    try:
        with transaction.atomic():
            budget = _budget(gate, rules)
            if budget.locked_at or budget.is_spent(rules.max_tries, now):
                _lock_unless_undecided(gate, budget, now)
                return Outcome.LOCKED
            live = visit.identity_checks.filter(
                factor=factor, state__in=IdentityCheck.LIVE
            )
            check = live.select_for_update().first()
            if check is not None and check.state != State.OPEN:
                return Outcome.PENDING
            if check is None:
                check = _begin(visit, factor, provider, rules, now, **chosen)
                _tell(check, "identity_started", now, "signer", ip=origin.ip, **chosen)
            elif document_type:
                IdentityCheck.objects.filter(pk=check.pk).update(**chosen)
                check.refresh_from_db()
    except IntegrityError:  # the other of two presses was first
        found = current(visit, factor)
        return found if found is not None else Outcome.STALE
    return check


def _begin(
    visit: Visit,
    factor: Factor,
    provider: str,
    rules: IdentityRules,
    now: datetime,
    **chosen: str,
) -> IdentityCheck:
    check = IdentityCheck.objects.create(
        gate=visit.gate,
        factor=factor,
        visit=visit,
        provider=provider,
        name_level=rules.name_match,
        started_at=now,
        **chosen,
    )
    if base.is_hosted(provider):
        HostedSession.objects.create(check_of=check, due_at=now)
        attend_soon(check)
    return check


def send(check: IdentityCheck, *, origin: Origin, now: datetime) -> Outcome:
    """Charge a try and hand the check over to be judged.

    Commit 1 is the charge with its trail entry and the check's move, so that a
    check is charged once however often the button is pressed (threats T1, T22).
    The pages have made sure that the pictures are there; STALE when one is being
    replaced at this moment, which costs nothing.
    """
    gate, factor, visit = check.gate, check.factor, check.visit
    if visit is None or gate.closed_at is not None:
        return Outcome.CLOSED
    if base.is_hosted(check.provider):  # charged for what is shown there
        return Outcome.NOT_ALLOWED
    rules = rules_of(factor)
    if not standing(gate, visit, now).is_reached(factor):
        return Outcome.STALE
    with transaction.atomic():
        budget = _budget(gate, rules)
        trying.hold(budget)
        if picturing.hold(check):
            return Outcome.STALE
        if check.state != State.OPEN or not check.move(State.SENT, now, sent_at=now):
            return Outcome.PENDING
        picturing.close_captures(check, now)
        if not budget.charge(rules.max_tries, now):
            check.move(State.ENDED, now)
            return Outcome.LOCKED
        _tell(check, "try", now, "signer", number=budget.consecutive, ip=origin.ip)
        if check.provider == IdentityCheck.Provider.REVIEW:
            _judge_soon(check)
    return Outcome.PENDING


def charge(check: IdentityCheck, tries: int, now: datetime) -> bool:
    """Charge tries that were made on a provider's own pages, before their answer
    is looked at; call it in a transaction.

    False when there was no try left for the last of them: then nobody looks at
    it, and who is out of tries is locked.
    """
    rules = rules_of(check.factor)
    budget = _budget(check.gate, rules)
    trying.hold(budget)
    check.move(State.SENT, now, sent_at=now)
    for _each in range(tries):
        if not budget.charge(rules.max_tries, now):
            check.move(State.ENDED, now)
            locking.lock_if_spent(check.gate, budget, now)
            return False
        _tell(check, "try", now, "signer", number=budget.consecutive)
    return True


def settle(check: IdentityCheck, finding: Finding, now: datetime) -> bool:
    """Record what the machine or a provider found; False when that was done before.

    A check that a person has to decide waits; its browser is remembered for as
    long as that may take.
    """
    kept: dict[str, Any] = {
        "facts": finding.facts.seal(check.public_id),
        "checks": finding.checks,
        "name_comparison": _sealed(check, finding.comparison),
        "reason": finding.reason,
    }
    if finding.is_passed is None:
        return _wait(check, kept, now)
    if finding.is_passed:
        return _pass(check, kept, now, actor="system")
    return _fail(check, kept, now, actor="system")


def approve(check: IdentityCheck, *, actor: str, user_id: int, now: datetime) -> bool:
    """Let a person say yes: to what waits, and to what failed by machine."""
    return _pass(check, {"reason": "", "decided_by_id": user_id}, now, actor=actor)


def reject(
    check: IdentityCheck, note: str, *, actor: str, user_id: int, now: datetime
) -> bool:
    """Let a person say no; note is what the signer reads.

    It may say what stands on an ID, so it is kept with the pictures and no longer,
    and never in the trail, which nobody can erase.
    """
    said = {"reason": Reason.REFUSED, "note": note[:300], "decided_by_id": user_id}
    return _fail(check, said, now, actor=actor)


def _refusal(
    visit: Visit,
    factor: Factor,
    rules: IdentityRules,
    document_type: str,
    now: datetime,
) -> Outcome | None:
    gate = visit.gate
    if gate.closed_at is not None:
        return Outcome.CLOSED
    if factor.kind != Factor.Kind.IDENTITY:
        return Outcome.NOT_ALLOWED
    if not standing(gate, visit, now).is_reached(factor):
        return Outcome.STALE
    if document_type and document_type not in rules.allowed_types:
        return Outcome.NOT_ALLOWED
    is_ready = base.is_ready(policy.of(gate).identity_provider)
    return None if is_ready else Outcome.NOT_ALLOWED


def _too_often(
    visit: Visit, factor: Factor, provider: str, now: datetime
) -> Outcome | None:
    """Each new check has a session opened at its provider: not without end."""
    live = visit.identity_checks.filter(factor=factor, state__in=IdentityCheck.LIVE)
    if not base.is_hosted(provider) or live.exists():
        return None
    try:
        limits.take([limits.Use(HOSTED_STARTS, str(visit.gate_id))], now)
    except limits.LimitReachedError:
        return Outcome.WAIT
    return None


def _lock_unless_undecided(gate: Gate, budget: Budget, now: datetime) -> None:
    """Have the publisher told of tries that ran out without a lock: fewer are
    allowed than before, or what the last one showed is not looked at any more.

    While one is still to be decided, it may pass.
    """
    undecided = gate.identity_checks.filter(state__in=(State.SENT, State.WAITING))
    if not undecided.exists():
        locking.lock_if_spent(gate, budget, now)


def tries_of(check: IdentityCheck) -> Budget:
    return _budget(check.gate, rules_of(check.factor))


def _budget(gate: Gate, rules: IdentityRules) -> Budget:
    """The row of tries, with as many as the rules say now."""
    budget = budget_of(gate, Budget.Kind.IDENTITY)
    if budget.own_tries != rules.max_tries:
        Budget.objects.filter(pk=budget.pk).update(own_tries=rules.max_tries)
        budget.refresh_from_db()
    return budget


def _wait(check: IdentityCheck, kept: Mapping[str, Any], now: datetime) -> bool:
    with transaction.atomic():
        if not check.move(State.WAITING, now, **kept):
            return False
        _remember(check, now)
        _tell(check, "identity_waiting", now, "system", **_facts(check))
    return True


def _remember(check: IdentityCheck, now: datetime) -> None:
    """Know the browser as long as a person may take to look: also at what failed
    by machine, which they may approve by hand."""
    if check.visit is not None:
        session = BrowserSession.objects.filter(pk=check.visit.session_id)
        session.update(ends_at=now + REVIEW_LIFETIME)


def _pass(
    check: IdentityCheck, kept: Mapping[str, Any], now: datetime, *, actor: str
) -> bool:
    with transaction.atomic():
        budget = _budget(check.gate, rules_of(check.factor))
        trying.hold(budget)
        if not check.move(State.PASSED, now, **kept):
            return False
        trying.refund(budget, clears_live=False)
        Budget.objects.filter(pk=budget.pk).update(locked_at=None)
        _tell(check, "identity_passed", now, actor, **_facts(check))
    return True


def _fail(
    check: IdentityCheck, kept: Mapping[str, Any], now: datetime, *, actor: str
) -> bool:
    with transaction.atomic():
        budget = _budget(check.gate, rules_of(check.factor))
        trying.hold(budget)
        if not check.move(State.FAILED, now, **kept):
            return False
        _remember(check, now)
        budget.refresh_from_db()
        _tell(
            check,
            "identity_failed",
            now,
            actor,
            **_facts(check),
            reason=check.reason,
            tries_left=budget.tries_left(check.gate.max_tries, now),
        )
        locking.lock_if_spent(check.gate, budget, now)
    return True


def _facts(check: IdentityCheck) -> dict[str, Any]:
    """What trail and certificate say: no name, and of the number only its end."""
    read = check.get_facts()
    return {
        "provider": check.provider,
        "document_type": read.document_type or check.document_type,
        "country": read.country or check.country,
        "number_end": read.number_end[-3:],
        "checks": check.checks,
        "name_level": check.name_level,
        "name_matched": check.checks.get("name"),
    }


def _tell(
    check: IdentityCheck, kind: str, now: datetime, actor: str, **facts: object
) -> None:
    trail.append(
        check.gate.trail_id,
        kind,
        now,
        actor=actor,
        gate=check.gate,
        check=str(check.public_id),
        factor=Factor.Kind.IDENTITY,
        **facts,
    )


def _sealed(check: IdentityCheck, comparison: Mapping[str, Any] | None) -> str:
    if comparison is None:
        return ""
    text = json.dumps(comparison).encode()
    return vault.encrypt(text, f"identity names {check.public_id}")


def comparison_of(check: IdentityCheck) -> dict[str, Any] | None:
    """Return how the names were compared; None before that and after erasing."""
    if not check.name_comparison:
        return None
    kept = vault.decrypt(check.name_comparison, f"identity names {check.public_id}")
    read: dict[str, Any] = json.loads(kept)
    return read


def attend_soon(check: IdentityCheck) -> None:
    """Let a worker turn to the provider once this transaction is committed."""
    transaction.on_commit(lambda: dispatch.publish(ATTEND, check.pk), robust=True)


def _judge_soon(check: IdentityCheck) -> None:
    transaction.on_commit(lambda: dispatch.publish(JUDGE, check.pk), robust=True)
