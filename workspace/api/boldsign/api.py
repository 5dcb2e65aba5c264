"""The API object: who may come in, how bodies are read, what refusals look like."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.core.exceptions import (
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    UnreadablePostError,
)
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.security import APIKeyHeader, HttpBearer

from signing.flows.drafts import StaleError
from signing.flows.refusals import RefusedError
from workspace.api import guard
from workspace.api.boldsign import reading
from workspace.api.boldsign.errors import DoorError, sentence_of
from workspace.api.sentences import UNREADABLE
from workspace.models import ApiKey

logger = logging.getLogger(__name__)
OVER = frozenset({"not_open", "not_sent", "already_done", "template_archived"})
CHALLENGE = 'Bearer realm="Countersign"'


class DoorRequest(HttpRequest):
    """A request whose key was looked at; now is the one clock of this request."""

    key: ApiKey
    now: datetime


class KeyHeader(APIKeyHeader):
    param_name = "X-API-KEY"

    def authenticate(self, request: HttpRequest, key: str | None) -> ApiKey | None:
        return admit(request, key or "")


class BearerToken(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        return admit(request, token)


def admit(request: HttpRequest, secret: str) -> ApiKey | None:
    """Return the key behind a header, or None. Raises TooManyRequestsError."""
    now = timezone.now()
    vars(request)["now"] = now
    try:
        return guard.admit(request, secret, now)
    except guard.UnauthorizedError:
        return None


class DoorParser(Parser):
    """Names of query parameters in any case; nothing that no row could hold."""

    def parse_body(self, request: HttpRequest) -> Any:
        return reading.parse_json(request.body)

    def parse_querydict(
        self, data: MultiValueDict[str, Any], list_fields: list[str], request: Any
    ) -> dict[str, Any]:
        return reading.parse_query(data, list_fields)


api = NinjaAPI(
    title="Countersign: the BoldSign door",
    version="1",
    description="What BoldSign’s client libraries ask for, answered by Countersign.",
    urls_namespace="boldsign",
    auth=[KeyHeader(), BearerToken()],
    parser=DoorParser(),
    docs_url=None,
    openapi_url="openapi.json",
)


def refuse(sentence: str, status: int) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=status)


@api.exception_handler(DoorError)
def on_door_error(request: HttpRequest, error: DoorError) -> HttpResponse:
    return refuse(error.sentence, error.status)


@api.exception_handler(ValidationError)
def on_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return refuse(sentence_of(error.errors[0]), 400)


@api.exception_handler(HttpError)
def on_unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    cause = error.__cause__
    words = cause.sentence if isinstance(cause, DoorError) else UNREADABLE
    return refuse(words, error.status_code)


@api.exception_handler(AuthenticationError)
def on_stranger(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    words = "The X-API-KEY header must hold a key that is valid."
    response = refuse(words, 401)
    response["WWW-Authenticate"] = CHALLENGE
    return response


@api.exception_handler(guard.ScopeError)
def on_missing_scope(request: HttpRequest, error: guard.ScopeError) -> HttpResponse:
    return refuse(f"This key lacks the scope {error.scope.value}.", 403)


@api.exception_handler(guard.TooManyRequestsError)
def on_too_many(
    request: HttpRequest, error: guard.TooManyRequestsError
) -> HttpResponse:
    """No Retry-After, as the vendor: the client library would sleep inside a GET
    for as long as it says, up to an hour. X-RateLimit-Reset says when."""
    ceiling = error.spent.ceiling
    words = f"This key may make {ceiling} requests in an hour. Try again later."
    return refuse(words, 429)


@api.exception_handler(RefusedError)
def on_refused(request: HttpRequest, error: RefusedError) -> HttpResponse:
    """A verb said no: 403 where the time for it is over, else bad input."""
    return refuse(str(error.message), 403 if error.code in OVER else 400)


@api.exception_handler(StaleError)
def on_stale(request: HttpRequest, error: StaleError) -> HttpResponse:
    return refuse("The document was changed meanwhile. Read it again.", 403)


@api.exception_handler(Http404)
def on_nothing(request: HttpRequest, error: Http404) -> HttpResponse:
    return refuse("There is nothing at this address.", 404)


@api.exception_handler(RequestDataTooBig)
def on_too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return refuse("The body is larger than it may be.", 413)


@api.exception_handler(Exception)
def on_fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """Ours, not the client's: in JSON too, which is all that its library reads."""
    logger.exception("The BoldSign door failed at %s.", request.path)
    return refuse("Something went wrong here. Nothing was done.", 500)


def on_bad_body(
    request: HttpRequest, error: Exception | type[Exception]
) -> HttpResponse:
    return refuse("The body can’t be read as what its Content-Type says.", 400)


for kind in (
    MultiPartParserError,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
    UnreadablePostError,
):
    api.add_exception_handler(kind, on_bad_body)
