"""A publisher leaves: somebody else goes on with what they sent."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from signing.flows.sending import actor_name
from signing.models import Company, SignRequest
from verification import trail
from verification.models import Gate, User

State = SignRequest.State
OPEN = (State.SENT, State.SEALING)


def hand_over(
    company: Company, giver: User, heir: User, *, actor: User, now: datetime
) -> int:
    """Make heir the sender of all that giver sent for company; return how many.

    Signers of what is open now read heir's name and address, and the trail says
    so. What is closed keeps its record and only changes hands.
    """
    with transaction.atomic():
        rows = SignRequest.with_templates.filter(company=company, sender=giver)
        open_rows = rows.filter(state__in=OPEN).select_for_update()
        for request in open_rows.order_by("pk"):
            _change_contact(request, heir)
            trail.append(
                request.trail_id,
                "handed_over",
                now,
                actor=actor_name(actor),
                giver=actor_name(giver),
                heir=actor_name(heir),
            )
        return rows.update(sender=heir)


def open_count(company: Company, giver: User) -> int:
    """Return how many drafts and open transactions wait for giver."""
    rows = SignRequest.objects.filter(company=company, sender=giver)
    return rows.filter(state__in=(State.DRAFT, *OPEN)).count()


def _change_contact(request: SignRequest, heir: User) -> None:
    """On whose behalf it was sent stays; else the signers' contact is the heir."""
    if request.sender_identity_id is None:
        gates = Gate.objects.filter(signer__request=request)
        gates.update(sender_name=heir.name, contact_email=heir.email)
