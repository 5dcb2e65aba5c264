"""The Resend dialog: for each signer what goes where, and whether a code may be made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from signing.flows import resending
from signing.flows.holding import refusal_of
from signing.models import Signer, SignRequest
from verification.flows.issuing import Issued
from verification.models import Budget
from workspace import overview, spelling, standing
from workspace.standing import Person


class Offer(models.TextChoices):
    """What stands beside a signer: no button, GENERATE, that off, or with unlocking."""

    NONE = "none", gettext_lazy("no button")
    GENERATE = "generate", gettext_lazy("GENERATE")
    OFF = "off", gettext_lazy("GENERATE, not now")
    UNLOCK = "unlock", gettext_lazy("Unlock and GENERATE")


@dataclass(frozen=True)
class Code:
    """A code in clear: made for one response, kept nowhere, and in no trace."""

    grouped: str = field(repr=False)
    signs: list[spelling.Sign] = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class Box:
    """One signer. goes: what is sent where, or why nothing is.

    error: why a code was not made just now; reason_error: what is wrong with
    the reason for unlocking.
    """

    person: Person
    goes: str
    may_resend: bool
    is_chosen: bool
    offer: Offer
    has_code: bool
    code: Code | None = None
    error: str = ""
    needs_new_link: bool = False
    reason: str = ""
    reason_error: str = ""

    @property
    def signer(self) -> Signer:
        return self.person.signer


@dataclass(frozen=True)
class Group:
    request: SignRequest
    boxes: list[Box]


def groups_of(
    requests: Iterable[SignRequest], chosen: set[UUID] | None, now: datetime
) -> list[Group]:
    """Return the boxes of each transaction; a fixed number of queries for all.

    chosen are the ids of the signers that are ticked; None ticks whoever can
    be written to.
    """
    wanted = list(requests)
    rows = Signer.objects.filter(request__in=wanted).select_related(
        "gate", "request__company"
    )
    rows = rows.prefetch_related("gate__budgets", "gate__factors")
    signers = list(standing.with_last_delivery(rows))
    sent = standing.last_deliveries(signers)
    people: dict[int, list[Person]] = {row.pk: [] for row in wanted}
    for one in signers:
        last = sent.get(one.last_delivery_id or 0)  # type: ignore[attr-defined]  # annotated
        person = standing.person_of(one, one.request, last)
        people[one.request_id].append(person)
    return [
        Group(row, [_box(person, cast, chosen, now) for person in cast])
        for row, cast in ((row, people[row.pk]) for row in wanted)
    ]


def box_of(signer: Signer, chosen: set[UUID] | None, now: datetime) -> Box:
    """Return one signer's box, among the others of the transaction. chosen: see
    groups_of."""
    (group,) = groups_of([signer.request], chosen, now)
    return next(box for box in group.boxes if box.signer == signer)


def with_code(box: Box, issued: Issued) -> Box:
    code = spelled(issued.code, issued.challenge.expires_at)
    return replace(box, code=code)


def spelled(code: str, ends_at: datetime) -> Code:
    return Code(spelling.grouped(code), spelling.spelled(code), ends_at)


def _box(
    person: Person, cast: list[Person], chosen: set[UUID] | None, now: datetime
) -> Box:
    signer = person.signer
    may_resend = resending.may_resend(signer, now)
    return Box(
        person=person,
        goes=_goes(signer, cast, now),
        may_resend=may_resend,
        is_chosen=may_resend and (chosen is None or signer.public_id in chosen),
        offer=_offer(signer, now),
        has_code=_has_code(signer, now),
    )


def _goes(signer: Signer, cast: list[Person], now: datetime) -> str:
    """Email to ada@example.com: invitation; or why nothing goes."""
    if resending.may_resend(signer, now):
        return _("Email to %(email)s: invitation") % {"email": signer.email}
    if signer.request.is_draft:
        return _("Not sent yet. Nothing to resend.")
    refusal = refusal_of(signer, now)
    if refusal is not None and refusal.code == "not_open":
        return _("This transaction is over. Nothing to resend.")
    if signer.is_done:
        return _("Done. Nothing to resend.")
    if signer.state == Signer.State.WAITING:
        turn = overview.turn_of(signer, signer.request, cast)
        return _("%(turn)s. Nothing to resend yet.") % {"turn": turn}
    if signer.request.emails_off:
        return _("This transaction is sent without emails. Nothing to resend.")
    return _("There is no email address. Nothing to resend.")


def _offer(signer: Signer, now: datetime) -> Offer:
    refusal = resending.refusal_to_generate(signer, now)
    if refusal is None:
        return Offer.GENERATE
    if refusal.code == "locked":
        return Offer.UNLOCK
    is_later = refusal.code == "not_invited" and signer.acts
    return Offer.OFF if is_later else Offer.NONE


def _has_code(signer: Signer, now: datetime) -> bool:
    """Whether an alternative code is live: a newer one would end it."""
    for budget in signer.gate.budgets.all():
        ends_at = budget.live_alternative_ends_at
        if budget.kind == Budget.Kind.ONE_TIME_CODE and budget.live_alternative_id:
            return ends_at is not None and now < ends_at
    return False
