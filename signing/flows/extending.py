"""Signers get more time, or less."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from signing.flows.refusals import RefusedError
from signing.flows.sending import actor_name
from signing.models import Signer, SignRequest
from verification import trail
from verification.models import User


def set_end(
    request: SignRequest, ends_at: datetime, *, actor: User, now: datetime
) -> None:
    """Let a request that was sent end at another time.

    Who was warned of the old end is warned of the new one. Raises RefusedError:
    not_open, not_in_future.
    """
    if ends_at <= now:
        raise RefusedError("not_in_future", _("Choose a time in the future."))
    with transaction.atomic():
        locked = SignRequest.objects.select_for_update().get(pk=request.pk)
        if not locked.is_open or (locked.ends_at and now >= locked.ends_at):
            raise RefusedError("not_open", _("This transaction is over."))
        SignRequest.objects.filter(pk=locked.pk).update(ends_at=ends_at)
        Signer.objects.filter(request=locked).update(warned_at=None)
        trail.append(
            locked.trail_id,
            "expiry_changed",
            now,
            actor=actor_name(actor),
            old=locked.ends_at.isoformat() if locked.ends_at else "",
            new=ends_at.isoformat(),
        )
    request.refresh_from_db(fields=["ends_at"])
