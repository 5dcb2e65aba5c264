"""A passkey in software: makes and signs what a browser would hand over.

It can lie about everything that an attacker can: origin, site, counter, who
it is. WebAuthn Level 2, sections 6.1 (authenticator data) and 6.5 (attestation).
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url

ORIGIN = "https://sign.example.com"
SITE = "sign.example.com"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SoftPasskey:
    origin: str = ORIGIN
    site: str = SITE
    counter: int = 0
    flags: int = PRESENT | VERIFIED
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user_handle: str = ""

    def __post_init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())

    def create(self, options: str, **lies) -> str:
        """Answer navigator.credentials.create; options is what the server said."""
        asked = json.loads(options)
        self.user_handle = asked["user"]["id"]
        client = self._client("webauthn.create", lies.pop("challenge", ""), asked)
        statement = {
            "fmt": "none",
            "attStmt": {},
            "authData": self._data(with_key=True),
        }
        return self._answer(
            clientDataJSON=bytes_to_base64url(client),
            attestationObject=bytes_to_base64url(cbor2.dumps(statement)),
            authenticatorData=bytes_to_base64url(statement["authData"]),
            transports=["internal", "hybrid"],
        )

    def get(self, options: str, challenge: str = "", **lies) -> str:
        """Answer navigator.credentials.get; counts on by one, if it counts."""
        self.counter += 1 if self.counter else 0
        client = self._client("webauthn.get", challenge, json.loads(options))
        data = self._data()
        signed = data + hashlib.sha256(client).digest()
        signature = self.key.sign(signed, ec.ECDSA(SHA256()))
        return self._answer(
            clientDataJSON=bytes_to_base64url(client),
            authenticatorData=bytes_to_base64url(data),
            signature=bytes_to_base64url(lies.get("signature", signature)),
            userHandle=lies.get("user_handle", self.user_handle),
        )

    def _client(self, kind: str, challenge: str, asked: dict) -> bytes:
        said = {
            "type": kind,
            "challenge": challenge or asked["challenge"],
            "origin": self.origin,
            "crossOrigin": False,
        }
        return json.dumps(said).encode()

    def _data(self, *, with_key: bool = False) -> bytes:
        site = hashlib.sha256(self.site.encode()).digest()
        flags = self.flags | (ATTESTED if with_key else 0)
        data = site + bytes([flags]) + self.counter.to_bytes(4, "big")
        if not with_key:
            return data
        return (
            data + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + self._cose()
        )

    def _cose(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        x, y = (part.to_bytes(32, "big") for part in (numbers.x, numbers.y))
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _answer(self, **response) -> str:
        own = bytes_to_base64url(self.id)
        return json.dumps(
            {"id": own, "rawId": own, "type": "public-key", "response": response}
        )
