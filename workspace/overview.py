"""All that the page of one transaction shows. No link and no code is in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from signing import proof_words
from signing.flows import identity_rules, prefilling
from signing.models import Signer, SignRequest
from signing.words import clock
from verification import devices
from verification.models import Budget, Delivery, Factor, Gate, Submission
from verification.standing import BUDGETS
from workspace import diagnosis, obstacles, phones, standing, timeline
from workspace.diagnosis import Diagnosis, Facts
from workspace.standing import Person

MOST_EVENTS = 300
# The page looks for news by itself: often while something is under way.
BUSY_FOR = timedelta(minutes=10)
OFTEN, SELDOM = "3s", "20s"
Kind = Factor.Kind
# There is nothing to guess.
TRYLESS = frozenset({Kind.ACCOUNT, Kind.PASSKEY})


@dataclass(frozen=True)
class Proof:
    """One factor of a signer. mark: "" | passed | locked"""

    number: int
    name: str
    hint: str
    tries: str
    mark: str


@dataclass(frozen=True)
class Card:
    """One signer of the page. diagnosis is None while all is well.

    held_for: how many seconds they still wait while fields are filled in.
    """

    person: Person
    diagnosis: Diagnosis | None
    is_landline: bool
    first_name: str
    turn: str
    state: str
    proofs: list[Proof]
    phone: str
    email: str
    last: SafeString
    # A passkey or authenticator app is asked for, so it may have been lost.
    has_device: bool
    held_for: int
    can_fill: bool


def of(row: SignRequest, now: datetime) -> dict[str, Any]:
    facts = facts_of(row, now)
    cast = [
        standing.person_of(one.signer, row, next(iter(one.messages), None))
        for one in facts
    ]
    documents = list(row.documents.prefetch_related("pages"))
    undrawn = obstacles.undrawn_of(documents)
    chip, why = standing.chip_of(row, cast, undrawn)
    entries = row.trail.entries.select_related("gate").order_by("-seq")
    newest = list(entries[: MOST_EVENTS + 1])
    cards = [card_of(one, at, cast) for one, at in zip(facts, cast, strict=True)]
    return {
        "row": row,
        "chip": chip,
        "why": why,
        "obstacle": obstacles.of(row, undrawn),
        "done": sum(person.mark == "signed" for person in cast),
        "count": sum(person.signer.acts for person in cast),
        "cards": cards,
        "documents": documents,
        "events": timeline.events(newest[:MOST_EVENTS]),
        "has_older": len(newest) > MOST_EVENTS,
        "has_sealed": row.state == SignRequest.State.COMPLETED and bool(row.sealed),
        "seen": seen(row),
        "looks_every": pace(row, facts, now),
        "held_for": max((one.held_for for one in cards), default=0),
        "waits": any(one.diagnosis and one.diagnosis.is_brief for one in cards),
    }


def facts_of(row: SignRequest, now: datetime) -> list[Facts]:
    signers = standing.with_last_delivery(
        row.signers.select_related("gate").prefetch_related(
            "gate__budgets", identity_rules.with_rules()
        )
    )
    people = list(signers)
    for one in people:
        one.request = row  # with its company: read once for all
    return diagnosis.gather(people, now)


def seen(row: SignRequest) -> str:
    """Return what tells one look at the page from the next: the newest news.

    A press that was not charged stands in no trail.
    """
    presses = Submission.objects.filter(visit__gate__trail=row.trail_id)
    newest = presses.exclude(outcome="").order_by("-pk").values_list("pk", flat=True)
    return f"{row.state}-{row.trail.seq}-{newest.first() or 0}"


def pace(row: SignRequest, facts: list[Facts], now: datetime) -> str:
    """Return how often the page asks for news; "" where none can come."""
    if row.state == SignRequest.State.SEALING:
        return SELDOM if row.seal_late_at else OFTEN
    if not row.is_open:
        return ""
    is_sending = any(
        message.state not in Delivery.FINAL and now - message.created_at < BUSY_FOR
        for one in facts
        for message in one.messages[:1]
    )
    is_busy = any(now - one.last_news_at < BUSY_FOR for one in facts)
    return OFTEN if is_sending or is_busy else SELDOM


def card_of(facts: Facts, person: Person, cast: list[Person]) -> Card:
    signer, row = facts.signer, facts.signer.request
    gate = signer.gate
    proofs = proofs_of(gate)
    return Card(
        person=person,
        diagnosis=diagnosis.judge(facts),
        is_landline=facts.is_landline,
        first_name=gate.first_name,
        turn=turn_of(signer, row, cast),
        state=state_of(person, row, proofs),
        proofs=proofs,
        phone=phones.shown(gate.phone, row.company),
        email=signer.email,
        last=last_words(person.delivery, gate),
        has_device=any(one.kind in devices.KINDS for one in facts.factors),
        held_for=held_for(facts),
        can_fill=bool(held_for(facts)) and prefilling.fillable(signer).exists(),
    )


def held_for(facts: Facts) -> int:
    """Return the seconds of a hold that are left, rounded up."""
    until = facts.gate.held_until
    is_over = until is None or until <= facts.now or facts.signer.is_done
    if is_over or until is None or not facts.signer.request.is_open:
        return 0
    return ceil((until - facts.now).total_seconds())


def proofs_of(gate: Gate) -> list[Proof]:
    budgets = {budget.kind: budget for budget in gate.budgets.all()}
    rows = [factor for factor in gate.factors.all() if factor.removed_at is None]
    rows.sort(key=lambda factor: factor.place)
    return [proof_of(one, at, gate, budgets) for at, one in enumerate(rows, start=1)]


def proof_of(
    factor: Factor, number: int, gate: Gate, budgets: dict[str, Budget]
) -> Proof:
    budget = budgets.get(BUDGETS.get(factor.kind, Budget.Kind.ONE_TIME_CODE))
    is_locked = bool(budget and budget.locked_at) and factor.kind not in TRYLESS
    mark = "passed" if factor.proven_at else ""
    return Proof(
        number=number,
        name=str(Kind(factor.kind).label),
        hint=hint_of(factor),
        tries=tries_of(factor, gate, budget),
        mark="locked" if is_locked else mark,
    )


def tries_of(factor: Factor, gate: Gate, budget: Budget | None) -> str:
    """Return "1 of 3 tries used"; "" where there is nothing to guess."""
    if factor.kind in TRYLESS:
        return ""
    tries = gate.max_tries
    if factor.kind == Kind.IDENTITY:
        tries = identity_rules.details_of(factor).max_tries
    used = budget.consecutive if budget else 0
    words = {"used": min(used, tries), "tries": tries}
    return _("%(used)d of %(tries)d tries used") % words


def hint_of(factor: Factor) -> str:
    stage = str(Factor.Stage(factor.stage).label)
    if factor.kind == Kind.PHONE:
        return _("Text or call, %(stage)s") % {"stage": stage}
    if factor.kind == Kind.IDENTITY:
        often = proof_words.frequency(factor.frequency)
        stage = _("%(stage)s, %(often)s") % {"stage": stage, "often": often}
    return stage[:1].upper() + stage[1:]


def turn_of(signer: Signer, row: SignRequest, cast: list[Person]) -> str:
    """Signs first; Signs after Ada, not invited yet; Signs at any time."""
    if signer.role == Signer.Role.CC:
        return _("Gets a copy")
    acting = [one.signer for one in cast if one.signer.acts]
    if not row.is_ordered or len(acting) == 1:
        return _("Signs") if len(acting) == 1 else _("Signs at any time")
    before = [one for one in acting if one.order < signer.order]
    if not before:
        return _("Signs first")
    name = {"name": before[-1].gate.first_name}
    if signer.state == Signer.State.WAITING and row.is_open:
        return _("Signs after %(name)s, not invited yet") % name
    return _("Signs after %(name)s") % name


def state_of(person: Person, row: SignRequest, proofs: list[Proof]) -> str:
    signer = person.signer
    if person.mark == "locked":
        return _("Locked")
    if person.mark == "review":
        return _("Waits for your review")
    if signer.state != Signer.State.INVITED or not row.is_open:
        return str(Signer.State(signer.state).label)
    if words := standing.refused_words(signer):
        return words
    passed = sum(proof.mark == "passed" for proof in proofs)
    if passed and passed < len(proofs):
        counts = {"step": passed + 1, "count": len(proofs)}
        return _("At the gate, step %(step)d of %(count)d") % counts
    if getattr(signer, "has_opened", False):
        return _("At the gate")
    return _("Not opened yet")


def last_words(delivery: Delivery | None, gate: Gate) -> SafeString:
    """Text at 10:42: could not be delivered"""
    if delivery is None:
        return SafeString("")
    at = delivery.settled_at or delivery.handed_over_at or delivery.created_at
    channel = Delivery.Channel(delivery.channel)
    said = {
        "what": escape(channel.label),
        "time": clock(at, gate),
        "fate": escape(str(Delivery.State(delivery.state).label).lower()),
    }
    sentence = pgettext("last message", "%(what)s at %(time)s: %(fate)s")
    return SafeString(sentence % said)  # every part is escaped
