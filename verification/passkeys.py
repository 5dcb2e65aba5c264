"""What passkeys need to know of this site (WebAuthn Level 2): its name and origin.

A passkey belongs to a domain name. An IP address has none, and browsers offer
passkeys on secure pages only: https, or this very computer.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from django.conf import settings
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException

from verification.outcomes import Outcome

THIS_COMPUTER = "localhost"
LONGEST_ANSWER = 20_000
# What reading bytes from outside can raise, in the library and below it.
MALFORMED = (
    WebAuthnException,
    InvalidSignature,
    UnsupportedAlgorithm,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
)
RP_HASH = slice(0, 32)
FLAGS, COUNTER = 32, slice(33, 37)
USER_VERIFIED = 0x04


@dataclass(frozen=True)
class Site:
    """rp_id is the domain; origin is what a browser says it is at."""

    rp_id: str
    origin: str

    @property
    def host(self) -> str:
        return urlsplit(self.origin).netloc


def site() -> Site | None:
    """Return where passkeys work; None where they can't.

    The number of this computer has a name besides, which the demo answers to.
    """
    public = urlsplit(settings.PUBLIC_URL)
    host = public.hostname or ""
    if _is_loopback(host) and THIS_COMPUTER in settings.ALLOWED_HOSTS:
        port = f":{public.port}" if public.port else ""
        name = THIS_COMPUTER
        return Site(name, f"{public.scheme}://{name}{port}")
    if not host or _is_number(host):
        return None
    is_secure = public.scheme == "https" or host == THIS_COMPUTER
    return Site(host, _origin(settings.PUBLIC_URL)) if is_secure else None


def is_ready() -> bool:
    return site() is not None


def _origin(address: str) -> str:
    """As browsers write it: without a path, and without the usual port."""
    parts = urlsplit(address)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    port = f":{parts.port}" if parts.port not in (None, usual) else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return _is_number(host) and ipaddress.ip_address(host).is_loopback


class Refused(Exception):  # noqa: N818  a refusal, told apart from failures
    """Why a passkey's answer is not taken: a word for the trail."""

    def __init__(self, why: str, outcome: Outcome = Outcome.WRONG) -> None:
        super().__init__(why)
        self.why = why
        self.outcome = outcome


@dataclass(frozen=True)
class Answer:
    """What a browser brought, before any of it is believed; text as base64url."""

    json: dict[str, Any]
    credential_id: str
    challenge: str
    origin: str
    user_handle: str = ""
    authenticator_data: bytes = b""
    transports: list[str] = field(default_factory=list)


def read(posted: str) -> Answer:
    """Raises Refused when it is not what browsers send."""
    try:
        return _read(posted)
    except MALFORMED as error:
        raise Refused("malformed") from error


def explain(answer: Answer, site: Site, sign_count: int) -> Refused:
    """Say what was wrong with an answer that the library refused."""
    data = answer.authenticator_data
    if answer.origin != site.origin:
        return Refused("other_origin")
    if not data:
        return Refused("malformed")
    if data[RP_HASH] != hashlib.sha256(site.rp_id.encode()).digest():
        return Refused("other_site")
    if len(data) <= FLAGS or not data[FLAGS] & USER_VERIFIED:
        return Refused("no_user_verification")
    counter = int.from_bytes(data[COUNTER], "big")
    if (counter or sign_count) and counter <= sign_count:
        return Refused("counter_went_back")
    return Refused("bad_signature")


def _read(posted: str) -> Answer:
    if len(posted) > LONGEST_ANSWER:
        raise ValueError
    told = json.loads(posted)
    response = told["response"]
    said = json.loads(base64url_to_bytes(response["clientDataJSON"]))
    challenge = base64url_to_bytes(said["challenge"])
    return Answer(
        json=told,
        credential_id=bytes_to_base64url(base64url_to_bytes(told["rawId"])),
        challenge=bytes_to_base64url(challenge),
        origin=str(said["origin"]),
        user_handle=(response.get("userHandle") or "").rstrip("="),
        authenticator_data=base64url_to_bytes(response.get("authenticatorData") or ""),
        transports=[str(one)[:20] for one in response.get("transports") or []][:8],
    )
