"""What a reviewer says about an identity check."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from signing.flows.identity_review import fingerprint
from verification.models import IdentityCheck
from verification.texts import written_language
from workspace.forms.inflight import seen_field

OWN = "own"
# Beside the longest of the reasons there is room for so many.
OWN_LENGTH = 200
# Each says what to do better: the signer reads it as it stands.
REASONS = {
    "dark": gettext_lazy("The picture is too dark or blurred. Please take it again."),
    "cut": gettext_lazy(
        "A part of the document is cut off or covered. Please show all of it."
    ),
    "expired": gettext_lazy("The document has expired. Please show a valid one."),
    "name": gettext_lazy(
        "The name on the document is not the one that this was sent to."
    ),
    "face": gettext_lazy("The selfie does not show the person on the document."),
    "copy": gettext_lazy(
        "This is a copy or a screen. Please show the document itself."
    ),
}


class ApproveForm(forms.Form):
    seen = seen_field()

    def __init__(self, check: IdentityCheck, data: Any = None) -> None:
        super().__init__(data, initial={"seen": fingerprint(check)})


class RejectForm(ApproveForm):
    reason = forms.ChoiceField(
        label=gettext_lazy("What is wrong?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose a reason: the signer reads it."),
            "invalid_choice": gettext_lazy("Choose one of these reasons."),
        },
    )
    words = forms.CharField(
        label=gettext_lazy("Your own words"),
        required=False,
        max_length=OWN_LENGTH,
        help_text=gettext_lazy(
            "The signer reads them. Instead of the reason above, or after it."
        ),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": gettext_lazy("Use 200 characters at most.")},
    )

    def __init__(self, check: IdentityCheck, data: Any = None) -> None:
        super().__init__(check, data)
        ready = [(name, str(words)) for name, words in REASONS.items()]
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared above
        field.choices = [*ready, (OWN, _("Something else"))]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("reason") == OWN and not str(said.get("words", "")).strip():
            self.add_error("words", _("Write in a few words what is wrong."))
        return said

    def sentence(self, language: str) -> str:
        """Return what the signer reads: the ready-made part in their language."""
        with translation.override(written_language(language)):
            chosen = str(REASONS.get(self.cleaned_data["reason"], ""))
        own = str(self.cleaned_data["words"]).strip()
        return " ".join(filter(None, (chosen, own)))
