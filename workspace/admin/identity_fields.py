"""Who checks identities: what each way means, and which are set up here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from verification.identity import base
from verification.models import IdentityCheck

Provider = IdentityCheck.Provider
MEANS = {
    Provider.REVIEW: gettext_lazy(
        "The lines for machines on the document are read and checked here; then a "
        "publisher or company admin compares document, selfie and name. No machine "
        "matches the faces: only a provider does that."
    ),
    Provider.STRIPE: gettext_lazy(
        "Stripe takes the pictures on its own pages, checks that the document is "
        "genuine and matches the faces by machine. Stripe keeps the pictures and asks "
        "for a fee for each check."
    ),
}
NOT_SET_UP = gettext_lazy("Not available: it is not set up on this server.")


class ProviderWidget(forms.RadioSelect):
    """A circle with a sentence for each; off, with the reason, what is not set up."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        option = super().create_option(name, value, *args, **kwargs)
        is_ready = base.is_ready(str(value))
        if not is_ready and not option["selected"]:
            option["attrs"]["disabled"] = True
        means = str(MEANS.get(Provider(str(value)), ""))
        missing = "" if is_ready else str(NOT_SET_UP)
        option["label"] = format_html(
            "<strong>{}</strong><br>{} {}", option["label"], means, missing
        )
        return option


class ProviderField(forms.ChoiceField):
    """stored: what the company has now, which may be kept although it is not ready."""

    widget = ProviderWidget
    stored = ""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=Provider.choices, **kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value != self.stored and not base.is_ready(str(value)):
            raise ValidationError(_("This is not set up on this server."))
