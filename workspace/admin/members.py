from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from signing.flows import handing_over
from workspace import devices, members
from workspace.admin.base import CompanyModelAdmin, inside
from workspace.admin.generic import ModelForm
from workspace.admin.site import site
from workspace.admin.verbs import Verb, VerbForm
from workspace.models import Membership

if TYPE_CHECKING:
    from workspace.admin.entry import AdminRequest


class InviteForm(ModelForm[Membership]):
    email = forms.EmailField(
        label=gettext_lazy("Email"), max_length=254, widget=forms.EmailInput
    )
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, widget=AdminTextInputWidget
    )

    class Meta:
        model = Membership
        fields = ("role",)


class RoleForm(ModelForm[Membership]):
    class Meta:
        model = Membership
        fields = ("role",)


class HeirForm(VerbForm):
    """Asks who goes on with what the member has begun."""

    heir = forms.ModelChoiceField(
        Membership.objects.none(),
        required=False,
        label=gettext_lazy("Hand over transactions to"),
        empty_label=gettext_lazy("Nobody"),
    )

    def __init__(self, request: AdminRequest, row: Any, data: Any) -> None:
        super().__init__(request, row, data)
        heir = self.fields["heir"]
        assert isinstance(heir, forms.ModelChoiceField)  # noqa: S101
        others = Membership.objects.at_work().filter(company=row.company)
        others = others.exclude(pk=row.pk)
        heir.queryset = others.select_related("user").order_by("user__email")
        count = handing_over.open_count(row.company, row.user)
        words = ngettext(
            "%(count)d draft or open transaction waits for this member.",
            "%(count)d drafts and open transactions wait for this member.",
            count,
        )
        heir.required = count > 0
        if count:
            heir.empty_label = _("Choose a member")
        heir.help_text = words % {"count": count}


def deactivate(request: AdminRequest, row: Membership, answer: dict[str, Any]) -> str:
    now = timezone.now()
    count = members.deactivate(row, heir=answer["heir"], actor=request.user, now=now)
    words = ngettext(
        "%(name)s cannot work here any more. %(count)d transaction was handed over.",
        "%(name)s cannot work here any more. %(count)d transactions were handed over.",
        count,
    )
    return words % {"name": row.shown_name, "count": count}


def reactivate(request: AdminRequest, row: Membership, answer: dict[str, Any]) -> str:
    members.reactivate(row, actor=request.user, now=timezone.now())
    return _("%(name)s may work here again.") % {"name": row.shown_name}


def reset(request: AdminRequest, row: Membership, answer: dict[str, Any]) -> str:
    members.reset_second_step(row, actor=request.user, now=timezone.now())
    words = _("%(name)s is told by email how to sign in now.")
    return words % {"name": row.shown_name}


def invite_again(request: AdminRequest, row: Membership, answer: dict[str, Any]) -> str:
    members.invite_again(row, actor=request.user, now=timezone.now())
    return _("The invitation was sent to %(email)s.") % {"email": row.user.email}


VERBS = (
    Verb(
        name="invite-again",
        label=gettext_lazy("Send the invitation again"),
        words=gettext_lazy("A new email leaves, with a new link."),
        button=gettext_lazy("Send the invitation"),
        run=invite_again,
        applies=members.may_invite_again,
    ),
    Verb(
        name="reset",
        label=gettext_lazy("Reset the second step"),
        words=gettext_lazy(
            "For a member who lost the phone with the authenticator app. They are "
            "signed out everywhere, and an email tells them how to go on. Make sure "
            "that it is really them who asks."
        ),
        button=gettext_lazy("Reset the second step"),
        run=reset,
        applies=lambda row: row.is_active,
        is_grave=True,
    ),
    Verb(
        name="deactivate",
        label=gettext_lazy("Deactivate"),
        words=gettext_lazy(
            "Their sessions and API keys end at once. What they sent stays in the "
            "records; who takes over becomes its sender."
        ),
        button=gettext_lazy("Deactivate"),
        run=deactivate,
        form=HeirForm,
        applies=lambda row: row.is_active,
        is_grave=True,
    ),
    Verb(
        name="reactivate",
        label=gettext_lazy("Activate again"),
        words=gettext_lazy(
            "They sign in as before. API keys that ended stay so; transactions that "
            "were handed over stay with whoever has them."
        ),
        button=gettext_lazy("Activate again"),
        run=reactivate,
        applies=lambda row: not row.is_active,
    ),
)


@admin.register(Membership, site=site)
class MemberAdmin(CompanyModelAdmin[Membership]):
    """Neither email nor password of anybody can be changed here, and no flag of an
    account: only the place in this company."""

    can_add = True
    can_change = True
    list_display = ("name", "email", "role", "is_active", "second_step", "joined_at")
    list_filter = ("role", "is_active")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    search_help_text = gettext_lazy("Name or email address.")
    ordering = ("user__email",)
    verbs = VERBS
    readonly_fields = ("name", "email", "is_active", "second_step", "joined_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        apps = devices.Authenticator.objects.filter(
            user=OuterRef("user"), confirmed=True
        )
        return super().get_queryset(request).annotate(has_app=Exists(apps))

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        kwargs["form"] = RoleForm if obj else InviteForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ("email", "name", "role")
        return ("name", "email", "role", "is_active", "second_step", "joined_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Membership], search_term: str
    ) -> tuple[QuerySet[Membership], bool]:
        """Find by the name that is shown, so that no other one is given away."""
        for word in search_term.split():
            has_come = Q(joined_at__isnull=False) | Q(invited_as="")
            queryset = queryset.filter(
                Q(user__email__icontains=word)
                | (has_come & Q(user__name__icontains=word))
                | (~has_come & Q(invited_as__icontains=word))
            )
        return queryset, False

    def save_model(
        self, request: HttpRequest, obj: Membership, form: Any, change: bool
    ) -> None:
        actor, now = inside(request).user, timezone.now()
        role = form.cleaned_data["role"]
        if change:
            members.change_role(
                self.get_queryset(request).get(pk=obj.pk), role, actor=actor, now=now
            )
            return
        member = inside(request).member
        assert member is not None  # noqa: S101  has_add_permission
        made = members.invite(
            member.company,
            email=form.cleaned_data["email"],
            name=form.cleaned_data["name"],
            role=role,
            actor=actor,
            now=now,
        )
        vars(obj).update(vars(made))

    @admin.display(description=gettext_lazy("name"))
    def name(self, row: Membership) -> str:
        return row.shown_name

    @admin.display(description=gettext_lazy("email"), ordering="user__email")
    def email(self, row: Membership) -> str:
        return row.user.email

    @admin.display(description=gettext_lazy("second step"))
    def second_step(self, row: Membership) -> str:
        if not row.has_come:
            return _("invited")
        return _("on") if vars(row).get("has_app") else _("off")
