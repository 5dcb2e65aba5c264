"""Encrypt what must be read back: seal keys and authenticator secrets.

AES-256-GCM under the first of STORAGE_KEYS; the key's id stands in front, so
older keys keep opening what they closed.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12


class UnreadableError(Exception):
    """The key is gone, or the text was changed."""


def encrypt(plain: bytes, purpose: str) -> str:
    """Return `key id:base64`. purpose is bound in: no text serves for another."""
    key_id = next(iter(settings.STORAGE_KEYS))
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = AESGCM(_key(key_id)).encrypt(nonce, plain, purpose.encode())
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(text: str, purpose: str) -> bytes:
    """Return what encrypt was given. Raises UnreadableError."""
    key_id, _separator, body = text.partition(":")
    if key_id not in settings.STORAGE_KEYS:
        raise UnreadableError(f"The storage key {key_id!r} is not configured.")
    try:
        raw = base64.b64decode(body, validate=True)
        if base64.b64encode(raw).decode() != body:  # one text, one spelling
            raise ValueError
        aead = AESGCM(_key(key_id))
        return aead.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], purpose.encode())
    except (InvalidTag, ValueError) as error:
        raise UnreadableError("The text does not belong to this key.") from error


def _key(key_id: str) -> bytes:
    return hashlib.sha256(settings.STORAGE_KEYS[key_id].encode()).digest()
