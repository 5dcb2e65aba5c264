"""A member's second step: an authenticator app, and recovery codes for a bad day.

django-otp's own rows keep both in clear. Ours do not: who reads the database
learns neither the key of an app nor a code that still works. Throttling and
"no code twice" stay django-otp's.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.db import transaction
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from verification import codes
from verification.vault import UnreadableError

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from verification.models import User

KEY_BYTES = 20
RECOVERY_CODES = 10
# 10 letters of 32 are 50 bits: with the throttling, out of reach of guessing.
RECOVERY_LETTERS = 10
HASH_LETTERS = 16


class Authenticator(TOTPDevice):  # type: ignore[misc]  # django-otp ships no types
    """An authenticator app. key holds AES-SIV of its secret, bound to the user."""

    class Meta:
        proxy = True

    @property
    def bin_key(self) -> bytes:
        return open_key(self.key, self.user_id)

    def verify_token(self, token: str) -> bool:
        return is_readable(self) and bool(super().verify_token(token))


class RecoveryCodes(StaticDevice):  # type: ignore[misc]  # django-otp ships no types
    """Ten codes that work once each. Only keyed hashes of them are kept."""

    class Meta:
        proxy = True

    def verify_token(self, token: str) -> bool:
        if not self.verify_is_allowed()[0]:
            return False
        hashes = code_hashes(codes.normalize_alternative(token), self.user_id)
        spent, _rows = StaticToken.objects.filter(
            device_id=self.pk, token__in=hashes
        ).delete()
        if not spent:
            self.throttle_increment()
            return False
        self.throttle_reset(commit=False)
        self.set_last_used_timestamp(commit=False)
        self.save()
        return True


def begin(user: User, begun: int = 0) -> Authenticator:
    """Return the authenticator that waits for its first code; make one if none does.

    begun is what this session has begun: it never shows a key that another has
    seen, or who signs in with a stolen password would know the app's codes too.
    """
    waiting = _waiting(user, begun).first()
    if waiting is not None and is_readable(waiting):
        return waiting
    key = seal_key(secrets.token_bytes(KEY_BYTES), user.pk)
    made: Authenticator = Authenticator.objects.create(
        user=user, name="authenticator", confirmed=False, key=key
    )
    return made


def confirm(user: User, begun: int, typed: str) -> Authenticator | None:
    """Turn the second step on if typed is the code of the app that was begun."""
    with transaction.atomic():
        waiting = _waiting(user, begun).select_for_update().first()
        if waiting is None or not waiting.verify_token(codes.normalize(typed)):
            return None
        Authenticator.objects.filter(user=user).exclude(pk=waiting.pk).delete()
        waiting.confirmed = True
        waiting.save(update_fields=["confirmed"])
        return waiting


def _waiting(user: User, begun: int) -> QuerySet[Authenticator]:
    found: QuerySet[Authenticator]
    found = Authenticator.objects.filter(user=user, confirmed=False, pk=begun)
    return found


def check(user: User, typed: str) -> Device | None:
    """Return the device that typed belongs to: the app, or a recovery code.

    Rows are locked while they are checked, so no code passes twice and no wrong
    one goes uncounted. A recovery code is told from the app's by its length.
    """
    kind = RecoveryCodes if len(codes.normalize(typed)) > 8 else Authenticator
    typed = codes.normalize(typed)
    with transaction.atomic():
        rows = kind.objects.select_for_update().filter(user=user, confirmed=True)
        return next((device for device in rows if device.verify_token(typed)), None)


def paused_until(user: User) -> datetime | None:
    """Return when the next code would be looked at; None for at once."""
    ends = [
        facts["locked_until"]
        for kind in (Authenticator, RecoveryCodes)
        for device in kind.objects.filter(user=user, confirmed=True)
        for allowed, facts in [device.verify_is_allowed()]
        if not allowed
    ]
    return max(ends, default=None)


def is_on(user: Any) -> bool:
    """Whether a second step is set up; the recovery codes alone are none."""
    return bool(Authenticator.objects.filter(user_id=user.pk, confirmed=True).exists())


def codes_left(user: User) -> int:
    return int(StaticToken.objects.filter(device__user=user).count())


def key_in_groups(device: Authenticator) -> str:
    """Return the app's key as people type it: ABCD EFGH ..."""
    text = base64.b32encode(device.bin_key).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def new_recovery_codes(user: User) -> list[str]:
    """Replace all recovery codes and return the new ones, the only time they are seen."""
    fresh = [_recovery_code() for _ in range(RECOVERY_CODES)]
    key_id = next(iter(settings.STORAGE_KEYS))
    with transaction.atomic():
        RecoveryCodes.objects.filter(user=user).delete()
        device = RecoveryCodes.objects.create(user=user, name="recovery codes")
        StaticToken.objects.bulk_create(
            StaticToken(device_id=device.pk, token=code_hash(code, user.pk, key_id))
            for code in fresh
        )
    return [f"{code[:5]}-{code[5:]}" for code in fresh]


def remove(user: User) -> None:
    with transaction.atomic():
        Authenticator.objects.filter(user=user).delete()
        RecoveryCodes.objects.filter(user=user).delete()


def seal_key(key: bytes, user_id: int) -> str:
    """Return key encrypted as 72 hex characters: 16 bytes of tag and 20 of text."""
    key_id = next(iter(settings.STORAGE_KEYS))
    return _siv(key_id).encrypt(key, [_label(user_id)]).hex()


def open_key(sealed: str, user_id: int) -> bytes:
    """Return what seal_key was given. Raises UnreadableError.

    The column has no room for a key's id, so each configured key is tried.
    """
    for key_id in settings.STORAGE_KEYS:
        try:
            return _siv(key_id).decrypt(bytes.fromhex(sealed), [_label(user_id)])
        except InvalidTag:
            continue
    raise UnreadableError("No storage key opens this authenticator.")


def is_readable(device: Authenticator) -> bool:
    try:
        return bool(device.bin_key)
    except UnreadableError:
        return False


def code_hashes(code: str, user_id: int) -> list[str]:
    return [code_hash(code, user_id, key_id) for key_id in settings.STORAGE_KEYS]


def code_hash(code: str, user_id: int, key_id: str) -> str:
    """Return 80 bits of a keyed hash as 16 letters, all that the column holds."""
    secret = settings.STORAGE_KEYS[key_id].encode()
    text = f"recovery code\0{user_id}\0{code}".encode()
    digest = hmac.new(secret, text, hashlib.sha256).digest()
    return base64.b32encode(digest).decode()[:HASH_LETTERS].lower()


def _siv(key_id: str) -> AESSIV:
    secret = settings.STORAGE_KEYS[key_id].encode()
    return AESSIV(hashlib.sha512(b"authenticator\0" + secret).digest())


def _label(user_id: int) -> bytes:
    return f"user {user_id}".encode()


def _recovery_code() -> str:
    letters = codes.ALTERNATIVE_ALPHABET
    return "".join(secrets.choice(letters) for _ in range(RECOVERY_LETTERS))
