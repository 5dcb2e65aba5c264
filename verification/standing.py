"""What one browser has proven at one gate, and what comes next. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from verification import devices
from verification.models import Budget, Challenge, Factor, Gate, Visit
from verification.models.gate import grant_is_fresh

Frequency = Factor.Frequency
# What is not named here draws on the tries of one-time codes (threat T7).
BUDGETS: dict[str, str] = {
    Factor.Kind.ACCESS_CODE: Budget.Kind.ACCESS_CODE,
    Factor.Kind.IDENTITY: Budget.Kind.IDENTITY,
}


@dataclass(frozen=True)
class Standing:
    """The answer to "may this browser have this?".

    factors are in the order in which they are asked; passed holds their ids.
    enrolling: the passkeys and apps among them that have yet to be set up. They
    come last, since only a verified visit may do so.
    """

    gate: Gate
    visit: Visit | None
    factors: tuple[Factor, ...]
    passed: frozenset[int]
    enrolling: frozenset[int] = frozenset()

    @property
    def may_view(self) -> bool:
        """Everything that guards viewing is proven. Deny by default (T17)."""
        if self.visit is None or self.gate.closed_at is not None:
            return False
        if not self.factors:
            return self.visit.admitted_at is not None
        if self.pending(Factor.Stage.VIEW):
            return False
        has_view_stage = any(f.stage == Factor.Stage.VIEW for f in self.factors)
        return has_view_stage or self.visit.admitted_at is not None

    @property
    def may_sign(self) -> bool:
        return self.may_view and not self.pending(Factor.Stage.SIGN)

    def pending(self, stage: str) -> list[Factor]:
        return [
            factor
            for factor in self.factors
            if factor.stage == stage and factor.pk not in self.passed
        ]

    def is_reached(self, factor: Factor) -> bool:
        """Whether everything that is asked before factor is proven.

        Nothing is sent or compared out of turn, and for a factor that is not
        this gate's, or not any more, never.
        """
        if self.visit is None or factor not in self.factors:
            return False
        stages = [Factor.Stage.VIEW, Factor.Stage.SIGN]
        before = stages[: stages.index(Factor.Stage(factor.stage))]
        if any(self.pending(stage) for stage in before):
            return False
        pending = self.pending(factor.stage)
        order = self.factors.index
        return all(order(other) >= order(factor) for other in pending)

    def may_enrol(self, factor: Factor) -> bool:
        """Whether factor is to be set up, and something else guards it.

        Together with is_reached it is a verified visit: all the rest is proven.
        """
        if factor.pk not in self.enrolling or not self.gate.email:
            return False
        before = (Factor.Stage.VIEW, factor.stage)
        return any(
            other.stage in before and other.pk not in self.enrolling
            for other in self.factors
        )

    def proven_besides(self, factor: Factor) -> list[str]:
        """Return the kinds that this browser has proven, but for factor."""
        passed = (one for one in self.factors if one.pk in self.passed)
        return [one.kind for one in passed if one.pk != factor.pk]

    @property
    def is_stuck(self) -> bool:
        """Whether a factor can neither be asked nor set up: the gate keeps shut."""
        return any(
            not self.may_enrol(factor)
            for factor in self.factors
            if factor.pk in self.enrolling
        )

    def next_factor(self, stage: str) -> Factor | None:
        return next(iter(self.pending(stage)), None)

    def steps(self, stage: str) -> tuple[int, int]:
        """Return (step, steps) of a stage, counted in factors."""
        of_stage = [factor for factor in self.factors if factor.stage == stage]
        done = len(of_stage) - len(self.pending(stage))
        return min(done + 1, len(of_stage)), len(of_stage)


def standing(gate: Gate, visit: Visit | None, now: datetime) -> Standing:
    """Look up what visit has proven; two queries, and one more for each passkey
    or authenticator app that is asked for.

    A visit by a link that was replaced meanwhile proves nothing.
    """
    asked = _asked(gate)
    nothing: frozenset[int] = frozenset()
    if visit is None or visit.gate_id != gate.pk:
        return Standing(gate, None, asked.factors, nothing, asked.enrolling)
    if visit.link_version != gate.link_version:
        return Standing(gate, None, asked.factors, nothing, asked.enrolling)
    fresh = visit.grants.filter(grant_is_fresh(now))
    return asked.by(visit, frozenset(fresh.values_list("factor_id", flat=True)))


def reopened(gate: Gate, visit: Visit | None, now: datetime) -> Standing:
    """Look up what arriving by the link anew would leave proven. Writes nothing."""
    if visit is not None and not gate.asks_every_opening:
        return standing(gate, visit, now)
    return _asked(gate).by(visit, frozenset())


@dataclass(frozen=True)
class _Asked:
    """What a gate asks for, whoever comes. settled: facts on the factor itself."""

    gate: Gate
    factors: tuple[Factor, ...]
    settled: frozenset[int]
    enrolling: frozenset[int]

    def by(self, visit: Visit | None, granted: frozenset[int]) -> Standing:
        """Add what this browser has proven.

        Where a passkey or app is set up, what another browser has settled does
        not make this a verified visit.
        """
        sets_up = bool(self.enrolling - granted)
        passed = granted if sets_up else granted | self.settled
        return Standing(self.gate, visit, self.factors, passed, self.enrolling)


def _asked(gate: Gate) -> _Asked:
    factors = gate.factors.filter(removed_at=None)
    rows = sorted(factors, key=lambda one: one.place)
    settled = frozenset(one.pk for one in rows if _is_settled(one, gate))
    missing = devices.missing(gate, (one for one in rows if one.pk not in settled))
    ordered = sorted(rows, key=lambda one: one.pk in missing)
    return _Asked(gate, tuple(ordered), settled, missing)


def budget_of(gate: Gate, kind: str) -> Budget:
    """Return the row of tries; made on first use."""
    budget, _created = Budget.objects.get_or_create(gate=gate, kind=kind)
    return budget


def budget_for(factor: Factor) -> Budget:
    """Read the row of tries that factor draws on; writes nothing, for pages (T35)."""
    kind = BUDGETS.get(factor.kind, Budget.Kind.ONE_TIME_CODE)
    row = Budget.objects.filter(gate_id=factor.gate_id, kind=kind)
    return next(iter(row[:1]), None) or Budget(gate_id=factor.gate_id, kind=kind)


def pending_challenge(visit: Visit, factor: Factor) -> Challenge | None:
    """Return the newest code asked for in this browser for this factor.

    Live or not: an ended one tells the dialog what to say.
    """
    asked = visit.challenges.filter(factor=factor).exclude(
        channel=Challenge.Channel.ALTERNATIVE
    )
    return asked.select_related("delivery").order_by("-issued_at", "-pk").first()


def went_elsewhere(challenge: Challenge, gate: Gate) -> bool:
    """Whether a code was sent to a number or address that was corrected since."""
    is_mail = challenge.channel == Challenge.Channel.EMAIL
    sent = getattr(challenge, "delivery", None)
    now_at = gate.email if is_mail else gate.phone_e164
    return sent is not None and sent.address != now_at


def _is_settled(factor: Factor, gate: Gate) -> bool:
    """Facts that outlive grants and browsers (seed 003: type)."""
    if factor.frequency == Frequency.ONCE_PER_DOCUMENT:
        return factor.proven_at is not None
    if factor.frequency == Frequency.UNTIL_SIGN_COMPLETED:
        return factor.proven_at is not None and gate.completed_at is not None
    return False
