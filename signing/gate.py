"""The one function that answers "may this browser have this?".

Every byte of a sign request that a signer can see leaves through judge():
pages, images, text, originals, the sealed copy, metadata, signing, declining
(threats T14, T17). Deny by default.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from signing.models import Signer, SignRequest
from verification import passkeys, policy
from verification.identity import base as identity
from verification.models import Factor, Visit
from verification.standing import Standing, standing


class Action(models.TextChoices):
    VIEW = "view", _("read the document")
    SIGN = "sign", _("sign or decline")
    DOWNLOAD = "download", _("download the sealed copy")


class Verdict(models.TextChoices):
    """OPEN, or the first thing that stands in the way."""

    OPEN = "open", _("open")
    UNKNOWN = "unknown", _("This link doesn’t work")
    RECALLED = "recalled", _("This document was recalled")
    EXPIRED = "expired", _("The time to sign is over")
    DECLINED = "declined", _("This document was declined")
    NOT_YOUR_TURN = "not_your_turn", _("It’s not your turn yet")
    UNPROVABLE = "unprovable", _("This document can’t be opened yet")
    GATE = "gate", _("Let’s check it’s you")
    SIGN_GATE = "sign_gate", _("One more check before you sign")
    HELD = "held", _("Your document is being prepared")
    ALREADY_DONE = "already_done", _("You’re done")
    NOT_READY = "not_ready", _("The sealed copy is not ready yet")


@dataclass(frozen=True)
class Judgement:
    """The verdict, with what it was made from."""

    verdict: Verdict
    standing: Standing

    @property
    def is_open(self) -> bool:
        return self.verdict == Verdict.OPEN


ENDED = {
    SignRequest.State.RECALLED: Verdict.RECALLED,
    SignRequest.State.EXPIRED: Verdict.EXPIRED,
    SignRequest.State.DECLINED: Verdict.DECLINED,
}


def judge(
    signer: Signer, visit: Visit | None, action: Action, now: datetime
) -> Judgement:
    """Say whether this browser may do this for this signer now.

    signer comes with request and gate selected; two queries.
    """
    proven = standing(signer.gate, visit, now)
    verdict = (
        closed_because(signer)
        or _overdue(signer, now)
        or unprovable(proven)
        or _gate_verdict(proven, action)
        or _held(signer, now)
        or _state_verdict(signer, action)
        or Verdict.OPEN
    )
    return Judgement(verdict, proven)


def closed_because(signer: Signer) -> Verdict | None:
    """Return why nobody may enter, whatever they prove."""
    state = SignRequest.State(signer.request.state)
    if state in SignRequest.EDITABLE:
        return Verdict.UNKNOWN
    if state in ENDED:
        return ENDED[state]
    if signer.state == Signer.State.WAITING and signer.acts:
        return Verdict.NOT_YOUR_TURN
    if state == SignRequest.State.SENT and not signer.acts:
        return Verdict.NOT_YOUR_TURN
    return None


def _overdue(signer: Signer, now: datetime) -> Verdict | None:
    """At the end it is over, also before somebody has written that down."""
    request = signer.request
    is_over = request.ends_at is not None and now >= request.ends_at
    return Verdict.EXPIRED if request.is_open and is_over else None


def unprovable(proven: Standing) -> Verdict | None:
    """Say whether the gate keeps shut: a factor whose pages or provider are not
    there, or a passkey or app that is not set up where nothing else is asked.
    """
    kinds = {factor.kind for factor in proven.factors}
    if not kinds <= Factor.PROVABLE or proven.is_stuck:
        return Verdict.UNPROVABLE
    if Factor.Kind.PASSKEY in kinds and not passkeys.is_ready():
        return Verdict.UNPROVABLE
    if Factor.Kind.IDENTITY in kinds:
        provider = policy.of(proven.gate).identity_provider
        return None if identity.is_ready(provider) else Verdict.UNPROVABLE
    return None


def _held(signer: Signer, now: datetime) -> Verdict | None:
    """For half a minute a program may fill in fields first (seed 003)."""
    held_until = signer.gate.held_until
    return Verdict.HELD if held_until is not None and now < held_until else None


def _gate_verdict(proven: Standing, action: Action) -> Verdict | None:
    if not proven.may_view:
        return Verdict.GATE
    if action == Action.SIGN and not proven.may_sign:
        return Verdict.SIGN_GATE
    return None


def _state_verdict(signer: Signer, action: Action) -> Verdict | None:
    if action == Action.SIGN and (signer.is_done or not signer.request.is_open):
        return Verdict.ALREADY_DONE
    if action == Action.DOWNLOAD and not signer.request.sealed:
        return Verdict.NOT_READY
    return None
