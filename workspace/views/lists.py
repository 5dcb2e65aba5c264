"""The list of transactions, and what leaves the house of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from signing.flows.downloads import record_download
from signing.flows.sending import actor_name
from signing.models import SignRequest
from verification.models import User
from workspace import bundling, exporting, selecting, standing
from workspace import listing as lists
from workspace.access import (
    get_selection,
    member_required,
    sees_all,
    visible_requests,
)
from workspace.http import WorkspaceRequest
from workspace.listing import Listing, Sort
from workspace.models import Membership
from workspace.standing import Row

logger = logging.getLogger(__name__)
MOST_SENDERS = 500


@member_required
@require_safe
def listing(request: WorkspaceRequest) -> HttpResponse:
    shown = _asked_for(request)
    try:
        found = _found(request, shown)
    except DatabaseError:
        logger.exception("The list of transactions cannot be read.")
        found = {"page": None, "tabs": lists.tabs(shown.wish, "")}
    context = found | {
        "wish": shown.wish,
        "sorts": Sort.choices,
        "actions": selecting.ACTIONS,
        "copies": selecting.COPIES,
    }
    status = 200 if found["page"] is not None else 503
    return render(request, "workspace/requests/list.html", context, status=status)


@member_required
@require_safe
def export(request: WorkspaceRequest) -> HttpResponseBase:
    """Hand over what is selected or, with no selection, all that the list shows."""
    shown = _asked_for(request)
    selected = [row.pk for row in get_selection(request)]
    batches = _selected(shown, selected) if selected else _batches(shown)
    today = timezone.localdate(timezone=shown.zone)
    response = StreamingHttpResponse(
        _in_language(exporting.as_csv(batches), translation.get_language()),
        content_type="text/csv; charset=utf-8",
    )
    name = f'attachment; filename="transactions-{today:%Y-%m-%d}.csv"'
    response["Content-Disposition"] = name
    return response


@member_required
@require_safe
def download(request: WorkspaceRequest) -> HttpResponseBase:
    """Hand over the sealed copies of what is selected: one alone, several in a ZIP."""
    rows = get_selection(request)
    ready = [
        row for row in rows if row.state == SignRequest.State.COMPLETED and row.sealed
    ]
    if not ready:
        words = _("There is nothing to download: select what everybody has signed.")
        messages.info(request, words)
        return redirect("workspace:requests")
    if len(ready) == 1:
        return redirect("workspace:sealed", ready[0].public_id)
    now = timezone.now()
    if request.method == "GET":
        for row in ready:
            record_download(row, "sealed", actor_name(request.user), now)
    response = StreamingHttpResponse(
        bundling.zipped(ready), content_type="application/zip"
    )
    name = f'attachment; filename="transactions-{now:%Y-%m-%d}.zip"'
    response["Content-Disposition"] = name
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _asked_for(request: WorkspaceRequest) -> Listing:
    wish = lists.wish_of(request.GET)
    return Listing(visible_requests(request), request.member.company, wish)


def _found(request: WorkspaceRequest, shown: Listing) -> dict[str, Any]:
    wish = shown.wish
    page = shown.page(request.GET.get("after", ""), request.GET.get("before", ""))
    return {
        "page": page,
        "tabs": lists.tabs(wish, shown.attention_count()),
        "before": wish.address(before=page.before) if page.before else "",
        "after": wish.address(after=page.after) if page.after else "",
        "is_empty": not page.rows and wish.is_plain,
        "senders": _senders(request) if sees_all(request.member) else [],
    }


def _senders(request: WorkspaceRequest) -> list[tuple[int, str]]:
    """Return who has worked here; an invitation tells no name of an account."""
    rows = Membership.objects.come().filter(company_id=request.member.company_id)
    users = User.objects.filter(memberships__in=rows)
    return list(users.order_by("name", "pk").values_list("pk", "name")[:MOST_SENDERS])


def _batches(shown: Listing) -> Iterator[list[Row]]:
    with_sender = shown.requests.select_related("sender")
    whole = Listing(with_sender, shown.company, shown.wish)
    return whole.batches(exporting.BATCH)


def _selected(shown: Listing, pks: list[int]) -> Iterator[list[Row]]:
    rows = shown.requests.filter(pk__in=pks).select_related("sender")
    yield standing.rows_of(rows.order_by("-created_at", "-pk"))


def _in_language(pieces: Iterator[str], language: str | None) -> Iterator[str]:
    """Make each piece in the reader's language, also after the view has returned."""
    while True:
        with translation.override(language):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece
