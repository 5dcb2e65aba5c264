"""Until when: days, hours or a moment, as clients say it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from signing.models import SignRequest
from workspace.api.boldsign import listing
from workspace.api.boldsign.errors import DoorError
from workspace.api.boldsign.schemas.sending import MOST_DAYS, Covering, ExtendExpiry

USUAL_DAYS = 60
LONGEST = timedelta(days=MOST_DAYS)


def open_for(said: Covering, now: datetime) -> timedelta:
    """Return how long a document may be signed. Raises DoorError."""
    kind = said.expiry_date_type or "Days"
    value = said.expiry_value
    if kind == "Days" and said.expiry_days and value == USUAL_DAYS:
        value = said.expiry_days
    if kind == "SpecificDateTime":
        return until(from_seconds(value), now, "expiryValue")
    if value > MOST_DAYS * (24 if kind == "Hours" else 1):
        raise DoorError(f"The expiryValue must be at most {MOST_DAYS} days.")
    return timedelta(hours=value) if kind == "Hours" else timedelta(days=value)


def new_end(said: ExtendExpiry, document: SignRequest, now: datetime) -> datetime:
    """Return the moment that extendExpiry asks for. Raises DoorError.

    newExpiryValue counts in what the document was sent with: days, hours, or a
    date; newExpiryDate is a date.
    """
    if said.new_expiry_date:
        return now + until(
            listing.moment(said.new_expiry_date, "newExpiryDate"), now, "newExpiryDate"
        )
    written = str(said.new_expiry_value or "").strip()
    if not written:
        raise DoorError("The newExpiryValue or the newExpiryDate is required.")
    if not (written.isascii() and written.isdigit()):
        at = listing.moment(written, "newExpiryValue")
        return now + until(at, now, "newExpiryValue")
    return now + counted(int(written[:12]), kind_of(document), now)


def counted(value: int, kind: str, now: datetime) -> timedelta:
    if kind == "SpecificDateTime":
        return until(from_seconds(value), now, "newExpiryValue")
    if not 1 <= value <= MOST_DAYS * (24 if kind == "Hours" else 1):
        raise DoorError(f"The newExpiryValue must be 1 to {MOST_DAYS} days.")
    return timedelta(hours=value) if kind == "Hours" else timedelta(days=value)


def kind_of(document: SignRequest) -> str:
    echo = getattr(document, "boldsign", None)
    said = echo.facts.get("expiry") if echo else None
    return str(said["type"]) if said else "Days"


def until(at: datetime, now: datetime, member: str) -> timedelta:
    if not timedelta() < at - now <= LONGEST:
        raise DoorError(f"The {member} must be in the future, within ten years.")
    return at - now


def from_seconds(value: int) -> datetime:
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise DoorError("The expiryValue must be seconds since 1970.") from error
