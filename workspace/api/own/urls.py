from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt

from workspace.api import docs, guard
from workspace.api.bearer import BearerKey
from workspace.api.doorway import operations
from workspace.api.own import identity, transactions, webhooks
from workspace.api.own.api import api, on_stranger, on_too_many, refuse

api.add_router("", transactions.router)
api.add_router("", identity.router)
api.add_router("", webhooks.router)


@csrf_exempt
def elsewhere(request: HttpRequest) -> HttpResponseBase:
    """Answer as the rest of the door where it has nothing, never by a redirect."""
    refused = refuse_strangers(request)
    return refused or refuse(404, "not_found", "There is nothing at this address.")


def refuse_method(request: HttpRequest) -> HttpResponseBase:
    """Say "not that way", after the key was seen."""
    words = "That can’t be done with this address."
    return refuse_strangers(request) or refuse(405, "method_not_allowed", words)


def refuse_strangers(request: HttpRequest) -> HttpResponseBase | None:
    try:
        BearerKey()(request)
    except guard.UnauthorizedError as error:
        return on_stranger(request, error)
    except guard.TooManyRequestsError as error:
        return on_too_many(request, error)
    return None


urlpatterns = [
    path("api/docs", docs.page, name="api-docs"),
    path("api/docs/<str:door>.json", docs.schema, name="api-schema"),
    path("api/v1/", include((operations(api, refuse_method), "own"))),
    re_path(r"^api/v1(?:/[\s\S]*)?\Z", elsewhere),
]
