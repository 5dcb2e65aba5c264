"""The identity checks that wait for a person, and those that were decided.

Pages go by key, as the list of transactions does. Only what waits is counted, for
the top bar (access.waiting_checks), and no further than 99.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from signing import searching
from signing.models import Signer, SignRequest
from verification.models import IdentityCheck
from workspace.access import checks_of
from workspace.listing import MAX_SEARCH, PAGE, Key, Walk
from workspace.standing import Chip

if TYPE_CHECKING:
    from workspace.models import Membership

State = IdentityCheck.State


class Shown(models.TextChoices):
    """Which checks a tab shows."""

    WAITING = "waiting", pgettext_lazy("identity checks", "Waiting")
    FAILED = "failed", _("Failed by machine")
    DECIDED = "decided", _("Decided")


HAS_PERSON = Q(decided_by__isnull=False)
PASSED_LATER = Q(factor__proven_at__gt=F("decided_at")) | Exists(
    IdentityCheck.objects.filter(
        factor=OuterRef("factor"),
        state=State.PASSED,
        decided_at__gt=OuterRef("decided_at"),
    )
)
IS_OVER = Q(gate__closed_at__isnull=False) | Q(
    gate__signer__state__in=[Signer.State.SIGNED, Signer.State.DECLINED]
)
# What failed by machine is listed for as long as somebody may want to help, and
# can: what was changed since, the person too, ends that.
WHICH = {
    Shown.WAITING: Q(state=State.WAITING),
    Shown.FAILED: Q(state=State.FAILED, used_at=None)
    & ~(HAS_PERSON | PASSED_LATER | IS_OVER),
    Shown.DECIDED: Q(state=State.PASSED) | (Q(state=State.FAILED) & HAS_PERSON),
}
# Who waits longest comes first; of the others, what is newest.
WALKS = {
    Shown.WAITING: Walk("sent_at", is_falling=False),
    Shown.FAILED: Walk("decided_at", is_falling=True),
    Shown.DECIDED: Walk("decided_at", is_falling=True),
}
CHIPS = {
    State.WAITING: (_("Waits for review"), "warn", "eye"),
    State.PASSED: (_("Accepted"), "ok", "check"),
    State.FAILED: (_("Failed"), "bad", "close"),
    State.ENDED: (_("Over"), "", "minus"),
    State.SENT: (_("Being read"), "info", "clock"),
}


@dataclass(frozen=True)
class Wish:
    """What the address asks for."""

    shown: Shown = Shown.WAITING
    words: str = ""

    def address(self, **more: str) -> str:
        said = {
            "show": self.shown.value if self.shown != Shown.WAITING else "",
            "q": self.words,
        }
        query = urlencode(
            {name: value for name, value in (said | more).items() if value}
        )
        return f"{reverse('workspace:identity-queue')}{'?' if query else ''}{query}"

    @property
    def without_search(self) -> str:
        return replace(self, words="").address()


@dataclass(frozen=True)
class Row:
    """One check of the list, with its signer and transaction."""

    check: IdentityCheck
    chip: Chip
    why: str

    @property
    def signer(self) -> Signer:
        return self.check.gate.signer

    @property
    def request(self) -> SignRequest:
        return self.signer.request


@dataclass(frozen=True)
class Page:
    """Some rows in order, and the addresses of the pages beside them."""

    rows: list[Row]
    before: str
    after: str


def wish_of(asked: Mapping[str, str]) -> Wish:
    shown = asked.get("show", "")
    return Wish(
        shown=Shown(shown) if shown in Shown.values else Shown.WAITING,
        words=asked.get("q", "").replace("\0", "").strip()[:MAX_SEARCH],
    )


def page_of(member: Membership, wish: Wish, after: str = "", before: str = "") -> Page:
    """Return the page after one key, or before another, or the first."""
    rows, walk = _matching(member, wish), WALKS[wish.shown]
    if (end := Key.parse(before)) is not None:
        back = replace(walk, is_falling=not walk.is_falling)
        keys = back.keys(back.from_(end, rows), PAGE + 1)
        if len(keys) >= PAGE:
            shown = keys[:PAGE][::-1]
            return _page(rows, shown, wish, len(keys) > PAGE, has_after=True)
        after = ""
    start = Key.parse(after)
    keys = walk.keys(walk.from_(start, rows), PAGE + 1)
    is_later = start is not None
    return _page(rows, keys[:PAGE], wish, is_later, has_after=len(keys) > PAGE)


def chip_of(check: IdentityCheck) -> Chip:
    words, tone, icon = CHIPS[State(check.state)]
    if check.state == State.FAILED and check.decided_by_id:
        words = _("Rejected")
    return Chip(str(words), tone, icon)


def _matching(member: Membership, wish: Wish) -> QuerySet[IdentityCheck]:
    rows = checks_of(member).filter(WHICH[wish.shown])
    if not wish.words:
        return rows
    wanted = searching.wanted(wish.words)
    if not wanted:
        return rows.none()
    of_company = SignRequest.objects.filter(company_id=member.company_id)
    found = wanted.named(of_company, member.company_id)
    return rows.filter(gate__signer__request__in=found.values("pk"))


def _page(
    rows: QuerySet[IdentityCheck],
    keys: list[Key],
    wish: Wish,
    has_before: bool,
    *,
    has_after: bool,
) -> Page:
    places = {key.pk: place for place, key in enumerate(keys)}
    found = rows.filter(pk__in=places).select_related(
        "gate__signer__request__sender", "decided_by"
    )
    listed = sorted(found, key=lambda check: places[check.pk])
    return Page(
        [Row(check, chip_of(check), why(check)) for check in listed],
        before=wish.address(before=str(keys[0])) if has_before and keys else "",
        after=wish.address(after=str(keys[-1])) if has_after else "",
    )


def why(check: IdentityCheck) -> str:
    """Say in words what a state means: who decided, or what the machine found."""
    if check.decided_by is not None:
        return check.decided_by.get_full_name() or check.decided_by.email
    return str(check.get_reason_display()) if check.reason else ""
