"""What an identity check came to, as programs read it at every door."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction

from signing.models import Signer
from verification import trail, vault
from verification.flows import looking
from verification.identity.base import Facts, Reason
from verification.models import Factor, IdentityCheck, IdentityPicture

logger = logging.getLogger(__name__)
State = IdentityCheck.State
Side = IdentityPicture.Side
TOLD = (State.SENT, State.WAITING, State.PASSED, State.FAILED)


class Result(models.TextChoices):
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    NEEDS_REVIEW = "needs_review"
    FAILED = "failed"
    PASSED = "passed"


RESULTS = {
    State.OPEN: Result.IN_PROGRESS,
    State.SENT: Result.IN_PROGRESS,
    State.WAITING: Result.NEEDS_REVIEW,
    State.FAILED: Result.FAILED,
    State.PASSED: Result.PASSED,
}


@dataclass(frozen=True)
class Report:
    """check is None where the signer has begun none that still counts."""

    factor: Factor
    result: Result
    check: IdentityCheck | None = None
    facts: Facts = Facts()
    pictures: tuple[IdentityPicture, ...] = ()

    @property
    def reason(self) -> str:
        """Why it failed: a base.Reason; "" otherwise."""
        is_failed = self.check is not None and self.result == Result.FAILED
        return self.check.reason if self.check and is_failed else ""

    @property
    def sentence(self) -> str:
        """The reviewer's own words, or what the reason means."""
        if not self.reason or self.check is None:
            return ""
        known = self.reason in Reason.values
        return self.check.note or (str(Reason(self.reason).label) if known else "")

    def files(self, *sides: str) -> list[str]:
        """Return the ids of pictures of these sides that are kept."""
        return [str(one.public_id) for one in self.pictures if one.side in sides]


def factor_of(signer: Signer) -> Factor | None:
    rows = signer.gate.factors.filter(kind=Factor.Kind.IDENTITY, removed_at=None)
    return rows.select_related("identity_rules").first()


def report(factor: Factor) -> Report:
    """Tell the newest check that counts: of what was changed since, none does."""
    check = newest(factor)
    if check is None:
        return Report(factor, result_of(factor, None))
    return Report(
        factor,
        result_of(factor, check.state, is_used=check.used_at is not None),
        check,
        facts_of(check),
        tuple(looking.shown_pictures(check)),
    )


def note(signer: Signer, kind: str, *, actor: str, now: datetime) -> None:
    """Write down that a program read a report, or asked for the page about it."""
    gate = signer.gate
    with transaction.atomic():
        trail.append(gate.trail_id, kind, now, actor=actor, gate=gate)


def newest(factor: Factor) -> IdentityCheck | None:
    """Return the check that was sent last; one that is only open when none was.

    What was changed since, a signer in another's place too, and what failed beside
    one that passed count no more: both are marked as used.
    """
    is_proven = factor.proven_at is not None
    over = (State.FAILED,) if is_proven else (State.FAILED, State.PASSED)
    made = factor.identity_checks.exclude(state=State.ENDED)
    made = made.exclude(state__in=over, used_at__isnull=False)
    is_told = models.Case(
        models.When(state__in=TOLD, then=models.Value(1)), default=models.Value(0)
    )
    return made.order_by(is_told.desc(), "-started_at", "-pk").first()


def result_of(factor: Factor, state: str | None, *, is_used: bool = False) -> Result:
    """A check that passed counts until it is used, and then while the proof stands.

    What is changed about the signer uses up checks and ends proofs.
    """
    if state == State.PASSED and is_used and factor.proven_at is None:
        return Result.NOT_STARTED
    if state is None:
        return Result.PASSED if factor.proven_at else Result.NOT_STARTED
    return RESULTS.get(State(state), Result.NOT_STARTED)


def with_newest(factors: models.QuerySet[Factor]) -> models.QuerySet[Factor]:
    """Bring state and use of each factor's newest check, in the same query."""
    made = IdentityCheck.objects.filter(factor=models.OuterRef("pk"))
    sent = made.filter(state__in=TOLD).order_by("-started_at", "-pk")
    sent = sent.exclude(state=State.FAILED, used_at__isnull=False)
    return factors.select_related("identity_rules").annotate(
        check_state=models.Subquery(sent.values("state")[:1]),
        check_used_at=models.Subquery(sent.values("used_at")[:1]),
        check_reason=models.Subquery(sent.values("reason")[:1]),
        is_check_open=models.Exists(made.filter(state=State.OPEN)),
    )


def result_in_list(factor: Factor) -> Result:
    """Return the result of a factor that with_newest has read."""
    state = getattr(factor, "check_state", None)
    is_used = getattr(factor, "check_used_at", None) is not None
    if state is None and getattr(factor, "is_check_open", False):
        state = State.OPEN
    return result_of(factor, state, is_used=is_used)


def facts_of(check: IdentityCheck) -> Facts:
    try:
        return check.get_facts()
    except vault.UnreadableError:
        logger.exception("The facts of identity check %s cannot be read.", check.pk)
        return Facts()


def picture_of(factor: Factor, file_id: str) -> IdentityPicture | None:
    """Return a picture of this factor's checks that may be shown, by its id.

    What was not sent is its signer's alone.
    """
    for check in factor.identity_checks.exclude(sent_at=None):
        for one in looking.shown_pictures(check):
            if str(one.public_id) == file_id.strip().lower():
                return one
    return None
