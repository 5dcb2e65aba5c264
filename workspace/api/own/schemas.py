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


IdentityResult = Literal[
    "not_started", "in_progress", "needs_review", "failed", "passed"
]


class IdentityStateOut(Schema):
    """How far an identity check is; reason says why it failed, for programs."""

    result: IdentityResult
    reason: str | None


class FactorOut(Schema):
    """identity is there for identity checks alone."""

    kind: str
    stage: str
    frequency: str
    is_proven: bool
    tries_left: int | None
    is_locked: bool
    identity: IdentityStateOut | None


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
    is_held: bool
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


class ApproveIn(Schema):
    """check is the one that the report told of."""

    check: UUID


class RejectIn(ApproveIn):
    """The signer reads the reason."""

    reason: Text


class IdentityReportOut(Schema):
    """The newest check that counts: what was read, never a picture.

    Of the document's number there is only its end. is_held: the signer waits
    for prefilled fields. review_url is the workspace's page for looking at it.
    """

    result: IdentityResult
    check: UUID | None
    provider: Literal["review", "stripe"] | None
    reason: str | None
    sentence: str | None
    started_at: datetime | None
    sent_at: datetime | None
    decided_at: datetime | None
    decided_by: str | None
    document_type: str | None
    country: str | None
    number_end: str | None
    name: str | None
    born_on: str | None
    expires_on: str | None
    checks: dict[str, bool]
    name_level: str | None
    is_held: bool
    review_url: str | None


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
    """A paused one is told nothing; a company admin pauses it, and lets it go on."""

    id: UUID
    url: str
    events: list[str]
    created_at: datetime
    paused_at: datetime | None


class WebhookMadeOut(WebhookOut):
    """secret signs every call; it is shown in this answer alone."""

    secret: str


class WebhooksOut(Schema):
    entries: list[WebhookOut]
