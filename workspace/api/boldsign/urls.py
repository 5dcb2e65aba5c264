from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.csrf import csrf_exempt

from verification import limits
from workspace.api.boldsign.api import api, refuse
from workspace.api.boldsign.views import (
    authentication,
    documents,
    files,
    identities,
    links,
    sending,
    templates,
    verification,
)

for noun in (
    sending,
    documents,
    files,
    authentication,
    links,
    templates,
    verification,
    identities,
):
    api.add_router("", noun.router)

View = Callable[..., HttpResponseBase]


@csrf_exempt
def door(request: HttpRequest, rest: str = "") -> HttpResponseBase:
    """Lead to an operation, in whatever case its path is written.

    Every answer is the vendor's: JSON where nothing is, or where another method
    is, and how many requests are left.
    """
    view = VIEWS.get(rest.lower())
    if view is None:
        return refuse("There is nothing at this address.", 404)
    response = view(request)
    if response.status_code == 405:
        allow = response["Allow"]
        response = refuse(f"The method must be {allow}.", 405)
        response["Allow"] = allow
    return with_limits(request, response)


def with_limits(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    spent: limits.Spent | None = vars(request).get("spent")
    if spent is not None:
        response["X-RateLimit-Limit"] = str(spent.ceiling)
        response["X-RateLimit-Remaining"] = str(spent.left)
        response["X-RateLimit-Reset"] = str(int(spent.ends_at.timestamp()))
    return response


patterns: list[URLPattern | URLResolver] = api.urls[0]
VIEWS: dict[str, View] = {
    str(one.pattern).lower(): one.callback
    for one in patterns
    if isinstance(one, URLPattern) and str(one.pattern)
}

urlpatterns = [
    re_path(r"^v1(?:/(?P<rest>[\s\S]*))?\Z", door),
    # Never reached: it gives the operations their names.
    path("v1/", api.urls),
]
