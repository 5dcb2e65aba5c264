"""A signer's browser arrives, is recognised, and leaves."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Greatest

from verification import trail
from verification.models import (
    BrowserSession,
    Factor,
    Gate,
    Grant,
    IdentityCheck,
    TrailEntry,
    Visit,
)
from verification.models.gate import grant_is_fresh

SECRET_BYTES = 32
SEEN_EVERY = timedelta(minutes=1)
A_DAY = timedelta(hours=24)
# The certificate prints each: a link is no way to make it endless.
MOST_OPENED_A_DAY = 50


@dataclass(frozen=True)
class Origin:
    """Where a request came from, as the trail records it."""

    ip: str = ""
    browser: str = ""


def recognise(secret: str, now: datetime) -> BrowserSession | None:
    """Return the session that a cookie's secret belongs to."""
    if not secret:
        return None
    found = BrowserSession.objects.filter(_held(secret, now))
    return next(iter(found[:1]), None)


def recognise_visit(secret: str, gate: Gate, now: datetime) -> Visit | None:
    """Return the visit, with its session, of the browser that holds a secret.

    As recognise and find_visit, in one query: nearly every step begins so.
    """
    if not secret:
        return None
    found = Visit.objects.select_related("session").filter(
        _held(secret, now, "session__"), gate=gate, link_version=gate.link_version
    )
    return next(iter(found[:1]), None)


def begin(now: datetime) -> tuple[BrowserSession, str]:
    """Make a session; returns it and the secret for its cookie."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    session = BrowserSession.objects.create(
        secret_hash=_hash(secret),
        rotated_at=now,
        created_at=now,
        ends_at=now + BrowserSession.LIFETIME,
    )
    return session, secret


def rotate(session: BrowserSession, held: str, now: datetime) -> str:
    """Give the session a new secret, at the moment its rights grew (fixation).

    held is the secret that the request came with. The new one is derived from
    it, so that two presses at once end with the same cookie, whichever answer
    the browser reads last.
    """
    secret = _successor(session, held)
    BrowserSession.objects.filter(pk=session.pk, secret_hash=_hash(held)).update(
        previous_hash=_hash(held),
        secret_hash=_hash(secret),
        rotated_at=now,
        ends_at=Greatest("ends_at", models.Value(now + BrowserSession.LIFETIME)),
    )
    return secret


def present_secret(session: BrowserSession, held: str) -> str:
    """Return the session's secret, given that or the one before it."""
    is_present = session.secret_hash == _hash(held)
    return held if is_present else _successor(session, held)


def find_visit(session: BrowserSession | None, gate: Gate) -> Visit | None:
    """Return this browser's visit by the present link, if its link was proven."""
    if session is None:
        return None
    found = Visit.objects.filter(
        session=session, gate=gate, link_version=gate.link_version
    )
    return next(iter(found[:1]), None)


def arrive(gate: Gate, session: BrowserSession, origin: Origin, now: datetime) -> Visit:
    """Note that this browser came by the gate's genuine, current link.

    Arriving again is a reopening: what must be proven at each access has to be
    proven again, unless the company asks only once within a session.
    """
    with transaction.atomic():
        visit, is_new = Visit.objects.get_or_create(
            session=session,
            gate=gate,
            defaults={
                "link_version": gate.link_version,
                "opened_at": now,
                "arrived_at": now,
            },
        )
        if is_new:
            _tell_opened(gate, visit, origin, now)
        else:
            _reopen(visit, gate, now)
    visit.session = session
    return visit


def admit(visit: Visit, now: datetime) -> None:
    """Let a visitor in where no factor guards viewing (decisions: 12)."""
    Visit.objects.filter(pk=visit.pk, admitted_at=None).update(admitted_at=now)
    visit.refresh_from_db()


def keep(visit: Visit, now: datetime) -> None:
    """Keep fresh grants fresh: this page is being used."""
    fresh = visit.grants.filter(grant_is_fresh(now))
    fresh.filter(last_seen_at__lt=now - SEEN_EVERY).update(last_seen_at=now)


def touch(visit: Visit, now: datetime) -> bool:
    """Keep fresh grants fresh; False when none is left to keep."""
    keep(visit, now)
    fresh = visit.grants.filter(grant_is_fresh(now))
    return fresh.exists() or not visit.grants.exists()


def has_been_inside(visit: Visit) -> bool:
    """Whether this browser had once passed all that guards reading."""
    asked = visit.gate.factors.filter(removed_at=None, stage=Factor.Stage.VIEW)
    passed = set(visit.grants.values_list("factor_id", flat=True))
    return passed.issuperset(asked.values_list("pk", flat=True))


def leave(visit: Visit, now: datetime) -> None:
    """End this request's grants in this browser, and no other's; and what would
    become one by a press."""
    with transaction.atomic():
        passed = visit.identity_checks.filter(
            state=IdentityCheck.State.PASSED, used_at=None
        )
        passed.update(used_at=now)
        ended = end_grants_of(visit, now)
        Visit.objects.filter(pk=visit.pk).update(admitted_at=None)
        if ended:
            trail.append(
                visit.gate.trail_id,
                "grants_ended",
                now,
                actor="signer",
                gate=visit.gate,
                why="left",
            )


def end_grants_of(visit: Visit, now: datetime) -> int:
    """End what this browser has proven at the gate. Returns how many proofs ended."""
    return visit.grants.filter(ended_at=None).update(ended_at=now)


def _reopen(visit: Visit, gate: Gate, now: datetime) -> None:
    Visit.objects.filter(pk=visit.pk).update(
        arrived_at=now,
        admitted_at=None,
        link_version=gate.link_version,
    )
    if gate.asks_every_opening or visit.link_version != gate.link_version:
        Grant.objects.filter(visit=visit, ended_at=None).exclude(
            factor__frequency=Factor.Frequency.ONCE_PER_DOCUMENT
        ).update(ended_at=now)
    visit.refresh_from_db()


def _tell_opened(gate: Gate, visit: Visit, origin: Origin, now: datetime) -> None:
    told = TrailEntry.objects.filter(gate=gate, kind="opened", at__gt=now - A_DAY)
    if told[:MOST_OPENED_A_DAY].count() == MOST_OPENED_A_DAY:
        return
    trail.append(
        gate.trail_id,
        "opened",
        now,
        actor="signer",
        gate=gate,
        ip=origin.ip,
        browser=origin.browser,
        beside=_others_opened(visit, gate),
    )


def _others_opened(visit: Visit, gate: Gate) -> list[str]:
    """Return the gates of other signers that this browser came to before."""
    others = Visit.objects.filter(
        session_id=visit.session_id, gate__trail_id=gate.trail_id
    ).exclude(gate=gate)
    return [str(pk) for pk in others.values_list("gate__public_id", flat=True)]


def _held(secret: str, now: datetime, session: str = "") -> models.Q:
    """Sessions whose cookie holds secret; session leads to them from elsewhere."""
    hashed = _hash(secret)
    grace = now - BrowserSession.ROTATION_GRACE
    present = models.Q((f"{session}secret_hash", hashed))
    before = models.Q(
        (f"{session}previous_hash", hashed), (f"{session}rotated_at__gt", grace)
    )
    return (present | before) & models.Q((f"{session}ends_at__gt", now))


def _successor(session: BrowserSession, held: str) -> str:
    key = settings.SECRET_KEY.encode()
    text = f"browser session\0{session.pk}\0{held}".encode()
    return hmac.new(key, text, hashlib.sha256).hexdigest()


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
