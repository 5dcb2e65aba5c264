"""A door's operations as the site's addresses, with nothing of the framework's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI

View = Callable[..., HttpResponseBase]
Refuse = Callable[[HttpRequest], HttpResponseBase]


def operations(api: NinjaAPI, refuse_method: Refuse) -> list[URLPattern | URLResolver]:
    """Return the operations, without the framework's page at their root.

    refuse_method answers "not that way" as the door answers everything.
    """
    found: list[URLPattern | URLResolver] = []
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            pattern.callback = _in_own_words(pattern.callback, refuse_method)
            found.append(pattern)
    return found


def _in_own_words(view: View, refuse_method: Refuse) -> View:
    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        refused = refuse_method(request)
        refused["Allow"] = response.headers.get("Allow", "GET, POST")
        return refused

    return door
