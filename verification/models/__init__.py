"""Who is this? People, gates, what was asked, what was proven, what was sent."""

from __future__ import annotations

from verification.models.challenge import Challenge
from verification.models.delivery import Delivery
from verification.models.demo import DemoMessage, DemoPhone
from verification.models.devices import Authenticator, Passkey, PasskeyChallenge
from verification.models.gate import Budget, Factor, Gate
from verification.models.hosted import HostedSession
from verification.models.identity import (
    Capture,
    IdentityCheck,
    IdentityLook,
    IdentityPicture,
    IdentityRules,
)
from verification.models.limits import Allowance
from verification.models.trail import Trail, TrailEntry
from verification.models.user import User
from verification.models.visit import BrowserSession, Grant, Submission, Visit

__all__ = [
    "Allowance",
    "Authenticator",
    "BrowserSession",
    "Budget",
    "Capture",
    "Challenge",
    "Delivery",
    "DemoMessage",
    "DemoPhone",
    "Factor",
    "Gate",
    "Grant",
    "HostedSession",
    "IdentityCheck",
    "IdentityLook",
    "IdentityPicture",
    "IdentityRules",
    "Passkey",
    "PasskeyChallenge",
    "Submission",
    "Trail",
    "TrailEntry",
    "User",
    "Visit",
]
