"""The append-only, hash-chained record.

Entry hash = SHA-256 over the entry before, seq, time, kind and the SHA-256 of
the salted payload (threat T56). Entries are appended under a lock on the
chain's head, inside the transaction of what they tell.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from verification.models.gate import Gate
from verification.models.trail import FIRST_HEAD, Trail, TrailEntry

SALT_BYTES = 16
Listener = Callable[[TrailEntry, dict[str, Any]], None]
_listeners: list[Listener] = []


@dataclass(frozen=True)
class Break:
    """Where a chain stops being true."""

    seq: int
    why: str


def listen(listener: Listener) -> None:
    """Let an app that knows what the trail is of hear of every entry and its facts.

    It is called in the entry's transaction, under the lock on the chain's head.
    """
    if listener not in _listeners:
        _listeners.append(listener)


def append(
    trail_id: int,
    kind: str,
    at: datetime,
    *,
    actor: str,
    gate: Gate | None = None,
    **facts: Any,
) -> TrailEntry:
    """Add one entry; call it inside the transaction of what it tells.

    actor is "signer", "carrier", "system" or a member's "name <address>".
    facts are JSON values; never a code, a link or a full phone number.
    """
    head = Trail.objects.select_for_update().get(pk=trail_id)
    payload = canonical(
        {"actor": actor, "gate": str(gate.public_id) if gate else None, **facts}
    )
    salt = secrets.token_hex(SALT_BYTES)
    payload_hash = hash_payload(salt, payload)
    seq = head.seq + 1
    entry_hash = hash_entry(head.head, seq, at, kind, payload_hash)
    entry = TrailEntry.objects.create(
        trail=head,
        seq=seq,
        at=at,
        kind=kind,
        gate=gate,
        payload=payload,
        salt=salt,
        payload_hash=payload_hash,
        hash=entry_hash,
    )
    Trail.objects.filter(pk=head.pk).update(seq=seq, head=entry_hash)
    for listener in _listeners:
        listener(entry, facts)
    return entry


def verify(trail: Trail) -> Break | None:
    """Return the first place where the chain is broken, or None when it holds."""
    seq, head = 0, FIRST_HEAD
    for entry in _in_order(trail):
        seq += 1
        if entry.seq != seq:
            return Break(seq, "an entry is missing or out of order")
        if fault := _fault(entry, head):
            return Break(seq, fault)
        head = entry.hash
    if (trail.seq, trail.head) != (seq, head):
        return Break(seq + 1, "the head does not match the last entry")
    return None


def facts_of(entry: TrailEntry) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(entry.payload)
    return facts


def canonical(value: dict[str, Any]) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def hash_payload(salt: str, payload: str) -> str:
    return hashlib.sha256(f"{salt}\n{payload}".encode()).hexdigest()


def hash_entry(
    before: str, seq: int, at: datetime, kind: str, payload_hash: str
) -> str:
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    text = "\n".join((before, str(seq), moment, kind, payload_hash))
    return hashlib.sha256(text.encode()).hexdigest()


def _in_order(trail: Trail) -> Iterator[TrailEntry]:
    entries = trail.entries.select_related("gate").order_by("seq")
    return entries.iterator(chunk_size=1000)


def _fault(entry: TrailEntry, before: str) -> str:
    made = hash_entry(before, entry.seq, entry.at, entry.kind, entry.payload_hash)
    if entry.hash != made:
        return "the entry was changed"
    if entry.payload_hash != hash_payload(entry.salt, entry.payload):
        return "the payload was changed"
    gate = str(entry.gate.public_id) if entry.gate else None
    if facts_of(entry).get("gate") != gate:
        return "the entry was moved to another signer"
    return ""
