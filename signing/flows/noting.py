"""With each entry of its trail a transaction notes what the list asks of it: when
it last changed, and whether it needs attention."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Value, When
from django.db.models.functions import Coalesce

from signing.attention import needs_attention
from signing.models import SignRequest
from verification.models import Delivery, TrailEntry

# A signer on the way in, and copies that were taken: no news to a publisher.
QUIET = frozenset(
    {
        "access_code_passed",
        "account_passed",
        "code_asked",
        "code_passed",
        "consented",
        "downloaded",
        "grants_ended",
        "passkey_enrolled",
        "passkey_passed",
        "totp_enrolled",
        "totp_passed",
        "identity_erased",
        "identity_looked",
        "identity_started",
        "try",
    }
)
# How a trail begins: in one commit with "sent" or "recalled", and those are noted.
BEGINNING = frozenset({"created", "document_added"})
DELIVERY = "delivery"


def note(entry: TrailEntry, facts: dict[str, Any]) -> None:
    """Keep the request of an entry in step; called as the entry is written.

    A request is locked before its trail everywhere else, so it must not be
    waited for here. It need not be: who holds it is changing it, comes to the
    trail after this entry, and notes what this one has left.
    """
    if entry.kind in QUIET or entry.kind in BEGINNING:
        return
    rows = SignRequest.objects.filter(trail_id=entry.trail_id)
    if entry.kind == DELIVERY and facts.get("state") != Delivery.State.FAILED:
        # What arrives is no change, but may be the end of a trouble.
        rows = rows.exclude(attention_since=None)
    free = rows.select_for_update(skip_locked=True, no_key=True)
    pk = free.values_list("pk", flat=True).first()
    if pk is None:
        return
    since = Coalesce("attention_since", Value(entry.at))
    SignRequest.objects.filter(pk=pk).update(
        changed_at=entry.at,
        attention_since=Case(When(needs_attention(), then=since), default=None),
    )
