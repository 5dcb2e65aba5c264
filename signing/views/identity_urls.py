"""Addresses of an identity check's pages: at the gate, and on a phone."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import Protocol

from django.urls import reverse


class Urls(Protocol):
    """What the pages that take pictures lead to. here: what comes next."""

    @property
    def here(self) -> str: ...
    @property
    def camera(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def page(self) -> str: ...
    @property
    def retake(self) -> str: ...
    @property
    def send_picture(self) -> str: ...
    @property
    def keep_picture(self) -> str: ...
    @property
    def picture(self) -> str: ...
    def of(self, side: str) -> Urls: ...


@dataclass(frozen=True)
class GateUrls:
    """In the browser that came by the link. check_id: None before one began."""

    gate_id: uuid.UUID
    check_id: uuid.UUID | None = None
    side: str = ""

    def of(self, side: str) -> GateUrls:
        return replace(self, side=side)

    @property
    def here(self) -> str:
        return reverse("signing:identity", args=[self.gate_id])

    @property
    def here_instead(self) -> str:
        return f"{self.here}?here"

    @property
    def start(self) -> str:
        return reverse("signing:start-identity", args=[self.gate_id])

    @property
    def document(self) -> str:
        return self._at("identity-document")

    @property
    def another(self) -> str:
        return f"{self.document}?another"

    @property
    def camera(self) -> str:
        return self._at("identity-camera")

    @property
    def phone(self) -> str:
        return self._at("identity-phone")

    @property
    def status(self) -> str:
        return self._at("identity-status")

    @property
    def back(self) -> str:
        return self._at("back-from-provider")

    @property
    def send(self) -> str:
        return self._at("send-identity")

    @property
    def use(self) -> str:
        return self._at("use-identity")

    @property
    def page(self) -> str:
        return self._beside("identity-side")

    @property
    def retake(self) -> str:
        return f"{self.page}?again"

    @property
    def send_picture(self) -> str:
        return self._beside("send-identity-picture")

    @property
    def keep_picture(self) -> str:
        return self._beside("keep-identity-picture")

    @property
    def picture(self) -> str:
        return self._beside("own-identity-picture")

    def _at(self, name: str) -> str:
        return reverse(f"signing:{name}", args=[self.gate_id, self.check_id])

    def _beside(self, name: str) -> str:
        args = [self.gate_id, self.check_id, self.side]
        return reverse(f"signing:{name}", args=args)


@dataclass(frozen=True)
class PhoneUrls:
    """On the phone that was led here by the QR code."""

    secret: str
    side: str = ""

    def of(self, side: str) -> PhoneUrls:
        return replace(self, side=side)

    @property
    def here(self) -> str:
        return self._at("phone")

    @property
    def claim(self) -> str:
        return self._at("claim-phone")

    @property
    def camera(self) -> str:
        return self._at("phone-camera")

    @property
    def status(self) -> str:
        return self._at("phone-status")

    @property
    def page(self) -> str:
        return self._beside("phone-side")

    @property
    def retake(self) -> str:
        return f"{self.page}?again"

    @property
    def send_picture(self) -> str:
        return self._beside("send-phone-picture")

    @property
    def keep_picture(self) -> str:
        return self._beside("keep-phone-picture")

    @property
    def picture(self) -> str:
        return self._beside("phone-picture")

    def _at(self, name: str) -> str:
        return reverse(f"signing:{name}", args=[self.secret])

    def _beside(self, name: str) -> str:
        return reverse(f"signing:{name}", args=[self.secret, self.side])
