"""The form of a template: a draft's, with roles instead of signers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from signing.flows import templates
from signing.flows.drafts import RoleDetails, SignerDetails
from signing.flows.templates import TemplateDetails
from signing.models import SignRequest
from workspace.forms.drafts import DraftForm, DraftForms, SignerForm

NAME_ERRORS = {
    "required": _("Give the template a name."),
    "max_length": _("Use 200 characters at most."),
}


class AboutForm(DraftForm):
    name = forms.CharField(
        label=_("Name of the template"), max_length=256, error_messages=NAME_ERRORS
    )
    description = forms.CharField(
        label=_("What it is for"),
        max_length=500,
        required=False,
        error_messages={"max_length": _("Use 500 characters at most.")},
    )
    is_shared = forms.BooleanField(
        label=_("Everybody in the company can start from it"), required=False
    )


class RoleForm(SignerForm):
    is_role = True

    label = forms.CharField(
        label=_("Role"),
        max_length=120,
        help_text=_("Like Tenant or Landlord."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": _("Use 120 characters at most.")},
    )
    needs_access_code = forms.BooleanField(label=_("The password"), required=False)
    needs_phone = forms.BooleanField(label=_("The phone number"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("name", "email", "phone"):
            self.fields[name].required = False

    @property
    def demand_fields(self) -> list[forms.BoundField]:
        return [self["needs_access_code"], self["needs_phone"]]

    def details(self) -> SignerDetails:
        said, signer = self.cleaned_data, self.signer
        role = RoleDetails(
            label=said.get("label", signer.label),
            needs_access_code=said["needs_access_code"],
            needs_phone=said["needs_phone"],
        )
        return replace(super().details(), role=role)

    def _stored(self) -> dict[str, Any]:
        signer = self.signer
        return super()._stored() | {
            "label": signer.label,
            "needs_access_code": signer.needs_access_code,
            "needs_phone": signer.needs_phone,
        }


class TemplateForms(DraftForms):
    """A draft's forms and what is said of the template itself."""

    signer_form = RoleForm

    def __init__(self, draft: SignRequest, data: Mapping[str, Any] | None = None):
        super().__init__(draft, data)
        self.template = draft.template
        names = ("name", "description", "is_shared")
        initial = {name: getattr(self.template, name) for name in names}
        self.about = AboutForm(data, initial=initial)

    def save(self, actor: str) -> int:
        self.is_valid()
        said, template = self.about.cleaned_data, self.template
        about = TemplateDetails(
            name=said.get("name", template.name),
            description=said.get("description", template.description),
            is_shared=said["is_shared"],
        )
        return templates.save_details(
            template, self.version, about, self.said(), self.people(), actor
        )

    def __iter__(self) -> Iterator[DraftForm]:
        yield self.about
        yield from super().__iter__()


class SaveAsForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the template"),
        max_length=256,
        widget=forms.TextInput(attrs={"autofocus": True}),
        error_messages=NAME_ERRORS,
    )
    keeps_people = forms.BooleanField(
        label=_("Keep names, addresses, phone numbers and passwords"),
        help_text=_("Else each start asks who signs; only the roles stay."),
        required=False,
    )


def forms_of(draft: SignRequest, data: Mapping[str, Any] | None = None) -> DraftForms:
    return (TemplateForms if draft.is_template else DraftForms)(draft, data)
