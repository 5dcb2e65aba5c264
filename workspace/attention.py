"""Who or what is stuck, told by email: at once, once a day, or not at all.

Heard from the trail: a signer is locked, showed an ID that waits for review, a
message to a signer did not arrive; all of a transaction is held up.
Each event is told once, to whoever sent the transaction. No code, no link of a
signer and no whole address stands in it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models, transaction

from signing.flows import rendering, sealing
from signing.models import SignRequest
from verification import delivery, messages, trail
from verification.models import Delivery, Gate, TrailEntry
from workspace import attention_mails
from workspace.diagnosis import fates
from workspace.models import Concern, Membership

Notices = Membership.Notices
# A digest leaves in the morning, where the company is.
MORNING = time(8)
# Entries about all of a transaction.
OF_ALL = frozenset({rendering.UNDRAWN, sealing.LATE})


def register() -> None:
    messages.register(attention_mails.ONE, attention_mails.build_one)
    messages.register(attention_mails.DIGEST, attention_mails.build_digest)
    trail.listen(hear)


def hear(entry: TrailEntry, facts: dict[str, Any]) -> None:
    """Note what a publisher should know; called in the entry's transaction.

    Entries of one trail are written one after another, so two reports of the
    same event meet here in turn, and the second finds the first.
    """
    key = key_of(entry, facts)
    member = member_for(entry) if key else None
    if member is None or member.notices == Notices.OFF:
        return
    # What is about all of them goes where news of each of them go.
    gate = entry.gate or Gate.objects.filter(trail=entry.trail_id).first()
    address = gate.contact_email if gate else ""
    concern, is_new = Concern.objects.get_or_create(
        key=key,
        defaults={
            "member": member,
            "entry": entry,
            "address": address or member.user.email,
            "created_at": entry.at,
        },
    )
    if is_new and member.notices == Notices.AT_ONCE:
        tell(concern, entry.at)


def key_of(entry: TrailEntry, facts: dict[str, Any]) -> str:
    """Return the name of an event that is news for a publisher, else ""."""
    if entry.kind in OF_ALL:
        return f"{entry.kind}:{entry.pk}"
    if entry.gate_id is None:
        return ""
    if entry.kind == "locked":
        return f"locked:{entry.pk}"
    if entry.kind == "identity_waiting":
        return f"identity:{facts.get('check') or entry.pk}"
    if entry.kind != "delivery" or facts.get("state") != Delivery.State.FAILED:
        return ""
    message, reason = str(facts.get("message")), str(facts.get("reason"))
    if message.startswith("sender_") or reason in fates.NOT_TAKEN:
        return ""
    # The same dead number, tried again on the same day, is the same event.
    event = (entry.gate_id, facts.get("channel"), facts.get("to"), reason)
    named = "\0".join(map(str, (*event, entry.at.date())))
    return f"failed:{hashlib.sha256(named.encode()).hexdigest()[:40]}"


def member_for(entry: TrailEntry) -> Membership | None:
    """Return who sent the transaction; who left is stood in for by an admin."""
    request = SignRequest.objects.filter(trail_id=entry.trail_id).first()
    if request is None:
        return None
    members = Membership.objects.at_work().filter(company_id=request.company_id)
    sender = models.Q(user_id=request.sender_id)
    admin = models.Q(role=Membership.Role.COMPANY_ADMIN)
    first = members.filter(sender | admin).annotate(
        is_sender=models.ExpressionWrapper(sender, models.BooleanField())
    )
    return first.select_related("user", "company").order_by("-is_sender", "pk").first()


def tell(concern: Concern, now: datetime) -> None:
    entry, member = concern.entry, concern.member
    delivery.enqueue(
        kind=attention_mails.ONE,
        channel=Delivery.Channel.EMAIL,
        address=concern.address,
        language=member.user.language or member.company.language,
        now=now,
        gate=entry.gate,
        trail_head=entry.trail,
        company_id=member.company_id,
        concern=concern.pk,
    )
    Concern.objects.filter(pk=concern.pk).update(told_at=now)


def choose(member: Membership, notices: str) -> None:
    """Change how a member is told; what waited for a digest is dropped with it."""
    with transaction.atomic():
        Membership.objects.filter(pk=member.pk).update(notices=Notices(notices))
        if notices != Notices.DAILY:
            member.concerns.filter(told_at=None).delete()


def send_digests(now: datetime) -> int:
    """Write to every member whose morning has come and for whom news wait.

    Returns how many digests were put in the outbox.
    """
    waiting = Concern.objects.filter(told_at=None, member__notices=Notices.DAILY)
    members = Membership.objects.filter(pk__in=waiting.values("member"), is_active=True)
    return sum(
        _send_digest(member, now)
        for member in members.select_related("user", "company")
    )


def _send_digest(member: Membership, now: datetime) -> bool:
    """Write one member's digest of today; False when it is not time, or was sent."""
    zone = ZoneInfo(member.company.time_zone)
    today = now.astimezone(zone).date()
    morning = datetime.combine(today, MORNING, zone)
    waiting = member.concerns.filter(told_at=None, created_at__lt=morning)
    if now < morning or not waiting.exists():
        return False
    before = models.Q(digest_on=None) | models.Q(digest_on__lt=today)
    with transaction.atomic():
        row = Membership.objects.filter(before, pk=member.pk)
        if not row.update(digest_on=today):
            return False
        untold = list(waiting.order_by("pk"))
        for address, concerns in _by_address(untold).items():
            _write_digest(member, address, concerns, now)
        pks = [concern.pk for concern in untold]
        Concern.objects.filter(pk__in=pks).update(told_at=now)
    return True


def _by_address(concerns: Sequence[Concern]) -> dict[str, list[Concern]]:
    found: dict[str, list[Concern]] = defaultdict(list)
    for concern in concerns:
        found[concern.address].append(concern)
    return found


def _write_digest(
    member: Membership, address: str, concerns: Sequence[Concern], now: datetime
) -> None:
    delivery.enqueue(
        kind=attention_mails.DIGEST,
        channel=Delivery.Channel.EMAIL,
        address=address,
        language=member.user.language or member.company.language,
        now=now,
        company_id=member.company_id,
        member=member.pk,
        concerns=[concern.pk for concern in concerns],
    )
