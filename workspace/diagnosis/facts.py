"""What the rows say of each signer of one transaction; a query per kind of row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import F, Max, Q, QuerySet, Window, prefetch_related_objects
from django.db.models.functions import RowNumber

from signing.models import Company, Signer
from verification import trail
from verification.models import (
    Budget,
    Challenge,
    Delivery,
    Factor,
    Gate,
    Submission,
    TrailEntry,
)
from verification.outcomes import Outcome

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
# So many of the newest messages of a signer tell what is wrong.
MOST_MESSAGES = 8
STEPS = (
    "access_code_passed",
    "code_passed",
    "account_passed",
    "identity_passed",
    "passkey_enrolled",
    "passkey_passed",
    "totp_enrolled",
    "totp_passed",
)
PASSED = (*STEPS, "viewed")
# What was tried before one of these no longer counts.
CHANGED = (
    "unlocked",
    "phone_changed",
    "email_changed",
    "link_replaced",
    "link_renewed",
    "reassigned",
    "access_code_changed",
    "factor_added",
    "factor_changed",
    "factor_removed",
    "passkey_removed",
    "totp_removed",
)
# The link of before one of these is dead.
NEW_LINK = ("link_replaced", "link_renewed", "email_changed", "reassigned")
# What a press came to that says something about the person at the gate.
TELLING = frozenset(
    {
        Outcome.PASSED,
        Outcome.SENT,
        Outcome.WRONG,
        Outcome.REPLACED,
        Outcome.USED,
        Outcome.EXPIRED,
        Outcome.OTHER_BROWSER,
        Outcome.OTHER_SIGNER,
        Outcome.NOTHING_LIVE,
        Outcome.LOCKED,
        Outcome.WAIT,
        Outcome.TOO_MANY,
        Outcome.NOT_ALLOWED,
        Outcome.NO_SENDING,
    }
)
Row = TypeVar("Row", Delivery, Submission)


@dataclass(frozen=True)
class Happening:
    """The newest trail entry of one kind at one gate."""

    at: datetime
    told: dict[str, Any]


@dataclass
class Facts:
    """One signer, and all that their diagnosis is made from.

    entries holds the newest entry of each kind; messages and press are the
    newest first. others are the facts of everybody in the transaction, by the
    gate's public id.
    """

    signer: Signer
    now: datetime
    entries: dict[str, Happening] = field(default_factory=dict)
    messages: list[Delivery] = field(default_factory=list)
    last_press: Submission | None = None
    others: dict[str, Facts] = field(default_factory=dict)

    @property
    def gate(self) -> Gate:
        return self.signer.gate

    @property
    def company(self) -> Company:
        return self.signer.request.company

    @cached_property
    def factors(self) -> list[Factor]:
        rows = [one for one in self.gate.factors.all() if one.removed_at is None]
        return sorted(rows, key=lambda one: (one.stage != "view", one.place))

    @cached_property
    def budgets(self) -> dict[str, Budget]:
        return {one.kind: one for one in self.gate.budgets.all()}

    def at(self, *kinds: str) -> datetime:
        """Return when the newest of these happened; long ago if never."""
        found = [self.entries[kind].at for kind in kinds if kind in self.entries]
        return max(found, default=LONG_AGO)

    def told(self, kind: str) -> dict[str, Any]:
        return self.entries[kind].told if kind in self.entries else {}

    @cached_property
    def fresh_since(self) -> datetime:
        """What was pressed and sent before this moment is settled or void."""
        return max(self.at(*PASSED), self.at(*CHANGED))

    @property
    def has_opened(self) -> bool:
        """Whether anybody came by the link that works now."""
        return self.at("opened") > self.at(*NEW_LINK)

    @property
    def is_inside(self) -> bool:
        return self.signer.state == Signer.State.VIEWED

    @cached_property
    def press(self) -> Submission | None:
        press = self.last_press
        return press if press and press.at > self.fresh_since else None

    @cached_property
    def codes(self) -> list[Delivery]:
        """Codes that were asked for since and are not used, newest first."""
        return [
            one
            for one in self.messages
            if one.challenge is not None
            and one.created_at > self.fresh_since
            and one.challenge.state != Challenge.State.VERIFIED
        ]

    @cached_property
    def mail(self) -> Delivery | None:
        """The newest email that is no code: it carried the link, or spoke of it."""
        mails = [
            one
            for one in self.messages
            if one.challenge is None and one.channel == Delivery.Channel.EMAIL
        ]
        return mails[0] if mails else None

    @property
    def live_reference(self) -> str:
        """The reference of the code that would be taken now, or ""."""
        code = self.codes[0].challenge if self.codes else None
        return code.reference if code and code.is_live(self.now) else ""

    @property
    def is_landline(self) -> bool:
        """Whether the carrier said so of the number that is on file."""
        return any(
            one.reason == "landline" and one.address == self.gate.phone_e164
            for one in self.messages
        )

    @property
    def last_news_at(self) -> datetime:
        happened = [one.at for one in self.entries.values()]
        pressed = self.last_press.at if self.last_press else LONG_AGO
        return max([pressed, *happened])


def gather(signers: Sequence[Signer], now: datetime) -> list[Facts]:
    """Read what is known of the signers of one transaction.

    They come with gate and request.company. Three queries, and two more where
    budgets and factors were not prefetched.
    """
    signers = list(signers)
    prefetch_related_objects(signers, "gate__budgets", "gate__factors")
    gates = [signer.gate_id for signer in signers]
    entries = _newest_entries(gates)
    messages = _by_gate(_messages(gates), lambda row: row.gate_id)
    presses = _by_gate(_presses(gates), lambda row: row.visit.gate_id)
    found = [
        Facts(
            signer=signer,
            now=now,
            entries=entries[signer.gate_id],
            messages=messages[signer.gate_id],
            last_press=next(iter(presses[signer.gate_id]), None),
        )
        for signer in signers
    ]
    others = {str(one.gate.public_id): one for one in found}
    for one in found:
        one.others = others
    return found


def _newest_entries(gates: list[int]) -> dict[int, dict[str, Happening]]:
    newest = TrailEntry.objects.filter(gate__in=gates).order_by()
    heads = newest.values("gate", "kind").annotate(last=Max("pk")).values("last")
    found: dict[int, dict[str, Happening]] = defaultdict(dict)
    for entry in TrailEntry.objects.filter(pk__in=heads):
        happening = Happening(entry.at, trail.facts_of(entry))
        found[entry.gate_id or 0][entry.kind] = happening
    return found


def _messages(gates: list[int]) -> QuerySet[Delivery]:
    own = Delivery.objects.filter(gate__in=gates).select_related("challenge")
    own = own.exclude(Q(kind__startswith="sender_") | Q(kind="locked"))
    age = Window(RowNumber(), partition_by=F("gate"), order_by=["-created_at", "-id"])
    return own.annotate(age=age).filter(age__lte=MOST_MESSAGES).order_by("age")


def _presses(gates: list[int]) -> QuerySet[Submission]:
    own = Submission.objects.filter(visit__gate__in=gates, outcome__in=TELLING)
    age = Window(RowNumber(), partition_by=F("visit__gate"), order_by=["-at", "-id"])
    newest = own.annotate(age=age).filter(age=1)
    return newest.select_related("visit", "about", "factor")


def _by_gate(rows: Iterable[Row], gate_of: Any) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[gate_of(row)].append(row)
    return found
