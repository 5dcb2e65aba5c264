"""What can be done with the transactions that are selected in the list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Action:
    """One button of the bar. key is one of Row.fits.

    page: name of its address; it takes the selection as ?pk=…&pk=…
    why_not: what to say when nothing that is selected fits.
    opens: whether it opens a dialog, and does not just happen.
    """

    key: str
    name: str | Promise
    icon: str
    page: str
    why_not: str | Promise
    opens: bool = True

    @property
    def address(self) -> str:
        return f"workspace:{self.page}"


_WAITS = _("Nothing that is selected waits for a signer.")

ACTIONS = (
    Action("resend", _("Resend"), "again", "resend", _WAITS),
    Action("phones", _("Update Phone Numbers"), "mobile", "update-phones", _WAITS),
    Action("remind", _("Remind"), "bell", "remind", _WAITS),
    Action("recall", _("Recall…"), "undo", "recall-many", _WAITS),
)
COPIES = (
    Action(
        "download",
        _("Download"),
        "download",
        "download",
        _("There is a sealed copy once everybody has signed."),
        opens=False,
    ),
    Action("export", _("Export"), "export", "export", "", opens=False),
)


def of_row(fits: Iterable[str]) -> list[Action]:
    """Return what the menu of one row offers."""
    return [action for action in (*ACTIONS, *COPIES) if action.key in fits]
