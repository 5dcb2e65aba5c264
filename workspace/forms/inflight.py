"""Forms that change a signer while the request is out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from phonenumber_field.phonenumber import PhoneNumber

from signing.flows import drafts, securing
from signing.flows.holding import fingerprint
from signing.flows.refusals import RefusedError
from signing.flows.securing import ANY_CHANNEL, Wanted
from signing.models import Signer
from verification import codes
from verification.models import Factor
from verification.models.gate import as_e164
from workspace import phones
from workspace.forms.factors import FactorFields, hint_field, stored_factors
from workspace.forms.identity import stored_identity

Kind = Factor.Kind
CHANNELS = [
    (ANY_CHANNEL, _("Text or call, as they like")),
    (Factor.Channel.SMS, _("Text only")),
    (Factor.Channel.VOICE, _("Call only")),
]
# Which field a refusal of a verb is about.
FIELDS = {
    "access_code_missing": "access_code",
    "access_code_length": "access_code",
    "access_code_kept": "access_code",
    "phone_missing": "phone",
    "bad_email": "email",
    "bad_name": "name",
    "reason_needed": "reason",
}


def password_field() -> forms.CharField:
    return forms.CharField(
        label=_("New password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "maxlength": 50}),
    )


def tell(form: forms.Form, refusal: RefusedError) -> None:
    """Say a refusal beside the field that it is about, or on top."""
    field = FIELDS.get(refusal.code)
    form.add_error(field if field in form.fields else None, str(refusal.message))


def require_length(typed: str) -> str:
    """Return what was typed, if the workspace takes it for a password."""
    least, most = drafts.ACCESS_CODE_MIN, drafts.ACCESS_CODE_MAX
    if typed and not least <= len(codes.normalize_access_code(typed)) <= most:
        raise forms.ValidationError(_("A password has 4 to 50 characters."))
    return typed


def seen_field() -> forms.CharField:
    """What the dialog shows, so that it changes nothing that it does not."""
    return forms.CharField(required=False, widget=forms.HiddenInput)


class NewLinkForm(forms.Form):
    seen = seen_field()

    def __init__(self, signer: Signer, data: Any = None) -> None:
        super().__init__(data, initial={"seen": fingerprint(signer)})


class PasswordForm(forms.Form):
    seen = seen_field()
    access_code = password_field()
    hint = hint_field()

    def __init__(self, signer: Signer, data: Any = None) -> None:
        self.password = password_of(signer)
        hint = self.password.hint if self.password else ""
        super().__init__(data, initial={"hint": hint, "seen": fingerprint(signer)})
        self.fields["access_code"].widget.attrs["autofocus"] = True

    @property
    def has_secret(self) -> bool:
        return self.password is not None

    def clean_access_code(self) -> str:
        typed = str(self.cleaned_data["access_code"])
        if not typed.strip():
            raise forms.ValidationError(_("Write a password, or make a good one."))
        return require_length(typed)


class FactorsForm(FactorFields):
    """The draft's fields, for a signer who was asked already.

    channel is the way by which codes shall travel, where a diagnosis proposed it.
    """

    channel = forms.ChoiceField(label=_("Sent by"), choices=CHANNELS)
    seen = seen_field()

    def __init__(self, signer: Signer, data: Any = None, channel: str = "") -> None:
        self.signer, self.company = signer, signer.request.company
        rows = signer.gate.factors.filter(removed_at=None)
        rows = rows.select_related("identity_rules")
        self.asked = {Kind(row.kind): row for row in rows}
        super().__init__(data, prefix="factors", initial=self._stored())
        self.describe()
        if channel in Factor.Channel.values:
            self.initial["channel"] = channel
            self.fields["channel"].widget.attrs["autofocus"] = True
        self.fields["use_access_code"].widget.attrs["autofocus"] = True

    @property
    def has_secret(self) -> bool:
        return Kind.ACCESS_CODE in self.asked

    @property
    def has_account(self) -> bool:
        """Whether an account is asked for because nothing else is."""
        return Kind.ACCOUNT in self.asked and not self.signer.login_required

    def clean_access_code(self) -> str:
        return require_length(str(self.cleaned_data["access_code"]))

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        gate = self.signer.gate
        if said.get("use_phone") and not gate.phone_e164:
            self.add_error("use_phone", _("Enter the signer’s phone number first."))
        if said.get("use_email") and not gate.email:
            self.add_error("use_email", _("Enter the signer’s email address first."))
        if said.get("login_required") and not gate.email:
            words = _("Enter the signer’s email address first.")
            self.add_error("login_required", words)
        if self._lacks_password(said):
            self.add_error("access_code", _("Set a password for this signer."))
        return said

    def wanted(self) -> dict[str, Wanted]:
        """Return the factors to be asked. Hashes the password, which takes a while."""
        return {
            kind: self._wanted(kind)
            for kind in drafts.KINDS
            if self.cleaned_data[f"use_{kind}"]
        }

    def removed(self) -> list[str]:
        said = self.cleaned_data
        asked = [kind for kind in drafts.KINDS if kind in self.asked]
        return [kind for kind in asked if not said.get(f"use_{kind}")]

    def _wanted(self, kind: Factor.Kind) -> Wanted:
        said = self.cleaned_data
        stage = said[f"{kind}_stage"]
        if kind == Kind.PHONE:
            return Wanted(stage=stage, channel=said["channel"])
        if kind == Kind.IDENTITY:
            often = said["identity_frequency"]
            return Wanted(stage=stage, frequency=often, identity=self.identity())
        if kind != Kind.ACCESS_CODE:
            return Wanted(stage=stage)
        typed = said["access_code"]
        least = drafts.ACCESS_CODE_MIN
        secret = securing.hash_access_code(typed, least=least) if typed else ""
        return Wanted(stage=stage, secret=secret, hint=said["hint"])

    def _lacks_password(self, said: dict[str, Any]) -> bool:
        wants = said.get("use_access_code") and "access_code" not in self.errors
        return bool(wants and not said.get("access_code") and not self.has_secret)

    def _stored(self) -> dict[str, Any]:
        initial: dict[str, Any] = {
            "max_tries": self.signer.gate.max_tries,
            "login_required": self.signer.login_required,
            "seen": fingerprint(self.signer),
        }
        initial |= stored_factors(self.asked.values())
        initial |= stored_identity(self.asked.get(Kind.IDENTITY), self.company)
        if password := self.asked.get(Kind.ACCESS_CODE):
            initial["hint"] = password.hint
        if phone := self.asked.get(Kind.PHONE):
            initial["channel"] = phone.channel or ANY_CHANNEL
        return initial


class Password(models.TextChoices):
    """What becomes of the password that the person before knows."""

    NEW = "new", _("Set a new one")
    DROP = "drop", _("Ask for no password any more")
    KEEP = "keep", _("Keep it")


class ReassignForm(forms.Form):
    seen = seen_field()
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
        error_messages={
            "required": _("Enter the name of the new signer."),
            "max_length": _("Use 120 characters at most."),
        },
    )
    email = forms.EmailField(
        label=_("Email"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
        error_messages={
            "required": _("Enter the email address of the new signer."),
            "invalid": _("Write an email address like ada@example.com."),
        },
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "tel", "dir": "ltr"}
        ),
        error_messages={
            "max_length": _("This number is too long. Check it again."),
            "required": _(
                "A code is sent to this signer’s phone: enter the new number."
            ),
        },
    )
    password = forms.ChoiceField(
        label=_("Password"),
        choices=Password.choices,
        initial=Password.NEW,
        widget=forms.RadioSelect,
    )
    access_code = password_field()
    hint = hint_field()
    reason = forms.CharField(
        label=_("Why?"),
        max_length=500,
        help_text=_("It stands in the timeline and in the certificate."),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": _("Write in a few words why."),
            "max_length": _("Use 500 characters at most."),
        },
    )

    def __init__(self, signer: Signer, data: Any = None) -> None:
        self.signer = signer
        super().__init__(data, initial={"seen": fingerprint(signer)})
        kinds = set(
            signer.gate.factors.filter(removed_at=None).values_list("kind", flat=True)
        )
        self.fields["phone"].required = Kind.PHONE in kinds
        if Kind.ACCESS_CODE not in kinds:
            for name in ("password", "access_code", "hint"):
                del self.fields[name]

    @property
    def has_secret(self) -> bool:
        return False

    def clean_phone(self) -> PhoneNumber | str:
        typed = str(self.cleaned_data["phone"]).strip()
        return phones.parse(typed, self.signer.request.company) if typed else ""

    def clean_access_code(self) -> str:
        typed = str(self.cleaned_data["access_code"])
        if self.cleaned_data.get("password") != Password.NEW:
            return ""
        if not typed.strip():
            raise forms.ValidationError(_("Write a password, or make a good one."))
        return require_length(typed)

    def person(self) -> dict[str, Any]:
        """Return what the verb takes."""
        said = self.cleaned_data
        choice = said.get("password")
        return {
            "name": said["name"],
            "email": said["email"],
            "phone": as_e164(said["phone"]),
            "reason": said["reason"],
            "access_code": said.get("access_code", ""),
            "hint": said.get("hint", ""),
            "keep_access_code": choice == Password.KEEP,
            "drop_access_code": choice == Password.DROP,
            "least": drafts.ACCESS_CODE_MIN,
            "seen": said["seen"],
        }


class RemindForm(forms.Form):
    message = forms.CharField(
        label=_("Message"),
        max_length=500,
        required=False,
        help_text=_("In the email, instead of the one that you wrote first."),
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
        error_messages={"max_length": _("Use 500 characters at most.")},
    )


def password_of(signer: Signer) -> Factor | None:
    rows = signer.gate.factors.filter(kind=Kind.ACCESS_CODE, removed_at=None)
    return rows.first()
