from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from django.urls import URLPattern, URLResolver
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django_otp.admin import OTPAdminSite

from workspace.admin import entry

if TYPE_CHECKING:
    from django.contrib.admin.models import LogEntry
    from django.db.models import QuerySet

    from workspace.admin.entry import AdminRequest

View = Callable[..., HttpResponseBase]
# Pages of Django's that know no company, or leave the guarded sign-in aside.
LEFT_OUT = frozenset(
    {"autocomplete", "view_on_site", "password_change", "password_change_done"}
)
GROUPS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    (
        "company",
        _("Company"),
        (
            "Company",
            "Membership",
            "ApiKey",
            "Webhook",
            "SenderIdentity",
            "CompanyEvent",
        ),
    ),
    (
        "records",
        _("Records"),
        ("SignRequest", "Signer", "IdentityCheck", "Delivery", "TrailEntry"),
    ),
)


class CompanyAdminSite(OTPAdminSite):  # type: ignore[misc]  # django-otp ships no types
    """django-otp's site, entered by the workspace's own sign-in.

    That one counts guesses, asks for the second step and leads to its set-up.
    What somebody may not have is not found, whether or not it exists.
    """

    site_title = "Countersign"
    enable_nav_sidebar = True
    index_title = _("Company settings")

    def has_permission(self, request: HttpRequest) -> bool:
        try:
            return entry.let_in(request) is None
        except Http404:
            return False

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        @csrf_protect
        @wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            # Databases take no NUL in a text, and Django's filters pass it on.
            if any("\x00" in value for value in request.GET.values()):
                raise Http404
            missing = entry.let_in(request)
            if missing is not None:
                return missing
            try:
                return rendered_at_home(view, request, *args, **kwargs)
            except PermissionDenied as error:
                raise Http404 from error

        return inner if cacheable else never_cache(inner)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        urls = super().get_urls()
        return [one for one in urls if getattr(one, "name", None) not in LEFT_OUT]

    def login(
        self, request: HttpRequest, extra_context: Mapping[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("workspace:sign-in")

    def logout(
        self, request: HttpRequest, extra_context: Mapping[str, Any] | None = None
    ) -> HttpResponse:
        """Leave by the workspace's way out, which is a POST."""
        return redirect("workspace:requests")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        inside = cast("AdminRequest", request)
        context: dict[str, Any] = super().each_context(request)
        return context | {
            "site_header": inside.company_name or "Countersign",
            "companies": inside.companies,
            "has_permission": True,
        }

    def get_log_entries(self, request: HttpRequest) -> QuerySet[LogEntry]:
        """No "recent actions" beside the list: they know no company."""
        none: QuerySet[LogEntry] = super().get_log_entries(request).none()
        return none

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[Any]:
        """Group the models as company admins think of them, not by our apps."""
        apps = self._build_app_dict(request, app_label)
        models = {
            model["object_name"]: model
            for app in apps.values()
            for model in app["models"]
        }
        if "Company" in models and cast("AdminRequest", request).member is not None:
            models["Company"]["name"] = _("Settings")
        groups = []
        for key, name, names in GROUPS:
            shown = [models[one] for one in names if one in models]
            if shown:
                groups.append(
                    {
                        "name": name,
                        "app_label": key,
                        "app_url": "",
                        "has_module_perms": True,
                        "models": shown,
                    }
                )
        return groups


def rendered_at_home(
    view: View, request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    """Answer with times as the company's clocks show them."""
    member = cast("AdminRequest", request).member
    zone = member.company.time_zone if member is not None else "UTC"
    with timezone.override(zone):
        response = view(request, *args, **kwargs)
        if isinstance(response, SimpleTemplateResponse):
            response.render()
        return response


site = CompanyAdminSite("admin")
site.disable_action("delete_selected")
