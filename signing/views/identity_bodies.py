"""How much a signer's browser may send: a picture, once it is known (threat T48)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from signing.doors import COOKIE
from verification.bodies import BodyLimit
from verification.flows import opening, picturing

# What a form with one picture has around it.
AROUND = 64 * 1024
MOST = picturing.MOST_BYTES + AROUND


class InMemory(MemoryFileUploadHandler):
    """Keep a file in memory whatever its size: the whole body is limited."""

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        self.activated = True


def takes_pictures(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Let a browser with a signer's cookie send a picture to this view.

    The form's token is checked after that is known, since checking it reads the
    body. What is larger leads back to the picture's page, which says so. Nothing
    of it is written to the disk: there it would lie in clear.
    """
    protected = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def door(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        secret = request.COOKIES.get(COOKIE, "")
        if opening.recognise(secret, timezone.now()) is not None:
            if length_of(request) > MOST:
                page = request.path.removesuffix("send")
                return redirect(f"{page}?again&too-large")
            request.may_send_bytes = MOST  # type: ignore[attr-defined]  # read by bodies
            request.upload_handlers = [BodyLimit(request), InMemory(request)]
        return protected(request, *args, **kwargs)

    return door


def length_of(request: HttpRequest) -> int:
    written = request.META.get("CONTENT_LENGTH") or "0"
    return int(written) if written.isascii() and written.isdigit() else 0
