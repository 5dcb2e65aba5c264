"""Pages with their fields, as the drawing board shows them: in points, by SVG."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from signing.flows.placing import SIZES
from signing.models import Document, Field, Page, Signer, SignRequest

COLOURS = 6
ICONS = {
    Field.Kind.SIGNATURE: "pencil",
    Field.Kind.INITIALS: "type",
    Field.Kind.DATE: "calendar",
    Field.Kind.NAME: "user",
    Field.Kind.TEXT: "text",
    Field.Kind.CHECKBOX: "checkbox",
}


@dataclass(frozen=True)
class PlacedField:
    """A field in points of its page."""

    field: Field
    colour: int
    icon: str
    words: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Sheet:
    """One page. image is "" until it was drawn."""

    document: Document
    page: Page
    anchor: str
    image: str
    fields: list[PlacedField]


@dataclass(frozen=True)
class Person:
    signer: Signer
    name: str
    colour: int


@dataclass(frozen=True)
class Kind:
    value: str
    label: str | Promise
    icon: str
    width: float
    height: float


def people(draft: SignRequest) -> list[Person]:
    rows = draft.signers.select_related("gate")
    return [
        Person(
            signer,
            _name(signer, draft) or _("Signer %(number)d") % {"number": number + 1},
            number % COLOURS + 1,
        )
        for number, signer in enumerate(rows)
        if signer.acts
    ]


def _name(signer: Signer, draft: SignRequest) -> str:
    return (draft.is_template and signer.label) or str(signer)


def kinds() -> list[Kind]:
    return [
        Kind(kind.value, kind.label, ICONS[kind], *SIZES[kind]) for kind in Field.Kind
    ]


def documents(
    draft: SignRequest, who: list[Person]
) -> list[tuple[Document, list[Sheet]]]:
    """Return every document with its sheets; four queries, however many."""
    rows = draft.documents.prefetch_related("pages", "fields__signer__gate")
    return [
        (row, [_sheet(row, page, row.fields.all(), who) for page in row.pages.all()])
        for row in rows
    ]


def sheet(document: Document, page: Page, who: list[Person]) -> Sheet:
    fields = document.fields.filter(page_number=page.number)
    return _sheet(document, page, fields.select_related("signer__gate"), who)


def anchor(document: Document, number: int) -> str:
    return f"sheet-{document.public_id}-{number}"


def _sheet(
    document: Document, page: Page, fields: Iterable[Field], who: list[Person]
) -> Sheet:
    colours = {person.signer.pk: person for person in who}
    address = ""
    if page.image:
        address = reverse(
            "workspace:page-image",
            args=[document.request.public_id, document.public_id, page.number],
        )
    placed = [
        _placed(field, page, colours)
        for field in fields
        if field.page_number == page.number and field.signer_id in colours
    ]
    return Sheet(document, page, anchor(document, page.number), address, placed)


def _placed(field: Field, page: Page, colours: Mapping[int, Person]) -> PlacedField:
    person = colours[field.signer_id]
    words = {"kind": field.get_kind_display(), "name": person.name}
    return PlacedField(
        field=field,
        colour=person.colour,
        icon=ICONS[Field.Kind(field.kind)],
        words=_("%(kind)s, %(name)s") % words,
        x=round(field.x * page.width, 2),
        y=round(field.y * page.height, 2),
        width=round(field.width * page.width, 2),
        height=round(field.height * page.height, 2),
    )
