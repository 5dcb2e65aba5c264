"""Webhooks are made, paused and ended, and hear of what their member may see."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from signing.flows.refusals import RefusedError
from signing.models import Company, SignRequest
from verification import delivery, messages, targets, trail, vault
from verification.letters import Content
from verification.models import Delivery, TrailEntry
from workspace import events as company_events
from workspace.models import Membership
from workspace.webhooks.models import PURPOSE, Webhook

KIND = "webhook"
SECRET_START = "whsec_"  # noqa: S105  secret scanners find it by its beginning
SIGNATURE = "Countersign-Signature"
Event = Webhook.Event

# Kinds of the trail; what is not here is told to nobody outside.
EVENTS = {
    "sent": Event.SENT,
    "viewed": Event.VIEWED,
    "delivery": Event.CODE_DELIVERY_FAILED,
    "code_wrong": Event.AUTHENTICATION_FAILED,
    "access_code_wrong": Event.AUTHENTICATION_FAILED,
    "passkey_failed": Event.AUTHENTICATION_FAILED,
    "totp_failed": Event.AUTHENTICATION_FAILED,
    "locked": Event.LOCKED,
    "unlocked": Event.UNLOCKED,
    "code_issued": Event.CODE_ISSUED,
    "identity_started": Event.IDENTITY_STARTED,
    "identity_passed": Event.IDENTITY_PASSED,
    "identity_failed": Event.IDENTITY_FAILED,
    "signed": Event.SIGNED,
    "completed": Event.COMPLETED,
    "declined": Event.DECLINED,
    "recalled": Event.RECALLED,
    "expired": Event.EXPIRED,
}
# What of an entry's facts leaves the house: no network address, no full number.
FACTS = ("channel", "to", "reason", "reference", "why", "tries_left", "ends_at")
SENTENCES = {
    "not_https": _("Give an address that begins with https://."),
    "malformed": _("Give a whole web address of 250 characters at most."),
    "credentials": _("Give an address without a user name or password in it."),
    "unknown_host": _("No server of this name is known."),
    "private": _("This address lies inside a private network. Give a public one."),
}


@dataclass(frozen=True)
class Made:
    """secret in clear: shown once."""

    webhook: Webhook
    secret: str


def create(
    member: Membership,
    *,
    url: str,
    events: Iterable[str],
    now: datetime,
    by: str = "system",
) -> Made:
    """Make a webhook; by is who did, for the company's trail.

    Raises RefusedError: bad_url, bad_events, too_many.
    """
    wanted = sorted(set(events))
    if not wanted or not set(wanted) <= set(Event.values):
        words = _("Name at least one event, from this list: %(list)s.")
        listed = ", ".join(Event.values)
        raise RefusedError("bad_events", str(words) % {"list": listed})
    check_target(url)
    secret = SECRET_START + secrets.token_urlsafe(32)
    with transaction.atomic():
        Company.objects.select_for_update().get(pk=member.company_id)
        if live(member.company_id).count() >= Webhook.MOST_OF_A_COMPANY:
            raise RefusedError(
                "too_many", _("A company has 20 webhooks at most. End one first.")
            )
        webhook = Webhook.objects.create(
            company_id=member.company_id,
            member=member,
            url=url,
            events=wanted,
            encrypted_secret=vault.encrypt(secret.encode(), PURPOSE),
            created_at=now,
        )
        _tell(webhook, "webhook_added", by, now)
    return Made(webhook, secret)


def check_target(url: str) -> None:
    """Raise RefusedError (bad_url) for an address that we do not call."""
    try:
        targets.look_up(url)
    except targets.ForbiddenTargetError as error:
        raise RefusedError("bad_url", SENTENCES[error.why]) from error


def end(webhook: Webhook, now: datetime, *, by: str = "system") -> bool:
    """End a webhook; what still waits for it is not sent. False when it was over."""
    return _change(webhook, {}, {"ended_at": now}, "webhook_ended", by, now)


def pause(webhook: Webhook, now: datetime, *, by: str = "system") -> bool:
    """Tell it nothing: what waits and what happens from now on is never told.

    False when it was paused or over.
    """
    before = {"paused_at": None}
    return _change(webhook, before, {"paused_at": now}, "webhook_paused", by, now)


def resume(webhook: Webhook, now: datetime, *, by: str = "system") -> bool:
    """Tell it again what happens from now on; the address is looked at anew.

    False when it was not paused, or over. Raises RefusedError: bad_url.
    """
    if webhook.paused_at is None:
        return False
    check_target(webhook.url)
    before = {"paused_at": webhook.paused_at}
    return _change(webhook, before, {"paused_at": None}, "webhook_resumed", by, now)


def _change(
    webhook: Webhook,
    before: Mapping[str, datetime | None],
    after: Mapping[str, datetime | None],
    kind: str,
    by: str,
    now: datetime,
) -> bool:
    with transaction.atomic():
        row = Webhook.objects.filter(pk=webhook.pk, ended_at=None, **before)
        changed = row.update(**after) == 1
        if changed:
            _tell(webhook, kind, by, now)
    webhook.refresh_from_db(fields=["paused_at", "ended_at"])
    return changed


def _tell(webhook: Webhook, kind: str, by: str, now: datetime) -> None:
    """Write it in the company's trail: the host alone, since paths may hold secrets."""
    host = urlsplit(webhook.url).hostname or ""
    company_events.record(
        webhook.company_id,
        kind,
        now,
        actor=by,
        host=host,
        webhook=str(webhook.public_id),
    )


def live(company_id: int) -> QuerySet[Webhook]:
    return Webhook.objects.filter(company_id=company_id, ended_at=None)


def visible_to(member: Membership) -> QuerySet[Webhook]:
    """Return the live webhooks a member may list and end: their own, or all of
    the company's for its admins."""
    rows = live(member.company_id)
    return rows if member.is_company_admin else rows.filter(member=member)


def register() -> None:
    trail.listen(note)
    messages.register(KIND, build)


def note(entry: TrailEntry, facts: dict[str, Any]) -> None:
    """Put one message in the outbox for each webhook that wants this entry.

    Called by the trail, in the transaction of what it tells; one query where
    nobody listens, and none for most entries.
    """
    event = EVENTS.get(entry.kind)
    if event is None or not _is_news(entry.kind, facts):
        return
    for webhook in _listening(entry.trail_id):
        if event in webhook.events:
            delivery.enqueue(
                kind=KIND,
                channel=Delivery.Channel.WEBHOOK,
                address=webhook.url,
                language="en",
                now=timezone.now(),
                company_id=webhook.company_id,
                webhook=webhook.pk,
                entry=entry.pk,
            )


def build(row: Delivery) -> Content:
    """Write the call with a fresh signature. Raises NothingToSayError,
    SupersededError where the webhook has ended or is paused."""
    rows = Webhook.objects.select_related("member__user")
    webhook = rows.filter(pk=row.context["webhook"]).first()
    entry = (
        TrailEntry.objects.select_related("gate__signer", "trail__request__company")
        .filter(pk=row.context["entry"])
        .first()
    )
    if webhook is None or not webhook.is_listening:
        raise messages.SupersededError
    if entry is None:
        raise messages.NothingToSayError
    body = json.dumps(payload(entry), ensure_ascii=False, separators=(",", ":"))
    return Content(text=body, headers=signed(webhook.secret, body, timezone.now()))


def signed(secret: str, body: str, now: datetime) -> dict[str, str]:
    """Return the header that proves a call is ours and fresh.

    t is Unix seconds, v1 the hex HMAC-SHA-256 of "t.body": receivers refuse what
    is older than five minutes.
    """
    at = int(now.timestamp())
    mac = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256)
    return {SIGNATURE: f"t={at},v1={mac.hexdigest()}"}


def payload(entry: TrailEntry) -> dict[str, Any]:
    """What a program is told. id is the same however often it is sent."""
    request: SignRequest = entry.trail.request
    facts = trail.facts_of(entry)
    return {
        "id": f"{request.public_id}-{entry.seq}",
        "type": EVENTS[entry.kind].value,
        "created_at": entry.at.isoformat(timespec="milliseconds"),
        "transaction": {"id": str(request.public_id), "title": request.title},
        "signer": _signer(entry),
        "facts": {name: facts[name] for name in FACTS if facts.get(name) is not None},
    }


def _signer(entry: TrailEntry) -> dict[str, Any] | None:
    if entry.gate is None:
        return None
    signer = entry.gate.signer
    return {
        "id": str(signer.public_id),
        "name": signer.name,
        "email": signer.email,
        "order": signer.order,
    }


def _is_news(kind: str, facts: dict[str, Any]) -> bool:
    """Of deliveries only a code that did not arrive is news."""
    if kind != "delivery":
        return True
    return facts.get("state") == Delivery.State.FAILED and bool(facts.get("reference"))


def _listening(trail_id: int) -> QuerySet[Webhook]:
    """Webhooks whose member may see the transaction, as in the workspace."""
    admin = Q(member__role=Membership.Role.COMPANY_ADMIN)
    shared = Q(company__members_act_for_each_other=True)
    own = Q(member__user_id=F("company__requests__sender_id"))
    return Webhook.objects.filter(
        admin | shared | own,
        company__requests__trail_id=trail_id,
        member__is_active=True,
        member__user__is_active=True,
        paused_at=None,
        ended_at=None,
    )
