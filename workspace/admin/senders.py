from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from signing.models import SenderIdentity
from workspace import senders
from workspace.admin.base import CompanyModelAdmin, inside
from workspace.admin.generic import ModelForm
from workspace.admin.site import site
from workspace.admin.verbs import Verb

if TYPE_CHECKING:
    from workspace.admin.entry import AdminRequest


class SenderForm(ModelForm[SenderIdentity]):
    class Meta:
        model = SenderIdentity
        fields = ("email", "name")
        widgets = {"name": AdminTextInputWidget}  # noqa: RUF012
        help_texts = {  # noqa: RUF012
            "email": gettext_lazy(
                "An email asks this person. Nobody can send on their behalf before "
                "they have said yes."
            ),
        }


def ask_again(
    request: AdminRequest, row: SenderIdentity, answer: dict[str, Any]
) -> str:
    senders.ask_again(row, actor=request.user, now=timezone.now())
    return _("An email asks %(email)s again.") % {"email": row.email}


def remove(request: AdminRequest, row: SenderIdentity, answer: dict[str, Any]) -> str:
    name = row.name
    senders.remove(row, actor=request.user, now=timezone.now())
    words = _("Nobody can send on behalf of %(name)s any more.")
    return words % {"name": name}


@admin.register(SenderIdentity, site=site)
class SenderAdmin(CompanyModelAdmin[SenderIdentity]):
    can_add = True
    list_display = ("name", "email", "state", "approved_at")
    search_fields = ("name", "email")
    ordering = ("name", "id")
    verbs = (
        Verb(
            name="ask-again",
            label=gettext_lazy("Ask again"),
            words=gettext_lazy("A new email leaves; the link in the old one ends."),
            button=gettext_lazy("Ask again"),
            run=ask_again,
            applies=lambda row: row.approved_at is None,
        ),
        Verb(
            name="remove",
            label=gettext_lazy("Remove"),
            words=gettext_lazy(
                "Nobody can send on this person’s behalf any more. What was sent "
                "keeps their name."
            ),
            button=gettext_lazy("Remove"),
            run=remove,
            applies=lambda row: row.asked_at is not None or row.approved_at is not None,
            is_grave=True,
        ),
    )

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            kwargs["form"] = SenderForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("email", "name")
        return ("name", "email", "state", "asked_at", "approved_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj) if obj else ()

    def save_model(
        self, request: HttpRequest, obj: SenderIdentity, form: Any, change: bool
    ) -> None:
        member = inside(request).member
        assert member is not None  # noqa: S101  has_add_permission
        made = senders.add(
            member.company,
            email=form.cleaned_data["email"],
            name=form.cleaned_data["name"],
            actor=inside(request).user,
            now=timezone.now(),
        )
        vars(obj).update(vars(made))

    @admin.display(description=gettext_lazy("state"))
    def state(self, row: SenderIdentity) -> str:
        if row.approved_at is not None:
            return _("approved")
        return _("asked") if row.asked_at is not None else _("removed")
