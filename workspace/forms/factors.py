"""How a signer proves who they are, as fields: one set of words everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from signing.flows.drafts import HINT_LENGTH, KINDS
from signing.models import Company
from verification.models import Factor
from verification.models.gate import MAX_TRIES
from workspace import strength
from workspace.forms.identity import IdentityFields

Stage = Factor.Stage
TRIES = [(number, str(number)) for number in range(1, MAX_TRIES + 1)]


@dataclass(frozen=True)
class Choice:
    """One way to prove oneself, with its toggle, when it is asked, how strong it is."""

    kind: Factor.Kind
    toggle: forms.BoundField
    stage: forms.BoundField
    icon: str
    strength: str


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


def toggle(kind: Factor.Kind) -> forms.BooleanField:
    return forms.BooleanField(label=kind.label, required=False)


def stage(kind: Factor.Kind) -> forms.ChoiceField:
    """Who does not say when is asked before viewing, or as it was."""
    return forms.ChoiceField(label=kind.label, choices=Stage.choices, required=False)


class FactorFields(IdentityFields):
    """A toggle for each factor, when it is asked, the password and the tries."""

    company: Company

    use_access_code = toggle(Factor.Kind.ACCESS_CODE)
    use_phone = toggle(Factor.Kind.PHONE)
    use_email = toggle(Factor.Kind.EMAIL)
    use_identity = toggle(Factor.Kind.IDENTITY)
    use_passkey = toggle(Factor.Kind.PASSKEY)
    use_totp = toggle(Factor.Kind.TOTP)
    access_code_stage = stage(Factor.Kind.ACCESS_CODE)
    phone_stage = stage(Factor.Kind.PHONE)
    email_stage = stage(Factor.Kind.EMAIL)
    identity_stage = stage(Factor.Kind.IDENTITY)
    passkey_stage = stage(Factor.Kind.PASSKEY)
    totp_stage = stage(Factor.Kind.TOTP)
    access_code = forms.CharField(
        label=_("Password for this signer"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "maxlength": 50}),
    )
    hint = hint_field()
    login_required = forms.BooleanField(
        label=_("Must sign in to an account"),
        required=False,
        help_text=_(
            "First they sign in to the account of their email address, with its "
            "second step if it has one; who has no account can set one up there."
        ),
    )
    max_tries = forms.TypedChoiceField(label=_("Tries"), choices=TRIES, coerce=int)

    @property
    def choices(self) -> list[Choice]:
        return [
            Choice(
                kind,
                self[f"use_{kind}"],
                self[f"{kind}_stage"],
                strength.icon(kind),
                strength.strength(kind),
            )
            for kind in KINDS
        ]

    def describe(self) -> None:
        """Name what stands beside a choice for whoever hears it instead of reading."""
        self.fields["needs_selfie"].help_text = self.selfie_note
        for kind in KINDS:
            field = self[f"use_{kind}"]
            field.field.widget.attrs["aria-describedby"] = f"{field.auto_id}_strength"


def stored_factors(factors: Iterable[Factor]) -> dict[str, Any]:
    """Return which factors are asked and when, as initial values."""
    initial: dict[str, Any] = {}
    for one in factors:
        initial |= {f"use_{one.kind}": True, f"{one.kind}_stage": one.stage}
    return initial
