from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from signing import brand
from signing.models import Company, SignRequest
from verification import limits
from verification.models import Budget, Delivery
from workspace import company_settings
from workspace.admin.base import CompanyModelAdmin, inside
from workspace.admin.company_form import CompanyForm
from workspace.admin.site import site

DAY = timedelta(hours=24)
FIELDSETS = (
    (
        gettext_lazy("Codes that you tell a signer"),
        {
            "fields": (
                "alternative_codes_on",
                "generate_in_resend",
                "alternative_lifetime",
            ),
            "description": gettext_lazy(
                "When nothing else arrives, a publisher or company admin generates an "
                "alternative security code and tells the signer. Both settings are "
                "needed."
            ),
        },
    ),
    (
        gettext_lazy("Codes that are sent"),
        {
            "fields": (
                "default_tries",
                "code_lifetime",
                "code_digits",
                "asks_every_opening",
                "allowed_countries",
            ),
            "description": gettext_lazy(
                "Tries, lifetimes and digits hold for what is sent from now on; what "
                "was sent keeps its own. Countries hold at once."
            ),
        },
    ),
    (
        gettext_lazy("Identity checks"),
        {
            "fields": ("identity_provider", "identity_days_kept"),
            "description": gettext_lazy(
                "Signers show an identity document. Both settings hold at once, also "
                "for what was sent and kept before."
            ),
        },
    ),
    (
        gettext_lazy("Members"),
        {
            "fields": (
                "second_step_required",
                "remembered_days",
                "members_act_for_each_other",
                "attention_mails_on",
            )
        },
    ),
    (
        gettext_lazy("Signers’ links and pages"),
        {
            "fields": (
                "link_lifetime",
                "launch_code_lifetime",
                "hides_title",
                "hides_other_signers",
                "redirect_urls",
            )
        },
    ),
    (
        gettext_lazy("Brand and place"),
        {
            "fields": (
                "name",
                "colour",
                "contrast",
                "logo_now",
                "new_logo",
                "drops_logo",
                "contact_phone",
                "country",
                "language",
                "time_zone",
            )
        },
    ),
)
RULES = tuple(name for name in CompanyForm.Meta.fields if name not in ("colour",))
OPERATOR_FIELDSETS = (
    (
        gettext_lazy("Health, the last 24 hours"),
        {"fields": ("codes_asked", "waiting", "failed", "locked_signers")},
    ),
    (gettext_lazy("Size"), {"fields": ("members", "open_transactions", "created_at")}),
    (gettext_lazy("Settings"), {"fields": RULES}),
)


@admin.register(Company, site=site)
class CompanyAdmin(CompanyModelAdmin[Company]):
    """A company admin's settings; to the operator, settings and health of all."""

    form = CompanyForm
    company_path = "pk"
    for_operators = True
    can_change = True
    list_display = (
        "name",
        "alternative_codes_on",
        "generate_in_resend",
        "second_step_required",
        "created_at",
    )
    search_fields = ("name",)
    ordering = ("name", "id")
    readonly_fields = ("contrast", "logo_now")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """A company admin has one company: its page is the list."""
        member = inside(request).member
        if member is not None:
            return redirect("admin:signing_company_change", member.company_id)
        return super().changelist_view(request, extra_context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = (extra_context or {}) | {"title": _("Settings")}
        return super().change_view(request, object_id, form_url, context)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return FIELDSETS if inside(request).member else OPERATOR_FIELDSETS

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if inside(request).member:
            return self.readonly_fields
        return [
            name for _title, facts in OPERATOR_FIELDSETS for name in facts["fields"]
        ]

    def save_model(
        self, request: HttpRequest, obj: Company, form: Any, change: bool
    ) -> None:
        names = {name for name in form.changed_data if name in CompanyForm.Meta.fields}
        if form.cleaned_data["drops_logo"]:
            obj.logo = ""
            names.add("logo")
        if picture := form.cleaned_data["new_logo"]:
            obj.logo.save(picture.name, picture, save=False)
            names.add("logo")
        company_settings.change(
            obj, names, actor=inside(request).user, now=timezone.now()
        )

    @admin.display(description=gettext_lazy("contrast"))
    def contrast(self, row: Company) -> SafeString:
        """Say what becomes of the colour where it would not be readable."""
        if not brand.is_colour(row.colour):
            return format_html("{}", _("Not a colour."))
        shades = brand.palette(row.colour)
        ratio = brand.contrast(row.colour, brand.WHITE)
        if shades.light.accent.lower() == row.colour.lower():
            words = _("%(ratio).1f to 1 on white: readable as it is. In the dark: ")
        else:
            words = _(
                "%(ratio).1f to 1 on white: too pale to read, so pages use a darker "
                "shade. By day and in the dark: "
            )
        return format_html(
            "{}{} {}",
            words % {"ratio": ratio},
            swatch(shades.light.accent)
            if shades.light.accent.lower() != row.colour.lower()
            else "",
            swatch(shades.dark.accent),
        )

    @admin.display(description=gettext_lazy("logo"))
    def logo_now(self, row: Company) -> SafeString:
        if not row.logo:
            return format_html("{}", _("None: the first letter of the name stands in."))
        address = reverse("signing:logo", args=[row.public_id])
        alt = _("Logo of %(company)s") % {"company": row.name}
        # Another address for each picture: the old one is kept by browsers.
        return format_html(
            '<img src="{}?{}" alt="{}" width="64" height="64">',
            address,
            str(row.logo)[-12:-4],
            alt,
        )

    @admin.display(description=gettext_lazy("codes asked for"))
    def codes_asked(self, row: Company) -> str:
        limit = next(one for one in limits.COMPANY if one.period == DAY)
        asked = limits.used(limits.Use(limit, str(row.pk)), timezone.now())
        return _("%(used)d of %(most)d") % {"used": asked, "most": limit.ceiling}

    @admin.display(description=gettext_lazy("messages that wait"))
    def waiting(self, row: Company) -> int:
        return deliveries(row).filter(state__in=Delivery.PENDING).count()

    @admin.display(description=gettext_lazy("messages that failed"))
    def failed(self, row: Company) -> int:
        return deliveries(row).filter(state=Delivery.State.FAILED).count()

    @admin.display(description=gettext_lazy("signers locked now"))
    def locked_signers(self, row: Company) -> int:
        locked = Budget.objects.exclude(locked_at=None)
        locked = locked.filter(gate__company_id=row.pk, gate__closed_at=None)
        return locked.values("gate").distinct().count()

    @admin.display(description=gettext_lazy("active members"))
    def members(self, row: Company) -> int:
        return row.memberships.filter(is_active=True).count()

    @admin.display(description=gettext_lazy("open transactions"))
    def open_transactions(self, row: Company) -> int:
        rows = SignRequest.objects.filter(company=row, state=SignRequest.State.SENT)
        return rows.count()


def deliveries(company: Company) -> QuerySet[Delivery]:
    since = timezone.now() - DAY
    return Delivery.objects.filter(company_id=company.pk, created_at__gte=since)


def swatch(colour: str) -> SafeString:
    """Draw a colour without a style of its own (CSP), and name it."""
    return format_html(
        '<svg width="16" height="16" aria-hidden="true"><rect width="16" height="16" '
        'rx="3" fill="{}"/></svg> <code>{}</code>',
        colour,
        colour,
    )
