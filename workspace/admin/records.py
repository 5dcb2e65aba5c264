"""What happened, to read: transactions, signers, messages. No code is here,
and addresses are masked. State changes in flows alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from signing.flows import resending
from signing.flows.refusals import RefusedError
from signing.models import Signer, SignRequest
from verification.addresses import mask_email, mask_phone
from verification.models import Budget, Delivery
from workspace import delivery_lines
from workspace.admin.base import inside
from workspace.admin.readonly import NOTHING, ReadOnlyAdmin, found_in, is_id
from workspace.admin.site import site
from workspace.admin.verbs import ReasonForm, Verb

if TYPE_CHECKING:
    from workspace.admin.entry import AdminRequest


@admin.register(SignRequest, site=site)
class RequestAdmin(ReadOnlyAdmin[SignRequest]):
    list_display = ("title_shown", "state", "sender_shown", "created_at", "closed_at")
    list_filter = ("state",)
    search_fields = ("title",)
    search_help_text = gettext_lazy("Words of the title or a signer, or the whole id.")
    list_select_related = ("sender",)
    ordering = ("-created_at", "-id")
    fields = (
        "title_shown",
        "public_id",
        "state",
        "sender_shown",
        "created_at",
        "sent_at",
        "ends_at",
        "closed_at",
        "closing_reason",
        "sealed_sha256",
        "links",
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[SignRequest], search_term: str
    ) -> tuple[QuerySet[SignRequest], bool]:
        return found_in(queryset, request, search_term, "public_id", "pk"), False

    @admin.display(description=gettext_lazy("title"), ordering="title")
    def title_shown(self, row: SignRequest) -> str:
        return str(row)

    @admin.display(description=gettext_lazy("sender"))
    def sender_shown(self, row: SignRequest) -> str:
        return f"{row.sender.name} <{row.sender.email}>"

    @admin.display(description=gettext_lazy("more"))
    def links(self, row: SignRequest) -> str:
        here = reverse("workspace:request", args=[row.public_id])
        signers = reverse("admin:signing_signer_changelist")
        entries = reverse("admin:verification_trailentry_changelist")
        return format_html(
            '<a href="{}">{}</a> · <a href="{}?q={}">{}</a> · <a href="{}?q={}">{}</a>',
            here,
            _("Open in the workspace"),
            signers,
            row.public_id,
            _("Signers"),
            entries,
            row.public_id,
            _("Trail"),
        )


def unlock(request: AdminRequest, signer: Signer, answer: dict[str, Any]) -> str:
    resending.unlock(
        signer,
        actor=request.user,
        is_company_admin=True,
        reason=answer["reason"],
        now=timezone.now(),
    )
    return _("%(name)s has all tries back.") % {"name": signer.name}


def is_locked(signer: Signer) -> bool:
    return bool(resending.locked_budgets(signer))


class LockedFilter(admin.SimpleListFilter):
    title = gettext_lazy("locked")
    parameter_name = "locked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("Locked"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Signer]
    ) -> QuerySet[Signer]:
        if self.value() != "yes":
            return queryset
        locked = Budget.objects.exclude(locked_at=None)
        return queryset.filter(gate__in=locked.values("gate"))


UNLOCK = Verb(
    name="unlock",
    label=gettext_lazy("Unlock"),
    words=gettext_lazy("All tries are given back at once, at most three times a day."),
    button=gettext_lazy("Unlock"),
    run=unlock,
    form=ReasonForm,
    applies=is_locked,
)


@admin.register(Signer, site=site)
class SignerAdmin(ReadOnlyAdmin[Signer]):
    company_path = "request__company_id"
    list_display = ("name_shown", "request_shown", "state", "email_shown", "locked")
    list_filter = (LockedFilter, "state")
    search_fields = ("gate__name", "=gate__email", "request__title")
    search_help_text = gettext_lazy(
        "Name, title, the whole email address, or the transaction’s whole id."
    )
    list_select_related = ("gate", "request")
    ordering = ("-id",)
    actions = ("unlock",)
    verbs = (UNLOCK,)
    fields = (
        "name_shown",
        "request_shown",
        "role",
        "order",
        "state",
        "email_shown",
        "phone_shown",
        "locked",
        "invited_at",
        "viewed_at",
        "done_at",
        "decline_reason",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Signer]:
        """A template's people are roles, not signers."""
        rows = super().get_queryset(request).select_related("gate", "request")
        rows = rows.exclude(request__state=SignRequest.State.TEMPLATE)
        return rows.prefetch_related("gate__budgets")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Signer], search_term: str
    ) -> tuple[QuerySet[Signer], bool]:
        rows = found_in(queryset, request, search_term, "request__public_id", "request")
        if is_id(search_term):
            return rows, False
        return super().get_search_results(request, rows, search_term)

    @admin.display(description=gettext_lazy("name"))
    def name_shown(self, row: Signer) -> str:
        return row.name

    @admin.display(description=gettext_lazy("transaction"))
    def request_shown(self, row: Signer) -> str:
        return str(row.request)

    @admin.display(description=gettext_lazy("email"))
    def email_shown(self, row: Signer) -> str:
        return row.gate.masked_email or NOTHING

    @admin.display(description=gettext_lazy("phone"))
    def phone_shown(self, row: Signer) -> str:
        return row.gate.masked_phone if row.phone else NOTHING

    @admin.display(description=gettext_lazy("locked"))
    def locked(self, row: Signer) -> str:
        return _("locked") if resending.locked_budgets(row) else NOTHING

    @admin.action(description=gettext_lazy("Unlock the selected signers…"))
    def unlock(
        self, request: HttpRequest, queryset: QuerySet[Signer]
    ) -> HttpResponse | None:
        """Ask for the reason first, then unlock each of them."""
        is_answered = "reason" in request.POST
        form = ReasonForm(
            inside(request), Signer(), request.POST if is_answered else None
        )
        chosen = list(queryset[:100])
        if is_answered and form.is_valid():
            self._unlock_each(request, chosen, form.cleaned_data)
            return None
        context = self.admin_site.each_context(request) | {
            "title": UNLOCK.label,
            "verb": UNLOCK,
            "rows": chosen,
            "form": form,
            "opts": self.opts,
            "back": reverse("admin:signing_signer_changelist"),
        }
        return TemplateResponse(request, "admin/verb.html", context)

    def _unlock_each(
        self, request: HttpRequest, chosen: list[Signer], answer: dict[str, Any]
    ) -> None:
        done = 0
        for signer in chosen:
            try:
                unlock(inside(request), signer, answer)
            except RefusedError as refused:
                self.message_user(request, str(refused.message), messages.WARNING)
            else:
                done += 1
                self.log_change(request, signer, str(UNLOCK.label))
        if done:
            words = ngettext(
                "%(count)d signer has all tries back.",
                "%(count)d signers have all tries back.",
                done,
            )
            self.message_user(request, words % {"count": done}, messages.SUCCESS)


@admin.register(Delivery, site=site)
class DeliveryAdmin(ReadOnlyAdmin[Delivery]):
    list_display = ("created_at", "kind_shown", "channel", "to", "state", "reason")
    list_filter = ("channel", "state")
    list_select_related = ("gate",)
    ordering = ("-id",)
    fields = (
        "kind_shown",
        "channel",
        "to",
        "language",
        "state",
        "reason",
        "detail",
        "attempts",
        "created_at",
        "handed_over_at",
        "settled_at",
    )

    @admin.display(description=gettext_lazy("message"))
    def kind_shown(self, row: Delivery) -> str:
        return str(delivery_lines.MAILS.get(row.kind) or row.kind.replace("_", " "))

    @admin.display(description=gettext_lazy("to"))
    def to(self, row: Delivery) -> str:
        if row.channel == Delivery.Channel.EMAIL:
            return mask_email(row.address)
        if row.channel in (Delivery.Channel.SMS, Delivery.Channel.VOICE):
            return mask_phone(row.address)
        return urlsplit(row.address).hostname or NOTHING
