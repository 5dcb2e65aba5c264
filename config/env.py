"""Read the environment, strictly: a bad or missing value stops the start."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off", ""})
PLACEHOLDERS = ("changeme", "change-me", "insecure", "placeholder", "example", "secret")
MIN_SECRET_LENGTH = 32


def read_str(name: str, default: str | None = None) -> str:
    """Return the value of name, or default; None as default makes it required."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set the environment variable {name}.")
    return value


def read_bool(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, "1" if default else "0").strip().lower()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no.")


def read_int(name: str, default: int) -> int:
    value = os.environ.get(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number.") from None


def read_list(name: str, default: str = "") -> list[str]:
    """Return the comma-separated values of name, trimmed, without empty ones."""
    values = (part.strip() for part in os.environ.get(name, default).split(","))
    return [value for value in values if value]


def read_prefixed(prefix: str) -> dict[str, str]:
    """Return every variable that begins with prefix, under the rest of its name."""
    return {
        name.removeprefix(prefix): value
        for name, value in os.environ.items()
        if name.startswith(prefix)
    }


def read_secret(name: str, default: str | None = None) -> str:
    """Return a secret from name, or from the file that NAME_FILE names."""
    if path := os.environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read.") from error
    return read_str(name, default)


def read_strong_secret(name: str) -> str:
    """Return a secret that is long and no placeholder (threat T54)."""
    value = read_secret(name)
    return require_strong(name, value)


def read_keyring(name: str) -> dict[str, str]:
    """Return {key id: secret} from `id:secret,id:secret`; the first one is current.

    Older keys stay in the list so that what they made still opens.
    """
    keyring: dict[str, str] = {}
    for pair in read_secret(name).split(","):
        key_id, separator, secret = pair.strip().partition(":")
        if not separator or not key_id or len(key_id) > 16:
            raise ImproperlyConfigured(f"{name} must be a list of id:secret.")
        keyring[key_id] = require_strong(name, secret)
    return keyring


def require_strong(name: str, value: str) -> str:
    lowered = value.lower()
    if len(value) < MIN_SECRET_LENGTH or any(word in lowered for word in PLACEHOLDERS):
        raise ImproperlyConfigured(
            f"{name} is too short or a placeholder. Use {MIN_SECRET_LENGTH} or more"
            " random characters."
        )
    return value


def make_own_secrets(path: Path) -> None:
    """Put secrets of this installation's own into the environment; demo and tests.

    They are written once to path, readable by the owner alone. A variable
    that is already set wins.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "CODE_KEYS": f"c1:{secrets.token_hex(32)}",
            "LINK_KEYS": f"l1:{secrets.token_hex(32)}",
            "STORAGE_KEYS": f"s1:{secrets.token_hex(32)}",
        }
        partial = path.with_name(f"{path.name}.{os.getpid()}")
        with open(os.open(partial, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            json.dump(made, file)
        # Another process may be first; then its secrets count.
        with contextlib.suppress(FileExistsError):
            os.link(partial, path)
        partial.unlink()
    for name, value in json.loads(path.read_text()).items():
        os.environ.setdefault(name, value)
