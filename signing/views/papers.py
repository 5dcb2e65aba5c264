"""What the page of the document and the page after it are given to show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import formats
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from signing import redirects, words
from signing.doors import Entry
from signing.models import Document, Field, Page, Signature, Signer, SignRequest
from signing.views import faces
from verification.models import Factor
from verification.standing import Standing

DRAWN_KINDS = frozenset({Field.Kind.SIGNATURE, Field.Kind.INITIALS})
MANY_PIPS = 8


@dataclass(frozen=True)
class Ink:
    """A signature as a browser draws it: letters in a face, or lines."""

    style: str
    text: str
    lines: tuple[str, ...]
    width: float

    @property
    def is_drawn(self) -> bool:
        return self.style == Signature.Style.DRAWN


def ink_of(signature: Signature | None) -> Ink | None:
    if signature is None:
        return None
    lines = tuple(
        " ".join(f"{x * signature.aspect * 100:.1f},{y * 100:.1f}" for x, y in stroke)
        for stroke in signature.strokes
    )
    return Ink(signature.style, signature.text, lines, signature.aspect * 100)


@dataclass(frozen=True)
class Spot:
    """A field on a page; x, y, width and height are percentages with their sign.

    standing: todo, done, automatic (fills in itself) or other (not yours).
    """

    id: str
    kind: str
    standing: str
    x: str
    y: str
    width: str
    height: str
    label: str
    value: str
    is_required: bool
    ink: Ink | None
    page: int
    is_own: bool


@dataclass(frozen=True)
class Sheet:
    """One page as it lies on the desk. number counts through all documents."""

    number: int
    page: Page
    image_url: str
    url: str
    text_url: str
    document_name: str
    is_first: bool
    is_undrawn: bool
    spots: tuple[Spot, ...]

    @property
    def width(self) -> int:
        return round(self.page.width)

    @property
    def height(self) -> int:
        return round(self.page.height)


def document(entry: Entry, standing: Standing) -> dict[str, Any]:
    """Return the context of signing/document.html; everything is seen by its gate."""
    signer = entry.signer
    context = faces.base_context(signer)
    sheets = sheets_of(signer)
    own = [spot for sheet in sheets for spot in sheet.spots if spot.is_own]
    signature = ink_of(signature_of(signer, Signature.Kind.SIGNATURE))
    counted = [spot for spot in own if spot.standing in ("todo", "done")]
    has_place = any(spot.kind == Field.Kind.SIGNATURE for spot in own)
    left = [spot for spot in counted if spot.standing == "todo" and spot.is_required]
    needs_block = not has_place and signer.acts and not signer.only_agrees
    total = len(counted) + needs_block
    is_acting = signer.acts and not signer.is_done and signer.request.is_open
    return context | {
        "sheets": sheets,
        "title": signer.request.title,
        "sender_name": signer.gate.sender_name,
        "is_acting": is_acting,
        "only_agrees": signer.only_agrees,
        "needs_block": needs_block and is_acting,
        "signature": signature,
        "left": len(left) + (needs_block and signature is None),
        "total": total,
        "pips": range(total) if total <= MANY_PIPS else (),
        "next_spot": left[0] if left else None,
        "later_checks": later_checks(signer, standing),
    }


def later_checks(signer: Signer, standing: Standing) -> list[SafeString]:
    """Return what is still to be proven before signing counts."""
    gate = signer.gate
    sentences = {
        Factor.Kind.PHONE: (_("We’ll send a code to {} before you sign."), "phone"),
        Factor.Kind.EMAIL: (_("We’ll send a code to {} before you sign."), "email"),
        Factor.Kind.ACCESS_CODE: (
            _("We’ll ask for your password before you sign."),
            "",
        ),
    }
    masked = {"phone": gate.masked_phone, "email": gate.masked_email, "": ""}
    found = []
    for factor in standing.pending(Factor.Stage.SIGN):
        if known := sentences.get(Factor.Kind(factor.kind)):
            found.append(words.fill(known[0], words.strong(masked[known[1]])))
    return found


def sheets_of(signer: Signer, *, with_text: bool = False) -> list[Sheet]:
    pages = Page.objects.all() if with_text else Page.objects.defer("text")
    fields = Field.objects.select_related("signer__gate")
    rows = signer.request.documents.prefetch_related(
        Prefetch("pages", pages),
        Prefetch("fields", fields),
        "fields__signer__signatures",
    )
    found: list[Sheet] = []
    for row in rows:
        for page in row.pages.all():
            found.append(sheet_of(row, page, signer, len(found) + 1))
    return found


def sheet_of(document: Document, page: Page, signer: Signer, number: int) -> Sheet:
    gate_id = signer.gate.public_id
    place = [gate_id, document.public_id, page.number]
    fields = [row for row in document.fields.all() if row.page_number == page.number]
    return Sheet(
        number=number,
        page=page,
        image_url=reverse("signing:page-image", args=place),
        url=reverse("signing:sheet", args=place),
        text_url=reverse("signing:text", args=[gate_id]) + f"#page-{number}",
        document_name=document.name,
        is_first=page.number == 1,
        is_undrawn=not page.image and document.undrawn_since is not None,
        spots=tuple(spot_of(row, signer, number) for row in fields),
    )


def spot_of(field: Field, signer: Signer, page: int) -> Spot:
    is_own = field.signer_id == signer.pk
    drawn = None
    if field.kind in DRAWN_KINDS and (is_own or field.signer.is_done):
        drawn = ink_of(signature_of(field.signer, field.kind))
    standing = standing_of(field, is_own, drawn)
    return Spot(
        id=str(field.public_id),
        kind=field.kind,
        standing=standing,
        x=f"{field.x * 100:.3f}%",
        y=f"{field.y * 100:.3f}%",
        width=f"{field.width * 100:.3f}%",
        height=f"{field.height * 100:.3f}%",
        label=label_of(field, signer, standing),
        value=shown(field),
        is_required=field.is_required,
        ink=drawn,
        page=page,
        is_own=is_own,
    )


def standing_of(field: Field, is_own: bool, drawn: Ink | None) -> str:
    if not is_own:
        return "done" if field.signer.is_done and (drawn or field.value) else "other"
    if field.is_read_only:
        return "told"
    if field.value or drawn is not None:
        return "done"
    return "automatic" if field.is_automatic else "todo"


def label_of(field: Field, signer: Signer, standing: str) -> str:
    if standing == "other":
        return other_label(field, signer)
    names = {
        Field.Kind.SIGNATURE: _("Sign here"),
        Field.Kind.INITIALS: _("Initials"),
        Field.Kind.DATE: _("Date (fills in itself)"),
        Field.Kind.NAME: _("Name (fills in itself)"),
        Field.Kind.TEXT: _("Text"),
        Field.Kind.CHECKBOX: _("Checkbox"),
    }
    return field.label or names[Field.Kind(field.kind)]


def other_label(field: Field, signer: Signer) -> str:
    hidden = signer.request.company.hides_other_signers
    if field.kind != Field.Kind.SIGNATURE:
        return str(field.get_kind_display())
    if hidden:
        return _("Another person signs here")
    return _("%(name)s signs here") % {"name": field.signer.name}


def shown(field: Field) -> str:
    """Return a value as people write it; dates are kept as ISO 8601."""
    if field.kind == Field.Kind.DATE and field.value:
        try:
            return formats.date_format(date.fromisoformat(field.value))
        except ValueError:
            return field.value
    return field.value


def signature_of(signer: Signer, kind: str) -> Signature | None:
    return next((row for row in signer.signatures.all() if row.kind == kind), None)


@dataclass(frozen=True)
class Line:
    """One line of what happens next."""

    icon: str
    name: str
    words: str | SafeString
    tone: str = ""


def done(entry: Entry) -> dict[str, Any]:
    """Return the context of signing/done.html."""
    signer = entry.signer
    request = signer.request
    is_ready, is_late = bool(request.sealed), request.seal_late_at is not None
    others = [
        one
        for one in request.signers.select_related("gate")
        if one.acts and one.pk != signer.pk and not one.is_done
    ]
    return faces.base_context(signer) | {
        "title": request.title,
        "signed_at": words.moment(signer.done_at or entry.now, signer.gate),
        "lines": [on_record(signer), *next_line(signer, others), copy_line(signer)],
        "is_ready": is_ready,
        "waits_for_seal": not others and not is_ready,
        "is_seal_late": is_late,
        "looks_every": "60s" if is_late else "3s",
        "onward": redirects.onward(signer),
        "only_agrees": signer.only_agrees,
    }


def on_record(signer: Signer) -> Line:
    did = _("You agreed") if signer.only_agrees else _("You signed")
    names = {
        Factor.Kind.ACCESS_CODE: _("your password"),
        Factor.Kind.PHONE: _("your code by phone"),
        Factor.Kind.EMAIL: _("your code by email"),
        Factor.Kind.IDENTITY: _("your ID"),
        Factor.Kind.PASSKEY: _("your passkey"),
        Factor.Kind.TOTP: _("your authenticator app"),
    }
    proven = signer.gate.factors.exclude(proven_at=None)
    said = [names[Factor.Kind(f.kind)] for f in proven if f.kind in names]
    if not said:
        return Line("check", did, _("On record."), "ok")
    listed = words.listed(said)
    return Line("check", did, words.fill(_("On record: {}."), listed), "ok")


def next_line(signer: Signer, others: Sequence[Signer]) -> Iterable[Line]:
    if not others:
        return
    request = signer.request
    invited = [one for one in others if one.state != Signer.State.WAITING]
    following = (invited or list(others))[0]
    if request.company.hides_other_signers:
        yield Line("user", _("The next person signs"), _("They have their own link."))
        return
    name = following.name
    yield Line(
        "user",
        words.fill(_("{} signs next"), name),
        words.fill(_("{} has been sent a personal link."), following.gate.first_name)
        if invited
        else _("A personal link is sent when it is their turn."),
    )


def copy_line(signer: Signer) -> Line:
    gate, request = signer.gate, signer.request
    name = _("You get the sealed copy")
    if request.state == SignRequest.State.COMPLETED:
        said = _("Everyone has signed. We wrote to {}.")
    else:
        said = _("When everyone has signed, we’ll write to {}.")
    to = gate.masked_email or gate.sender_name
    return Line("mail", name, words.fill(said, words.plain(to)))
