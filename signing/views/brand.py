"""A company's colour as a stylesheet of its own address, and its logo."""

from __future__ import annotations

import mimetypes
import uuid

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from signing import brand
from signing.models import Company

AN_HOUR = "public, max-age=3600"
LOGO_TYPES = frozenset({"image/png", "image/jpeg", "image/webp"})


@require_safe
def stylesheet(request: HttpRequest, company: uuid.UUID) -> HttpResponse:
    """An unknown company has our own colour, so asking tells nothing."""
    row = Company.objects.filter(public_id=company).only("colour").first()
    colour = row.colour if row and brand.is_colour(row.colour) else brand.DEFAULT
    css = brand.stylesheet(brand.palette(colour))
    response = HttpResponse(css, content_type="text/css; charset=utf-8")
    response["Cache-Control"] = AN_HOUR
    return response


@require_safe
def logo(request: HttpRequest, company: uuid.UUID) -> HttpResponseBase:
    row = Company.objects.filter(public_id=company).only("logo").first()
    if row is None or not row.logo:
        raise Http404
    kind, _encoding = mimetypes.guess_type(str(row.logo))
    if kind not in LOGO_TYPES:
        raise Http404
    response = FileResponse(row.logo.open("rb"), content_type=kind)
    response["Cache-Control"] = AN_HOUR
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
