"""Whoever has a passkey or an app set up or removed hears of it by email: it may
not have been them."""

from __future__ import annotations

from typing import Any

from signing.flows import sending
from signing.models import Signer
from verification.models import TrailEntry

# Kinds of the trail, and of the letters that tell of them.
NOTICES = {
    "passkey_enrolled": "passkey_set_up",
    "passkey_removed": "passkey_removed",
    "totp_enrolled": "app_set_up",
    "totp_removed": "app_removed",
}


def note(entry: TrailEntry, facts: dict[str, Any]) -> None:
    """Put the letter in the outbox, as the entry is written; once for each person,
    however many of their documents hear of a removal."""
    kind = NOTICES.get(entry.kind)
    if kind is None or entry.gate is None or facts.get("elsewhere"):
        return
    rows = Signer.objects.select_related("gate", "request")
    signer = rows.filter(gate=entry.gate).first()
    if signer is not None:
        sending.write_to(signer, kind, entry.at, entry=entry.pk)
