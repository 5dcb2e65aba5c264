from __future__ import annotations

from datetime import datetime

from django.db import transaction

from signing.models import SignRequest
from verification import trail


def record_download(request: SignRequest, what: str, actor: str, now: datetime) -> None:
    """Note that a member took a file; what is "sealed" or the document's name."""
    with transaction.atomic():
        trail.append(request.trail_id, "downloaded", now, actor=actor, what=what)
