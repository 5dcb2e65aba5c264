"""A wrong phone number or email address is put right, after sending."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from signing.flows import account_proof, emptying, new_addresses, sending
from signing.flows.holding import hold_all, refusal_of, require_unchanged
from signing.flows.refusals import RefusedError
from signing.models import Signer
from verification import trail
from verification.addresses import mask_email, mask_phone
from verification.flows import asking, ending
from verification.models import Factor, Gate, User

PHONE_NOTICE = "phone_changed"
E164 = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True)
class Change:
    """One signer whose number differs from the one before, both as E.164."""

    signer: Signer
    old: str
    new: str


def change_phones(
    changes: Mapping[Signer, str], *, actor: User, now: datetime
) -> list[Signer]:
    """Give signers other numbers: all of them, or none. Returns whom it changed.

    changes maps each to a number as E.164, or "" for none; who has that number
    already is left alone. Codes, grants and proofs of the others end at once;
    the trail names both numbers masked, and who was invited and gets codes there
    is told by email. Raises RefusedError: not_sent, not_open, already_done,
    bad_number, phone_needed.
    """
    wanted = {signer.pk: number for signer, number in changes.items()}
    with transaction.atomic():
        held = [Change(one, one.phone, wanted[one.pk]) for one in hold_all(changes)]
        differing = [change for change in held if change.old != change.new]
        for change in differing:
            _require_number(change, now)
        for change in differing:
            Gate.objects.filter(pk=change.signer.gate_id).update(phone=change.new)
            ending.forget_proofs(change.signer.gate, now)
            asking.forget_sends(change.signer.gate)
        for change in sorted(differing, key=lambda one: one.signer.request.trail_id):
            _tell_phone(change, actor, now)
    return [change.signer for change in differing]


def change_email(
    signer: Signer, email: str, *, seen: str = "", actor: User, now: datetime
) -> None:
    """Give a signer another address; the links sent to the old one are dead, and
    what whoever had them filled in or signed with is gone.

    The invitation goes out again to whom it had reached before. The same
    address again changes nothing. seen: see holding.hold. Raises RefusedError:
    not_sent, not_open, already_done, changed_meanwhile, bad_email, too_often.
    """
    email = _clean_email(email)
    with transaction.atomic():
        (held,) = hold_all([signer])
        if held.email == email:
            return
        if refusal := refusal_of(held, now):
            raise refusal
        require_unchanged(held, seen)
        new_addresses.count(held.request, now)
        old, gate = held.email, held.gate
        lifetime = held.request.company.link_lifetime
        Gate.objects.filter(pk=gate.pk).update(email=email, link_ends_at=now + lifetime)
        gate.email = email
        account_proof.settle(held, now)
        ending.forget_proofs(gate, now)
        ending.replace_link(gate, now)
        emptying.forget_work(held)
        asking.forget_sends(gate)
        trail.append(
            gate.trail_id,
            "email_changed",
            now,
            actor=sending.actor_name(actor),
            gate=gate,
            old=mask_email(old),
            new=mask_email(email),
        )
        if held.state != Signer.State.WAITING:
            sending.write_to(held, sending.INVITATION, now)


def _require_number(change: Change, now: datetime) -> None:
    signer = change.signer
    if refusal := refusal_of(signer, now):
        raise refusal
    if change.new and not E164.fullmatch(change.new):
        raise RefusedError("bad_number", _("This is not a phone number."))
    if not change.new and _is_asked(signer):
        words = _("%(name)s is asked for a phone code, so a number is needed.")
        raise RefusedError("phone_needed", words % {"name": signer.name})


def _tell_phone(change: Change, actor: User, now: datetime) -> None:
    signer = change.signer
    signer.gate.refresh_from_db(fields=["phone"])
    trail.append(
        signer.request.trail_id,
        "phone_changed",
        now,
        actor=sending.actor_name(actor),
        gate=signer.gate,
        old=mask_phone(change.old),
        new=mask_phone(change.new),
    )
    if signer.state != Signer.State.WAITING and _is_asked(signer):
        sending.write_to(signer, PHONE_NOTICE, now)


def _is_asked(signer: Signer) -> bool:
    """Whether codes go to this signer's phone."""
    phone = signer.gate.factors.filter(kind=Factor.Kind.PHONE, removed_at=None)
    return phone.exists()


def _clean_email(typed: str) -> str:
    email = typed.strip()
    try:
        validate_email(email)
    except ValidationError as error:
        raise RefusedError(
            "bad_email", _("Write an email address like ada@example.com.")
        ) from error
    return email
