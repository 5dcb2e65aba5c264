"""Somebody else signs in a signer's place, without voiding what others signed."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from signing.flows import account_proof, emptying, new_addresses, securing, sending
from signing.flows.holding import hold
from signing.flows.refusals import RefusedError
from signing.models import Signer
from verification import trail
from verification.flows import asking, ending, locking
from verification.models import Factor, Gate, User

REASSIGNED_NOTICE = "reassigned"
NAME_LENGTH = 120
REASON_LENGTH = 500
State = Signer.State


def reassign(
    signer: Signer,
    *,
    name: str,
    email: str,
    phone: str = "",
    reason: str,
    keep_access_code: bool = False,
    access_code: str = "",
    drop_access_code: bool = False,
    hint: str = "",
    least: int = 1,
    seen: str = "",
    actor: User,
    now: datetime,
) -> Signer:
    """Give a signer's place in the order, with fields and factors, to a new person.

    The links of the person before are dead, their proofs, tries and what they
    filled in are gone. Codes go to the new person's phone (E.164) and email. A
    password stays only with keep_access_code; else access_code is the new one,
    or drop_access_code asks for none any more. seen: see holding.hold. Raises
    RefusedError: not_open, already_done, changed_meanwhile,
    bad_name, bad_email, reason_needed, phone_missing, access_code_kept, too_often.
    """
    name, email, reason = name.strip()[:NAME_LENGTH], email.strip(), reason.strip()
    _refuse_bad(name, email, reason)
    secret = securing.hash_access_code(access_code, least=least) if access_code else ""
    by = sending.actor_name(actor)
    with transaction.atomic():
        held = hold(signer, now, seen)
        gate = held.gate
        locking.hold_tries(gate)
        is_settled = bool(secret) or keep_access_code or drop_access_code
        _refuse_unproven(gate, phone, is_settled)
        new_addresses.count(held.request, now)
        before = (gate.name, gate.masked_email)
        _tell_person_before(held, email, now)
        _seat(held, name, email, phone, now)
        if secret or drop_access_code:
            _replace_password(gate, secret, hint, by, now)
        account_proof.settle(held, now)
        _begin_anew(held, now)
        _tell_trail(gate, before, by, reason, now, new_access_code=bool(secret))
        if held.state != State.WAITING:
            _invite_anew(held, now)
    signer.gate.refresh_from_db()
    signer.refresh_from_db()
    return signer


def _tell_trail(
    gate: Gate,
    before: tuple[str, str],
    by: str,
    reason: str,
    now: datetime,
    *,
    new_access_code: bool,
) -> None:
    """Write down who took whose place; before is a name and a masked address."""
    old_name, old = before
    trail.append(
        gate.trail_id,
        "reassigned",
        now,
        actor=by,
        gate=gate,
        old_name=old_name,
        old=old,
        new_name=gate.name,
        new=gate.masked_email,
        new_access_code=new_access_code,
        reason=reason[:REASON_LENGTH],
    )


def asks_for(gate: Gate, kind: str) -> bool:
    """Say whether the gate asks for a factor of this kind."""
    return gate.factors.filter(kind=kind, removed_at=None).exists()


def _refuse_bad(name: str, email: str, reason: str) -> None:
    if not name:
        raise RefusedError("bad_name", _("Enter the name of the new signer."))
    try:
        validate_email(email)
    except ValidationError as error:
        raise RefusedError(
            "bad_email", _("Write an email address like ada@example.com.")
        ) from error
    if not reason:
        raise RefusedError("reason_needed", _("Write in a few words why."))


def _refuse_unproven(gate: Gate, phone: str, has_password: bool) -> None:
    """What only the person before could prove is no proof of the new one."""
    if asks_for(gate, Factor.Kind.PHONE) and not phone:
        raise RefusedError(
            "phone_missing",
            _("A code is sent to this signer’s phone: enter the new number."),
        )
    if asks_for(gate, Factor.Kind.ACCESS_CODE) and not has_password:
        raise RefusedError(
            "access_code_kept",
            _(
                "The signer before knows the password: set a new one, or say to keep it."
            ),
        )


def _replace_password(
    gate: Gate, secret: str, hint: str, by: str, now: datetime
) -> None:
    """Set the new one; without a secret none is asked for any more."""
    rows = gate.factors.filter(kind=Factor.Kind.ACCESS_CODE, removed_at=None)
    if secret:
        rows.update(secret=secret, hint=hint, set_by=by[:160])
    else:
        rows.update(removed_at=now, secret="", hint="")


def _tell_person_before(signer: Signer, email: str, now: datetime) -> None:
    """Write to who had been invited; call it while the old address stands."""
    was_invited = signer.state != State.WAITING
    if was_invited and signer.email.lower() != email.lower():
        sending.write_to(signer, REASSIGNED_NOTICE, now)


def _seat(signer: Signer, name: str, email: str, phone: str, now: datetime) -> None:
    gate = signer.gate
    gate.name, gate.email, gate.phone = name, email, phone
    gate.link_ends_at = now + signer.request.company.link_lifetime
    gate.save(update_fields=["name", "email", "phone", "link_ends_at"])


def _begin_anew(signer: Signer, now: datetime) -> None:
    """Nothing that the person before did counts for the new one, or is shown."""
    gate = signer.gate
    ending.forget_proofs(gate, now)
    ending.replace_link(gate, now)
    locking.start_anew(gate)
    asking.forget_sends(gate)
    emptying.forget_work(signer)
    Signer.objects.filter(pk=signer.pk).update(
        reminders_done=0, reminded_at=None, warned_at=None, message=""
    )


def _invite_anew(signer: Signer, now: datetime) -> None:
    Signer.objects.filter(pk=signer.pk).update(state=State.WAITING)
    sending.invite(signer, now)
