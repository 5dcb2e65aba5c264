from __future__ import annotations

from datetime import datetime

from django.db import transaction

from signing.models import SignRequest
from signing.pdf import stamp
from verification import trail

SEALED = "sealed"
TRAIL = "trail"


def record_download(request: SignRequest, what: str, actor: str, now: datetime) -> None:
    """Note that a member took a file; what is "sealed", "trail" or a name."""
    with transaction.atomic():
        trail.append(request.trail_id, "downloaded", now, actor=actor, what=what)


def whole_document(request: SignRequest) -> tuple[bytes, str]:
    """Return one PDF of a request, and what it is: the sealed one once there is
    one, before that its documents in order, as they are shown."""
    if request.state == SignRequest.State.COMPLETED and request.sealed:
        with request.sealed.open("rb") as file:
            return file.read(), SEALED
    documents = list(request.documents.all())
    sources = []
    for document in documents:
        with document.cleaned.open("rb") as file:
            sources.append(file.read())
    name = documents[0].name if len(documents) == 1 else "documents"
    return (sources[0] if len(sources) == 1 else stamp.merge(sources)), name
