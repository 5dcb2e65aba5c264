"""Who may enter the admin: company admins, and the operator.

For everybody else who is signed in it is not there (threat T38).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from workspace import access
from workspace.models import Membership

if TYPE_CHECKING:
    from verification.models import User


class AdminRequest(HttpRequest):
    """A request inside the admin; let_in made sure.

    member is the company admin's place in the chosen company; None for an
    operator, who sees settings and health of all companies and no document.
    """

    user: User
    member: Membership | None
    companies: list[Membership]
    company_name: str


def let_in(request: HttpRequest) -> HttpResponse | None:
    """Return the step of the sign-in that is missing, or None: the way is free.

    Raises Http404 for whoever is no admin of the chosen company.
    """
    if not request.user.is_authenticated:
        return _to("workspace:sign-in", request)
    if access.lacks_second_step(request):
        return _to("workspace:sign-in-code", request)
    inside = cast(AdminRequest, request)
    inside.companies = access.memberships(inside.user)
    admin_of = [one for one in inside.companies if one.is_company_admin]
    chosen = access.chosen(inside, inside.companies)
    if chosen is None and admin_of:
        return _to("workspace:choose-company", request)
    inside.member = chosen if chosen in admin_of else None
    inside.company_name = chosen.company.name if chosen else ""
    if inside.member is None and not is_operator(inside.user):
        raise Http404
    if asks_second_step(inside) and not access.has_second_step(request):
        return redirect("workspace:set-up-second-step")
    return None


def is_operator(user: User) -> bool:
    return user.is_active and user.is_staff and user.is_superuser


def asks_second_step(request: AdminRequest) -> bool:
    """Whether the operator wants it of everybody here, or the chosen company does."""
    if settings.ADMIN_SECOND_STEP:
        return True
    return request.member is not None and request.member.company.second_step_required


def _to(name: str, request: HttpRequest) -> HttpResponse:
    if request.method != "GET":
        return redirect(name)
    after = urlencode({"next": request.get_full_path()})
    return redirect(f"{reverse(name)}?{after}")
