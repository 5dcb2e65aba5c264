"""The files that a member takes away: one PDF of a whole request."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from signing.flows.refusals import RefusedError
from signing.models import SignRequest
from signing.pdf import sandbox, stamp
from verification import trail

SEALED = "sealed"
TRAIL = "trail"


def record_download(request: SignRequest, what: str, actor: str, now: datetime) -> None:
    """Note that a member took a file; what is "sealed", "trail" or a name."""
    with transaction.atomic():
        trail.append(request.trail_id, "downloaded", now, actor=actor, what=what)


def whole_document(request: SignRequest) -> tuple[bytes, str]:
    """Return one PDF of a request, and what it is: the sealed one once there is
    one, before that its documents in order, as they are shown.

    Raises RefusedError: no_document, too_complex.
    """
    if request.state == SignRequest.State.COMPLETED and request.sealed:
        with request.sealed.open("rb") as file:
            return file.read(), SEALED
    documents = list(request.documents.all())
    if not documents:
        raise RefusedError("no_document", _("There is no document yet."))
    sources = []
    for document in documents:
        with document.cleaned.open("rb") as file:
            sources.append(file.read())
    name = documents[0].name if len(documents) == 1 else "documents"
    return joined(sources), name


def joined(sources: list[bytes]) -> bytes:
    """Return PDFs as one, in their order. Raises RefusedError: too_complex."""
    if len(sources) == 1:
        return sources[0]
    try:
        return stamp.merge(sources)
    except sandbox.PdfFailed as error:
        words = _("These documents can’t be joined. Download them one by one.")
        raise RefusedError("too_complex", words) from error
