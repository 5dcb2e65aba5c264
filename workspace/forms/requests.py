from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class RecallForm(forms.Form):
    reason = forms.CharField(
        label=_("Why?"),
        max_length=500,
        help_text=_("It stands in the timeline; signers do not read it."),
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
        error_messages={
            "required": _("Write in a few words why."),
            "max_length": _("Use 500 characters at most."),
        },
    )
