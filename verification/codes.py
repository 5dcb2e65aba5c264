"""One-time codes, references and alternative codes: bytes and text only."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata

NONCE_BYTES = 16
ALTERNATIVE_LENGTH = 8
# Crockford's base 32: no I, L, O or U, so nothing is misheard or misread.
ALTERNATIVE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOOK_ALIKES = str.maketrans({"I": "1", "L": "1", "O": "0"})
REFERENCE_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ"
REFERENCE_DIGITS = "23456789"
ACCESS_CODE_MAX = 50


def new_nonce() -> bytes:
    return secrets.token_bytes(NONCE_BYTES)


def derive(key: str, nonce: bytes, digits: int) -> str:
    """Return the decimal code that belongs to nonce.

    Recomputed on every call, so never stored. digits counts decimal places;
    leading zeros are kept. Source: the idea of RFC 4226 section 5.3, with
    SHA-256 and 64 bits before the modulo, so that no code is favoured by more
    than one part in 10^11.
    """
    mac = hmac.new(key.encode(), b"one-time-code\0" + nonce, hashlib.sha256).digest()
    return str(int.from_bytes(mac[:8], "big") % 10**digits).zfill(digits)


def matches(typed: str, expected: str) -> bool:
    """Compare in constant time, forgiving spaces, hyphens and full-width digits."""
    return hmac.compare_digest(normalize(typed).encode(), expected.encode())


def normalize(typed: str) -> str:
    """Return typed as it would stand in a code: NFKC, capitals, nothing between."""
    folded = unicodedata.normalize("NFKC", typed).upper()
    return "".join(sign for sign in folded if sign.isalnum())


def new_reference(besides: str = "") -> str:
    """Return two characters that tell one code from the one before it."""
    while True:
        letter = secrets.choice(REFERENCE_LETTERS)
        reference = letter + secrets.choice(REFERENCE_DIGITS)
        if reference != besides:
            return reference


def new_alternative_code() -> str:
    """Return 40 random bits as eight characters that can be read aloud.

    At least one is a letter, so that it is never taken for a sent code.
    """
    while True:
        code = "".join(
            secrets.choice(ALTERNATIVE_ALPHABET) for _ in range(ALTERNATIVE_LENGTH)
        )
        if not code.isdigit():
            return code


def normalize_alternative(typed: str) -> str:
    return normalize(typed).translate(LOOK_ALIKES)


def looks_sent(typed: str) -> bool:
    """Whether typed can only be a code that was sent, never an alternative one."""
    return normalize(typed).isdigit()


def normalize_access_code(typed: str) -> str:
    """Return an access code as it is hashed: NFKC and trimmed, case kept."""
    return unicodedata.normalize("NFKC", typed).strip()
