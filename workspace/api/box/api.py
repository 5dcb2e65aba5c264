"""The API object: who may come in, and what refusals look like."""

from __future__ import annotations

import json
import logging
from datetime import datetime
from math import ceil
from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser

from signing.flows.drafts import StaleError
from signing.flows.refusals import RefusedError
from workspace.api import guard
from workspace.api.bearer import BearerKey
from workspace.api.box.errors import BoxError, answer
from workspace.api.sentences import UNREADABLE, sentence_of, unstorable
from workspace.models import ApiKey

logger = logging.getLogger(__name__)


class BoxRequest(HttpRequest):
    """A request whose key was looked at; now is the one clock of this request."""

    key: ApiKey
    now: datetime


class BoxParser(Parser):
    """Nothing passes that no row could hold."""

    def parse_body(self, request: HttpRequest) -> Any:
        return read_json(request.body)

    def parse_querydict(
        self, data: Any, list_fields: list[str], request: HttpRequest
    ) -> Any:
        if "\0" in "".join(map(str, data.values())):
            raise BoxError(400, "The address has a NUL character.")
        return super().parse_querydict(data, list_fields, request)


def read_json(source: bytes) -> Any:
    """Return what JSON says. Raises BoxError."""
    try:
        value = json.loads(source)
    except (ValueError, RecursionError) as error:
        raise BoxError(400, "The body is not JSON.") from error
    if sentence := unstorable(value):
        raise BoxError(400, sentence)
    return value


api = NinjaAPI(
    title="Countersign: the Box door",
    version="2.0",
    description=(
        "What Box Sign’s client libraries ask for, answered by Countersign. Point a "
        "client here by its base URLs: base_url is this server, upload_url the same "
        "with /api, oauth_2_url the same with /oauth2."
    ),
    urls_namespace="box",
    auth=BearerKey(),
    parser=BoxParser(),
    docs_url=None,
    openapi_url=None,
)


def on_bad_body(
    request: HttpRequest, error: Exception | type[Exception]
) -> HttpResponse:
    return answer(400, "The body can’t be read as what its Content-Type says.")


for kind in (MultiPartParserError, SuspiciousOperation, UnreadablePostError):
    api.add_exception_handler(kind, on_bad_body)


@api.exception_handler(BoxError)
def on_box_error(request: HttpRequest, error: BoxError) -> HttpResponse:
    return answer(error.status, error.sentence, error.code)


@api.exception_handler(ValidationError)
def on_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return answer(400, sentence_of(error.errors[0]))


@api.exception_handler(HttpError)
def on_unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    cause = error.__cause__ or error.__context__
    if isinstance(cause, BoxError):
        return on_box_error(request, cause)
    return answer(400, UNREADABLE)


@api.exception_handler(RequestDataTooBig)
def on_too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return answer(413, "The body is larger than it may be.")


@api.exception_handler(AuthenticationError)
@api.exception_handler(guard.UnauthorizedError)
def on_stranger(request: HttpRequest, error: Exception) -> HttpResponse:
    words = "The Authorization header must hold a Bearer token that is valid."
    return answer(401, words)


@api.exception_handler(guard.ScopeError)
def on_missing_scope(request: HttpRequest, error: guard.ScopeError) -> HttpResponse:
    words = f"This key lacks the scope {error.scope.value}."
    return answer(403, words, "insufficient_scope")


@api.exception_handler(guard.TooManyRequestsError)
def on_too_many(
    request: HttpRequest, error: guard.TooManyRequestsError
) -> HttpResponse:
    spent = error.spent
    words = f"This key may make {spent.ceiling} requests in an hour. Try again later."
    response = answer(429, words)
    seconds = (spent.ends_at - timezone.now()).total_seconds()
    # Whole seconds: the clients cannot read a date there.
    response["Retry-After"] = str(max(ceil(seconds), 1))
    return response


@api.exception_handler(RefusedError)
def on_refused(request: HttpRequest, error: RefusedError) -> HttpResponse:
    """A verb said no, because of how things stand."""
    return answer(409, str(error.message))


@api.exception_handler(StaleError)
def on_stale(request: HttpRequest, error: StaleError) -> HttpResponse:
    return answer(409, "It was changed meanwhile. Read it again.")


@api.exception_handler(Http404)
def on_nothing(request: HttpRequest, error: Http404) -> HttpResponse:
    return answer(404, "There is nothing at this address.")


@api.exception_handler(Exception)
def on_fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """Ours, not the client's. It will ask again by itself, so nothing was stored."""
    logger.exception("The Box door failed at %s.", request.path)
    return answer(500, "Something went wrong here. Nothing was done.")
