from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, re_path
from django.views.decorators.csrf import csrf_exempt

from workspace.api import guard
from workspace.api.bearer import BearerKey
from workspace.api.box import files, requests, templates, tokens
from workspace.api.box.api import api, on_stranger, on_too_many
from workspace.api.box.errors import answer

View = Callable[..., HttpResponseBase]

app_name = "box"
api.add_router("/2.0", files.router)
api.add_router("/2.0", requests.router)
api.add_router("/2.0", templates.router)
api.add_router("/api/2.0", files.uploads)
api.add_router("/oauth2", tokens.router)


@csrf_exempt
def elsewhere(request: HttpRequest) -> HttpResponseBase:
    """Answer as the rest of the door where it has nothing, never by a redirect."""
    return refuse_strangers(request) or answer(404, "There is nothing at this address.")


def refuse_strangers(request: HttpRequest) -> HttpResponseBase | None:
    try:
        BearerKey()(request)
    except guard.UnauthorizedError as error:
        return on_stranger(request, error)
    except guard.TooManyRequestsError as error:
        return on_too_many(request, error)
    return None


def in_own_words(view: View) -> View:
    """Say "not that way" as every refusal is said, and after the key was seen."""

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        is_open = request.path.startswith("/oauth2/")
        stranger = None if is_open else refuse_strangers(request)
        refused = stranger or answer(405, "That can’t be done with this address.")
        refused["Allow"] = response.headers.get("Allow", "GET, POST")
        return refused

    return door


def patterns() -> list[URLPattern | URLResolver]:
    """The operations, without the framework's page at the root of the site."""
    found: list[URLPattern | URLResolver] = []
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            pattern.callback = in_own_words(pattern.callback)
            found.append(pattern)
    return found


urlpatterns = [
    *patterns(),
    re_path(r"^(?:api/)?2\.0(?:/[\s\S]*)?\Z", elsewhere, name="elsewhere"),
    re_path(r"^oauth2(?:/[\s\S]*)?\Z", elsewhere),
]
