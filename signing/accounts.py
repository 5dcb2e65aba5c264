"""Signing in to an account at the gate. The app that knows accounts registers how.

A member of the sending company whom nothing else is asked of, and whoever is
marked so, proves who they are by their account and its second step.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.http import HttpRequest

from signing.models import Signer


class Sign(enum.StrEnum):
    """What a browser's account still lacks."""

    READY = "ready"
    SIGN_IN = "sign_in"
    OTHER_ACCOUNT = "other_account"
    SECOND_STEP = "second_step"
    SET_UP_SECOND_STEP = "set_up_second_step"


@dataclass(frozen=True)
class Account:
    """Who is signed in here. address: where to do what is lacking; "" when ready."""

    sign: Sign
    email: str = ""
    address: str = ""

    @property
    def is_ready(self) -> bool:
        return self.sign is Sign.READY


class Accounts(Protocol):
    def look(self, request: HttpRequest, signer: Signer, back: str) -> Account:
        """Say who is signed in; address leads to sign-in and from there to back."""

    def is_member(self, company_id: int, email: str) -> bool:
        """Whether an active member of the company has this address."""

    def write_to(self, signer: Signer, now: datetime) -> None:
        """Mail the signer's address a link to set a password; makes the account."""


_registered: list[Accounts] = []


def register(accounts: Accounts) -> None:
    _registered[:] = [accounts]


def look(request: HttpRequest, signer: Signer, back: str) -> Account:
    return _registered[0].look(request, signer, back)


def is_member(company_id: int, email: str) -> bool:
    return bool(email) and _registered[0].is_member(company_id, email)


def write_to(signer: Signer, now: datetime) -> None:
    _registered[0].write_to(signer, now)
