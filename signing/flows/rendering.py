"""Pages become pictures with text, in the background."""

from __future__ import annotations

import contextlib
import logging
from datetime import datetime
from itertools import islice

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from signing.models import Document, Page, SignRequest
from signing.pdf import pages, sandbox
from verification import limits, trail

logger = logging.getLogger(__name__)
# A document that no child gets through must not keep every worker busy.
FAILURES = limits.Limit("drawing-failures", 3, limits.HOUR)
UNDRAWN = "undrawn"
DRAWN = "drawn"
ENDINGS = {"image/png": "png", "image/webp": "webp"}


def render(document_id: int) -> int:
    """Draw the pages of a document that have no picture yet; returns how many.

    The first page comes first and each batch is kept as soon as it is drawn.
    Harmless twice at once: the last picture of a page wins, all are alike. After
    the last quick try that fails the publisher is told, until one succeeds.
    """
    document = Document.objects.filter(pk=document_id).first()
    if document is None:
        return 0
    missing = {page.number: page for page in document.pages.filter(rendered_at=None)}
    with document.cleaned.open("rb") as file:
        cleaned = file.read()
    drawn = 0
    try:
        for image in pages.iterate(cleaned, [number - 1 for number in missing]):
            _keep(document, missing[image.number + 1], image)
            drawn += 1
    except sandbox.PdfFailed:
        logger.exception("Document %s could not be drawn.", document_id)
        _fail(document, timezone.now())
    else:
        if document.undrawn_since is not None:
            _note(document, None, timezone.now())
    return drawn


def undrawn() -> list[int]:
    """Return documents with pages that have no picture yet, the newest first.

    What failed too often lately is left out for a while.
    """
    rows = Page.objects.filter(rendered_at=None, document__page_count__gt=0)
    ids = rows.order_by("-document_id").values_list("document_id", flat=True)
    now = timezone.now()
    waiting = (pk for pk in ids.distinct() if not limits.is_spent(_failure(pk), now))
    return list(islice(waiting, 20))


def _fail(document: Document, now: datetime) -> None:
    failure = _failure(document.pk)
    with contextlib.suppress(limits.LimitReachedError):
        limits.take([failure], now)
    if limits.is_spent(failure, now):
        _note(document, now, now)


def _note(document: Document, since: datetime | None, now: datetime) -> None:
    """Keep since when a document can't be drawn; None: it can, after all.

    A draft's page asks for it. What was sent meanwhile has a trail, by which the
    publisher hears of it.
    """
    with transaction.atomic():
        rows = SignRequest.with_templates.select_for_update()
        request = rows.filter(pk=document.request_id).first()
        row = Document.objects.filter(
            pk=document.pk, undrawn_since__isnull=since is not None
        )
        if row.update(undrawn_since=since) and request and request.is_open:
            kind = UNDRAWN if since else DRAWN
            name = document.name
            trail.append(request.trail_id, kind, now, actor="system", document=name)


def _failure(document_id: int) -> limits.Use:
    return limits.Use(FAILURES, str(document_id))


def _keep(document: Document, page: Page, image: pages.PageImage) -> None:
    ending = ENDINGS[image.content_type]
    name = f"{document.public_id}-{page.number}.{ending}"
    page.image.save(name, ContentFile(image.image), save=False)
    Page.objects.filter(pk=page.pk).update(
        image=page.image.name, text=image.text, rendered_at=timezone.now()
    )
