"""Signers are reminded: by a publisher's hand, and by themselves as days go by.

The same link again, never a new one. Automatic reminders are counted on the
signer's row, under its lock, so that two workers never send one twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from signing.flows import sending
from signing.flows.holding import hold, hold_all
from signing.flows.refusals import RefusedError
from signing.models import Signer, SignRequest
from verification import trail
from verification.models import User

logger = logging.getLogger(__name__)

REMINDER = "reminder"
EXPIRY_WARNING = "expiry_warning"
BY_HAND_EVERY = timedelta(hours=1)
# Days after the invitation on which we write by ourselves.
DAYS = (3, 8, 13, 18)
WARN_BEFORE = timedelta(days=3)
# Nobody is written to by ourselves within a day of another such email.
QUIET = timedelta(days=1)
MESSAGE_LENGTH = 500
BATCH = 200
State = Signer.State


@dataclass(frozen=True)
class Due:
    """What is to be written by itself.

    number: which reminder, on which day; 0 warns of the end.
    """

    signer_pk: int
    number: int = 0
    day: int | None = None


class TooSoonError(RefusedError):
    """A signer was reminded within the hour; retry_at says when it is possible."""

    def __init__(self, retry_at: datetime) -> None:
        words = _("This signer was reminded within the last hour.")
        super().__init__("too_soon", words)
        self.retry_at = retry_at


def remind(signer: Signer, *, actor: User, now: datetime, message: str = "") -> None:
    """Write to a signer again, with the same link, at most once an hour.

    message is the publisher's own, instead of the one of the invitation. Raises
    RefusedError: not_open, already_done, not_invited, email_missing, emails_off,
    link_over, too_soon (a TooSoonError, with retry_at).
    """
    with transaction.atomic():
        held = hold(signer, now)
        if refusal := refusal_of(held, now):
            raise refusal
        told = message.strip()[:MESSAGE_LENGTH]
        _write(held, REMINDER, now, actor=sending.actor_name(actor), message=told)
    signer.refresh_from_db()


def refusal_of(signer: Signer, now: datetime) -> RefusedError | None:
    """Say why an open signer can't be reminded by hand now, or None."""
    if signer.state == State.WAITING:
        return RefusedError("not_invited", _("It is not this signer’s turn yet."))
    if not signer.email:
        return RefusedError("email_missing", _("This signer has no email address."))
    if signer.request.emails_off:
        return RefusedError("emails_off", _("This transaction is sent without emails."))
    if signer.gate.is_link_over(now):
        return RefusedError("link_over", _("The link has expired: send a new one."))
    if (retry_at := possible_at(signer)) and now < retry_at:
        return TooSoonError(retry_at)
    return None


def possible_at(signer: Signer) -> datetime | None:
    """Return when a signer may be reminded by hand again; None was never yet."""
    return signer.reminded_at + BY_HAND_EVERY if signer.reminded_at else None


def remind_due(now: datetime) -> int:
    """Send what is due by itself; returns how many were written to.

    One transaction each, and one that fails holds no other up. Whoever finds a
    row already claimed leaves it.
    """
    written = 0
    for due in [*_to_warn(now), *_to_remind(now), *_to_remind_as_said(now)]:
        try:
            written += _write_due(due, now)
        except Exception:
            logger.exception("Signer %s could not be reminded.", due.signer_pk)
    return written


def set_automatic(
    request: SignRequest, is_on: bool, *, actor: User, now: datetime
) -> None:
    """Turn automatic reminders of a request on or off, also after it was sent.

    Raises RefusedError: not_open.
    """
    with transaction.atomic():
        locked = SignRequest.objects.select_for_update().get(pk=request.pk)
        if not locked.is_draft and not locked.is_open:
            raise RefusedError("not_open", _("This transaction is over."))
        if locked.reminders_on == is_on:
            return
        SignRequest.objects.filter(pk=request.pk).update(reminders_on=is_on)
        if not locked.is_draft:
            kind = "reminders_on" if is_on else "reminders_off"
            name = sending.actor_name(actor)
            trail.append(locked.trail_id, kind, now, actor=name)
    request.refresh_from_db(fields=["reminders_on"])


def _open(now: datetime) -> models.QuerySet[Signer]:
    """Signers who are asked, and whose link and request have not ended."""
    link_ends_at = models.Q(gate__link_ends_at=None) | models.Q(
        gate__link_ends_at__gt=now
    )
    return Signer.objects.filter(
        link_ends_at,
        state__in=[State.INVITED, State.VIEWED],
        request__state=SignRequest.State.SENT,
        request__reminders_on=True,
        request__emails_off=False,
        request__ends_at__gt=now,
    ).exclude(gate__email="")


def _to_remind(now: datetime) -> Iterator[Due]:
    """Yield the latest one due for each: one email, not four, after a time in
    which no worker ran. Who was invited longer ago than anybody waits is not
    looked at, so that rows which nobody closes do not add up."""
    ends = (*DAYS[1:], sending.REQUEST_LIFETIME.days)
    for number, (day, end) in enumerate(zip(DAYS, ends, strict=True), start=1):
        rows = _open(now).filter(
            invited_at__lte=now - timedelta(days=day),
            invited_at__gt=now - timedelta(days=end),
            reminders_done__lt=number,
            request__remind_every=None,
        )
        rows = rows.order_by("invited_at", "pk")
        for pk in list(rows.values_list("pk", flat=True)[:BATCH]):
            yield Due(pk, number, day)


def _to_remind_as_said(now: datetime) -> Iterator[Due]:
    """Yield whom a program wants to be reminded: so many days after the invitation
    and after each email since, so many times."""
    asked = _open(now).filter(
        request__remind_every__gt=0,
        reminders_done__lt=models.F("request__remind_times"),
    )
    steps = asked.order_by().values_list("request__remind_every", flat=True)
    for days in [step for step in steps.distinct() if step]:
        since = now - timedelta(days=days)
        rows = asked.filter(request__remind_every=days, invited_at__lte=since)
        rows = rows.exclude(reminded_at__gt=since).order_by("invited_at", "pk")
        for pk, done in list(rows.values_list("pk", "reminders_done")[:BATCH]):
            yield Due(pk, done + 1, days * (done + 1))


def _to_warn(now: datetime) -> list[Due]:
    rows = (
        _open(now)
        .filter(
            warned_at=None,
            request__ends_at__lte=now + WARN_BEFORE,
            invited_at__lte=now - QUIET,
        )
        .order_by("request__ends_at")
    )
    return [Due(pk) for pk in rows.values_list("pk", flat=True)[:BATCH]]


def _write_due(due: Due, now: datetime) -> bool:
    with transaction.atomic():
        held = hold_all(Signer.objects.filter(pk=due.signer_pk))
        row = _open(now).filter(pk=due.signer_pk)
        free = {"reminders_done__lt": due.number} if due.number else {"warned_at": None}
        if not row.filter(**free).exists():
            return False
        done = {"reminders_done": due.number} if due.number else {"warned_at": now}
        Signer.objects.filter(pk=due.signer_pk).update(**done)
        if due.number and _is_quiet(held[0], now):
            return False
        kind = REMINDER if due.number else EXPIRY_WARNING
        _write(held[0], kind, now, actor="system", day=due.day)
    return True


def _is_quiet(signer: Signer, now: datetime) -> bool:
    """Whether somebody has just been written to, so that a day may pass first."""
    return signer.reminded_at is not None and now - signer.reminded_at < QUIET


def _write(
    signer: Signer,
    kind: str,
    now: datetime,
    *,
    actor: str,
    message: str = "",
    day: int | None = None,
) -> None:
    """Write the email and its entry; day is set where it goes out by itself."""
    Signer.objects.filter(pk=signer.pk).update(reminded_at=now)
    trail.append(
        signer.request.trail_id,
        "reminded",
        now,
        actor=actor,
        gate=signer.gate,
        to=signer.gate.masked_email,
        why=kind,
        day=day,
    )
    sending.write_to(signer, kind, now, message=message)
