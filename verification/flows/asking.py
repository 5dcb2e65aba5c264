"""A signer asks for a code: Text Me, Call Me, email, send again."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.db import transaction

from verification import codes, conversion, delivery, limits, messages, policy, trail
from verification.flows import answers
from verification.flows.opening import Origin
from verification.models import (
    BrowserSession,
    Budget,
    Challenge,
    Factor,
    Gate,
    Visit,
)
from verification.outcomes import Outcome
from verification.standing import budget_of, standing

logger = logging.getLogger(__name__)
Channel = Challenge.Channel
CODE_CHANNELS = (Channel.SMS, Channel.VOICE, Channel.EMAIL)
PREFIX_CUT = 4  # a prefix is a number without its last four digits


@dataclass(frozen=True)
class Ask:
    """What was pressed: whose factor, by which way, in which browser."""

    visit: Visit
    factor: Factor
    channel: str
    origin: Origin

    @property
    def gate(self) -> Gate:
        return self.visit.gate

    @property
    def address(self) -> str:
        """Where the code goes: from the gate alone, whatever the form says (T19)."""
        is_mail = self.channel == Channel.EMAIL
        return self.gate.email if is_mail else self.gate.phone_e164

    @cached_property
    def rules(self) -> policy.Policy:
        """What the company allows at this press, read once."""
        return policy.of(self.gate)


def ask(request: Ask, key: str, now: datetime) -> Outcome:
    """Issue a new code and put it in the outbox; older asked codes end.

    Commits the key, then the limits, then challenge, delivery and trail entry
    together. SENT, or why not: LOCKED, WAIT (with retry_at), NOT_ALLOWED,
    NO_SENDING, CLOSED, STALE.
    """
    answer = answers.begin(request.visit, key, request.factor, now)
    if answer is None:
        return answers.given(request.visit, key)
    if refusal := refuse(request, now):
        return answers.finish(answer, refusal)
    if retry_at := stopped_until(request, now):
        _tell_limit(request, conversion.NAME, now)
        return answers.finish(answer, Outcome.WAIT, retry_at=retry_at)
    try:
        limits.take(uses(request, now), now)
    except limits.LimitReachedError as reached:
        _tell_limit(request, reached.limit.name, now)
        return answers.finish(answer, Outcome.WAIT, retry_at=reached.retry_at)
    issued = _issue(request, now)
    if isinstance(issued, Outcome):
        return answers.finish(answer, issued)
    return answers.finish(answer, Outcome.SENT, about=issued)


def refuse(request: Ask, now: datetime) -> Outcome | None:
    """Return why this way is closed whatever the limits say, or None."""
    gate = request.gate
    if gate.closed_at is not None:
        return Outcome.CLOSED
    if not standing(gate, request.visit, now).is_reached(request.factor):
        return Outcome.STALE
    if not settings.SENDING_ON:
        return Outcome.NO_SENDING
    if request.channel not in ways(request.factor) or not request.address:
        return Outcome.NOT_ALLOWED
    if budget_of(gate, Budget.Kind.ONE_TIME_CODE).locked_at:
        return Outcome.LOCKED
    is_mail = request.channel == Channel.EMAIL
    if not is_mail and not policy.allows_number(request.rules, request.address):
        return Outcome.NOT_ALLOWED
    return None


def ways(factor: Factor) -> tuple[str, ...]:
    """Return the channels by which a factor's code may travel, first choice first."""
    if factor.kind == Factor.Kind.EMAIL:
        return (Channel.EMAIL,)
    if factor.kind != Factor.Kind.PHONE:
        return ()
    both = (Channel.SMS, Channel.VOICE) if calls_work() else (Channel.SMS,)
    return tuple(way for way in both if factor.channel in ("", way))


def calls_work() -> bool:
    """Twilio reads a code only to a signed question from itself (decisions: 26)."""
    return settings.VOICE_CHANNEL != "twilio" or delivery.reports_arrive()


def stopped_until(request: Ask, now: datetime) -> datetime | None:
    """Return when to ask again where hardly a code that was sent is entered."""
    if request.channel == Channel.EMAIL:
        return None
    return conversion.stopped_until(request.gate.company_id, request.address, now)


def uses(request: Ask, now: datetime) -> list[limits.Use]:
    """Return every limit that one send counts against (threat T25)."""
    gate, address = request.gate, request.address
    counted = [
        limits.channel_use(request.visit, request.channel),
        *(limits.Use(limit, str(gate.pk)) for limit in limits.GATE_SENDS),
        *(limits.Use(limit, address) for limit in limits.PHONE),
        *(limits.Use(limit, str(gate.company_id)) for limit in limits.COMPANY),
        limits.Use(limits.INSTANCE, "all"),
        limits.Use(limits.IP_SENDS, request.origin.ip),
    ]
    if request.channel == Channel.VOICE:
        counted += [limits.Use(limit, str(gate.pk)) for limit in limits.GATE_CALLS]
    if request.channel != Channel.EMAIL:
        counted.append(limits.Use(limits.PREFIX, address[:-PREFIX_CUT]))
        counted.append(conversion.sent(gate.company_id, address, now))
        if policy.is_foreign(request.rules, address):
            counted.append(
                limits.Use(
                    limits.FOREIGN,
                    f"{gate.company_id}:{policy.calling_code(address)}",
                )
            )
    return counted


def forget_sends(gate: Gate) -> None:
    """Let codes go out again at once: they go somewhere else from now on.

    Whoever pressed in vain all morning must not wait once the number is right.
    The limits of that number, of the company and of the network still count.
    """
    by_gate = [*limits.GATE_SENDS, *limits.GATE_CALLS]
    uses = [limits.Use(limit, str(gate.pk)) for limit in by_gate]
    for visit in gate.visits.all():
        uses += [limits.channel_use(visit, way) for way in CODE_CHANNELS]
    limits.forget(*uses)


def _issue(request: Ask, now: datetime) -> Challenge | Outcome:
    gate = request.gate
    with transaction.atomic():
        if refusal := _changed(request):
            return refusal
        # refuse() has made the row where there was none.
        row = Budget.objects.filter(gate=gate, kind=Budget.Kind.ONE_TIME_CODE)
        budget = row.select_for_update().get()
        if budget.locked_at:
            return Outcome.LOCKED
        replaced = replace_asked(gate, now)
        challenge = _new_challenge(request, replaced, now)
        Budget.objects.filter(pk=budget.pk).update(
            live_asked_id=challenge.pk, live_asked_ends_at=challenge.expires_at
        )
        _outlive(request.visit, challenge.expires_at)
        delivery.enqueue(
            kind=messages.CODE,
            channel=request.channel,
            address=request.address,
            language=gate.language,
            now=now,
            gate=gate,
            challenge=challenge,
        )
        _tell_asked(request, challenge, replaced, now)
    return challenge


def _outlive(visit: Visit, until: datetime) -> None:
    """Keep the browser known for as long as the code that it asked for."""
    session = BrowserSession.objects.filter(pk=visit.session_id, ends_at__lte=until)
    session.update(ends_at=until)


def _changed(request: Ask) -> Outcome | None:
    """Lock the gate and see whether it is still as the page showed it.

    A recall or a corrected number that came in between wins: nothing goes to
    the number that was just replaced (threat T16).
    """
    gate = Gate.objects.select_for_update(no_key=True).get(pk=request.gate.pk)
    if gate.closed_at is not None:
        return Outcome.CLOSED
    shown = (request.gate.phone, request.gate.email, request.visit.link_version)
    stored = (gate.phone, gate.email, gate.link_version)
    return None if shown == stored else Outcome.STALE


def replace_asked(gate: Gate, now: datetime) -> str:
    """End the live asked code; returns its reference, or "".

    Call it under the lock of the gate's budget.
    """
    live = gate.challenges.filter(state=Challenge.State.ISSUED).exclude(
        channel=Channel.ALTERNATIVE
    )
    reference = ""
    for challenge in live:
        over = now >= challenge.expires_at
        ended = Challenge.State.EXPIRED if over else Challenge.State.REPLACED
        challenge.move(ended, now)
        reference = challenge.reference
    return reference


def _new_challenge(request: Ask, replaced: str, now: datetime) -> Challenge:
    gate = request.gate
    return Challenge.objects.create(
        gate=gate,
        factor=request.factor,
        visit=request.visit,
        channel=request.channel,
        reference=codes.new_reference(besides=replaced),
        nonce=codes.new_nonce(),
        key_id=next(iter(settings.CODE_KEYS)),
        digits=gate.code_digits,
        issued_at=now,
        expires_at=now + gate.code_lifetime,
    )


def _tell_asked(
    request: Ask, challenge: Challenge, replaced: str, now: datetime
) -> None:
    gate = request.gate
    is_mail = request.channel == Channel.EMAIL
    trail.append(
        gate.trail_id,
        "code_asked",
        now,
        actor="signer",
        gate=gate,
        channel=request.channel,
        to=gate.masked_email if is_mail else gate.masked_phone,
        reference=challenge.reference,
        replaced=replaced,
        ip=request.origin.ip,
        browser=request.origin.browser,
    )


def _tell_limit(request: Ask, name: str, now: datetime) -> None:
    if name == limits.GATE_CHANNEL.name:
        return  # pressing again within seconds is no news
    try:  # nor is pressing for an hour
        limits.take([limits.Use(limits.NEWS, f"{request.gate.pk}:{name}")], now)
    except limits.LimitReachedError:
        return
    logger.warning("The limit %s was reached at gate %s.", name, request.gate)
    with transaction.atomic():
        trail.append(
            request.gate.trail_id,
            "limit_reached",
            now,
            actor="system",
            gate=request.gate,
            name=name,
            channel=request.channel,
        )
