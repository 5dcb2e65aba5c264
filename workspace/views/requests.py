"""The list of transactions."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from workspace import listing as lists
from workspace.access import member_required, visible_requests
from workspace.http import WorkspaceRequest
from workspace.listing import Shown

MAX_SEARCH = 100


@member_required
@require_safe
def listing(request: WorkspaceRequest) -> HttpResponse:
    words = request.GET.get("q", "").replace("\0", "").strip()[:MAX_SEARCH]
    wanted = request.GET.get("show", "")
    shown = Shown(wanted) if wanted in Shown.values else Shown.ALL
    mine = visible_requests(request)
    page = lists.page_of(
        lists.filtered(mine, shown, words),
        request.GET.get("older", ""),
        request.GET.get("newer", ""),
    )
    kept = {"show": shown.value if shown != Shown.ALL else "", "q": words}
    context = {
        "page": page,
        "shown": shown,
        "words": words,
        "tabs": lists.tabs(shown, words, lists.attention_count(mine)),
        "newer": address(kept, newer=page.newer) if page.newer else "",
        "older": address(kept, older=page.older) if page.older else "",
        "cleared": address({**kept, "q": ""}),
        "is_empty": not page.rows and not words and shown == Shown.ALL,
    }
    return render(request, "workspace/requests/list.html", context)


def address(kept: dict[str, str], **more: str) -> str:
    query = urlencode({name: value for name, value in (kept | more).items() if value})
    return f"{reverse('workspace:requests')}{'?' if query else ''}{query}"
