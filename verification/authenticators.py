"""Authenticator apps (RFC 6238): django-otp's algorithm, without its rows.

Its TOTPDevice hangs on a user and keeps its key in clear; signers have no
account. Steps, tolerance and drift are as there.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from django_otp.oath import TOTP

from verification import codes, vault
from verification.models import Authenticator
from verification.vault import UnreadableError

KEY_BYTES = 20  # as long as the hash, RFC 4226 section 4
STEP = 30
DIGITS = 6
TOLERANCE = 1
ISSUER_LENGTH = 60


@dataclass(frozen=True)
class Match:
    """The step that a code belongs to, and how far the app's clock is off."""

    t: int
    drift: int


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def match(
    key: bytes, typed: str, now: datetime, *, drift: int = 0, last_t: int = -1
) -> Match | None:
    """Find the step near now whose code was typed, later than last_t.

    drift is what the app's clock was off when it was last right: a clock that
    goes wrong slowly is followed (RFC 6238 section 6).
    """
    digits = codes.normalize(typed)
    if len(digits) != DIGITS or not digits.isdecimal():
        return None
    totp = TOTP(key, step=STEP, digits=DIGITS, drift=drift)
    totp.time = now.timestamp()
    if not totp.verify(int(digits), tolerance=TOLERANCE, min_t=last_t + 1):
        return None
    return Match(totp.t(), totp.drift)


def address(key: bytes, account: str, issuer: str) -> str:
    """Return what the QR code says, in the form that every app reads.

    Source: the "Key Uri Format" of Google Authenticator, as django-otp writes it.
    """
    issuer = issuer.replace(":", " ").strip()[:ISSUER_LENGTH]
    facts = {
        "secret": base64.b32encode(key).decode(),
        "issuer": issuer,
        "algorithm": "SHA1",
        "digits": DIGITS,
        "period": STEP,
    }
    label = quote(f"{issuer}:{account}")
    return f"otpauth://totp/{label}?{urlencode(facts, quote_via=quote)}"


def in_groups(key: bytes) -> str:
    """Return the key as people type it: ABCD EFGH ..."""
    text = base64.b32encode(key).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def seal(key: bytes, person: dict[str, object]) -> str:
    return vault.encrypt(key, _purpose(person))


def key_of(device: Authenticator) -> bytes | None:
    """Return the secret; None when its storage key is gone."""
    person = {
        "company_id": device.company_id,
        "email": device.email,
        "person": device.person,
    }
    try:
        return vault.decrypt(device.key, _purpose(person))
    except UnreadableError:
        return None


def _purpose(person: dict[str, object]) -> str:
    """What the vault binds a key to: a row copied to another person opens nothing."""
    owner = (person["company_id"], person["email"], person["person"])
    return f"authenticator {owner!r}"
