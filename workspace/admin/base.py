"""The scope that every page of the admin stands in.

A company admin is shown the rows of the chosen company, in lists, search,
choices, actions and history alike; an operator only what a subclass lets them
see. Nothing may be added, changed or deleted unless a subclass says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Never, TypeVar, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property

from signing.flows.refusals import RefusedError
from workspace.admin.generic import ModelAdmin
from workspace.admin.site import site
from workspace.admin.verbs import Verb

if TYPE_CHECKING:
    from workspace.admin.entry import AdminRequest

Row = TypeVar("Row", bound=models.Model)
MOST_COUNTED = 10_000
ONE_BUTTON = {"show_save_and_add_another": False, "show_save_and_continue": False}


def inside(request: HttpRequest) -> AdminRequest:
    """Name what the site has made sure of."""
    return cast("AdminRequest", request)


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # of whatever is listed
    """Never counts further than people page: a company may have millions."""

    @cached_property
    def count(self) -> int:
        rows = cast("models.QuerySet[Any]", self.object_list)
        return len(rows.order_by().values("pk")[:MOST_COUNTED])


class CompanyModelAdmin(ModelAdmin[Row]):
    """company_path: the lookup that leads from a row to its company's id."""

    company_path = "company_id"
    for_operators = False
    can_add = False
    can_change = False
    verbs: tuple[Verb, ...] = ()

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0
    show_facets = admin.ShowFacets.NEVER
    view_on_site = False
    actions: Any = ()

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Row]:
        rows = super().get_queryset(request)
        member = inside(request).member
        if member is not None:
            return rows.filter(**{self.company_path: member.company_id})
        return rows if self.for_operators else rows.none()

    def has_module_permission(self, request: HttpRequest) -> bool:
        return inside(request).member is not None or self.for_operators

    def has_view_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.can_add and inside(request).member is not None

    def has_change_permission(
        self, request: HttpRequest, obj: Row | None = None
    ) -> bool:
        return self.can_change and inside(request).member is not None

    def has_delete_permission(
        self, request: HttpRequest, obj: Row | None = None
    ) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Filter by what is offered beside the list, and by nothing else: not
        letter by letter by the hash of a key."""
        offered = [
            getattr(one, "parameter_name", one) for one in self.get_list_filter(request)
        ]
        return lookup.removesuffix("__exact").removesuffix("__isnull") in offered

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """No pencil and no plus beside a choice: they open other pages in a pop-up."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField[Any] | None:
        """Offer nothing unless a subclass names the rows."""
        kwargs.setdefault("queryset", db_field.related_model._default_manager.none())
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(
        self,
        db_field: models.ManyToManyField[Any, Any],
        request: HttpRequest,
        **kwargs: Any,
    ) -> forms.ModelMultipleChoiceField[Any] | None:
        kwargs.setdefault("queryset", db_field.related_model._default_manager.none())
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> Never:
        """Django goes back to the index and repeats the id; here it is not found."""
        raise Http404

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Say on the same page why a verb did nothing."""
        context = ONE_BUTTON | (extra_context or {}) | self._buttons(request, object_id)
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except RefusedError as refused:
            self.message_user(request, str(refused.message), messages.ERROR)
            return redirect(request.path)

    def _buttons(self, request: HttpRequest, object_id: str | None) -> dict[str, Any]:
        row = self.get_object(request, object_id) if object_id else None
        if row is None:
            return {}
        shown = [one for one in self.verbs if one.applies(row)]
        return {"verbs": [(one, self._address(one, row)) for one in shown]}

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<path:object_id>/{verb.name}/",
                self.admin_site.admin_view(self._view_of(verb)),
                name=self._name_of(verb),
            )
            for verb in self.verbs
        ]
        return own + super().get_urls()

    def _view_of(self, verb: Verb) -> Any:
        def view(request: HttpRequest, object_id: str) -> HttpResponseBase:
            return self.run_verb(request, object_id, verb)

        return view

    def run_verb(
        self, request: HttpRequest, object_id: str, verb: Verb
    ) -> HttpResponse:
        """Ask on a page of its own, then call the flow behind a verb."""
        row = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        posted = request.POST if request.method == "POST" else None
        form = verb.form(inside(request), row, posted)
        if posted is not None and form.is_valid():
            try:
                said = verb.run(inside(request), row, form.cleaned_data)
            except RefusedError as refused:
                form.add_error(None, str(refused.message))
            else:
                return self.after_verb(request, row, verb, said)
        context = self.admin_site.each_context(request) | {
            "title": verb.label,
            "verb": verb,
            "row": row,
            "form": form,
            "opts": self.opts,
            "back": self._row_address(row),
        }
        return TemplateResponse(request, "admin/verb.html", context)

    def after_verb(
        self, request: HttpRequest, row: Row, verb: Verb, said: str
    ) -> HttpResponse:
        self.log_change(request, row, str(verb.label))
        self.message_user(request, said, messages.SUCCESS)
        if self.get_queryset(request).filter(pk=row.pk).exists():
            return redirect(self._row_address(row))
        return redirect(f"{site.name}:{self._model_name}_changelist")

    @property
    def _model_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def _name_of(self, verb: Verb) -> str:
        return f"{self._model_name}_{verb.name}"

    def _address(self, verb: Verb, row: Row) -> str:
        return self._reverse(self._name_of(verb), row)

    def _row_address(self, row: Row) -> str:
        return self._reverse(f"{self._model_name}_change", row)

    def _reverse(self, name: str, row: Row) -> str:
        return reverse(f"{site.name}:{name}", args=[row.pk])
