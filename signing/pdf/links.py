"""Links to web addresses, made anew from the old ones. Runs in the child."""

from __future__ import annotations

from dataclasses import dataclass

from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from signing.pdf.layout import Box, Leaf, box_of
from signing.pdf.objects import plain

SCHEMES = ("http://", "https://", "mailto:")
MOST_PER_PAGE = 500


@dataclass(frozen=True)
class Link:
    box: Box
    address: str


def links(leaf: Leaf) -> list[Link]:
    annotations = plain(leaf.page, "/Annots")
    if not isinstance(annotations, ArrayObject):
        return []
    found = [link_of(raw.get_object()) for raw in annotations[:MOST_PER_PAGE]]
    return [link for link in found if link is not None]


def link_of(note: object) -> Link | None:
    if not isinstance(note, DictionaryObject) or plain(note, "/Subtype") != "/Link":
        return None
    action, box = plain(note, "/A"), box_of(plain(note, "/Rect"))
    if not isinstance(action, DictionaryObject) or box is None:
        return None
    address = plain(action, "/URI")
    if isinstance(address, bytes):
        address = address.decode("latin-1")
    if not isinstance(address, str) or not address.lower().startswith(SCHEMES):
        return None
    return Link(box, address[:2000])


def link_annotation(link: Link) -> DictionaryObject:
    action = DictionaryObject(
        {
            NameObject("/S"): NameObject("/URI"),
            NameObject("/URI"): TextStringObject(link.address),
        }
    )
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Link"),
            NameObject("/Rect"): ArrayObject(FloatObject(edge) for edge in link.box),
            NameObject("/Border"): ArrayObject(NumberObject(0) for _edge in range(3)),
            NameObject("/A"): action,
        }
    )
