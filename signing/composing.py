"""The finished PDF before its seal: documents with what was filled in, then the
signature block where no place was set, then the certificate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import translation

from signing import record
from signing.models import Document, Field, Signature, Signer, SignRequest
from signing.pdf import certificate, stamp
from signing.pdf.marks import Mark
from verification.models import Trail

BLOCK_PLACE = {"page": 0, "x": 0.0, "y": 0.0, "width": 1.0, "height": 1.0}


def compose(
    request: SignRequest, signers: Sequence[Signer], trail: Trail, at: datetime
) -> bytes:
    """Return the whole PDF, ready to be sealed; trail is what the certificate prints.

    Raises sandbox.PdfFailed. signers come with gate, fields and signatures.
    """
    documents = list(request.documents.all())
    files = [_with_marks(document, signers) for document in documents]
    loose = [one for one in signers if _signs(one) and not _has_place(one)]
    if loose:
        page = documents[-1].pages.order_by("number").last()
        size = (page.width, page.height) if page else stamp.A4
        block = stamp.signature_block([_entry(one) for one in loose], size)
        files.append((block, []))
    with translation.override(request.company.language):
        printed = certificate.render(
            _certificate(request, documents, signers, trail, at)
        )
    return stamp.bind([*files, (printed, [])])


def _with_marks(
    document: Document, signers: Sequence[Signer]
) -> tuple[bytes, list[Mark]]:
    marks = [
        mark
        for signer in signers
        for field in signer.fields.all()
        if field.document_id == document.pk and (mark := _mark(field, signer))
    ]
    with document.cleaned.open("rb") as file:
        return file.read(), marks


def _mark(field: Field, signer: Signer) -> Mark | None:
    place = {
        "page": field.page_number - 1,
        "x": field.x,
        "y": field.y,
        "width": field.width,
        "height": field.height,
    }
    if field.kind in (Field.Kind.SIGNATURE, Field.Kind.INITIALS):
        drawn = _signature(signer, field.kind)
        return _drawn_mark(drawn, place) if drawn else None
    if not field.value:
        return None
    return Mark(**place, kind=field.kind, text=field.value)  # type: ignore[arg-type]  # a dict of places, a closed list of kinds


def _drawn_mark(drawn: Signature, place: dict[str, float]) -> Mark:
    return Mark(
        **place,  # type: ignore[arg-type]  # page is a whole number, the rest fractions
        kind=drawn.kind,  # type: ignore[arg-type]  # the database holds the same words
        text=drawn.text,
        style=drawn.style,  # type: ignore[arg-type]  # the database holds the same words
        strokes=tuple(tuple((x, y) for x, y in stroke) for stroke in drawn.strokes),
        pad_ratio=drawn.aspect,
    )


def _signature(signer: Signer, kind: str) -> Signature | None:
    return next((row for row in signer.signatures.all() if row.kind == kind), None)


def _signs(signer: Signer) -> bool:
    return signer.acts and not signer.only_agrees


def _has_place(signer: Signer) -> bool:
    return any(field.kind == Field.Kind.SIGNATURE for field in signer.fields.all())


def _entry(signer: Signer) -> stamp.BlockEntry:
    drawn = _signature(signer, Signature.Kind.SIGNATURE)
    signed_at = signer.done_at
    zone = ZoneInfo(signer.gate.time_zone)
    return stamp.BlockEntry(
        name=signer.name,
        email=signer.email,
        signed_at=f"{signed_at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
        if signed_at
        else "",
        mark=_drawn_mark(drawn, BLOCK_PLACE) if drawn else None,
    )


def _certificate(
    request: SignRequest,
    documents: Sequence[Document],
    signers: Sequence[Signer],
    trail: Trail,
    at: datetime,
) -> certificate.Certificate:
    company, sender = request.company, request.sender_identity or request.sender
    return certificate.Certificate(
        title=request.title,
        page_count=sum(document.page_count for document in documents),
        transaction_id=str(request.public_id),
        company_name=company.name,
        company_logo=company.logo.read() if company.logo else None,
        company_colour=company.colour,
        sender=(sender.name, sender.email),
        sent_at=request.sent_at or at,
        completed_at=at,
        documents=tuple(
            (row.name, row.original_sha256, row.cleaned_sha256) for row in documents
        ),
        trail_head=trail.head,
        trail_seq=trail.seq,
        signers=tuple(_certified(signer) for signer in signers if signer.acts),
        language=company.language,
    )


def _certified(signer: Signer) -> certificate.CertificateSigner:
    drawn = _signature(signer, Signature.Kind.SIGNATURE)
    return certificate.CertificateSigner(
        name=signer.name,
        email=signer.email,
        signature=_drawn_mark(drawn, BLOCK_PLACE) if drawn else None,
        events=record.events_of(signer),
    )
