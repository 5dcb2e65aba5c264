"""How an identity check speaks: what to photograph, what was wrong, what to do."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from verification.identity import countries
from verification.identity.base import Facts, Reason
from verification.models import IdentityPicture, IdentityRules

Side = IdentityPicture.Side
Type = IdentityRules.DocumentType


def documents(types: Sequence[str]) -> str:
    """Return "passport, identity card or driver's license"."""
    names = {
        Type.PASSPORT: _("passport"),
        Type.ID_CARD: _("identity card"),
        Type.DRIVER_LICENSE: _("driver’s license"),
    }
    parts = [names[Type(one)] for one in types]
    if len(parts) < 2:
        return "".join(parts)
    start = _(", ").join(parts[:-1])
    return _("%(start)s or %(last)s") % {"start": start, "last": parts[-1]}


def type_hint(document_type: str) -> str:
    if document_type == Type.PASSPORT:
        return _("One picture: the page with your photo")
    return _("Two pictures: front and back")


def side_name(document_type: str, side: str) -> str:
    if side == Side.SELFIE:
        return _("Your face")
    if document_type == Type.PASSPORT:
        return _("Page with your photo")
    if side == Side.BACK:
        return pgettext("side of a document", "Back")
    return pgettext("side of a document", "Front")


def heading(document_type: str, side: str) -> str:
    """Return what is to be photographed, as one sentence."""
    if side == Side.SELFIE:
        return _("Now a picture of your face")
    if document_type == Type.PASSPORT:
        return _("Open your passport at the page with your photo")
    if document_type == Type.ID_CARD:
        if side == Side.BACK:
            return _("Now the back of your identity card")
        return _("The front of your identity card")
    if side == Side.BACK:
        return _("Now the back of your driver’s license")
    return _("The front of your driver’s license")


def lead(document_type: str, side: str) -> str:
    if side == Side.SELFIE:
        return _("Face the light, take off hat and dark glasses, and look straight.")
    if document_type == Type.PASSPORT:
        return _("The two lines with “<<<” at the bottom must be in the picture.")
    if side == Side.BACK:
        return _("Turn it over. Lines with “<<<” must be in the picture if it has any.")
    return _("The side with your photo. All four corners must be in the picture.")


def tips(side: str) -> list[str]:
    if side == Side.SELFIE:
        return [_("Only you in the picture"), _("Light from the front, not behind you")]
    return [
        _("On a plain table, in good light"),
        _("No reflection, no finger over the writing"),
    ]


def advice(reason: str) -> str:
    """Return what to do about a picture that was refused, or a check that failed."""
    said = {
        Reason.NO_PICTURE: _("Take a new picture, or choose a JPEG, PNG or WebP file."),
        Reason.TOO_LARGE: _("Take it with the camera on this page, or a smaller one."),
        Reason.TOO_SMALL: _("Go closer, so that the document fills the frame."),
        Reason.BLURRED: _("Rest your arms on the table and hold still."),
        Reason.GLARE: _("Tilt the document or turn away from the lamp."),
        Reason.TOO_DARK: _("Go to a window or turn on a lamp."),
        Reason.NO_FACE: _("Hold the camera at the height of your eyes."),
        Reason.NOT_LIVE: _("Use the camera on this page, or on your phone."),
        Reason.EXPIRED: _("Use another document that is still valid."),
        Reason.WRONG_TYPE: _("Choose the kind of document that you photograph."),
        Reason.WRONG_COUNTRY: _("Choose the country that issued the document."),
        Reason.CHECK_DIGITS: _("Take the picture again, sharp and in good light."),
        Reason.NAME: _("Use a document with the name that stands above."),
        Reason.NO_MATCH: _("Take the picture of your face again, in good light."),
        Reason.UNREADABLE: _("Take the picture again, sharp and in good light."),
    }
    return said.get(Reason(reason), "") if reason in Reason.values else ""


def read(facts: Facts) -> list[tuple[str, str]]:
    """Return label and value of all that was read, for the signer's own eyes."""
    type_name = Type(facts.document_type).label if facts.document_type else ""
    country = countries.name(facts.country) if facts.country else ""
    expires = formats.date_format(facts.expires_on) if facts.expires_on else ""
    born = formats.date_format(facts.born_on) if facts.born_on else ""
    number = f"••• {facts.number_end}" if facts.number_end else ""
    rows = [
        (_("Name"), facts.full_name),
        (_("Born"), born),
        (_("Document"), str(type_name)),
        (_("Number"), number),
        (_("Issued by"), country),
        (_("Valid until"), expires),
    ]
    return [(label, value) for label, value in rows if value]
