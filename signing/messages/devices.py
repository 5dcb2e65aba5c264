"""What a signer is written when a passkey or an app was set up or removed for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from signing import browsers
from signing.messages.parts import about, known, words_of
from signing.models import Signer
from signing.words import listed
from verification import letters, messages, trail
from verification.letters import Letter
from verification.models import Delivery, Factor, TrailEntry


@dataclass(frozen=True)
class News:
    """What happened to a device of a signer, as the trail tells it."""

    signer: Signer
    entry: TrailEntry
    told: dict[str, Any]

    @property
    def when(self) -> str:
        return letters.moment(self.entry.at, letters.zone_of(self.signer.gate))

    @property
    def words(self) -> dict[str, str]:
        words = words_of(self.signer.gate)
        words["company"] = self.signer.gate.company_name or words["sender"]
        words["who"] = str(self.told.get("actor", "")).partition(" <")[0]
        words["who"] = words["who"] or words["sender"]
        return words


def news_of(signer: Signer, delivery: Delivery) -> News:
    """Raises NothingToSayError."""
    rows = TrailEntry.objects.filter(gate=signer.gate)
    entry = rows.filter(pk=delivery.context.get("entry") or 0).first()
    if entry is None:
        raise messages.NothingToSayError
    return News(signer, entry, trail.facts_of(entry))


def passkey_set_up(news: News) -> Letter:
    return _set_up(
        news,
        _("A passkey was set up for you: %(company)s") % news.words,
        _(
            "Hello %(first_name)s, a passkey was set up in your name. %(company)s asks "
            "for it when you open documents from now on."
        )
        % news.words,
    )


def app_set_up(news: News) -> Letter:
    return _set_up(
        news,
        _("An authenticator app was set up for you: %(company)s") % news.words,
        _(
            "Hello %(first_name)s, an authenticator app was set up in your name. "
            "%(company)s asks for its codes when you open documents from now on."
        )
        % news.words,
    )


def passkey_removed(news: News) -> Letter:
    return _removed(
        news,
        _("Your passkey was removed: %(company)s") % news.words,
        _(
            "Hello %(first_name)s, %(who)s removed your passkey. It opens no documents "
            "of %(company)s any more."
        )
        % news.words,
    )


def app_removed(news: News) -> Letter:
    return _removed(
        news,
        _("Your authenticator app was removed: %(company)s") % news.words,
        _(
            "Hello %(first_name)s, %(who)s removed your authenticator app. Its codes "
            "open no documents of %(company)s any more."
        )
        % news.words,
    )


def _set_up(news: News, subject: str, what: str) -> Letter:
    told = news.told
    kinds = [one for one in told.get("behind") or () if one in Factor.Kind.values]
    behind = listed([str(Factor.Kind(one).label) for one in kinds])
    return Letter(
        subject=subject,
        paragraphs=(what,),
        facts=_about(
            news,
            (_("Checked before"), behind),
            (_("With"), browsers.shown(str(told.get("browser") or ""))),
        ),
        question=_("Was that not you?"),
        closing=(
            _(
                "Then somebody else has your link and passed the other checks. Tell "
                "%(sender)s at once, who can remove it and send you a new link."
            )
            % news.words,
            letters.whom_to_ask(news.signer.gate),
        ),
    )


def _removed(news: News, subject: str, what: str) -> Letter:
    return Letter(
        subject=subject,
        paragraphs=(
            what,
            _(
                "Where one is asked for, you set up a new one at your next visit, "
                "behind another check."
            ),
        ),
        facts=_about(news),
        question=_("Did you not ask for this?"),
        closing=(
            _("Then talk to %(sender)s before you set up a new one.") % news.words,
            letters.whom_to_ask(news.signer.gate),
        ),
    )


def _about(news: News, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return (*known((_("When"), news.when), *more), *about(news.signer))


LETTERS: dict[str, Callable[[News], Letter]] = {
    "passkey_set_up": passkey_set_up,
    "passkey_removed": passkey_removed,
    "app_set_up": app_set_up,
    "app_removed": app_removed,
}
