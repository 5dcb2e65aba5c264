"""The form of a draft: details, and one part for each signer.

A draft is kept at any time, so nothing in it is required to save it; what is
wrong is said, and everything else is saved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from signing.flows import drafts
from signing.flows.drafts import Details, SignerDetails
from signing.flows.identity_rules import with_rules
from signing.flows.readiness import prefix_of
from signing.models import Company, Signer, SignRequest
from verification.models import Factor
from workspace import phones
from workspace.forms.factors import FactorFields, stored_factors
from workspace.forms.identity import stored_identity

Kind, Stage = Factor.Kind, Factor.Stage


class DraftForm(forms.Form):
    """Fields that stand empty are no mistake in a draft."""

    use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, errors in list(self.errors.as_data().items()):
            if all(error.code == "required" for error in errors):
                del self.errors[name]
                cleaned[name] = ""
        return cleaned


class DetailsForm(DraftForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        error_messages={"max_length": _("Use 200 characters at most.")},
    )
    message = forms.CharField(
        label=_("Message"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": _("Use 2,000 characters at most.")},
    )
    is_ordered = forms.BooleanField(label=_("They sign in this order"), required=False)


class SignerForm(FactorFields, DraftForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": _("Use 120 characters at most.")},
    )
    email = forms.EmailField(
        label=_("Email"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
        error_messages={"invalid": _("Write an email address like ada@example.com.")},
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, signer: Signer, company: Company, data: Any = None) -> None:
        self.signer, self.company = signer, company
        super().__init__(data, prefix=prefix_of(signer), initial=self._stored())
        self.describe()

    @property
    def demands(self) -> bool:
        """Whether a template asks that something is there."""
        return self.signer.needs_access_code or self.signer.needs_phone

    @property
    def has_secret(self) -> bool:
        factors = self.signer.gate.factors.all()
        return any(one.kind == Kind.ACCESS_CODE and one.secret for one in factors)

    def clean_phone(self) -> Any:
        typed = str(self.cleaned_data["phone"]).strip()
        return phones.parse(typed, self.company) if typed else ""

    def clean_access_code(self) -> str:
        """Return the hash; the words themselves end here."""
        typed = str(self.cleaned_data["access_code"])
        if not typed or not self.cleaned_data.get("use_access_code"):
            return ""
        try:
            return drafts.hash_access_code(typed)
        except ValueError as error:
            raise forms.ValidationError(
                _("A password has 4 to 50 characters.")
            ) from error

    def details(self) -> SignerDetails:
        """Return what was understood; what was not stays as it is stored."""
        gate = self.signer.gate
        said = self.cleaned_data
        return SignerDetails(
            name=said.get("name", gate.name),
            email=said.get("email", gate.email),
            phone=said.get("phone", gate.phone),
            language=said.get("language") or gate.language,
            max_tries=said.get("max_tries") or gate.max_tries,
            factors={
                kind: Stage(said.get(f"{kind}_stage") or Stage.VIEW)
                for kind in drafts.KINDS
                if said.get(f"use_{kind}")
            },
            secret=said.get("access_code", ""),
            hint=said.get("hint"),
            frequencies=self.frequencies(),
            identity=self.identity(),
            login_required=said.get("login_required"),
        )

    def _stored(self) -> dict[str, Any]:
        gate = self.signer.gate
        initial: dict[str, Any] = {
            "name": gate.name,
            "email": gate.email,
            "phone": phones.shown(gate.phone, self.company),
            "language": gate.language,
            "max_tries": gate.max_tries,
            "login_required": self.signer.login_required,
        }
        factors = {factor.kind: factor for factor in gate.factors.all()}
        initial |= stored_factors(factors.values())
        initial |= stored_identity(factors.get(Kind.IDENTITY), self.company)
        if password := factors.get(Kind.ACCESS_CODE):
            initial["hint"] = password.hint
        return initial


class DraftForms:
    """All forms of one draft, filled from its rows and from what was typed."""

    signer_form = SignerForm

    def __init__(self, draft: SignRequest, data: Mapping[str, Any] | None = None):
        self.draft = draft
        self.details = DetailsForm(
            data,
            initial={
                "version": draft.version,
                "title": draft.title,
                "message": draft.message,
                "is_ordered": draft.is_ordered,
            },
        )
        rows = draft.signers.select_related("gate").prefetch_related(with_rules())
        self.signers = [
            self.signer_form(row, draft.company, typed(row, data)) for row in rows
        ]

    def is_valid(self) -> bool:
        """Look at every form, so that everything wrong is said at once."""
        wrong = [form for form in self if form.is_bound and not form.is_valid()]
        return not wrong

    def save(self, actor: str) -> int:
        """Save what was understood; return the version. Raises StaleError."""
        self.is_valid()
        return drafts.save_details(
            self.draft, self.version, self.said(), self.people(), actor
        )

    @property
    def version(self) -> int:
        return self.details.cleaned_data.get("version") or 0

    def said(self) -> Details:
        said = self.details.cleaned_data
        return Details(
            title=said.get("title", self.draft.title),
            message=said.get("message", self.draft.message),
            is_ordered=said.get("is_ordered", self.draft.is_ordered),
        )

    def people(self) -> dict[UUID, SignerDetails]:
        return {
            form.signer.public_id: form.details()
            for form in self.signers
            if form.is_bound
        }

    def errors(self) -> dict[str, str]:
        """Return {id of the field: what is wrong with it}."""
        return {
            form[name].auto_id: " ".join(str(word) for word in words)
            for form in self
            for name, words in form.errors.items()
            if name != "__all__"
        }

    def __iter__(self) -> Iterator[DraftForm]:
        yield self.details
        yield from self.signers


def typed(signer: Signer, data: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return data if it speaks of this signer: a new one is not in it yet."""
    return data if data and f"{prefix_of(signer)}-name" in data else None
