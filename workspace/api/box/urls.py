from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.urls import re_path
from django.views.decorators.csrf import csrf_exempt

from workspace.api import guard
from workspace.api.bearer import BearerKey
from workspace.api.box import files, requests, templates, tokens
from workspace.api.box.api import api, on_stranger, on_too_many
from workspace.api.box.errors import answer
from workspace.api.doorway import operations

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


def refuse_method(request: HttpRequest) -> HttpResponseBase:
    """Say "not that way", after the key was seen where one is needed."""
    is_open = request.path.startswith("/oauth2/")
    stranger = None if is_open else refuse_strangers(request)
    return stranger or answer(405, "That can’t be done with this address.")


urlpatterns = [
    *operations(api, refuse_method),
    re_path(r"^(?:api/)?2\.0(?:/[\s\S]*)?\Z", elsewhere, name="elsewhere"),
    re_path(r"^oauth2(?:/[\s\S]*)?\Z", elsewhere),
]
