"""One thing that can be done with one row, asked about on a page of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.db.models import Model
    from django.utils.functional import _StrPromise

    from workspace.admin.entry import AdminRequest


class VerbForm(forms.Form):
    """What a verb asks; by itself nothing but the press of the button."""

    def __init__(
        self, request: AdminRequest, row: Model, data: Mapping[str, Any] | None
    ) -> None:
        super().__init__(data)
        self.request, self.row = request, row


class ReasonForm(VerbForm):
    reason = forms.CharField(
        label=_("Why?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text=_("The record of the transaction keeps it."),
        error_messages={"required": _("Write in a few words why.")},
    )


def always(row: Any) -> bool:
    return True


@dataclass(frozen=True)
class Verb:
    """name stands in the address; run does it, and returns what to say then.

    run may raise RefusedError, which is said on the page.
    """

    name: str
    label: str | _StrPromise
    words: str | _StrPromise
    button: str | _StrPromise
    run: Callable[[AdminRequest, Any, dict[str, Any]], str]
    form: type[VerbForm] = VerbForm
    applies: Callable[[Any], bool] = always
    is_grave: bool = False
