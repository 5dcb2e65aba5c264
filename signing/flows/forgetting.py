"""A signer's device is lost: its passkey or app is removed, and set up anew later."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from signing.flows.holding import hold
from signing.flows.refusals import RefusedError
from signing.flows.sending import actor_name
from signing.models import Signer
from verification import devices
from verification.flows import forgetting
from verification.models import User


def forget_devices(
    signer: Signer,
    kinds: Collection[str],
    *,
    seen: str = "",
    actor: User,
    now: datetime,
) -> list[str]:
    """Remove what this person has set up of these kinds, at the whole company.

    What it had proven ends, here and at other documents. Who is asked for it
    sets up a new one at the next verified visit. Raises RefusedError:
    nothing_set_up, and those of holding.hold.
    """
    wanted = [kind for kind in kinds if kind in devices.KINDS]
    with transaction.atomic():
        held = hold(signer, now, seen)
        by = actor_name(actor)
        gone = forgetting.forget(held.gate, wanted, actor=by, now=now)
        if not gone:
            raise RefusedError(
                "nothing_set_up",
                _("There is nothing to remove: nothing of that is set up."),
            )
    return gone
