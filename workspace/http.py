from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

if TYPE_CHECKING:
    from django.utils.functional import SimpleLazyObject
    from django_htmx.middleware import HtmxDetails

    from verification.models import User
    from workspace.models import Membership


class MemberRequest(HttpRequest):
    """A request of somebody who is signed in; access.signed_in made sure."""

    user: User
    htmx: HtmxDetails
    companies: list[Membership]
    company_name: str


class WorkspaceRequest(MemberRequest):
    """A request inside a company; access.member_required made sure."""

    member: Membership
    # How many identity checks wait; read where a page shows it. "" for none.
    waiting_checks: SimpleLazyObject[str]


def go(request: HttpRequest, to: Any, *args: Any) -> HttpResponse:
    """Redirect, also out of a fragment: htmx then loads the whole page."""
    response = redirect(to, *args)
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(response.url)
    return response


def render_dialog(
    request: WorkspaceRequest,
    template: str,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    """Answer with a page that is a dialog; htmx gets the dialog alone."""
    fragment = "#dialog" if request.htmx else ""
    return render(request, f"{template}{fragment}", context, status=status)


def safe_next(request: HttpRequest) -> str:
    """Return the page to go on to, or "" unless it is one of ours."""
    return _if_ours(request, request.POST.get("next") or request.GET.get("next", ""))


def page_behind(request: WorkspaceRequest, default: str) -> str:
    """Return the page that a dialog was opened on, or default for one of its own."""
    behind = request.htmx.current_url_abs_path or "" if request.htmx else ""
    return safe_next(request) or _if_ours(request, behind) or default


def _if_ours(request: HttpRequest, wanted: str) -> str:
    is_ours = url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, request.is_secure()
    )
    # Only an address: redirect() takes a bare word for the name of a page.
    return wanted if is_ours and wanted.startswith("/") else ""
