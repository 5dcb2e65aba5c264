"""The list of transactions: filters, search, and pages by key, never by count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from signing.models import Signer, SignRequest
from workspace import standing
from workspace.standing import Row

PAGE = 20
MOST_COUNTED = 99
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
State = SignRequest.State


class Shown(models.TextChoices):
    """Which transactions a tab shows."""

    ALL = "all", _("All")
    ATTENTION = "attention", _("Needs attention")
    WAITING = "waiting", pgettext_lazy("transactions", "Waiting")
    COMPLETED = "completed", _("Completed")
    DRAFTS = "drafts", _("Drafts")
    DECLINED = "declined", _("Declined")
    RECALLED = "recalled", _("Recalled")
    EXPIRED = "expired", _("Expired")


STATES = {
    Shown.WAITING: [State.SENT, State.SEALING],
    Shown.COMPLETED: [State.COMPLETED],
    Shown.DRAFTS: [State.DRAFT],
    Shown.DECLINED: [State.DECLINED],
    Shown.RECALLED: [State.RECALLED],
    Shown.EXPIRED: [State.EXPIRED],
}


@dataclass(frozen=True)
class Key:
    """Where a page begins: the row next to it, by age."""

    created_at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{(self.created_at - EPOCH) // MICROSECOND}-{self.pk}"

    @classmethod
    def parse(cls, text: str) -> Key | None:
        age, _separator, pk = text.partition("-")
        try:
            return cls(EPOCH + int(age) * MICROSECOND, int(pk))
        except (ValueError, OverflowError):
            return None


@dataclass(frozen=True)
class Page:
    """Some rows, newest first, and the keys of the pages beside them."""

    rows: list[Row]
    newer: str
    older: str


def filtered(
    requests: QuerySet[SignRequest], shown: Shown, words: str
) -> QuerySet[SignRequest]:
    if shown == Shown.ATTENTION:
        requests = requests.exclude(attention_since=None)
    elif shown != Shown.ALL:
        requests = requests.filter(state__in=STATES[shown])
    return requests.filter(matching(words)) if words else requests


def matching(words: str) -> Q:
    """Requests with words in the title, a signer's name or address, or digits."""
    who = Q(gate__name__icontains=words) | Q(gate__email__icontains=words)
    digits = "".join(sign for sign in words if sign.isdigit())
    if len(digits) >= 3 and not any(sign.isalpha() for sign in words):
        who |= Q(gate__phone__contains=digits)
    signers = Signer.objects.filter(who, request=OuterRef("pk"))
    return Q(title__icontains=words) | Q(Exists(signers))


def attention_count(requests: QuerySet[SignRequest]) -> str:
    """Return how many need attention, and 99+ for all that is more."""
    found = requests.exclude(attention_since=None)[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED}+" if found > MOST_COUNTED else str(found)


def page_of(requests: QuerySet[SignRequest], older: str, newer: str) -> Page:
    """Return the page older than one key, or newer than another, or the first."""
    before, after = Key.parse(older), Key.parse(newer)
    if after is not None:
        return _page_after(requests, after)
    rows = _newest(requests.filter(_older_than(before)) if before else requests)
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return Page(rows, _key(rows[:1]) if before else "", _key(rows[-1:]) if more else "")


def _page_after(requests: QuerySet[SignRequest], after: Key) -> Page:
    """The page before the one that begins below `after`; a short one is the first."""
    newer = Q(created_at__gt=after.created_at) | Q(
        created_at=after.created_at, pk__gt=after.pk
    )
    ordered = requests.filter(newer).order_by("created_at", "pk")[: PAGE + 1]
    rows = standing.rows_of(ordered)
    if len(rows) < PAGE:
        return page_of(requests, "", "")
    more = len(rows) > PAGE
    rows = rows[:PAGE][::-1]
    return Page(rows, _key(rows[:1]) if more else "", _key(rows[-1:]))


def _newest(requests: QuerySet[SignRequest]) -> list[Row]:
    return standing.rows_of(requests.order_by("-created_at", "-pk")[: PAGE + 1])


def _older_than(key: Key) -> Q:
    return Q(created_at__lt=key.created_at) | Q(
        created_at=key.created_at, pk__lt=key.pk
    )


def _key(rows: list[Row]) -> str:
    if not rows:
        return ""
    row = rows[0].request
    return str(Key(row.created_at, row.pk))


@dataclass(frozen=True)
class Tab:
    shown: Shown
    label: str
    address: str
    is_current: bool
    count: str = ""


IN_MENU = (Shown.DECLINED, Shown.RECALLED, Shown.EXPIRED)


def tabs(current: Shown, words: str, attention: str) -> list[Tab]:
    """Return every tab. Only "Needs attention" is counted (decision 38)."""
    made = []
    for shown in Shown:
        query = {"show": shown.value if shown != Shown.ALL else "", "q": words}
        text = urlencode({name: value for name, value in query.items() if value})
        count = attention if shown == Shown.ATTENTION else ""
        made.append(Tab(shown, str(shown.label), f"?{text}", shown == current, count))
    return made
