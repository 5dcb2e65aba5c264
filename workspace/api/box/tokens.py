"""OAuth client credentials (RFC 6749, 4.4): a key's id and secret for a token."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import Form, Router

from workspace import keys
from workspace.api import guard
from workspace.api.box.schemas import ErrorOut, TokenErrorOut, TokenOut
from workspace.models import AccessToken

router = Router(tags=["Tokens"])
SUBJECTS = ("enterprise", "user", "")


@router.post(
    "/token",
    auth=None,
    response={
        200: TokenOut,
        400: TokenErrorOut | ErrorOut,
        frozenset({405, 413, 429}): ErrorOut,
    },
    summary="Get an access token for client credentials",
)
def request_token(
    request: HttpRequest,
    grant_type: Form[str] = "",
    client_id: Form[str] = "",
    client_secret: Form[str] = "",
    box_subject_type: Form[str] = "",
) -> HttpResponse:
    if grant_type != "client_credentials":
        words = "grant_type must be client_credentials."
        return refuse("unsupported_grant_type", words)
    if box_subject_type not in SUBJECTS:
        return refuse("invalid_request", "box_subject_type must be enterprise or user.")
    now = timezone.now()
    key = keys.find(client_secret, now)
    if key is not None and (spent := keys.charge(key, now)).is_refused:
        raise guard.TooManyRequestsError(spent)
    token = keys.grant_token(client_id, client_secret, now)
    if token is None:
        words = "The client credentials are invalid."
        return refuse("invalid_client", words)
    response = JsonResponse(
        {
            "access_token": token,
            "expires_in": int(AccessToken.LIFETIME.total_seconds()),
            "token_type": "bearer",
            "restricted_to": [],
        }
    )
    response["Cache-Control"] = "no-store"
    return response


def refuse(error: str, words: str) -> HttpResponse:
    """As RFC 6749 says, not as the rest of this door does."""
    body = {"error": error, "error_description": words}
    return JsonResponse(body, status=400)
