"""Places on the pages: who signs where."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from signing.flows.drafts import hold
from signing.models import Document, Field, Page, Signer

Kind = Field.Kind

# Width and height in points, as they look on paper.
SIZES = {
    Kind.SIGNATURE: (170.0, 42.0),
    Kind.INITIALS: (64.0, 36.0),
    Kind.DATE: (96.0, 24.0),
    Kind.NAME: (150.0, 24.0),
    Kind.TEXT: (150.0, 24.0),
    Kind.CHECKBOX: (18.0, 18.0),
}
SMALLEST = 10.0
MAX_FIELDS = 200


class NoRoomError(Exception):
    """The draft has as many fields as it may have, or the page is not there."""


@dataclass(frozen=True)
class Box:
    """A place on a page in fractions of it, from the upper left corner."""

    x: float
    y: float
    width: float
    height: float


# For those who choose a place by name instead of pointing at it.
SPOTS = {
    "top-left": (_("Top left"), 0.08, 0.08),
    "top-middle": (_("Top middle"), 0.5, 0.08),
    "top-right": (_("Top right"), 0.92, 0.08),
    "middle-left": (_("Middle left"), 0.08, 0.5),
    "middle": (_("Middle"), 0.5, 0.5),
    "middle-right": (_("Middle right"), 0.92, 0.5),
    "bottom-left": (_("Bottom left"), 0.08, 0.92),
    "bottom-middle": (_("Bottom middle"), 0.5, 0.92),
    "bottom-right": (_("Bottom right"), 0.92, 0.92),
}


def place_field(
    document: Document, signer: Signer, kind: Field.Kind, page_number: int, box: Box
) -> Field:
    """Put a field on a page. Raises NoRoomError, drafts.StaleError."""
    page = document.pages.filter(number=page_number).first()
    if page is None or signer.request_id != document.request_id:
        raise NoRoomError
    inside = fit(box, page)
    with transaction.atomic():
        hold(document.request)
        placed = Field.objects.filter(document__request_id=document.request_id)
        if placed.count() >= MAX_FIELDS:
            raise NoRoomError
        return Field.objects.create(
            document=document,
            signer=signer,
            kind=kind,
            page_number=page_number,
            x=inside.x,
            y=inside.y,
            width=inside.width,
            height=inside.height,
            is_required=kind != Kind.CHECKBOX,
        )


def move_field(field: Field, box: Box) -> None:
    """Move or resize a field on its page."""
    page = field.document.pages.get(number=field.page_number)
    inside = fit(box, page)
    with transaction.atomic():
        hold(field.document.request)
        Field.objects.filter(pk=field.pk).update(
            x=inside.x, y=inside.y, width=inside.width, height=inside.height
        )


def remove_field(field: Field) -> None:
    """Take a field off a draft's page. Raises drafts.StaleError."""
    with transaction.atomic():
        hold(field.document.request)
        field.delete()


def usual_box(kind: Field.Kind, page: Page, x: float, y: float) -> Box:
    """Return a box of the kind's usual size around the point x, y."""
    width, height = SIZES[kind]
    share_x, share_y = width / page.width, height / page.height
    return Box(x - share_x / 2, y - share_y / 2, share_x, share_y)


def fit(box: Box, page: Page) -> Box:
    """Return box pushed onto the page, and not too small to be seen."""
    width = min(max(box.width, SMALLEST / page.width), 1.0)
    height = min(max(box.height, SMALLEST / page.height), 1.0)
    x = min(max(box.x, 0.0), 1.0 - width)
    y = min(max(box.y, 0.0), 1.0 - height)
    return Box(round(x, 5), round(y, 5), round(width, 5), round(height, 5))
