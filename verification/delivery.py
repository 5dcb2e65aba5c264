"""The outbox: what must leave the house, and what the world says became of it.

A row is written in the transaction of what it tells; after the commit Celery
gets a hint with the row's id. The hint may be lost: the sweeper finds the row.
A worker claims a row by one conditional UPDATE with a fresh lease token, and
every later write names that token. When nobody knows whether a message left,
the carrier is asked before it is sent again (threats T29 to T31).
"""

from __future__ import annotations

import logging
import random
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from verification import dispatch, limits, messages, trail
from verification.addresses import mask_email, mask_phone
from verification.channels.base import (
    DeliveryError,
    Fate,
    Message,
    OutcomeUnknown,
    Reason,
    Report,
    get_channel,
)
from verification.links import callback_url
from verification.models import Challenge, Delivery, Gate, Trail

logger = logging.getLogger(__name__)
State = Delivery.State

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(hours=2)
CALLBACK_PAUSE = timedelta(seconds=10)
# A carrier call may take 3 s to connect and 7 s to answer.
CARRIER_TIME = timedelta(seconds=10)


@dataclass(frozen=True)
class Claim:
    """The right to send one delivery, until the lease ends."""

    delivery: Delivery
    token: str
    was_unknown: bool


def enqueue(
    *,
    kind: str,
    channel: str,
    address: str,
    language: str,
    now: datetime,
    gate: Gate | None = None,
    trail_head: Trail | None = None,
    challenge: Challenge | None = None,
    company_id: int | None = None,
    **context: Any,
) -> Delivery:
    """Write one message to the outbox; call it inside the transaction of its cause.

    context holds row ids for the builder of this kind. Nothing leaves before
    the commit.
    """
    row = Delivery.objects.create(
        kind=kind,
        channel=channel,
        address=address,
        language=language,
        company_id=company_id or (gate.company_id if gate else None),
        gate=gate,
        trail_id=_trail_of(trail_head, gate),
        challenge=challenge,
        context=context,
        next_attempt_at=now,
        created_at=now,
    )
    task = "call_webhook" if channel == Delivery.Channel.WEBHOOK else "send"
    transaction.on_commit(lambda: dispatch.hint(row.pk, task=task), robust=True)
    return row


def _trail_of(trail_head: Trail | None, gate: Gate | None) -> int | None:
    if trail_head is not None:
        return trail_head.pk
    return gate.trail_id if gate is not None else None


def claim(delivery_id: int, now: datetime) -> Claim | None:
    """Take a waiting delivery, or None when another worker was first.

    A row whose lease ran out was being sent when its worker died: its outcome
    is unknown, like that of a time-out. While the operator has stopped all
    sending, rows wait: an invitation must not be lost by it.
    """
    if not settings.SENDING_ON:
        return None
    token = secrets.token_hex(16)
    row = Delivery.objects.filter(pk=delivery_id).select_related("gate", "challenge")
    found = row.filter(state__in=Delivery.PENDING, next_attempt_at__lte=now).first()
    if found is None:
        return None
    lease_ends_at = now + found.lease
    taken = Delivery.objects.filter(
        pk=delivery_id,
        state=found.state,
        lease_token=found.lease_token,
        next_attempt_at__lte=now,
    ).update(
        state=State.SENDING,
        lease_token=token,
        lease_ends_at=lease_ends_at,
        next_attempt_at=lease_ends_at,
        attempts=models.F("attempts") + 1,
    )
    if not taken:
        return None
    was_unknown = found.state in (State.SENDING, State.UNKNOWN)
    # As the statement left it: nobody else writes while the token is ours.
    found.state, found.lease_token = State.SENDING, token
    found.lease_ends_at, found.attempts = lease_ends_at, found.attempts + 1
    return Claim(found, token, was_unknown)


def attempt(claimed: Claim) -> None:
    """Send what was claimed and record what came of it. Never raises."""
    now = timezone.now()
    delivery = claimed.delivery
    if not is_wanted(delivery, now):
        settle(claimed, State.CANCELLED, now)
        return
    message = _write(claimed, now)
    if message is None:
        return
    try:
        provider_id = _send_once(claimed, message)
    except OutcomeUnknown as error:
        _look_later(claimed, error)
    except DeliveryError as error:
        _try_later(claimed, error)
    except Exception:  # whatever an adapter's package may raise, at any point
        logger.exception("Delivery %s: the channel broke.", delivery.pk)
        _look_later(claimed, OutcomeUnknown(Reason.UNKNOWN, detail="channel broke"))
    else:
        settle(claimed, State.SENT, timezone.now(), provider_id=provider_id)


def _write(claimed: Claim, now: datetime) -> Message | None:
    """Render what was claimed; None, and settled, where it can't be sent as it is."""
    try:
        return as_message(claimed.delivery)
    except messages.SupersededError:
        settle(claimed, State.CANCELLED, now)
    except messages.NothingToSayError:
        settle(claimed, State.FAILED, now, reason=Reason.CONFIGURATION)
    except Exception:  # whatever a template or its facts may raise
        logger.exception("Delivery %s cannot be written.", claimed.delivery.pk)
        settle(claimed, State.FAILED, now, reason=Reason.CONFIGURATION)
    return None


def is_wanted(delivery: Delivery, now: datetime) -> bool:
    """A code that was replaced, used or has expired is not sent any more (T31)."""
    challenge = delivery.challenge
    return challenge is None or challenge.is_live(now)


def record_report(delivery_id: int, report: Report, at: datetime) -> bool:
    """Write down what the carrier says; False for late, repeated or foreign news.

    The first final word stands. A report about another message than the one
    that this row was sent as changes nothing (threat T28).
    """
    to = {
        Fate.ACCEPTED: State.SENT,
        Fate.SENT: State.SENT,
        Fate.DELIVERED: State.DELIVERED,
        Fate.FAILED: State.FAILED,
    }.get(report.fate)
    if to is None:
        return False
    before = [State.SENDING, State.UNKNOWN]
    if report.fate.is_final:
        before += [State.SENT, State.QUEUED]
    own = models.Q(provider_id="") | models.Q(provider_id=report.provider_id)
    row = Delivery.objects.filter(own, pk=delivery_id, state__in=before)
    return _record(
        row, delivery_id, to, at, report.provider_id, report.reason, report.detail
    )


def code_to_speak(delivery_id: int, call_sid: str, at: datetime) -> str | None:
    """Return the code for a call whose listener pressed a key, or None.

    Only for the call that this row was sent as, and only while the code lives.
    """
    own = models.Q(provider_id="") | models.Q(provider_id=call_sid)
    row = Delivery.objects.filter(own, pk=delivery_id, channel=Delivery.Channel.VOICE)
    # A machine took the call: its code is not told to whatever presses next (T27).
    row = row.exclude(state=State.FAILED, reason=Reason.MACHINE)
    delivery = row.select_related("challenge").first()
    challenge = delivery.challenge if delivery else None
    return challenge.code() if challenge and challenge.is_live(at) else None


def due(now: datetime, most: int = 50, *, webhooks: bool = False) -> list[int]:
    """Return the ids of rows that wait although their time has come.

    Messages to people, or webhooks: a dead receiver must not hold up a code.
    """
    rows = Delivery.objects.filter(state__in=Delivery.PENDING, next_attempt_at__lte=now)
    is_webhook = models.Q(channel=Delivery.Channel.WEBHOOK)
    rows = rows.filter(is_webhook if webhooks else ~is_webhook)
    rows = rows.order_by("next_attempt_at")
    return list(rows.values_list("pk", flat=True)[:most])


def poll_carrier(now: datetime, most: int = 50) -> int:
    """Ask what became of texts and calls that no callback will report on.

    Returns how many were settled.
    """
    if reports_arrive():
        return 0
    rows = Delivery.objects.filter(
        state=State.SENT,
        channel__in=[Delivery.Channel.SMS, Delivery.Channel.VOICE],
        handed_over_at__gt=now - timedelta(hours=1),
    ).exclude(provider_id="")
    settled = 0
    for row in rows.order_by("-pk")[:most]:
        try:
            report = get_channel(row.channel).poll(row.provider_id)
        except DeliveryError as error:
            logger.warning("Delivery %s cannot be looked up: %s", row.pk, error)
            continue
        settled += bool(report and record_report(row.pk, report, now))
    return settled


def reports_arrive() -> bool:
    """Whether the carrier can call us back with a signature that we can check."""
    return settings.IS_HTTPS and bool(settings.TWILIO_AUTH_TOKEN)


def as_message(delivery: Delivery) -> Message:
    """Render a delivery. Raises NothingToSayError, SupersededError."""
    content = messages.build(delivery)
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    return Message(
        delivery_id=delivery.pk,
        to=delivery.address,
        text=content.text,
        language=content.language or delivery.language,
        subject=content.subject,
        html=content.html,
        after_key=content.after_key,
        sender_name=content.sender_name,
        reply_to=content.reply_to,
        message_id=f"<delivery-{delivery.pk}-{delivery.created_at:%Y%m%d%H%M%S%f}@{host}>",
        status_url=callback_url(delivery.pk, "status") if reports_arrive() else "",
        answer_url=callback_url(delivery.pk, "answer"),
        headers=content.headers,
    )


def settle(
    claimed: Claim,
    to: State,
    at: datetime,
    *,
    provider_id: str = "",
    reason: Reason | None = None,
    detail: str = "",
) -> bool:
    """Write the outcome of a claim; False when the lease was lost or news came first."""
    pk = claimed.delivery.pk
    row = Delivery.objects.filter(pk=pk, state=State.SENDING, lease_token=claimed.token)
    if _record(row, pk, to, at, provider_id, reason, detail):
        return True
    if provider_id:  # the carrier's report overtook us: keep the id with it
        Delivery.objects.filter(pk=pk, provider_id="").update(provider_id=provider_id)
    return False


def _send_once(claimed: Claim, message: Message) -> str:
    channel = get_channel(claimed.delivery.channel)
    if claimed.was_unknown:
        found = channel.find(message, claimed.delivery.created_at)
        if found:
            return found
        if claimed.delivery.channel == Delivery.Channel.VOICE:
            # Nobody wants the phone to ring twice for one press of a button.
            raise DeliveryError(Reason.UNKNOWN, permanent=True, detail="lost call")
    lease_ends_at = claimed.delivery.lease_ends_at
    if lease_ends_at and timezone.now() + CARRIER_TIME > lease_ends_at:
        raise DeliveryError(Reason.BUSY, permanent=False, detail="lease nearly over")
    return channel.send(message)


def _look_later(claimed: Claim, error: OutcomeUnknown) -> None:
    """Wait for a callback before the carrier is asked."""
    logger.warning("Delivery %s: outcome unknown: %s", claimed.delivery.pk, error)
    if claimed.delivery.attempts >= claimed.delivery.max_attempts:
        now = timezone.now()
        settle(claimed, State.FAILED, now, reason=error.reason, detail=error.detail)
        return
    _wait(claimed, State.UNKNOWN, CALLBACK_PAUSE, error)


def _try_later(claimed: Claim, error: DeliveryError) -> None:
    now = timezone.now()
    delivery = claimed.delivery
    logger.warning("Delivery %s failed: %s", delivery.pk, error)
    if error.permanent or delivery.attempts >= delivery.max_attempts:
        settle(claimed, State.FAILED, now, reason=error.reason, detail=error.detail)
        return
    pause = min(FIRST_PAUSE * 2 ** (delivery.attempts - 1), LONGEST_PAUSE)
    jitter = random.uniform(0.9, 1.1)  # noqa: S311  spreads load, guards nothing
    waits_as = State.UNKNOWN if claimed.was_unknown else State.QUEUED
    _wait(claimed, waits_as, pause * jitter, error)


def _wait(claimed: Claim, to: State, pause: timedelta, error: DeliveryError) -> None:
    Delivery.objects.filter(
        pk=claimed.delivery.pk, state=State.SENDING, lease_token=claimed.token
    ).update(
        state=to,
        reason=error.reason,
        detail=error.detail[:120],
        next_attempt_at=timezone.now() + pause,
    )


def _record(
    row: models.QuerySet[Delivery],
    pk: int,
    to: State,
    at: datetime,
    provider_id: str,
    reason: Reason | None,
    detail: str,
) -> bool:
    changes: dict[str, Any] = {
        "state": to,
        "reason": reason or "",
        "detail": detail[:120],
    }
    if provider_id:
        changes["provider_id"] = provider_id
    if to in (State.SENT, State.DELIVERED):
        changes["handed_over_at"] = Coalesce("handed_over_at", models.Value(at))
    if to in Delivery.FINAL:
        changes["settled_at"] = at
    with transaction.atomic():
        if not row.update(**changes):
            return False
        delivery = Delivery.objects.select_related("gate", "challenge__visit").get(
            pk=pk
        )
        _tell_trail(delivery, at)
    challenge = delivery.challenge
    if to == State.FAILED and challenge and challenge.visit:
        # "1 send per 30 s" must not keep a signer from trying again.
        limits.forget(limits.channel_use(challenge.visit, delivery.channel))
    return True


def _tell_trail(delivery: Delivery, at: datetime) -> None:
    if delivery.trail_id is None:
        return
    is_mail = delivery.channel == Delivery.Channel.EMAIL
    mask = mask_email if is_mail else mask_phone
    trail.append(
        delivery.trail_id,
        "delivery",
        at,
        actor="carrier",
        gate=delivery.gate,
        message=delivery.kind,
        channel=delivery.channel,
        to=mask(delivery.address),
        state=delivery.state,
        reason=delivery.reason,
        reference=delivery.challenge.reference if delivery.challenge else "",
    )
