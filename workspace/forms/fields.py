from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from signing.flows import placing
from signing.flows.placing import SPOTS, Box
from signing.models import Document, Field, Signer, SignRequest


class PlaceForm(forms.Form):
    """A new field: at a point of the page, or at a place chosen by its name."""

    no_room = _("This transaction has as many fields as it can have.")

    kind = forms.ChoiceField(label=_("Field"), choices=Field.Kind.choices)
    signer = forms.ModelChoiceField(
        label=_("Signer"),
        queryset=Signer.objects.none(),
        to_field_name="public_id",
        empty_label=None,
    )
    document = forms.ModelChoiceField(
        label=_("Document"),
        queryset=Document.objects.none(),
        to_field_name="public_id",
        empty_label=None,
    )
    page = forms.IntegerField(
        label=_("Page"),
        min_value=1,
        initial=1,
        error_messages={
            "required": _("Enter the number of a page."),
            "invalid": _("Enter the number of a page."),
            "min_value": _("There is no such page."),
        },
    )
    spot = forms.ChoiceField(
        label=_("Place"),
        choices=[(name, spot[0]) for name, spot in SPOTS.items()],
        initial="bottom-left",
        required=False,
    )
    x = forms.FloatField(required=False, widget=forms.HiddenInput)
    y = forms.FloatField(required=False, widget=forms.HiddenInput)
    width = forms.FloatField(required=False, widget=forms.HiddenInput)
    height = forms.FloatField(required=False, widget=forms.HiddenInput)

    def __init__(self, draft: SignRequest, data: Any = None) -> None:
        super().__init__(data)
        self.draft = draft
        signers = draft.signers.exclude(role=Signer.Role.CC).select_related("gate")
        self.fields["signer"].queryset = signers  # type: ignore[attr-defined]  # a ModelChoiceField
        self.fields["document"].queryset = draft.documents.all()  # type: ignore[attr-defined]  # a ModelChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        document, page = cleaned.get("document"), cleaned.get("page")
        if document and page and page > document.page_count:
            self.add_error("page", _("There is no such page."))
        return cleaned

    def place(self) -> Field:
        said = self.cleaned_data
        kind = Field.Kind(said["kind"])
        return placing.place_field(
            said["document"], said["signer"], kind, said["page"], self._box(kind)
        )

    def _box(self, kind: Field.Kind) -> Box:
        """Return the box that was drawn; the usual one around a point or a spot."""
        said = self.cleaned_data
        if all(said[name] is not None for name in ("x", "y", "width", "height")):
            return Box(said["x"], said["y"], said["width"], said["height"])
        page = said["document"].pages.get(number=said["page"])
        if said["x"] is not None and said["y"] is not None:
            return placing.usual_box(kind, page, said["x"], said["y"])
        _name, x, y = SPOTS[said["spot"] or "bottom-left"]
        return placing.usual_box(kind, page, x, y)


class MoveForm(forms.Form):
    x = forms.FloatField(min_value=0, max_value=1)
    y = forms.FloatField(min_value=0, max_value=1)
    width = forms.FloatField(min_value=0, max_value=1)
    height = forms.FloatField(min_value=0, max_value=1)

    def box(self) -> Box:
        said = self.cleaned_data
        return Box(said["x"], said["y"], said["width"], said["height"])
