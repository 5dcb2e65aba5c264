"""Trails to read: of transactions, and the company's own."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from verification import trail
from verification.models import TrailEntry
from workspace import timeline
from workspace.admin import sentences
from workspace.admin.readonly import NOTHING, ReadOnlyAdmin, found_in
from workspace.admin.site import site
from workspace.models import CompanyEvent


class EntryAdmin(ReadOnlyAdmin[TrailEntry]):
    list_display: Any = ("at", "what", "detail", "number")
    ordering = ("-id",)
    fields: ClassVar[Any] = (
        "at",
        "number",
        "what",
        "detail",
        "kind",
        "payload",
        "hash",
    )

    @admin.display(description=gettext_lazy("what happened"))
    def what(self, row: TrailEntry) -> str:
        return timeline.event(row).what

    @admin.display(description=gettext_lazy("detail"))
    def detail(self, row: TrailEntry) -> str:
        return timeline.event(row).detail or NOTHING

    @admin.display(description=gettext_lazy("number"))
    def number(self, row: TrailEntry) -> int:
        return row.seq


@admin.register(TrailEntry, site=site)
class TrailEntryAdmin(EntryAdmin):
    company_path = "trail__request__company_id"
    list_display = ("at", "about", "what", "detail", "number")
    fields = ("about", *EntryAdmin.fields)
    search_fields = ("trail__request__title",)
    search_help_text = gettext_lazy(
        "Words of the transaction’s title or a signer, or its whole id."
    )
    list_select_related = ("gate", "trail__request")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[TrailEntry], search_term: str
    ) -> tuple[QuerySet[TrailEntry], bool]:
        path = "trail__request"
        rows = found_in(queryset, request, search_term, f"{path}__public_id", path)
        return rows, False

    @admin.display(description=gettext_lazy("transaction"))
    def about(self, row: TrailEntry) -> str:
        return str(row.trail.request)


@admin.register(CompanyEvent, site=site)
class CompanyEventAdmin(EntryAdmin):
    company_path = "trail__company__id"
    list_display = ("at", "what", "detail", "who", "number")
    list_select_related = ("gate",)
    fields = ("at", "number", "who", "what", "detail", "payload", "hash")

    @admin.display(description=gettext_lazy("what happened"))
    def what(self, row: TrailEntry) -> str:
        return sentences.what(row.kind)

    @admin.display(description=gettext_lazy("detail"))
    def detail(self, row: TrailEntry) -> str:
        return sentences.detail(row.kind, trail.facts_of(row)) or NOTHING

    @admin.display(description=gettext_lazy("by"))
    def who(self, row: TrailEntry) -> str:
        return str(trail.facts_of(row)["actor"])
