"""A request is sent, its signers are invited in turn, it is taken back or ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction

from signing.flows import account_proof
from signing.gate import closed_because
from signing.models import Signer, SignRequest
from verification import delivery, limits, trail
from verification.flows import ending
from verification.models import Delivery, Gate, User

INVITATION = "invitation"
NEW_LINK = "new_link"
RECALLED = "recalled"
EXPIRED = "expired"
REQUEST_LIFETIME = timedelta(days=60)
State = SignRequest.State


class SendOutcome(models.TextChoices):
    SENT = "sent"
    ALREADY_SENT = "already_sent"


def actor_name(user: User) -> str:
    """Return a member as the trail names them."""
    return f"{user.name} <{user.email}>"


def send(
    request: SignRequest, *, actor: User, now: datetime, by: str = ""
) -> SendOutcome:
    """Freeze a draft, copy today's policy to its gates and invite who is first.

    The caller has made sure that the draft has no problems. A second press
    finds it sent. by names the actor in the trail where it is not the member
    in person.
    """
    with transaction.atomic():
        locked = SignRequest.objects.select_for_update().get(pk=request.pk)
        sent = locked.move(State.SENT, sent_at=now, ends_at=end_of(locked, now))
        request.refresh_from_db()
        if not sent:
            return SendOutcome.ALREADY_SENT
        for signer in signers_of(request):
            arm(signer, now)
        _tell_sent(request, by or actor_name(actor), now)
        invite_next(request, now)
    return SendOutcome.SENT


def end_of(request: SignRequest, sent_at: datetime) -> datetime | None:
    """Return until when a request that is sent at a time may be signed."""
    if request.open_for is None:
        return sent_at + REQUEST_LIFETIME
    return sent_at + request.open_for if request.open_for else None


def arm(signer: Signer, now: datetime) -> None:
    """Copy to the gate what must not change later: labels, lifetimes, digits."""
    request, gate = signer.request, signer.gate
    company, identity = request.company, request.sender_identity
    gate.company_id = company.pk
    gate.company_name = company.name
    gate.brand_id = company.public_id
    gate.title = "" if company.hides_title else request.title
    gate.sender_name = identity.name if identity else request.sender.name
    gate.contact_email = identity.email if identity else request.sender.email
    gate.contact_phone = company.contact_phone
    gate.time_zone = company.time_zone
    gate.code_lifetime = company.code_lifetime
    gate.alternative_lifetime = company.alternative_lifetime
    gate.code_digits = company.code_digits
    gate.asks_every_opening = company.asks_every_opening
    gate.link_ends_at = now + company.link_lifetime
    gate.save()
    account_proof.settle(signer, now)


def signers_of(request: SignRequest) -> models.QuerySet[Signer]:
    """Return the signers with all that a message to them names."""
    return request.signers.select_related(
        "gate__trail", "request__company", "request__sender", "request__sender_identity"
    )


def invite_next(request: SignRequest, now: datetime) -> None:
    """Invite everybody whose turn it is; call it in a transaction."""
    waiting = [
        signer for signer in signers_of(request) if signer.acts and not signer.is_done
    ]
    if not waiting:
        return
    first = min(signer.order for signer in waiting)
    for signer in waiting:
        if not request.is_ordered or signer.order == first:
            invite(signer, now)


def invite(signer: Signer, now: datetime) -> None:
    """Tell a signer that it is their turn, once; their link lives from now on."""
    row = Signer.objects.filter(pk=signer.pk, state=Signer.State.WAITING)
    if not row.update(state=Signer.State.INVITED, invited_at=now):
        return
    link_ends_at = now + signer.request.company.link_lifetime
    Gate.objects.filter(pk=signer.gate_id).update(link_ends_at=link_ends_at)
    trail.append(
        signer.request.trail_id,
        "invited",
        now,
        actor="system",
        gate=signer.gate,
        to=signer.gate.masked_email,
    )
    write_to(signer, INVITATION, now)


def write_to(
    signer: Signer, kind: str, now: datetime, **context: Any
) -> Delivery | None:
    """Put an email to a signer in the outbox; None when there is no address, or
    the program that sent the request wants to write itself.

    context is for the builder of this kind. The message names the link as it is
    now: once another takes its place, it is not sent any more, or a mail that
    waited would carry the new link to the old address.
    """
    if not signer.email or signer.request.emails_off:
        return None
    return delivery.enqueue(
        kind=kind,
        channel=Delivery.Channel.EMAIL,
        address=signer.email,
        language=signer.gate.language,
        now=now,
        gate=signer.gate,
        signer_id=signer.pk,
        link_version=signer.gate.link_version,
        **context,
    )


def send_new_link(signer: Signer, now: datetime) -> bool:
    """Write to the address on file, at the wish of whoever holds the old link.

    False when that was asked for too often, nobody may enter, or a program wants
    to write itself. Says nothing of it to the one who asks. Where the old link is over, the new one is
    another: else whoever holds the old one could bring it back to life.
    """
    use = limits.Use(limits.NEW_LINKS, str(signer.gate_id))
    try:
        limits.take([use], now)
    except limits.LimitReachedError:
        return False
    with transaction.atomic():
        SignRequest.objects.select_for_update().get(pk=signer.request_id)
        signer = signers_of(signer.request).get(pk=signer.pk)
        if closed_because(signer) is not None or signer.request.emails_off:
            return False
        gate = signer.gate
        if gate.is_link_over(now):
            ending.replace_link(gate, now)
        lifetime = signer.request.company.link_lifetime
        Gate.objects.filter(pk=gate.pk).update(link_ends_at=now + lifetime)
        trail.append(gate.trail_id, "link_sent_again", now, actor="signer", gate=gate)
        write_to(signer, NEW_LINK, now)
    return True


def recall(
    request: SignRequest, *, actor: User, reason: str, now: datetime, by: str = ""
) -> bool:
    """Take a request back; every link, code and proof ends at once. by: see send."""
    name = by or actor_name(actor)
    with transaction.atomic():
        locked = SignRequest.objects.select_for_update().get(pk=request.pk)
        facts = {"closed_at": now, "closing_reason": reason}
        if not locked.is_open or not locked.move(State.RECALLED, **facts):
            return False
        close_gates(locked, RECALLED, now)
        trail.append(locked.trail_id, "recalled", now, actor=name, reason=reason)
    request.refresh_from_db()
    return True


def withdraw(
    draft: SignRequest, *, actor: User, reason: str, now: datetime, by: str = ""
) -> bool:
    """Recall what was never sent, but that a program was told of: it stays to be
    asked for, where people throw a draft away. by: see send."""
    name = by or actor_name(actor)
    with transaction.atomic():
        locked = SignRequest.objects.select_for_update().get(pk=draft.pk)
        facts = {"closed_at": now, "closing_reason": reason}
        if not locked.is_draft or not locked.move(State.RECALLED, **facts):
            return False
        _tell_created(locked, name, now)
        trail.append(locked.trail_id, "recalled", now, actor=name, reason=reason)
    draft.refresh_from_db()
    return True


def expire_overdue(now: datetime) -> int:
    """End what was not signed in time. Returns how many requests ended."""
    overdue = SignRequest.objects.filter(state=State.SENT, ends_at__lte=now)
    return sum(expire(request, now) for request in overdue[:100])


def expire(request: SignRequest, now: datetime) -> bool:
    """End a request whose time is over; False when it ended otherwise."""
    with transaction.atomic():
        locked = SignRequest.objects.select_for_update().get(pk=request.pk)
        if not locked.move(State.EXPIRED, closed_at=now):
            return False
        close_gates(locked, EXPIRED, now)
        trail.append(locked.trail_id, "expired", now, actor="system")
    return True


def close_gates(request: SignRequest, kind: str, now: datetime) -> None:
    """End all gates and tell those who had been invited.

    Call it before the trail is written: gates and budgets are locked before it
    everywhere, or two of them would wait on each other.
    """
    for signer in signers_of(request):
        ending.close(signer.gate, now)
        if signer.state != Signer.State.WAITING:
            write_to(signer, kind, now)


def _tell_sent(request: SignRequest, name: str, now: datetime) -> None:
    _tell_created(request, name, now)
    trail.append(
        request.trail_id,
        "sent",
        now,
        actor=name,
        signers=request.signers.count(),
        is_ordered=request.is_ordered,
    )


def _tell_created(request: SignRequest, name: str, now: datetime) -> None:
    """Begin the trail: a draft has none, so that it can be thrown away."""
    trail.append(
        request.trail_id,
        "created",
        now,
        actor=name,
        title=request.title,
        draft_since=request.created_at.isoformat(),
        template=str(request.started_from or ""),
    )
    for document in request.documents.all():
        trail.append(
            request.trail_id,
            "document_added",
            now,
            actor=name,
            name=document.name,
            sha256=document.original_sha256,
            cleaned_sha256=document.cleaned_sha256,
            pages=document.page_count,
            removed=document.removed,
        )
