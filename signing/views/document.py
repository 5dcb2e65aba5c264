"""Pages, text and files: bytes of the document. Each goes through the gate."""

from __future__ import annotations

import mimetypes
import uuid

from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from signing import consent
from signing.doors import Entry, at_the_gate, inside
from signing.gate import Action, Verdict
from signing.models import Page
from signing.views import faces, papers
from verification import trail
from verification.flows import opening

SHUT_IN = "sandbox; default-src 'none'"


@require_safe
@inside
def page_image(
    request: HttpRequest, entry: Entry, document: uuid.UUID, number: int
) -> HttpResponse:
    page = page_of(entry, document, number)
    if not page.image:
        raise Http404
    kind, _encoding = mimetypes.guess_type(str(page.image))
    with page.image.open("rb") as file:
        response = HttpResponse(file.read(), content_type=kind or "image/png")
    response["Content-Security-Policy"] = SHUT_IN
    return response


@require_safe
@inside
def sheet(
    request: HttpRequest, entry: Entry, document: uuid.UUID, number: int
) -> HttpResponse:
    """One page again, for the browser that waits until it is drawn."""
    sheets = papers.sheets_of(entry.signer)
    found = [
        one
        for one in sheets
        if one.page.number == number and one.page.document.public_id == document
    ]
    if not found:
        raise Http404
    context = papers.document(entry, entry.judge(Action.VIEW).standing)
    return render(request, "signing/document/sheet.html", context | {"sheet": found[0]})


@require_safe
@inside
def text(request: HttpRequest, entry: Entry) -> HttpResponse:
    context = faces.base_context(entry.signer)
    context |= {
        "title": entry.signer.request.title,
        "sheets": papers.sheets_of(entry.signer, with_text=True),
    }
    return render(request, "signing/text.html", context)


@require_safe
@at_the_gate
def consent_text(request: HttpRequest, entry: Entry) -> HttpResponse:
    """The disclosure in full; it says nothing of the document."""
    context = faces.base_context(entry.signer)
    context |= {"paragraphs": consent.paragraphs(), "version": consent.CURRENT}
    return render(request, "signing/consent.html", context)


@require_safe
@at_the_gate
def sealed(request: HttpRequest, entry: Entry) -> FileResponse:
    verdict = entry.judge(Action.DOWNLOAD).verdict
    signing_request = entry.signer.request
    if verdict != Verdict.OPEN or not signing_request.sealed:
        raise Http404
    tell_download(request, entry, "sealed")
    name = file_name(signing_request.title)
    return as_download(signing_request.sealed.open("rb"), name)


@require_safe
@inside
def original(request: HttpRequest, entry: Entry, document: uuid.UUID) -> FileResponse:
    row = get_object_or_404(entry.signer.request.documents, public_id=document)
    tell_download(request, entry, "document")
    return as_download(row.cleaned.open("rb"), file_name(row.name))


def page_of(entry: Entry, document: uuid.UUID, number: int) -> Page:
    pages = Page.objects.filter(document__request=entry.signer.request_id)
    return get_object_or_404(pages, document__public_id=document, number=number)


def tell_download(request: HttpRequest, entry: Entry, what: str) -> None:
    opening.keep(entry.visit, entry.now)
    if request.method != "GET":
        return  # HEAD takes no byte of it
    with transaction.atomic():
        trail.append(
            entry.signer.request.trail_id,
            "downloaded",
            entry.now,
            actor="signer",
            gate=entry.gate,
            what=what,
            ip=entry.origin.ip,
        )


def file_name(title: str) -> str:
    kept = "".join(sign for sign in title if sign.isprintable() and sign not in '/\\"')
    return kept if kept.lower().endswith(".pdf") else f"{kept or 'document'}.pdf"


def as_download(file: object, name: str) -> FileResponse:
    """Send a PDF so that no browser runs, keeps or frames it (threats T39, T41)."""
    response = FileResponse(file, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Content-Security-Policy"] = SHUT_IN
    response["X-Content-Type-Options"] = "nosniff"
    return response
