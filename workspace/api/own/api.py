"""The API object of our own door: what neither vendor has words for."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from math import ceil
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    UnreadablePostError,
)
from django.utils import timezone
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser

from signing.flows.refusals import RefusedError
from workspace.api import guard
from workspace.api.bearer import BearerKey
from workspace.api.sentences import UNREADABLE, sentence_of, unstorable
from workspace.models import ApiKey

logger = logging.getLogger(__name__)
CHALLENGE = 'Bearer realm="Countersign"'


class OwnRequest(HttpRequest):
    """A request whose key was looked at; now is the one clock of this request."""

    key: ApiKey
    now: datetime


class ErrorOut(Schema):
    code: str
    message: str


class RefusalOut(Schema):
    """code is a key for programs, message a sentence for people."""

    error: ErrorOut


REFUSALS = dict.fromkeys((400, 401, 403, 404, 405, 409, 413, 429), RefusalOut)


class BadBodyError(Exception):
    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class OwnParser(Parser):
    """Nothing passes that no row could hold."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            value = json.loads(request.body)
        except (ValueError, RecursionError) as error:
            raise BadBodyError("The body is not JSON.") from error
        if sentence := unstorable(value):
            raise BadBodyError(sentence)
        return value


api = NinjaAPI(
    title="Countersign",
    version="1",
    description="Gate states and diagnoses, alternative codes, unlocking, numbers, "
    "trails and webhooks: what the vendors’ APIs have no words for.",
    urls_namespace="own",
    auth=BearerKey(),
    parser=OwnParser(),
    docs_url=None,
    openapi_url="openapi.json",
)


def refuse(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"error": {"code": code, "message": message}}, status=status)


@api.exception_handler(AuthenticationError)
@api.exception_handler(guard.UnauthorizedError)
def on_stranger(request: HttpRequest, error: Exception) -> HttpResponse:
    words = "The Authorization header must hold a Bearer key that is valid."
    response = refuse(401, "unauthorized", words)
    response["WWW-Authenticate"] = CHALLENGE
    return response


@api.exception_handler(guard.ScopeError)
def on_missing_scope(request: HttpRequest, error: guard.ScopeError) -> HttpResponse:
    words = f"This key lacks the scope {error.scope.value}."
    return refuse(403, "insufficient_scope", words)


@api.exception_handler(guard.TooManyRequestsError)
def on_too_many(
    request: HttpRequest, error: guard.TooManyRequestsError
) -> HttpResponse:
    spent = error.spent
    words = f"This key may make {spent.ceiling} requests in an hour. Try again later."
    response = refuse(429, "too_many_requests", words)
    seconds = (spent.ends_at - timezone.now()).total_seconds()
    response["Retry-After"] = str(max(ceil(seconds), 1))
    return response


@api.exception_handler(RefusedError)
def on_refused(request: HttpRequest, error: RefusedError) -> HttpResponse:
    """A verb said no: bad input, or because of how things stand."""
    is_input = error.code.startswith("bad_") or error.code == "reason_needed"
    status = 400 if is_input else 403 if error.code == "codes_off" else 409
    return refuse(status, error.code, str(error.message))


@api.exception_handler(ValidationError)
def on_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return refuse(400, "bad_request", sentence_of(error.errors[0]))


@api.exception_handler(BadBodyError)
def on_bad_body(request: HttpRequest, error: BadBodyError) -> HttpResponse:
    return refuse(400, "bad_request", error.sentence)


@api.exception_handler(HttpError)
def on_unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    cause = error.__cause__ or error.__context__
    if isinstance(cause, BadBodyError):
        return on_bad_body(request, cause)
    return refuse(400, "bad_request", UNREADABLE)


@api.exception_handler(Http404)
def on_nothing(request: HttpRequest, error: Http404) -> HttpResponse:
    return refuse(404, "not_found", "There is nothing at this address.")


@api.exception_handler(RequestDataTooBig)
def on_too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return refuse(413, "too_large", "The body is larger than it may be.")


@api.exception_handler(SuspiciousOperation)
@api.exception_handler(UnreadablePostError)
def on_odd_body(request: HttpRequest, error: Exception) -> HttpResponse:
    return refuse(400, "bad_request", UNREADABLE)


@api.exception_handler(Exception)
def on_fault(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.exception("Our own door failed at %s.", request.path)
    return refuse(500, "fault", "Something went wrong here. Nothing was done.")
