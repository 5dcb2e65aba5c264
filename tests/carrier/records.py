"""What the carrier keeps, and how Twilio writes it down."""

from __future__ import annotations

import enum
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any


class Mode(enum.Enum):
    """How the carrier treats a number, or everybody.

    The first group is about the request, the second about what follows.
    """

    OK = "ok"
    SLOW = "slow"
    ERROR = "500"
    BAD_GATEWAY = "502"
    TOO_MANY = "429"
    TIME_OUT = "time-out"  # nothing is accepted, nothing is answered
    ACCEPT_THEN_SILENCE = "accept-then-silence"
    ACCEPT_THEN_DROP = "accept-then-drop"
    INVALID = "invalid"
    OPTED_OUT = "opted-out"
    COUNTRY = "country"

    LANDLINE = "landline"  # texts end undelivered, calls work
    OFF = "off"
    VOICEMAIL = "voicemail"
    NO_ANSWER = "no-answer"
    LINE_BUSY = "line-busy"
    NO_KEY = "no-key"  # somebody answers and presses nothing


@dataclass
class Text:
    account_sid: str
    to: str
    body: str
    params: dict[str, list[str]]
    sid: str = field(default_factory=lambda: f"SM{secrets.token_hex(16)}")
    status: str = "queued"
    error_code: int | None = None
    accepted_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def resource(self) -> dict[str, Any]:
        path = f"/2010-04-01/Accounts/{self.account_sid}/Messages/{self.sid}"
        service = one(self.params, "MessagingServiceSid") or None
        return {
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": stamp(self.accepted_at),
            "date_sent": None if self.status == "queued" else stamp(self.accepted_at),
            "date_updated": stamp(self.accepted_at),
            "direction": "outbound-api",
            "error_code": self.error_code,
            "error_message": None,
            "from": one(self.params, "From") or None,
            "messaging_service_sid": service,
            "num_media": "0",
            "num_segments": "1",
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{path}/Media.json"},
            "to": self.to,
            "uri": f"{path}.json",
        }


@dataclass
class Call:
    account_sid: str
    to: str
    twiml: str
    params: dict[str, list[str]]
    sid: str = field(default_factory=lambda: f"CA{secrets.token_hex(16)}")
    status: str = "queued"
    answered_by: str | None = None
    said: list[str] = field(default_factory=list)
    # How many of the sentences were said before the first key.
    said_before_key: int = 0
    languages: set[str] = field(default_factory=set)
    accepted_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def resource(self) -> dict[str, Any]:
        path = f"/2010-04-01/Accounts/{self.account_sid}/Calls/{self.sid}"
        return {
            "account_sid": self.account_sid,
            "answered_by": self.answered_by,
            "api_version": "2010-04-01",
            "caller_name": None,
            "date_created": stamp(self.accepted_at),
            "date_updated": stamp(self.accepted_at),
            "direction": "outbound-api",
            "duration": None,
            "end_time": None,
            "forwarded_from": None,
            "from": one(self.params, "From"),
            "from_formatted": one(self.params, "From"),
            "group_sid": None,
            "parent_call_sid": None,
            "phone_number_sid": f"PN{'0' * 32}",
            "price": None,
            "price_unit": "USD",
            "queue_time": "0",
            "sid": self.sid,
            "start_time": None,
            "status": self.status,
            "subresource_uris": {},
            "to": self.to,
            "to_formatted": self.to,
            "trunk_sid": None,
            "uri": f"{path}.json",
        }


@dataclass(frozen=True)
class Callback:
    """One request of the carrier's to us. answer is None when nobody was there."""

    url: str
    params: dict[str, str]
    answer: int | None


def one(params: dict[str, list[str]], name: str) -> str:
    return params.get(name, [""])[0]


def stamp(moment: datetime) -> str:
    return format_datetime(moment.replace(microsecond=0))
