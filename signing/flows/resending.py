"""A signer cannot get in: the invitation again, a code to tell, the tries back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from signing.flows import sending
from signing.flows.holding import hold_all, read, refusal_of
from signing.flows.refusals import RefusedError
from signing.models import Signer
from verification import limits, trail
from verification.flows import ending, issuing, locking
from verification.flows.issuing import Issued
from verification.models import Budget, Gate, User

RESENDS = limits.Limit("resends", 5, limits.HOUR, is_widened=True)
State = Signer.State


def resend(signers: Iterable[Signer], *, actor: User, now: datetime) -> list[Signer]:
    """Send the invitation again, with the same link. Returns who was written to.

    Who is done, waits for their turn, has no address, or gets no emails since a
    program writes itself, is skipped. A link that is over comes back as another
    one: else whoever holds the old one could bring it back to life. Raises
    RefusedError: too_often.
    """
    wanted = [one for one in read(one.pk for one in signers) if may_resend(one, now)]
    try:
        limits.take([limits.Use(RESENDS, str(one.gate_id)) for one in wanted], now)
    except limits.LimitReachedError as reached:
        raise RefusedError(
            "too_often", _("That was sent again often enough. Wait an hour.")
        ) from reached
    with transaction.atomic():
        held = [signer for signer in hold_all(wanted) if may_resend(signer, now)]
        for signer in held:
            if signer.gate.is_link_over(now):
                ending.replace_link(signer.gate, now)
            ends_at = now + signer.request.company.link_lifetime
            Gate.objects.filter(pk=signer.gate_id).update(link_ends_at=ends_at)
        for signer in sorted(held, key=lambda one: one.request.trail_id):
            _write_again(signer, actor, now)
    return held


def may_resend(signer: Signer, now: datetime) -> bool:
    """Say whether resend would write to this signer now."""
    if refusal_of(signer, now) is not None or not is_mailed(signer):
        return False
    return signer.state in (State.INVITED, State.VIEWED)


def generate(signer: Signer, *, issuer: User, now: datetime) -> Issued:
    """Make an alternative security code that issuer tells the signer by voice.

    Whoever calls has made sure that issuer may act on the request. Raises
    RefusedError: codes_off, not_open, already_done, not_invited, no_code_factor,
    locked.
    """
    (fresh,) = read([signer.pk])
    if refusal := refusal_to_generate(fresh, now):
        raise refusal
    return _issue(fresh, issuer, now)


def refusal_to_generate(
    signer: Signer, now: datetime, *, unlocks: bool = False
) -> RefusedError | None:
    """Return why no code can be made now, or None. unlocks: a lock is no reason."""
    if not signer.request.company.offers_alternative_codes:
        return RefusedError(
            "codes_off", _("Your company has turned alternative security codes off.")
        )
    if refusal := refusal_of(signer, now):
        return refusal
    words = {"name": signer.name}
    if signer.state == State.WAITING:
        return RefusedError(
            "not_invited", _("It is not the turn of %(name)s yet.") % words
        )
    if issuing.stands_in_for(signer.gate) is None:
        return RefusedError(
            "no_code_factor", _("%(name)s is asked for no code.") % words
        )
    if not unlocks and locked_budgets(signer):
        return _still_locked(signer)
    return None


def unlock(
    signer: Signer, *, actor: User, is_company_admin: bool, reason: str, now: datetime
) -> None:
    """Give a locked signer all tries back, at most three times a day.

    At the cap of all tries only a company admin can, and it starts anew. Raises
    RefusedError: reason_needed, not_open, already_done, not_locked,
    unlocked_too_often, total_reached.
    """
    if not reason.strip():
        raise RefusedError("reason_needed", _("Write in a few words why."))
    (fresh,) = read([signer.pk])
    if refusal := refusal_to_unlock(fresh, is_company_admin=is_company_admin, now=now):
        raise refusal
    done = locking.unlock(
        fresh.gate,
        actor=sending.actor_name(actor),
        reason=reason.strip(),
        clears_total=is_company_admin,
        now=now,
    )
    if not done:
        raise _not_locked(fresh)


def unlock_and_generate(
    signer: Signer, *, actor: User, is_company_admin: bool, reason: str, now: datetime
) -> Issued:
    """Unlock, then make a code: two commits and two entries in the trail.

    Nothing is unlocked where no code could be made. Raises what unlock and
    generate raise.
    """
    (fresh,) = read([signer.pk])
    if refusal := refusal_to_generate(fresh, now, unlocks=True):
        raise refusal
    unlock(
        fresh,
        actor=actor,
        is_company_admin=is_company_admin,
        reason=reason,
        now=now,
    )
    return generate(fresh, issuer=actor, now=now)


def refusal_to_unlock(
    signer: Signer, *, is_company_admin: bool, now: datetime
) -> RefusedError | None:
    """Return why the tries cannot be given back now, or None."""
    if refusal := refusal_of(signer, now):
        return refusal
    locked = locked_budgets(signer)
    if not locked:
        return _not_locked(signer)
    return refusal_to_give_back(
        signer, locked, is_company_admin=is_company_admin, now=now
    )


def refusal_to_give_back(
    signer: Signer, budgets: Sequence[Budget], *, is_company_admin: bool, now: datetime
) -> RefusedError | None:
    """Return why none of these rows of tries can be given back now, or None.

    Three unlocks a day; at the cap of all tries a company admin's alone.
    """
    words = {"name": signer.name, "count": Budget.UNLOCKS_A_DAY}
    if all(not budget.unlocks_left(now) for budget in budgets):
        told = _("%(name)s was unlocked %(count)d times today. Tomorrow it goes on.")
        return RefusedError("unlocked_too_often", told % words)
    if not is_company_admin and all(budget.is_total_spent for budget in budgets):
        words["count"] = Budget.TOTAL_CAP
        told = _("All %(count)d tries of %(name)s are used up. Send a new link.")
        if not is_mailed(signer):
            told = _(
                "All %(count)d tries of %(name)s are used up. Ask a company admin to "
                "unlock."
            )
        return RefusedError("total_reached", told % words)
    return None


def is_mailed(signer: Signer) -> bool:
    """Whether an email of ours can reach this signer."""
    return bool(signer.email) and not signer.request.emails_off


def locked_budgets(signer: Signer) -> list[Budget]:
    """Return a signer's rows of tries that are locked."""
    return [budget for budget in signer.gate.budgets.all() if budget.locked_at]


def _issue(signer: Signer, issuer: User, now: datetime) -> Issued:
    issued = issuing.issue_alternative(
        signer.gate, issuer=issuer, actor=sending.actor_name(issuer), now=now
    )
    if issued is None:  # it was locked or closed in this moment
        raise refusal_to_generate(read([signer.pk])[0], now) or _still_locked(signer)
    return issued


def _write_again(signer: Signer, actor: User, now: datetime) -> None:
    trail.append(
        signer.request.trail_id,
        "resent",
        now,
        actor=sending.actor_name(actor),
        gate=signer.gate,
        to=signer.gate.masked_email,
    )
    sending.write_to(signer, sending.INVITATION, now)


def _still_locked(signer: Signer) -> RefusedError:
    words = _("%(name)s is locked: unlock them first.")
    return RefusedError("locked", words % {"name": signer.name})


def _not_locked(signer: Signer) -> RefusedError:
    words = _("%(name)s is not locked.")
    return RefusedError("not_locked", words % {"name": signer.name})
