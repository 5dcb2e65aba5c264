"""Keys that come as Authorization: Bearer."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from workspace.api import guard
from workspace.models import ApiKey


class BearerKey(HttpBearer):
    """Look at the key before anything else; a missing one is looked at too."""

    def __call__(self, request: HttpRequest) -> ApiKey | None:
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        is_bearer = scheme.lower() == self.openapi_scheme
        return self.authenticate(request, secret.strip() if is_bearer else "")

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        now = timezone.now()
        vars(request)["now"] = now
        return guard.admit(request, token, now)
