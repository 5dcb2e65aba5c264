"""The list of transactions: filters, search, and pages by key, never by count.

Each page is read off an index of its own (signing.models.request), each search
off the trigrams (signing.trigrams): in as many queries for a million
transactions as for one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from signing import searching
from signing.models import SignRequest
from workspace import standing
from workspace.standing import Row

if TYPE_CHECKING:
    from signing.models import Company

PAGE = 20
MOST_COUNTED = 99
MAX_SEARCH = 100
# A search looks through so many of the nearest before it asks the trigrams. A
# word that is in one of fifty fills a page from them; of a rarer one the trigrams
# name so few that they are quickly put in order.
LOOKED_THROUGH = 1000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)
State = SignRequest.State
Listed = TypeVar("Listed", bound=models.Model)


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
# What few ask for; a wide page has it in a menu.
IN_MENU = (Shown.DECLINED, Shown.RECALLED, Shown.EXPIRED)


class Sort(models.TextChoices):
    CHANGED = "changed", _("Newest change first")
    QUIET = "quiet", _("Longest without change first")
    NEWEST = "newest", _("Newest first")
    OLDEST = "oldest", _("Oldest first")

    @property
    def column(self) -> str:
        """The time that rows are ordered by, and that a range of days means."""
        return "changed_at" if self in (Sort.CHANGED, Sort.QUIET) else "created_at"

    @property
    def newest_first(self) -> bool:
        return self in (Sort.CHANGED, Sort.NEWEST)


@dataclass(frozen=True)
class Wish:
    """What the address asks for; what makes no sense there is left out.

    since and until are days of the company's calendar, both included.
    """

    shown: Shown = Shown.ALL
    words: str = ""
    sender: int | None = None
    since: date | None = None
    until: date | None = None
    sort: Sort = Sort.CHANGED

    @property
    def is_filtered(self) -> bool:
        """Whether the panel of filters holds something back."""
        return any((self.sender, self.since, self.until))

    @property
    def is_narrowed(self) -> bool:
        return self.is_filtered or self.shown != Shown.ALL

    @property
    def is_plain(self) -> bool:
        return not (self.words or self.is_narrowed)

    @property
    def caption(self) -> str:
        words = {"shown": self.shown.label, "order": self.sort.label}
        return gettext("Transactions: %(shown)s. %(order)s.") % words

    @property
    def in_menu(self) -> str:
        """The label of a tab that lies in the menu, if that is shown."""
        return str(self.shown.label) if self.shown in IN_MENU else ""

    @property
    def without_search(self) -> str:
        return replace(self, words="").address()

    @property
    def without_panel(self) -> str:
        """Without what the panel of filters holds; the order stays."""
        return replace(self, sender=None, since=None, until=None).address()

    @property
    def without_filters(self) -> str:
        return Wish(words=self.words, sort=self.sort).address()

    def kept(self) -> dict[str, str]:
        """Return it as it stands in an address, without what goes without saying."""
        said = {
            "show": self.shown.value if self.shown != Shown.ALL else "",
            "q": self.words,
            "sender": str(self.sender or ""),
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "sort": self.sort.value if self.sort != Sort.CHANGED else "",
        }
        return {name: value for name, value in said.items() if value}

    def address(self, page: str = "requests", **more: str) -> str:
        query = urlencode(self.kept() | more)
        return f"{reverse(f'workspace:{page}')}{'?' if query else ''}{query}"


def wish_of(asked: Mapping[str, str]) -> Wish:
    shown, sort = asked.get("show", ""), asked.get("sort", "")
    sender = asked.get("sender", "")
    return Wish(
        shown=Shown(shown) if shown in Shown.values else Shown.ALL,
        words=asked.get("q", "").replace("\0", "").strip()[:MAX_SEARCH],
        sender=int(sender) if sender.isdecimal() and len(sender) < 19 else None,
        since=_day(asked.get("since", "")),
        until=_day(asked.get("until", "")),
        sort=Sort(sort) if sort in Sort.values else Sort.CHANGED,
    )


@dataclass(frozen=True)
class Key:
    """Where a page ends: its last row's time and id."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // MICROSECOND}-{self.pk}"

    @classmethod
    def parse(cls, text: str) -> Key | None:
        age, _separator, pk = text.partition("-")
        try:
            key = cls(EPOCH + int(age) * MICROSECOND, int(pk))
        except (ValueError, OverflowError):
            return None
        return key if 0 < key.pk < 2**63 else None


@dataclass(frozen=True)
class Page:
    """Some rows in order, and the keys of the pages before and after them."""

    rows: list[Row]
    before: str
    after: str


@dataclass(frozen=True)
class Listing:
    """What a member may see of what they wish to see.

    requests: what the member may see, of company only.
    """

    requests: QuerySet[SignRequest]
    company: Company
    wish: Wish

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.company.time_zone)

    def page(self, after: str = "", before: str = "") -> Page:
        """Return the page after one key, or before another, or the first."""
        if (end := Key.parse(before)) is not None:
            return self._page_before(end)
        start = Key.parse(after)
        keys = self._keys(start, PAGE + 1)
        shown = keys[:PAGE]
        return Page(
            self.rows_of(shown),
            before=str(shown[0]) if start and shown else "",
            after=str(shown[-1]) if len(keys) > PAGE else "",
        )

    def _page_before(self, end: Key) -> Page:
        """The page that ends at a key; a short one is the first."""
        keys = self._keys(end, PAGE + 1, backwards=True)
        if len(keys) < PAGE:
            return self.page()
        shown = keys[:PAGE][::-1]
        return Page(
            self.rows_of(shown),
            before=str(shown[0]) if len(keys) > PAGE else "",
            after=str(shown[-1]),
        )

    def batches(self, size: int) -> Iterator[list[Row]]:
        """Yield all rows in order, so many at a time."""
        after: Key | None = None
        while keys := self._keys(after, size):
            yield self.rows_of(keys)
            if len(keys) < size:
                return
            after = keys[-1]

    def rows_of(self, keys: list[Key]) -> list[Row]:
        """Return what is shown of rows, in the order of their keys."""
        places = {key.pk: place for place, key in enumerate(keys)}
        rows = standing.rows_of(self.requests.filter(pk__in=places))
        return sorted(rows, key=lambda row: places[row.request.pk])

    def attention_count(self) -> str:
        """Return how many need attention, and 99+ for all that is more."""
        rows = self.requests.filter(attention_since__isnull=False)
        found = rows[: MOST_COUNTED + 1].count()
        return f"{MOST_COUNTED}+" if found > MOST_COUNTED else str(found)

    def _keys(
        self, start: Key | None, most: int, *, backwards: bool = False
    ) -> list[Key]:
        sort = self.wish.sort
        walk = Walk(sort.column, sort.newest_first != backwards)
        found = [
            key
            for part in self._parts()
            for key in self._keys_of(walk.from_(start, part), walk, most)
        ]
        return walk.in_order(found)[:most]

    def _parts(self) -> list[QuerySet[SignRequest]]:
        """Return what to put together: each can be read off one index."""
        rows, wish = self.requests, self.wish
        if wish.sender:
            rows = rows.filter(sender_id=wish.sender)
        if wish.since:
            rows = rows.filter(**{f"{wish.sort.column}__gte": self._start(wish.since)})
        if wish.until:
            end = self._start(wish.until + DAY)
            rows = rows.filter(**{f"{wish.sort.column}__lt": end})
        if wish.shown == Shown.ALL:
            return [rows]
        if wish.shown == Shown.ATTENTION:
            return [rows.filter(attention_since__isnull=False)]
        return [rows.filter(state=state) for state in STATES[wish.shown]]

    def _keys_of(self, part: QuerySet[SignRequest], walk: Walk, most: int) -> list[Key]:
        if not self.wish.words:
            return walk.keys(part, most)
        wanted = searching.wanted(self.wish.words)
        if not wanted:
            return []
        near = part.order_by(*walk.order)[:LOOKED_THROUGH].values("pk")
        near_rows = SignRequest.objects.filter(pk__in=near)
        found = walk.keys(wanted.among(near_rows), most)
        if len(found) == most:
            return found
        return walk.keys(wanted.named(part, self.company.pk), most)

    def _start(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone)


@dataclass(frozen=True)
class Walk:
    """One way along a column of times; rows of the same moment go by id."""

    column: str
    is_falling: bool

    @property
    def order(self) -> tuple[str, str]:
        sign = "-" if self.is_falling else ""
        return f"{sign}{self.column}", f"{sign}pk"

    def from_(self, start: Key | None, rows: QuerySet[Listed]) -> QuerySet[Listed]:
        """Leave out what comes before start, and start itself."""
        if start is None:
            return rows
        side = "lt" if self.is_falling else "gt"
        # The first bound is there for the index: it can be read from there on.
        bound = Q(**{f"{self.column}__{side}e": start.at})
        later = Q(**{f"{self.column}__{side}": start.at})
        return rows.filter(bound, later | Q(**{f"pk__{side}": start.pk}))

    def keys(self, rows: QuerySet[Listed], most: int) -> list[Key]:
        found = rows.order_by(*self.order).values_list(self.column, "pk")
        return [Key(at, pk) for at, pk in found[:most]]

    def in_order(self, keys: list[Key]) -> list[Key]:
        return sorted(keys, key=lambda key: (key.at, key.pk), reverse=self.is_falling)


@dataclass(frozen=True)
class Tab:
    shown: Shown
    label: str
    address: str
    is_current: bool
    count: str = ""

    @property
    def is_counting(self) -> bool:
        return self.count not in ("", "0")

    @property
    def is_in_menu(self) -> bool:
        return self.shown in IN_MENU


def tabs(wish: Wish, attention: str) -> list[Tab]:
    """Return every tab. Only "Needs attention" is counted (decision 38)."""
    return [
        Tab(
            shown,
            str(shown.label),
            replace(wish, shown=shown).address(),
            shown == wish.shown,
            attention if shown == Shown.ATTENTION else "",
        )
        for shown in Shown
    ]


def _day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    # The calendar's own ends have no day before or after them.
    return day if day and 1970 <= day.year < 9000 else None
