"""One change of a signer's checks, of all that one dialog can make at once."""

from __future__ import annotations

from datetime import datetime

from signing.flows import securing
from signing.models import Signer
from verification.models import Factor, User


def set_factor(
    signer: Signer,
    kind: str,
    *,
    stage: str | None = None,
    frequency: str | None = None,
    secret: str = "",
    hint: str | None = None,
    channel: str | None = None,
    least: int = 1,
    actor: User,
    now: datetime,
) -> Factor:
    """Add a factor, or change the one of this kind.

    secret is a password in clear, hashed here, for access_code only.
    """
    hashed = securing.hash_access_code(secret, least=least) if secret else ""
    wanted = securing.Wanted(stage, frequency, channel, hashed, hint)
    securing.change(signer, {kind: wanted}, actor=actor, now=now)
    return signer.gate.factors.get(kind=kind, removed_at=None)


def remove_factor(signer: Signer, kind: str, *, actor: User, now: datetime) -> None:
    securing.change(signer, {}, removed=[kind], actor=actor, now=now)


def set_tries(signer: Signer, tries: int, *, actor: User, now: datetime) -> None:
    """Change how many wrong tries in a row lock; unlocks nobody, proves nothing.

    Who has used as many already is locked at once.
    """
    securing.change(signer, {}, tries=tries, actor=actor, now=now)
