"""A signer's own link, given to whoever embeds it: for a while, and never alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from signing.flows.holding import hold
from signing.flows.refusals import RefusedError
from signing.flows.sending import actor_name
from signing.models import Signer
from verification import delivery, trail
from verification.links import signer_url
from verification.models import Delivery, User

ISSUED = "link_issued"
LONGEST = timedelta(days=180)


def issue_link(
    signer: Signer,
    ends_at: datetime,
    *,
    redirect_url: str = "",
    actor: User,
    now: datetime,
) -> str:
    """Return a link of this signer that ends at ends_at, or with the emailed one.

    The signer is told by email, also where programs turned the other emails
    off: a link in somebody else's hands is news. Raises RefusedError: not_open,
    already_done, link_alone, not_in_future, too_far.
    """
    if ends_at <= now:
        raise RefusedError("not_in_future", _("Choose a time in the future."))
    if ends_at - now > LONGEST:
        raise RefusedError("too_far", _("A link lives 180 days at most."))
    with transaction.atomic():
        held = hold(signer, now)
        gate = held.gate
        guarded = held.login_required or gate.factors.filter(removed_at=None).exists()
        if not guarded:
            raise RefusedError(
                "link_alone",
                _(
                    "Nothing but the link would guard this signer: ask for a proof first."
                ),
            )
        if redirect_url:
            Signer.objects.filter(pk=held.pk).update(redirect_url=redirect_url)
        _tell(held, ends_at, actor, now)
    return signer_url(gate.public_id, gate.link_version, ends_at)


def _tell(signer: Signer, ends_at: datetime, actor: User, now: datetime) -> None:
    """Write the trail, and to the signer: call it in the transaction."""
    gate = signer.gate
    trail.append(
        gate.trail_id,
        ISSUED,
        now,
        actor=actor_name(actor),
        gate=gate,
        ends_at=ends_at.isoformat(),
    )
    if signer.email:
        delivery.enqueue(
            kind=ISSUED,
            channel=Delivery.Channel.EMAIL,
            address=signer.email,
            language=gate.language,
            now=now,
            gate=gate,
            signer_id=signer.pk,
            link_version=gate.link_version,
            actor=actor.name,
            ends_at=ends_at.isoformat(),
        )
