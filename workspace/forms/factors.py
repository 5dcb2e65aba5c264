"""How a signer proves who they are, as fields: one set of words everywhere."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from signing.flows.drafts import HINT_LENGTH, KINDS
from verification.models import Factor
from verification.models.gate import MAX_TRIES

Stage = Factor.Stage
TRIES = [(number, str(number)) for number in range(1, MAX_TRIES + 1)]


def hint_field() -> forms.CharField:
    return forms.CharField(
        label=_("Hint"),
        required=False,
        max_length=HINT_LENGTH,
        help_text=_(
            "Helps to remember the password. Whoever has the link sees it, too."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": _("Use 120 characters at most.")},
    )


class FactorFields(forms.Form):
    """A toggle for each factor, when it is asked, the password and the tries."""

    use_access_code = forms.BooleanField(label=_("Password"), required=False)
    use_phone = forms.BooleanField(label=_("Phone code"), required=False)
    use_email = forms.BooleanField(label=_("Email code"), required=False)
    access_code_stage = forms.ChoiceField(label=_("Password"), choices=Stage.choices)
    phone_stage = forms.ChoiceField(label=_("Phone code"), choices=Stage.choices)
    email_stage = forms.ChoiceField(label=_("Email code"), choices=Stage.choices)
    access_code = forms.CharField(
        label=_("Password for this signer"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "maxlength": 50}),
    )
    hint = hint_field()
    max_tries = forms.TypedChoiceField(label=_("Tries"), choices=TRIES, coerce=int)

    @property
    def stages(self) -> list[forms.BoundField]:
        """When each factor is asked."""
        return [self[f"{kind}_stage"] for kind in KINDS]
