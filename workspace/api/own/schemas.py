"""What goes in and out of our own door."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

Text = Annotated[str, Field(max_length=500)]


class FixOut(Schema):
    """What helps: an address in the workspace, or words to tell the signer."""

    label: str
    url: str | None
    words: str | None


class DiagnosisOut(Schema):
    """Why the signer is not in; code is a key for programs."""

    code: str
    sentence: str
    is_trouble: bool
    fix: FixOut | None


class FactorOut(Schema):
    kind: str
    stage: str
    frequency: str
    is_proven: bool
    tries_left: int | None
    is_locked: bool


class DeliveryOut(Schema):
    """The last message: masked address, what became of it and why."""

    channel: str
    kind: str
    to: str
    state: str
    reason: str | None
    at: datetime


class SignerOut(Schema):
    id: UUID
    name: str
    email: str
    masked_phone: str
    order: int
    state: str
    is_locked: bool
    factors: list[FactorOut]
    last_delivery: DeliveryOut | None
    diagnosis: DiagnosisOut | None


class TransactionOut(Schema):
    id: UUID
    title: str
    state: str
    created_at: datetime
    sent_at: datetime | None
    ends_at: datetime | None
    signers: list[SignerOut]


class TransactionRowOut(Schema):
    id: UUID
    title: str
    state: str
    created_at: datetime


class TransactionsOut(Schema):
    """Newest first; next goes into `older` for the page after, null on the last."""

    entries: list[TransactionRowOut]
    next: str | None


class ReasonIn(Schema):
    reason: Text


class CodeIn(Schema):
    """reason unlocks a locked signer first; without it a locked one is refused."""

    reason: Text = ""


class CodeOut(Schema):
    """The code in clear, in this answer alone: tell it by voice."""

    code: str
    valid_until: datetime


class PhoneIn(Schema):
    """phone is E.164: +15551232190."""

    phone: Annotated[str, Field(max_length=20)]


class TrailEntryOut(Schema):
    seq: int
    at: str
    kind: str
    signer: str | None
    facts: dict[str, Any]
    payload: str
    salt: str
    payload_hash: str
    hash: str


class TrailTransactionOut(Schema):
    id: UUID
    title: str
    state: str
    company: str
    sender: dict[str, str]


class TrailOut(Schema):
    """The whole trail, with all that its hashes are made of."""

    transaction: TrailTransactionOut
    made_at: str
    how_to_check: str
    head: str
    entries: list[TrailEntryOut]


EventName = Literal[
    "transaction.sent",
    "transaction.completed",
    "transaction.recalled",
    "transaction.expired",
    "signer.viewed",
    "signer.signed",
    "signer.declined",
    "signer.code_delivery_failed",
    "signer.authentication_failed",
    "signer.locked",
    "signer.unlocked",
    "signer.alternative_code_issued",
    "signer.identity_started",
    "signer.identity_passed",
    "signer.identity_failed",
]


class WebhookIn(Schema):
    url: Annotated[str, Field(max_length=250)]
    events: Annotated[list[EventName], Field(min_length=1, max_length=15)]


class WebhookOut(Schema):
    id: UUID
    url: str
    events: list[str]
    created_at: datetime


class WebhookMadeOut(WebhookOut):
    """secret signs every call; it is shown in this answer alone."""

    secret: str


class WebhooksOut(Schema):
    entries: list[WebhookOut]
