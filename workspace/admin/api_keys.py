from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workspace import keys
from workspace.admin.base import CompanyModelAdmin, inside
from workspace.admin.generic import ModelForm
from workspace.admin.site import site
from workspace.admin.verbs import Verb
from workspace.models import ApiKey, Membership

if TYPE_CHECKING:
    from workspace.admin.entry import AdminRequest

LIVES = (
    ("30", gettext_lazy("30 days")),
    ("90", gettext_lazy("90 days")),
    ("365", gettext_lazy("1 year")),
    ("", gettext_lazy("Never")),
)


class KeyForm(ModelForm[ApiKey]):
    scopes = forms.MultipleChoiceField(
        choices=ApiKey.Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Scopes"),
        help_text=gettext_lazy("Give it no more than the program needs."),
    )
    ends = forms.ChoiceField(
        choices=LIVES, required=False, initial="365", label=gettext_lazy("Expires")
    )

    class Meta:
        model = ApiKey
        fields = ("name", "member")
        widgets = {"name": AdminTextInputWidget}  # noqa: RUF012
        help_texts = {  # noqa: RUF012
            "name": gettext_lazy("Which program has it, such as “CRM, production”."),
            "member": gettext_lazy(
                "The key acts as this member and ends with them. What it sends is "
                "theirs."
            ),
        }


def revoke(request: AdminRequest, row: ApiKey, answer: dict[str, Any]) -> str:
    keys.revoke(row, timezone.now(), actor=request.user)
    return _("%(key)s is refused from now on.") % {"key": str(row)}


@admin.register(ApiKey, site=site)
class KeyAdmin(CompanyModelAdmin[ApiKey]):
    """The secret is shown once, on the page that answers its making."""

    can_add = True
    list_display = ("name", "start", "holder", "state", "last_used_at", "expires_at")
    list_select_related = ("member__user",)
    search_fields = ("name", "start")
    ordering = ("-created_at", "-id")
    verbs = (
        Verb(
            name="revoke",
            label=gettext_lazy("Revoke"),
            words=gettext_lazy("Programs that use this key are refused at once."),
            button=gettext_lazy("Revoke"),
            run=revoke,
            applies=lambda row: row.revoked_at is None,
            is_grave=True,
        ),
    )

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = KeyForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("name", "member", "scopes", "ends")
        return (
            "name",
            "public_id",
            "start",
            "holder",
            "scopes_shown",
            "state",
            "created_at",
            "last_used_at",
            "expires_at",
            "revoked_at",
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj) if obj else ()

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField[Any] | None:
        """Offer the active members of this company."""
        member = inside(request).member
        if db_field.name == "member" and member is not None:
            rows = Membership.objects.at_work().filter(
                company_id=member.company_id, user__is_active=True
            )
            kwargs["queryset"] = rows.select_related("user").order_by("user__email")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: ApiKey, form: Any, change: bool
    ) -> None:
        now, days = timezone.now(), form.cleaned_data["ends"]
        issued = keys.issue(
            form.cleaned_data["member"],
            name=form.cleaned_data["name"],
            scopes=[ApiKey.Scope(scope) for scope in form.cleaned_data["scopes"]],
            now=now,
            expires_at=now + timedelta(days=int(days)) if days else None,
            actor=inside(request).user,
        )
        vars(obj).update(vars(issued.key))
        vars(request)["issued"] = issued

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the secret in this answer alone: it is neither kept nor sent again."""
        context = self.admin_site.each_context(request) | {
            "title": _("Copy the key now"),
            "key": obj,
            "secret": vars(request).pop("issued").secret,
            "opts": self.opts,
            "back": reverse("admin:workspace_apikey_changelist"),
        }
        return TemplateResponse(request, "admin/key_issued.html", context)

    @admin.display(description=gettext_lazy("member"))
    def holder(self, row: ApiKey) -> str:
        return row.member.shown_name

    @admin.display(description=gettext_lazy("scopes"))
    def scopes_shown(self, row: ApiKey) -> str:
        names = dict(ApiKey.Scope.choices)
        return "\n".join(str(names.get(scope, scope)) for scope in row.scopes)

    @admin.display(description=gettext_lazy("state"))
    def state(self, row: ApiKey) -> str:
        if row.revoked_at is not None:
            return _("revoked")
        return _("works") if row.is_live(timezone.now()) else _("over")
