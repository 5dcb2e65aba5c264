"""Identity checks, to read: who decided what and when. No picture, no fact and no
name that was read is here; the workspace shows those to reviewers."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from verification.models import IdentityCheck
from workspace.admin.readonly import NOTHING, ReadOnlyAdmin, found_in
from workspace.admin.site import site


@admin.register(IdentityCheck, site=site)
class IdentityCheckAdmin(ReadOnlyAdmin[IdentityCheck]):
    company_path = "gate__signer__request__company_id"
    list_display = (
        "started_at",
        "signer_shown",
        "request_shown",
        "state",
        "provider",
        "decided_shown",
    )
    list_filter = ("state", "provider")
    search_fields = ("gate__name",)
    search_help_text = gettext_lazy(
        "Words of the transaction’s title or a signer, or its whole id."
    )
    list_select_related = ("gate__signer__request", "decided_by")
    ordering = ("-id",)
    fields = (
        "signer_shown",
        "request_shown",
        "provider",
        "document_type",
        "state",
        "reason",
        "note",
        "started_at",
        "sent_at",
        "decided_at",
        "decided_shown",
        "used_at",
        "erased_at",
        "links",
    )

    def get_search_results(
        self,
        request: HttpRequest,
        queryset: QuerySet[IdentityCheck],
        search_term: str,
    ) -> tuple[QuerySet[IdentityCheck], bool]:
        path = "gate__signer__request"
        id_path = f"{path}__public_id"
        return found_in(queryset, request, search_term, id_path, path), False

    @admin.display(description=gettext_lazy("signer"))
    def signer_shown(self, row: IdentityCheck) -> str:
        return row.gate.name

    @admin.display(description=gettext_lazy("transaction"))
    def request_shown(self, row: IdentityCheck) -> str:
        return str(row.gate.signer.request)

    @admin.display(description=gettext_lazy("decided by"))
    def decided_shown(self, row: IdentityCheck) -> str:
        if row.decided_by is None:
            return NOTHING
        return f"{row.decided_by.name} <{row.decided_by.email}>"

    @admin.display(description=gettext_lazy("more"))
    def links(self, row: IdentityCheck) -> SafeString | str:
        if row.sent_at is None:
            return NOTHING
        return format_html(
            '<a href="{}">{}</a>',
            reverse("workspace:identity-check", args=[row.public_id]),
            _("Open in the workspace"),
        )
