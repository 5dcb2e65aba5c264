from __future__ import annotations

from typing import Any

import phonenumbers
from django import forms
from django.conf import settings
from django.contrib.admin.widgets import (
    AdminTextareaWidget,
    AdminTextInputWidget,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from signing.models import Company
from workspace.admin.fields import (
    CountriesWidget,
    DaysField,
    LifetimeField,
    LinesField,
    LogoField,
    country_choices,
    time_zone_choices,
)
from workspace.admin.generic import ModelForm
from workspace.admin.identity_fields import ProviderField

HOUR, DAY = 60, 24 * 60
CODE_PRESETS = (
    (2, _("2 minutes")),
    (10, _("10 minutes (NIST SP 800-63B)")),
    (30, _("30 minutes")),
    (HOUR, _("1 hour")),
    (DAY, _("24 hours")),
)
ISSUED_PRESETS = ((5, _("5 minutes")), *CODE_PRESETS[2:])
LAUNCH_PRESETS = ((15, _("15 minutes")), *CODE_PRESETS[3:])


class CompanyForm(ModelForm[Company]):
    """Names every field that a company admin may set; all others are out of reach."""

    code_lifetime = LifetimeField(
        CODE_PRESETS,
        2,
        DAY,
        label=_("Code lifetime"),
        help_text=_("How long a code that was sent works: 2 minutes to 24 hours."),
    )
    alternative_lifetime = LifetimeField(
        ISSUED_PRESETS,
        5,
        DAY,
        label=_("Alternative code lifetime"),
        help_text=_("How long a code that was generated works: 5 minutes to 24 hours."),
    )
    launch_code_lifetime = LifetimeField(
        LAUNCH_PRESETS,
        5,
        DAY,
        label=_("Launch code lifetime"),
        help_text=_(
            "How long the code for a signer without email works: 5 minutes to 24 hours."
        ),
    )
    link_lifetime = DaysField(
        min_value=1,
        max_value=365,
        label=_("Link lifetime"),
        help_text=_("In days, 1 to 365. The link in an invitation works so long."),
    )
    allowed_countries = forms.MultipleChoiceField(
        required=False,
        label=_("Allowed countries"),
        widget=CountriesWidget(),
        help_text=_(
            "Codes are texted and called to numbers of these countries only. None "
            "chosen means the company’s own country."
        ),
    )
    redirect_urls = LinesField(
        required=False,
        label=_("Addresses to go on to"),
        widget=AdminTextareaWidget(attrs={"rows": 4}),
        help_text=_(
            "Where signers may be sent on to after signing, one address on each line, "
            "such as https://crm.example.com/signed. What begins so is allowed."
        ),
    )
    identity_provider = ProviderField(label=_("Identity checks by"))
    new_logo = LogoField(
        required=False,
        label=_("New logo"),
        widget=forms.FileInput(attrs={"accept": "image/*"}),
        help_text=_("A PNG, JPEG, WebP or GIF picture under 1 MB."),
    )
    drops_logo = forms.BooleanField(required=False, label=_("Remove the logo"))

    class Meta:
        model = Company
        fields = (
            "name",
            "colour",
            "country",
            "language",
            "time_zone",
            "contact_phone",
            "default_tries",
            "code_lifetime",
            "alternative_lifetime",
            "launch_code_lifetime",
            "code_digits",
            "asks_every_opening",
            "alternative_codes_on",
            "generate_in_resend",
            "allowed_countries",
            "members_act_for_each_other",
            "hides_title",
            "hides_other_signers",
            "second_step_required",
            "remembered_days",
            "link_lifetime",
            "redirect_urls",
            "attention_mails_on",
            "identity_provider",
            "identity_days_kept",
        )
        widgets = {  # noqa: RUF012
            "name": AdminTextInputWidget,
            "colour": forms.TextInput(attrs={"type": "color"}),
        }
        help_texts = {  # noqa: RUF012
            "name": _("Signers read it in every message and on their page."),
            "colour": _("Buttons and links on the signer’s page and in emails."),
            "contact_phone": _("Shown to signers who are locked out. May be empty."),
            "language": _("Of messages to members, and of signers without their own."),
            "country": _("Phone numbers typed without a country are read as its own."),
            "default_tries": _("How many wrong codes lock a signer: 1 to 10."),
            "alternative_codes_on": _(
                "Signers are offered “I have a code”, and a code can be generated "
                "for them. Needs 2FA_GENERATE_CODE too."
            ),
            "generate_in_resend": _(
                "GENERATE stands in the Resend dialog. Needs GENERATE_ACCESS_CODE too. "
                "Turning either off ends all generated codes at once."
            ),
            "second_step_required": _(
                "Members need an authenticator app to work here. Who has none is led "
                "to set one up at the next sign-in."
            ),
            "remembered_days": _(
                "A member may skip the second step on the same browser for so many "
                "days: 1 to 30."
            ),
            "members_act_for_each_other": _(
                "Publishers see each other’s transactions and may unlock, correct and "
                "resend them. Company admins always may."
            ),
            "asks_every_opening": _(
                "Off: within a session that is still open, the link opens the document "
                "without a new code."
            ),
            "identity_days_kept": _(
                "1 to 365. So long after a check was decided, pictures and what was "
                "read from them are kept, encrypted; then they are erased for good. "
                "The trail and the certificate stay."
            ),
            "attention_mails_on": _(
                "What new members begin with; each may choose otherwise."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        countries = country_choices()
        self._offer("country", countries)
        self._offer("language", list(settings.LANGUAGES))
        self._offer("time_zone", time_zone_choices())
        provider = self.fields.get("identity_provider")
        if isinstance(provider, ProviderField):
            provider.stored = self.instance.identity_provider
        allowed = self.fields.get("allowed_countries")
        if isinstance(allowed, forms.MultipleChoiceField):
            allowed.choices = countries

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        """Let only these be chosen, and what is stored already."""
        if name not in self.fields:
            return
        stored = getattr(self.instance, name)
        if stored not in dict(choices):
            choices = [*choices, (stored, stored)]
        label, hint = self.fields[name].label, self.fields[name].help_text
        self.fields[name] = forms.ChoiceField(
            choices=choices, label=label, help_text=hint
        )

    def clean_contact_phone(self) -> str:
        typed = str(self.cleaned_data["contact_phone"]).strip()
        if not typed:
            return ""
        country = self.data.get("country") or self.instance.country
        try:
            number = phonenumbers.parse(typed, country)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise ValidationError(_("Enter a phone number, such as +1 415 555 0190."))
        return phonenumbers.format_number(
            number, phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())
