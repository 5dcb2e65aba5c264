"""Signed addresses: the emailed link and the carrier's callbacks.

A link is derived, not stored: a copy of the database opens nothing. It is
revoked by raising the gate's link_version. Its MAC covers the purpose, the
gate, the version and the key's id (threats T9, T20).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.urls import reverse

MAC_BYTES = 16
UUID_BYTES = 16
VERSION_BYTES = 2
BODY_BYTES = UUID_BYTES + VERSION_BYTES
SECONDS_BYTES = 5
SIGN = b"sign\0"
TIMED = b"timed\0"
CALLBACK = b"callback\0"


@dataclass(frozen=True)
class Link:
    """What a genuine token says. is_readable is False when its key is retired.

    ends_at: a link that was handed out for a while ends sooner than the gate's.
    """

    gate_id: uuid.UUID
    version: int
    is_readable: bool = True
    ends_at: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        return self.ends_at is not None and now >= self.ends_at


def make_token(
    gate_id: uuid.UUID, version: int, ends_at: datetime | None = None
) -> str:
    """Return what stands in a link. ends_at counts in whole seconds."""
    key_id = next(iter(settings.LINK_KEYS))
    facts = gate_id.bytes + version.to_bytes(VERSION_BYTES, "big")
    purpose = SIGN
    if ends_at is not None:
        facts += int(ends_at.timestamp()).to_bytes(SECONDS_BYTES, "big")
        purpose = TIMED
    head = len(key_id).to_bytes(1, "big") + key_id.encode()
    return _as_text(head + facts + _mac(key_id, purpose, facts + key_id.encode()))


def read_token(token: str) -> Link | None:
    """Return what token says, or None when it is damaged or never was.

    The key's id stands in front and the length is exact, so that a link which
    lost its end is not taken for one whose key was retired.
    """
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        key_id = raw[1 : 1 + raw[0]].decode("ascii")
        rest = raw[1 + raw[0] :]
        gate_id = uuid.UUID(bytes=rest[:UUID_BYTES])
    except (ValueError, IndexError, binascii.Error):
        return None
    facts, mac = rest[:-MAC_BYTES], rest[-MAC_BYTES:]
    if _as_text(raw) != token or not key_id:
        return None  # one link, one spelling
    if len(facts) not in (BODY_BYTES, BODY_BYTES + SECONDS_BYTES):
        return None
    version = int.from_bytes(facts[UUID_BYTES:BODY_BYTES], "big")
    seconds = facts[BODY_BYTES:]
    if key_id not in settings.LINK_KEYS:
        return Link(gate_id, version, is_readable=False)
    purpose = TIMED if seconds else SIGN
    if not hmac.compare_digest(mac, _mac(key_id, purpose, facts + key_id.encode())):
        return None
    return Link(gate_id, version, ends_at=_moment(seconds))


def signer_url(
    gate_id: uuid.UUID, version: int, ends_at: datetime | None = None
) -> str:
    """Return the address that the invitation carries, or one that ends sooner."""
    path = reverse("signing:link", args=[make_token(gate_id, version, ends_at)])
    return settings.PUBLIC_URL + path


def returning_url(gate_id: uuid.UUID) -> str:
    """Return where somebody comes back to from a provider's own pages. It opens
    for the browser that came by the link, and for no other."""
    return (
        f"{settings.PUBLIC_URL}{reverse('signing:identity', args=[gate_id])}?returned"
    )


def callback_url(delivery_id: int, kind: str) -> str:
    """Return where the carrier reports on a delivery; kind is status or answer."""
    return settings.PUBLIC_URL + callback_path(delivery_id, kind)


def callback_path(delivery_id: int, kind: str) -> str:
    return reverse(
        f"hooks:twilio-{kind}", args=[delivery_id, callback_mac(delivery_id)]
    )


def callback_mac(delivery_id: int) -> str:
    key_id = next(iter(settings.LINK_KEYS))
    return _mac(key_id, CALLBACK, str(delivery_id).encode()).hex()


def callback_is_genuine(delivery_id: int, mac: str) -> bool:
    """Say whether one of our keys made mac for this delivery."""
    body = str(delivery_id).encode()
    genuine = [_mac(key_id, CALLBACK, body).hex() for key_id in settings.LINK_KEYS]
    return any(hmac.compare_digest(mac.encode(), made.encode()) for made in genuine)


def _moment(seconds: bytes) -> datetime | None:
    if not seconds:
        return None
    return datetime.fromtimestamp(int.from_bytes(seconds, "big"), UTC)


def _as_text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _mac(key_id: str, purpose: bytes, body: bytes) -> bytes:
    key = settings.LINK_KEYS[key_id].encode()
    return hmac.new(key, purpose + body, hashlib.sha256).digest()[:MAC_BYTES]
