"""What a signer is written when a person has looked at the ID that they showed."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from signing.messages.parts import (
    about,
    before_you_click,
    not_for_others,
    own_link,
    words_of,
)
from signing.models import Signer
from verification import letters
from verification.letters import Letter
from verification.models import Budget, IdentityCheck


def approved(signer: Signer) -> Letter:
    words = words_of(signer.gate)
    return Letter(
        subject=_("Your ID was accepted: %(title)s") % words,
        paragraphs=(
            _("Hello %(first_name)s, your ID was looked at and accepted.") % words,
            _(
                "Open the document in the same browser in which you showed your ID, "
                "and go on. In another browser you would have to show it again."
            ),
        ),
        facts=about(signer),
        button=own_link(signer, _("Go on")),
        question=_("Not expecting this?"),
        closing=(before_you_click(signer.gate), not_for_others()),
    )


def rejected(signer: Signer) -> Letter:
    """Say why, in the reviewer's words, and whether it can be shown again."""
    words, left = words_of(signer.gate), tries_left(signer)
    note = _newest_note(signer)
    paragraphs = [
        _("Hello %(first_name)s, your ID was looked at and could not be accepted.")
        % words,
        _can_try(left),
    ]
    if note:
        paragraphs.append(_("The reason:"))
    return Letter(
        subject=_("Your ID could not be accepted: %(title)s") % words,
        paragraphs=tuple(paragraphs),
        quoted=note,
        facts=about(signer),
        button=own_link(signer, _("Show an ID again")) if left else None,
        question=_("Not expecting this?") if left else "",
        closing=(
            before_you_click(signer.gate) if left else letters.whom_to_ask(signer.gate),
        ),
    )


def reset(signer: Signer) -> Letter:
    words, left = words_of(signer.gate), tries_left(signer)
    return Letter(
        subject=_("You can show your ID again: %(title)s") % words,
        paragraphs=(
            _("Hello %(first_name)s, %(sender)s lets you try again.") % words,
            _can_try(left),
        ),
        facts=about(signer),
        button=own_link(signer, _("Show an ID again")),
        question=_("Not expecting this?"),
        closing=(before_you_click(signer.gate), not_for_others()),
    )


def tries_left(signer: Signer) -> int:
    gate = signer.gate
    budget = gate.budgets.filter(kind=Budget.Kind.IDENTITY).first()
    row = budget or Budget(kind=Budget.Kind.IDENTITY)
    return row.tries_left(gate.max_tries, timezone.now())


def _can_try(left: int) -> str:
    if not left:
        return _("You have no try left.")
    words = ngettext(
        "You can show an ID again: you have %(count)d try left.",
        "You can show an ID again: you have %(count)d tries left.",
        left,
    )
    return words % {"count": left}


def _newest_note(signer: Signer) -> str:
    failed = signer.gate.identity_checks.filter(state=IdentityCheck.State.FAILED)
    newest = failed.exclude(note="").order_by("-decided_at", "-pk").first()
    return newest.note if newest else ""


LETTERS: dict[str, Callable[[Signer], Letter]] = {
    "identity_approved": approved,
    "identity_rejected": rejected,
    "identity_reset": reset,
}
