"""How often a transaction turns to somebody whom nobody had named before.

Each time an invitation may go to an address that the actor types: without a limit
one transaction would write to any number of strangers.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from signing.flows.refusals import RefusedError
from signing.models import SignRequest
from verification import limits

NEW_ADDRESSES = limits.Limit("new-addresses", 10, limits.DAY)


def count(request: SignRequest, now: datetime) -> None:
    """Count one more; call it in the transaction that changes the address.

    Raises RefusedError: too_often.
    """
    try:
        limits.take([limits.Use(NEW_ADDRESSES, str(request.pk))], now)
    except limits.LimitReachedError as reached:
        raise RefusedError(
            "too_often",
            _(
                "In this transaction ten new signers or addresses were named today. "
                "Tomorrow it goes on."
            ),
        ) from reached
