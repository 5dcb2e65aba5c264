"""What the publisher is written about a signer: what happened, what to do next."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from signing.models import Signer, SignRequest
from verification.letters import Button, Letter


def declined(signer: Signer) -> Letter:
    words = words_of(signer)
    paragraphs = [
        _("The transaction has ended, and whoever had been invited was told so.")
    ]
    if signer.decline_reason.strip():
        paragraphs.append(_("%(name)s wrote:") % words)
    return Letter(
        subject=_("%(name)s declined to sign %(title)s") % words,
        paragraphs=tuple(paragraphs),
        quoted=signer.decline_reason,
        facts=about(signer),
        button=transaction(signer.request),
    )


def wrong_number_reported(signer: Signer) -> Letter:
    words = words_of(signer)
    return Letter(
        subject=_("The phone number of %(name)s may be wrong") % words,
        paragraphs=(
            _(
                "Whoever opened the link of %(name)s says that the number we have is "
                "not theirs."
            )
            % words,
            _(
                "Ask %(name)s for the right one, then press Update Phone Numbers on "
                "the page of the transaction. The new number is used at once."
            )
            % words,
        ),
        facts=about(signer),
        button=transaction(signer.request),
    )


def not_me_reported(signer: Signer) -> Letter:
    words = words_of(signer)
    return Letter(
        subject=_("Somebody else opened the link of %(name)s") % words,
        paragraphs=(
            _("Whoever opened it says that they are not %(name)s.") % words,
            _(
                "Check the email address. If it is right, ask %(name)s to open the "
                "link in their own email; if not, correct the address on the page of "
                "the transaction."
            )
            % words,
        ),
        facts=about(signer),
        button=transaction(signer.request),
    )


def completed(signer: Signer) -> Letter:
    words = words_of(signer)
    return Letter(
        subject=_("Everyone has signed %(title)s") % words,
        paragraphs=(
            _("The sealed document is ready, with the certificate at its end."),
            _("Everybody who took part was sent a link to it."),
        ),
        facts=known((_("Document"), signer.request.title)),
        button=transaction(signer.request),
    )


def words_of(signer: Signer) -> dict[str, str]:
    """Return what sentences name. The title is the publisher's own: never hidden."""
    return {
        "name": signer.name or signer.email or _("a signer"),
        "title": signer.request.title or _("a document"),
    }


def known(*facts: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in facts if value)


def about(signer: Signer) -> tuple[tuple[str, str], ...]:
    return known(
        (_("Document"), signer.request.title),
        (_("Signer"), signer.name),
        (_("Email"), signer.email),
        (_("Phone"), signer.gate.masked_phone),
    )


def transaction(request: SignRequest) -> Button:
    path = reverse("workspace:request", args=[request.public_id])
    return Button(_("Open the transaction"), settings.PUBLIC_URL + path)


LETTERS: dict[str, Callable[[Signer], Letter]] = {
    "sender_declined": declined,
    "sender_wrong_number_reported": wrong_number_reported,
    "sender_not_me_reported": not_me_reported,
    "sender_completed": completed,
}
