"""What this door answers when it does not do what was asked: always one whole
error object, as its clients read it."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse

CHALLENGE = 'Bearer realm="Countersign"'
CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    412: "precondition_failed",
    413: "file_size_limit_exceeded",
    416: "range_not_satisfiable",
    429: "too_many_requests",
    500: "internal_server_error",
    503: "unavailable",
}
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    412: "Precondition Failed",
    413: "File Too Large",
    416: "Range Not Satisfiable",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Unavailable",
}


class BoxError(Exception):
    """Refuse with a status and a sentence; nothing was changed.

    code is the status's own unless given.
    """

    def __init__(self, status: int, sentence: str, code: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.code = code


def bad_request(sentence: str) -> BoxError:
    return BoxError(400, sentence)


def not_found(what: str) -> BoxError:
    """The same for what never was and for what belongs to somebody else."""
    return BoxError(404, f"There is no such {what}.")


def answer(status: int, sentence: str, code: str = "") -> HttpResponse:
    response = JsonResponse(body(status, sentence, code), status=status)
    if status == 401:
        response["WWW-Authenticate"] = CHALLENGE
    return response


def body(status: int, sentence: str, code: str = "") -> dict[str, Any]:
    return {
        "type": "error",
        "status": status,
        "code": code or CODES[status],
        "message": f"{TITLES[status]}. {sentence}",
        "context_info": {"message": sentence},
        "help_url": f"{settings.PUBLIC_URL}/api/docs",
        "request_id": secrets.token_hex(8),
    }
