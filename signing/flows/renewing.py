"""A new link, with a new total of tries: the way out when all tries are used."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from signing.flows import sending
from signing.flows.holding import hold
from signing.flows.refusals import RefusedError
from signing.models import Signer
from verification import limits, trail
from verification.flows import ending, locking
from verification.models import Gate, User

# As often as a signer may be unlocked: each begins a new total of tries.
RENEWALS = limits.Limit("renewals", 3, limits.DAY)


def send_new_link(
    signer: Signer, *, actor: User, now: datetime, seen: str = ""
) -> None:
    """Send another link and begin a new total of tries; the old links are dead.

    What was filled in stays, what was proven in a browser ends. seen: see
    holding.hold. Raises RefusedError: not_open, already_done, changed_meanwhile,
    not_invited, email_missing, emails_off, too_often.
    """
    with transaction.atomic():
        held = hold(signer, now, seen)
        _refuse_unreached(held)
        try:
            limits.take([limits.Use(RENEWALS, str(held.gate_id))], now)
        except limits.LimitReachedError as reached:
            raise RefusedError(
                "too_often", _("Three new links were sent today. Tomorrow it goes on.")
            ) from reached
        gate = held.gate
        lifetime = held.request.company.link_lifetime
        Gate.objects.filter(pk=gate.pk).update(link_ends_at=now + lifetime)
        ending.replace_link(gate, now)
        locking.start_anew(gate)
        trail.append(
            gate.trail_id,
            "link_renewed",
            now,
            actor=sending.actor_name(actor),
            gate=gate,
            to=gate.masked_email,
        )
        sending.write_to(held, sending.NEW_LINK, now)
    signer.gate.refresh_from_db()


def _refuse_unreached(signer: Signer) -> None:
    if signer.state == Signer.State.WAITING:
        raise RefusedError("not_invited", _("It is not this signer’s turn yet."))
    if not signer.email:
        raise RefusedError("email_missing", _("This signer has no email address."))
    if signer.request.emails_off:
        raise RefusedError("emails_off", _("This transaction is sent without emails."))
