"""Which programs are told what happens: added, paused and ended by company admins."""

from __future__ import annotations

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

from signing.flows import sending
from signing.flows.refusals import RefusedError
from workspace.admin.base import CompanyModelAdmin, inside
from workspace.admin.generic import ModelForm
from workspace.admin.site import site
from workspace.admin.verbs import Verb
from workspace.models import Membership, Webhook
from workspace.webhooks import flows

if TYPE_CHECKING:
    from workspace.admin.entry import AdminRequest


class WebhookForm(ModelForm[Webhook]):
    url = forms.CharField(
        max_length=250,
        widget=AdminTextInputWidget,
        label=gettext_lazy("Address"),
        help_text=gettext_lazy(
            "It begins with https:// and lies outside of private networks."
        ),
    )
    events = forms.MultipleChoiceField(
        choices=Webhook.Event.choices,
        widget=forms.CheckboxSelectMultiple,
        label=gettext_lazy("Events"),
    )

    class Meta:
        model = Webhook
        fields = ("url", "member", "events")
        help_texts = {  # noqa: RUF012
            "member": gettext_lazy(
                "It hears of what this member may see, and ends with them."
            ),
        }

    def clean_url(self) -> str:
        """Say beside the field why an address is not called."""
        url: str = self.cleaned_data["url"]
        try:
            flows.check_target(url)
        except RefusedError as refused:
            raise forms.ValidationError(str(refused.message)) from refused
        return url


def pause(request: AdminRequest, row: Webhook, answer: dict[str, Any]) -> str:
    flows.pause(row, timezone.now(), by=sending.actor_name(request.user))
    return _("%(address)s is told nothing for now.") % {"address": row.url}


def resume(request: AdminRequest, row: Webhook, answer: dict[str, Any]) -> str:
    flows.resume(row, timezone.now(), by=sending.actor_name(request.user))
    return _("%(address)s is told again what happens.") % {"address": row.url}


def end(request: AdminRequest, row: Webhook, answer: dict[str, Any]) -> str:
    flows.end(row, timezone.now(), by=sending.actor_name(request.user))
    return _("%(address)s is told nothing any more.") % {"address": row.url}


@admin.register(Webhook, site=site)
class WebhookAdmin(CompanyModelAdmin[Webhook]):
    """The secret is shown once, on the page that answers its making."""

    can_add = True
    list_display = ("url", "holder", "state", "created_at")
    list_select_related = ("member__user",)
    search_fields = ("url",)
    ordering = ("-created_at", "-id")
    verbs = (
        Verb(
            name="pause",
            label=gettext_lazy("Pause"),
            words=gettext_lazy(
                "Nothing is sent there until you let it go on. What happens meanwhile "
                "is not told later."
            ),
            button=gettext_lazy("Pause"),
            run=pause,
            applies=lambda row: row.ended_at is None and row.paused_at is None,
        ),
        Verb(
            name="resume",
            label=gettext_lazy("Let it go on"),
            words=gettext_lazy("What happens from now on is sent there again."),
            button=gettext_lazy("Let it go on"),
            run=resume,
            applies=lambda row: row.ended_at is None and row.paused_at is not None,
        ),
        Verb(
            name="end",
            label=gettext_lazy("End"),
            words=gettext_lazy(
                "Nothing is sent there any more. A webhook that has ended does not "
                "come back: a new one has a new secret."
            ),
            button=gettext_lazy("End"),
            run=end,
            applies=lambda row: row.ended_at is None,
            is_grave=True,
        ),
    )

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = WebhookForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("url", "member", "events")
        return (
            "url",
            "holder",
            "events_shown",
            "state",
            "public_id",
            "created_at",
            "paused_at",
            "ended_at",
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
        self, request: HttpRequest, obj: Webhook, form: Any, change: bool
    ) -> None:
        made = flows.create(
            form.cleaned_data["member"],
            url=form.cleaned_data["url"],
            events=form.cleaned_data["events"],
            now=timezone.now(),
            by=sending.actor_name(inside(request).user),
        )
        vars(obj).update(vars(made.webhook))
        vars(request)["made"] = made

    def response_add(
        self, request: HttpRequest, obj: Webhook, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the secret in this answer alone: it is not shown again."""
        context = self.admin_site.each_context(request) | {
            "title": _("Copy the secret now"),
            "webhook": obj,
            "secret": vars(request).pop("made").secret,
            "opts": self.opts,
            "back": reverse("admin:workspace_webhook_changelist"),
        }
        return TemplateResponse(request, "admin/webhook_added.html", context)

    @admin.display(description=gettext_lazy("member"))
    def holder(self, row: Webhook) -> str:
        return row.member.shown_name

    @admin.display(description=gettext_lazy("events"))
    def events_shown(self, row: Webhook) -> str:
        names = dict(Webhook.Event.choices)
        return "\n".join(str(names.get(one, one)) for one in row.events)

    @admin.display(description=gettext_lazy("state"))
    def state(self, row: Webhook) -> str:
        if row.ended_at is not None:
            return _("ended")
        if row.paused_at is not None:
            return _("paused")
        return _("works") if row.is_listening else _("over")
