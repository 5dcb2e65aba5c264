"""A person judges what a signer showed of themselves: yes, no, or once more.

Whoever calls has made sure that the actor may act on the request. Who is to be
proven never judges it, and what was decided meanwhile is not decided over.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from signing.flows import resending, sending
from signing.flows.holding import hold_all
from signing.flows.refusals import RefusedError
from signing.models import Signer
from verification.flows import identity, locking, looking
from verification.models import Budget, HostedSession, IdentityCheck, User

State = IdentityCheck.State
REASON_LENGTH = 300
APPROVED, REJECTED, RESET = "identity_approved", "identity_rejected", "identity_reset"


def approve(
    check: IdentityCheck, *, actor: User, now: datetime, seen: str = ""
) -> IdentityCheck:
    """Say yes to what waits, and to what failed by machine; tell the signer.

    seen is the fingerprint of what the actor was shown; "" asks nothing. Raises
    RefusedError: own_check, not_open, changed_meanwhile, already_decided,
    too_early, outdated, browser_gone, nothing_shown, not_looked.

    Who says yes has looked at the pictures, where we have any: here, or by a
    program of theirs that fetched one. A program that approves answers for its
    member and gets the same refusal; to say no, nobody needs to look.
    """
    with transaction.atomic():
        signer, fresh = _hold(check, seen)
        if refusal := refusal_to_approve(fresh, signer, actor, now):
            raise refusal
        by = sending.actor_name(actor)
        if not identity.approve(fresh, actor=by, user_id=actor.pk, now=now):
            raise _changed()
        sending.write_to(signer, APPROVED, now, check=str(fresh.public_id))
    return fresh


def reject(
    check: IdentityCheck, reason: str, *, actor: User, now: datetime, seen: str = ""
) -> IdentityCheck:
    """Say no to what waits; the signer reads the reason. Raises what approve does,
    and reason_needed."""
    said = " ".join(reason.split())
    if not said:
        raise RefusedError("reason_needed", _("Write in a few words why."))
    with transaction.atomic():
        signer, fresh = _hold(check, seen)
        if refusal := refusal_to_reject(fresh, signer, actor):
            raise refusal
        by = sending.actor_name(actor)
        note = said[:REASON_LENGTH]
        if not identity.reject(fresh, note, actor=by, user_id=actor.pk, now=now):
            raise _changed()
        sending.write_to(signer, REJECTED, now, check=str(fresh.public_id))
    return fresh


def reset(
    signer: Signer, *, actor: User, is_company_admin: bool, reason: str, now: datetime
) -> None:
    """Give a signer whose checks failed all tries back, locked or not (seed 003).

    At most three times a day, with every unlock; at the cap of all tries only a
    company admin can. Raises RefusedError: reason_needed, not_open, own_check,
    nothing_used, unlocked_too_often, total_reached.
    """
    if not reason.strip():
        raise RefusedError("reason_needed", _("Write in a few words why."))
    with transaction.atomic():
        (held,) = hold_all([signer])
        refusal = refusal_to_reset(
            held, actor=actor, is_company_admin=is_company_admin, now=now
        )
        if refusal:
            raise refusal
        locking.reset(
            held.gate,
            Budget.Kind.IDENTITY,
            actor=sending.actor_name(actor),
            reason=reason.strip(),
            clears_total=is_company_admin,
            now=now,
        )
        sending.write_to(held, RESET, now)


def refusal_to_approve(
    check: IdentityCheck, signer: Signer, actor: User, now: datetime
) -> RefusedError | None:
    """Return why this person can't say yes to this check now, or None."""
    if refusal := _refusal(check, signer, actor):
        return refusal
    if check.state not in (State.WAITING, State.FAILED):
        return _too_early()
    if check.visit is None or check.erased_at is not None:
        return _outdated()
    if check.visit.session.ends_at <= now:
        return _browser_gone()
    return _nothing_shown(check) or _not_looked(check, actor)


def refusal_to_reject(
    check: IdentityCheck, signer: Signer, actor: User
) -> RefusedError | None:
    """Return why this person can't say no to this check now, or None."""
    if refusal := _refusal(check, signer, actor):
        return refusal
    if check.state == State.FAILED:
        return RefusedError("already_decided", _("This check has already failed."))
    return None if check.state == State.WAITING else _too_early()


def refusal_to_reset(
    signer: Signer, *, actor: User, is_company_admin: bool, now: datetime
) -> RefusedError | None:
    """Return why this person can't give the tries back now, or None."""
    if refusal := _closed(signer) or _own(signer, actor):
        return refusal
    budget = budget_of(signer)
    if budget is None or not (budget.locked_at or budget.consecutive):
        told = _("%(name)s has all tries: there is nothing to give back.")
        return RefusedError("nothing_used", told % {"name": signer.name})
    return resending.refusal_to_give_back(
        signer, [budget], is_company_admin=is_company_admin, now=now
    )


def budget_of(signer: Signer) -> Budget | None:
    """Return the row of tries of identity checks, if one was ever made."""
    rows = signer.gate.budgets.all()
    return next((one for one in rows if one.kind == Budget.Kind.IDENTITY), None)


def fingerprint(check: IdentityCheck) -> str:
    """Return a digest of what a reviewer decides about, and of what was decided."""
    decided_at = check.decided_at.isoformat() if check.decided_at else ""
    facts = repr((check.pk, check.state, decided_at, check.note, bool(check.used_at)))
    return hashlib.sha256(facts.encode()).hexdigest()[:16]


def is_own(signer: Signer, actor: User) -> bool:
    """Whether the actor is the person to be proven, going by the address."""
    return bool(signer.email) and signer.email.lower() == actor.email.lower()


def _hold(check: IdentityCheck, seen: str) -> tuple[Signer, IdentityCheck]:
    """Lock request, signer, gate, tries and check, in this order; read all anew."""
    (signer,) = hold_all([Signer.objects.get(gate=check.gate_id)])
    locking.hold_tries(signer.gate)
    rows = IdentityCheck.objects.select_for_update(of=["self"])
    fresh = rows.select_related("decided_by", "visit__session").get(pk=check.pk)
    fresh.gate = signer.gate
    if seen and seen != fingerprint(fresh):
        raise _closed(signer) or _decided(fresh) or _changed()
    return signer, fresh


def _refusal(check: IdentityCheck, signer: Signer, actor: User) -> RefusedError | None:
    if refusal := _closed(signer) or _own(signer, actor):
        return refusal
    if check.state == State.PASSED:
        return _decided(check) or _passed()
    if check.state == State.ENDED or check.used_at is not None:
        return _outdated()
    return None


def _closed(signer: Signer) -> RefusedError | None:
    """A request that everybody signed is open to its signers: they get their copy."""
    if signer.gate.closed_at is None:
        return None
    return RefusedError("not_open", _("This transaction is over."))


def _own(signer: Signer, actor: User) -> RefusedError | None:
    if not is_own(signer, actor):
        return None
    return RefusedError(
        "own_check", _("This is your own ID. Somebody else has to look at it.")
    )


def _decided(check: IdentityCheck) -> RefusedError | None:
    """Say who was first, where a person was."""
    if check.decided_by is None:
        return None
    name = {"name": check.decided_by.get_full_name() or check.decided_by.email}
    if check.state == State.PASSED:
        told = _("%(name)s has approved this meanwhile.")
    else:
        told = _("%(name)s has rejected this meanwhile.")
    return RefusedError("already_decided", told % name)


def _passed() -> RefusedError:
    return RefusedError("already_decided", _("This check has already passed."))


def _changed() -> RefusedError:
    return RefusedError(
        "changed_meanwhile",
        _("This check was changed meanwhile. Close this and look again."),
    )


def _nothing_shown(check: IdentityCheck) -> RefusedError | None:
    if check.provider == IdentityCheck.Provider.REVIEW:
        return None
    if not HostedSession.objects.filter(check_of=check, attempts=0).exists():
        return None
    return RefusedError(
        "nothing_shown",
        _("Nothing was shown here: the provider did not answer. They can try again."),
    )


def _not_looked(check: IdentityCheck, actor: User) -> RefusedError | None:
    if looking.has_looked(check, actor) or not looking.shown_pictures(check):
        return None
    return RefusedError("not_looked", _("Look at the pictures first."))


def _too_early() -> RefusedError:
    return RefusedError("too_early", _("The signer has not sent this check yet."))


def _outdated() -> RefusedError:
    return RefusedError(
        "outdated",
        _("This check does not count any more: the signer has to show an ID again."),
    )


def _browser_gone() -> RefusedError:
    return RefusedError(
        "browser_gone",
        _(
            "The browser in which this ID was shown is not known any more: the signer "
            "has to show it again."
        ),
    )
