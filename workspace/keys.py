"""API keys: made, shown once, found again by their hash, ended at once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from signing.flows import sending
from verification import limits
from verification.models import User
from workspace import events
from workspace.models import AccessToken, ApiKey, Membership

# Secret scanners find keys by their beginning.
KEY_START = "csk_"
ACCESS_START = "cst_"
LONGEST = 200
TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Issued:
    """secret in clear: shown once, kept nowhere."""

    key: ApiKey
    secret: str


def issue(
    member: Membership,
    *,
    name: str,
    scopes: Collection[ApiKey.Scope],
    now: datetime,
    expires_at: datetime | None = None,
    secret: str = "",
    actor: User | None = None,
) -> Issued:
    """Make a key that acts as member. secret is given only where it is public
    anyway, as in the demo; actor is who made it, for the company's trail."""
    secret = secret or KEY_START + secrets.token_urlsafe(32)
    with transaction.atomic():
        key = ApiKey.objects.create(
            company_id=member.company_id,
            member=member,
            name=name,
            start=secret[: ApiKey.START],
            secret_sha256=digest(secret),
            scopes=sorted(scopes),
            expires_at=expires_at,
            created_at=now,
        )
        _tell(key, "api_key_issued", actor, now)
    return Issued(key, secret)


def find(secret: str, now: datetime) -> ApiKey | None:
    """Return the live key behind a secret or an access token; one or two queries.

    None alike for unknown, expired and revoked ones, and where the member or
    their account is not active any more. Notes the use once a minute.
    """
    if not secret or len(secret) > LONGEST:
        return None
    rows = ApiKey.objects.select_related("company", "member__user")
    if secret.startswith(ACCESS_START):
        rows = rows.filter(tokens__sha256=digest(secret), tokens__ends_at__gt=now)
    else:
        rows = rows.filter(secret_sha256=digest(secret))
    key = rows.first()
    if key is None or not key.is_live(now) or not key.member.user.is_active:
        return None
    key.member.company = key.company  # the same row: one look-up less for each
    if key.last_used_at is None or now - key.last_used_at >= TOUCH_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key


def grant_token(client_id: str, secret: str, now: datetime) -> str | None:
    """Return an access token for client credentials, or None where they are wrong."""
    key = find(secret, now) if not secret.startswith(ACCESS_START) else None
    if key is None or not _is_id_of(key, client_id):
        return None
    token = ACCESS_START + secrets.token_urlsafe(32)
    with transaction.atomic():
        key.tokens.filter(ends_at__lte=now).delete()
        AccessToken.objects.create(
            key=key, sha256=digest(token), ends_at=now + AccessToken.LIFETIME
        )
    return token


def revoke(key: ApiKey, now: datetime, *, actor: User | None = None) -> bool:
    """End a key and its tokens at once; False when it was revoked before."""
    with transaction.atomic():
        row = ApiKey.objects.filter(pk=key.pk, revoked_at=None)
        revoked = row.update(revoked_at=now) == 1
        key.tokens.all().delete()
        if revoked:
            _tell(key, "api_key_revoked", actor, now)
    return revoked


def charge(key: ApiKey, now: datetime) -> limits.Spent:
    """Count one request of this key. Commits on its own."""
    limit = limits.Limit(
        "api-key-hour", settings.API_REQUESTS_PER_HOUR, limits.HOUR, is_widened=True
    )
    return limits.spend(limits.Use(limit, str(key.pk)), now)


def actor_name(key: ApiKey) -> str:
    """Return who acts as the trail names them: a member, by a program."""
    return f"{sending.actor_name(key.member.user)} (API key {key.name})"


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _tell(key: ApiKey, kind: str, actor: User | None, now: datetime) -> None:
    events.record(
        key.company_id,
        kind,
        now,
        actor=f"{actor.name} <{actor.email}>" if actor else "system",
        name=key.name,
        start=key.start,
        scopes=list(key.scopes),
    )


def _is_id_of(key: ApiKey, client_id: str) -> bool:
    try:
        return UUID(client_id) == key.public_id
    except ValueError:
        return False
