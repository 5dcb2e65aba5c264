"""How a signer must prove who they are, changed while the request is out.

Each change ends what this signer has proven and every code that is under way,
and nothing of other signers. Tries are not given back: that is what unlocking
and a new link are for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from signing.flows import (
    account_proof,
    drafts,
    enrolling,
    identity_rules,
    readiness,
)
from signing.flows.holding import hold
from signing.flows.identity_rules import IdentityDetails
from signing.flows.refusals import RefusedError
from signing.flows.sending import actor_name
from signing.models import Signer
from verification import trail
from verification.flows import ending, locking
from verification.models import Factor, Gate, User
from verification.models.gate import MAX_TRIES

Kind, Stage, Frequency = Factor.Kind, Factor.Stage, Factor.Frequency
KEPT = ("stage", "frequency", "channel")


@dataclass(frozen=True)
class Wanted:
    """One factor as it shall be; None and "" keep what is set.

    secret is the hash that hash_access_code returns. channel pins texts or
    calls, Factor.Channel; "any" leaves the choice to the signer again. identity
    is what an identity check must show.
    """

    stage: str | None = None
    frequency: str | None = None
    channel: str | None = None
    secret: str = ""
    hint: str | None = None
    identity: IdentityDetails | None = None


ANY_CHANNEL = "any"


@dataclass(frozen=True)
class _News:
    """One trail entry to be written once all is changed."""

    kind: str
    facts: dict[str, Any]


def hash_access_code(typed: str, *, least: int = 1) -> str:
    """Return what is stored of a password. Slow on purpose: not in a transaction.

    Raises RefusedError when it has fewer than least characters or more than
    50; the APIs take one character, the workspace asks for four.
    """
    try:
        return drafts.hash_access_code(typed, least)
    except ValueError as error:
        raise RefusedError(
            "access_code_length",
            _("A password has %(least)d to %(most)d characters.")
            % {"least": least, "most": drafts.ACCESS_CODE_MAX},
        ) from error


def set_access_code(
    signer: Signer,
    typed: str,
    *,
    hint: str | None = "",
    least: int = 1,
    seen: str = "",
    actor: User,
    now: datetime,
) -> None:
    """Set a new password; the old one and all that was proven end at once.

    hint None keeps the hint that is set. Nobody can read the password again.
    seen: see holding.hold.
    """
    secret = hash_access_code(typed, least=least)
    wanted = Wanted(secret=secret, hint=hint)
    change(signer, {Kind.ACCESS_CODE: wanted}, seen=seen, actor=actor, now=now)


def change(
    signer: Signer,
    wanted: Mapping[str, Wanted],
    *,
    removed: Collection[str] = (),
    tries: int | None = None,
    login_required: bool | None = None,
    seen: str = "",
    actor: User,
    now: datetime,
) -> bool:
    """Make a signer's factors as wanted, in one commit; others stay as they are.

    login_required: whether they must sign in to an account, too; None keeps it. A
    member of the company of whom nothing is asked any more signs in to the account
    instead.

    False when everything was so already: then no proof ends. seen: see
    holding.hold. Raises RefusedError, and then nothing is changed.
    """
    by = actor_name(actor)
    with transaction.atomic():
        held = hold(signer, now, seen)
        gate = held.gate
        locking.hold_tries(gate)
        news = [_put(gate, Kind(kind), one, by) for kind, one in wanted.items()]
        news += [_take_away(gate, Kind(kind), now) for kind in removed]
        news += [_set_login(held, login_required)]
        told = [one for one in news if one]
        if told:
            account_proof.settle(held, now)
            _refuse_stuck(held)
            _refuse_unguarded(held)
            if Kind.IDENTITY in wanted:
                identity_rules.refuse_without_provider(held)
            ending.forget_proofs(gate, now)
        if tries is not None and tries != gate.max_tries:
            told.append(_set_tries(gate, tries))
        for one in told:
            trail.append(gate.trail_id, one.kind, now, actor=by, gate=gate, **one.facts)
        if tries is not None:
            _lock_spent(gate, now)
    signer.gate.refresh_from_db()
    return bool(told)


def _put(gate: Gate, kind: Factor.Kind, wanted: Wanted, by: str) -> _News | None:
    _refuse_unreachable(gate, kind)
    if wanted.secret and kind != Kind.ACCESS_CODE:
        raise RefusedError("no_password_here", _("Only a password has a password."))
    if wanted.identity and kind != Kind.IDENTITY:
        raise RefusedError(
            "no_rules_here", _("Only an identity check has rules of its own.")
        )
    factor = gate.factors.filter(kind=kind, removed_at=None).first()
    if factor is None:
        return _add(gate, kind, wanted, by)
    changes = _changes(factor, wanted)
    rules = _change_rules(factor, wanted)
    if not changes and not rules:
        return None
    before = {f"old_{name}": getattr(factor, name) for name in KEPT if name in changes}
    Factor.objects.filter(pk=factor.pk).update(**changes, set_by=by[:160])
    factor.refresh_from_db()
    kind_of_news = "access_code_changed" if wanted.secret else "factor_changed"
    return _News(kind_of_news, before | _facts(factor) | rules)


def _add(gate: Gate, kind: Factor.Kind, wanted: Wanted, by: str) -> _News:
    if kind == Kind.ACCESS_CODE and not wanted.secret:
        raise RefusedError("access_code_missing", _("Set a password for this signer."))
    new = Factor(gate=gate, kind=kind, set_by=by[:160])
    for name, value in _changes(new, wanted).items():
        setattr(new, name, value)
    new.save()
    if kind != Kind.IDENTITY:
        return _News("factor_added", _facts(new))
    rules = wanted.identity or IdentityDetails()
    identity_rules.keep(new, rules)
    return _News("factor_added", _facts(new) | {"rules": rules.as_facts()})


def _change_rules(factor: Factor, wanted: Wanted) -> dict[str, Any]:
    """Return what the trail says of changed rules; {} when they are as they were."""
    if wanted.identity is None:
        return {}
    before = identity_rules.keep(factor, wanted.identity)
    if before is None:
        return {}
    return {"rules": wanted.identity.as_facts(), "old_rules": before.as_facts()}


def _changes(factor: Factor, wanted: Wanted) -> dict[str, str]:
    asked = {
        "stage": Stage(wanted.stage) if wanted.stage else None,
        "frequency": Frequency(wanted.frequency) if wanted.frequency else None,
        "channel": "" if wanted.channel == ANY_CHANNEL else wanted.channel or None,
        "secret": wanted.secret or None,
        "hint": wanted.hint
        if wanted.hint is None
        else wanted.hint[: drafts.HINT_LENGTH],
    }
    return {
        name: value
        for name, value in asked.items()
        if value is not None and value != getattr(factor, name)
    }


def _facts(factor: Factor) -> dict[str, Any]:
    """What the trail says of a factor: never the password, nor its hint."""
    told = {name: getattr(factor, name) for name in KEPT}
    return {"factor": factor.kind, "has_hint": bool(factor.hint), **told}


def _refuse_stuck(signer: Signer) -> None:
    """A passkey or app that nobody could set up would keep the gate shut."""
    factors = signer.gate.factors.filter(removed_at=None)
    if found := enrolling.trouble(signer, factors):
        raise RefusedError(found.code, found.words)


def _refuse_unguarded(signer: Signer) -> None:
    """As before sending: a launch code is told to somebody, so it is not enough."""
    factors = signer.gate.factors.filter(removed_at=None)
    if signer.email or factors.filter(kind__in=readiness.BESIDE_LAUNCH).exists():
        return
    words = _(
        "%(name)s has no email address and comes in by a code that you tell: keep a "
        "password, a phone code or an identity check."
    )
    raise RefusedError("unguarded", words % {"name": signer.name})


def _refuse_unreachable(gate: Gate, kind: Factor.Kind) -> None:
    if kind == Kind.PHONE and not gate.phone_e164:
        raise RefusedError("phone_missing", _("Enter the signer’s phone number first."))
    if kind == Kind.EMAIL and not gate.email:
        raise RefusedError(
            "email_missing", _("Enter the signer’s email address first.")
        )


def _take_away(gate: Gate, kind: Factor.Kind, now: datetime) -> _News:
    """The row stays, since old proofs name it; its secret goes."""
    row = gate.factors.filter(kind=kind, removed_at=None)
    if not row.update(removed_at=now, secret="", hint=""):
        raise RefusedError("no_such_factor", _("This signer is not asked for that."))
    return _News("factor_removed", {"factor": kind})


def _set_login(signer: Signer, wanted: bool | None) -> _News | None:
    """Mark a signer; account_proof.settle makes the gate ask accordingly."""
    if wanted is None or wanted == signer.login_required:
        return None
    if wanted and not signer.email:
        raise RefusedError(
            "email_missing", _("Enter the signer’s email address first.")
        )
    signer.login_required = wanted
    signer.save(update_fields=["login_required"])
    kind = "factor_added" if wanted else "factor_removed"
    return _News(kind, {"factor": Kind.ACCOUNT, "stage": Stage.VIEW})


def _lock_spent(gate: Gate, now: datetime) -> None:
    """Lock where as many tries were used already as there are now."""
    for budget in gate.budgets.all():
        locking.lock_if_spent(gate, budget, now)


def _set_tries(gate: Gate, tries: int) -> _News:
    if not 1 <= tries <= MAX_TRIES:
        raise RefusedError("tries", _("A signer has 1 to 10 tries."))
    old, gate.max_tries = gate.max_tries, tries
    Gate.objects.filter(pk=gate.pk).update(max_tries=tries)
    return _News("tries_changed", {"old": old, "new": tries})
