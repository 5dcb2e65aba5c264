"""What every way of checking an identity has in common. Knows no models.

A provider is one file: it says whether it is ready, and either shows pages of
its own (hosted) or leaves pictures and people to us (review).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from verification import vault


class Reason(models.TextChoices):
    """Why a picture is refused, or a check failed: what the signer reads."""

    # Pictures: cost no try.
    NO_PICTURE = "no_picture", _("This file is not a picture that we can read.")
    TOO_LARGE = "too_large", _("This picture is too large.")
    TOO_SMALL = "too_small", _("This picture is too small to read.")
    BLURRED = "blurred", _("This picture is blurred.")
    GLARE = "glare", _("Light is reflected on the document.")
    TOO_DARK = "too_dark", _("This picture is too dark.")
    NO_FACE = "no_face", _("No face can be seen in this picture.")
    NOT_LIVE = "not_live", _("This picture has to be taken with the camera, now.")
    # Checks: the try is charged.
    EXPIRED = "expired", _("This document has expired.")
    WRONG_TYPE = "wrong_type", _("This is another kind of document.")
    WRONG_COUNTRY = "wrong_country", _("This document is from another country.")
    CHECK_DIGITS = "check_digits", _("The lines with “<<<” do not fit together.")
    NAME = (
        "name",
        _("The name on the document is not the one that this was sent to."),
    )
    NO_MATCH = "no_match", _("The selfie does not match the document.")
    UNREADABLE = "unreadable", _("The document could not be read.")
    REFUSED = "refused", _("The reviewer did not accept it.")
    PROVIDER = "provider", _("The identity check did not succeed.")


@dataclass(frozen=True)
class Facts:
    """What a document says. Kept encrypted; the number only by its end.

    country is ISO 3166 alpha-2, document_type an IdentityRules.DocumentType,
    number_end the last three characters at most. has_zone: a machine-readable
    zone was found (ICAO 9303).
    """

    full_name: str = ""
    surname: str = ""
    given_names: str = ""
    born_on: date | None = None
    expires_on: date | None = None
    document_type: str = ""
    country: str = ""
    number_end: str = ""
    has_zone: bool = False

    def seal(self, check_id: UUID) -> str:
        kept = asdict(self)
        for name in ("born_on", "expires_on"):
            kept[name] = kept[name].isoformat() if kept[name] else None
        return vault.encrypt(json.dumps(kept).encode(), _purpose(check_id))

    @classmethod
    def open(cls, text: str, check_id: UUID) -> Facts:
        """Raises vault.UnreadableError."""
        kept = json.loads(vault.decrypt(text, _purpose(check_id)))
        for name in ("born_on", "expires_on"):
            kept[name] = date.fromisoformat(kept[name]) if kept[name] else None
        return cls(**kept)


@dataclass(frozen=True)
class Finding:
    """What a provider or the machine makes of one check.

    is_passed None: a person has to decide. checks: name -> passed.
    """

    is_passed: bool | None
    facts: Facts = Facts()
    reason: str = ""
    checks: dict[str, bool] = field(default_factory=dict)
    comparison: dict[str, Any] | None = None


@dataclass(frozen=True)
class Wanted:
    """What a hosted provider is asked to check.

    nonce has to come back with the answer (threat T24). Asking twice with one
    key opens one session.
    """

    check_id: UUID
    nonce: str
    key: str
    document_types: tuple[str, ...]
    needs_live_capture: bool
    needs_selfie: bool
    return_url: str
    language: str


@dataclass(frozen=True)
class Session:
    """A check at a provider with pages of its own."""

    provider_id: str
    url: str


class ProviderError(Exception):
    """The provider could not be asked. permanent: asking again is no use.

    is_kept: asking again with the same key would bring the same answer.
    """

    def __init__(
        self, detail: str, *, permanent: bool = False, is_kept: bool = False
    ) -> None:
        super().__init__(detail)
        self.permanent = permanent
        self.is_kept = is_kept


class Provider(Protocol):
    """is_hosted: the provider takes the pictures, on pages of its own."""

    name: str
    is_hosted: bool

    def is_ready(self) -> bool:
        """Whether it is configured. Cheap: the gate asks at every step."""

    def start(self, wanted: Wanted) -> Session:
        """Open a check there. Raises ProviderError. Only for hosted ones."""


_providers: dict[str, Callable[[], Provider]] = {}


def register(name: str, make: Callable[[], Provider]) -> None:
    """Offer a provider under its name; done where the app is ready."""
    _providers[name] = make


def provider(name: str) -> Provider | None:
    """Return the provider of that name, None when there is none."""
    make = _providers.get(name)
    return make() if make else None


def is_hosted(name: str) -> bool:
    """Say whether the provider of that name takes the pictures on its own pages."""
    found = provider(name)
    return found is not None and found.is_hosted


def is_ready(name: str) -> bool:
    """Say whether there is a provider of that name and it can check now."""
    found = provider(name)
    return found is not None and found.is_ready()


def _purpose(check_id: UUID) -> str:
    return f"identity facts {check_id}"
