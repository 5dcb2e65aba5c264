from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from workspace.models import Membership

Notices = Membership.Notices


class NoticesForm(forms.Form):
    HINTS = {
        Notices.AT_ONCE: _("One email for each signer who is stuck, as it happens."),
        Notices.DAILY: _("One email in the morning that lists who is still stuck."),
        Notices.OFF: _("The list of transactions shows it all the same."),
    }

    notices = forms.ChoiceField(
        label=_("When a signer is stuck"),
        choices=Notices.choices,
        error_messages={
            "required": _("Choose one."),
            "invalid_choice": _("Choose one."),
        },
    )

    @property
    def choices(self) -> list[tuple[str, str, str, bool]]:
        """Value, name and hint of each choice, and whether it is the present one."""
        present = self["notices"].value()
        return [
            (one.value, str(one.label), str(self.HINTS[one]), one.value == present)
            for one in Notices
        ]
