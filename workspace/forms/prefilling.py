"""The fields of one signer that somebody else fills in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from signing.flows import prefilling
from signing.models import Field, Signer


class PrefillForm(forms.Form):
    """A text or a box for each field; what was not changed is left alone."""

    use_required_attribute = False

    def __init__(self, signer: Signer, data: Any = None) -> None:
        super().__init__(data)
        for field in prefilling.fillable(signer).select_related("document"):
            self.fields[str(field.public_id)] = _input(field)
        for first in list(self.fields.values())[:1]:
            first.widget.attrs["autofocus"] = True

    def values(self) -> dict[str, str]:
        """Return what was changed, as the verb takes it."""
        said = {name: self.cleaned_data[name] for name in self.changed_data}
        return {
            name: ("yes" if value else "") if isinstance(value, bool) else str(value)
            for name, value in said.items()
        }


def _input(field: Field) -> forms.Field:
    words = {"page": field.page_number, "document": field.document.name}
    if field.kind == Field.Kind.CHECKBOX:
        label = field.label or _("Checkbox on page %(page)d of %(document)s") % words
        return forms.BooleanField(
            label=label, required=False, initial=bool(field.value)
        )
    return forms.CharField(
        label=field.label or _("Text on page %(page)d of %(document)s") % words,
        required=False,
        max_length=prefilling.LENGTH,
        initial=field.value,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": _("Use 500 characters at most.")},
    )
