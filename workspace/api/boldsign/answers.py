"""Which answers an operation may give, for the OpenAPI document and for ninja."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from workspace.api.boldsign.schemas.base import ErrorResult

REFUSALS = (400, 401, 403, 404, 405, 413, 422, 429)
PDF = "application/pdf"


def answers(status: int, model: Any = None) -> dict[int, Any]:
    """One success, and the error object for everything else."""
    return {status: model, **dict.fromkeys(REFUSALS, ErrorResult)}


def empty(status: int = 204) -> HttpResponse:
    response = HttpResponse(status=status)
    del response["Content-Type"]
    return response


def pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=PDF)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def binary(media_type: str) -> dict[str, Any]:
    """OpenAPI's words for an answer of bytes."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {"responses": {200: {"description": "The file.", "content": content}}}
