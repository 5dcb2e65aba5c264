"""A reviewer looks at the pictures of an identity check: for a while, and told.

Pressing the button opens a look and writes it to the trail; every picture asks
for one that is live and the reader's own.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from verification import trail, vault
from verification.models import IdentityCheck, IdentityLook, IdentityPicture, User


def look(
    check: IdentityCheck, user: User, *, actor: str, now: datetime
) -> IdentityLook:
    """Open a look. A second press while one is open opens no other and tells nothing."""
    with transaction.atomic():
        list(IdentityCheck.objects.select_for_update().filter(pk=check.pk))
        live = live_look(check, user, now)
        if live is not None:
            return live
        opened = IdentityLook.objects.create(
            check_of=check, user=user, at=now, ends_at=now + IdentityLook.LIFETIME
        )
        trail.append(
            check.gate.trail_id,
            "identity_looked",
            now,
            actor=actor,
            gate=check.gate,
            check=str(check.public_id),
            pictures=[one.side for one in shown_pictures(check)],
        )
    return opened


def hand_out(
    picture: IdentityPicture, user: User, *, actor: str, now: datetime
) -> bytes:
    """Return a picture to a program of user: each time is a look, and told as one.

    It is over at once and opens nothing in a browser. Raises vault.UnreadableError,
    OSError; then nothing is told.
    """
    check = picture.check_of
    with transaction.atomic():
        found = source(picture)
        IdentityLook.objects.create(check_of=check, user=user, at=now, ends_at=now)
        trail.append(
            check.gate.trail_id,
            "identity_looked",
            now,
            actor=actor,
            gate=check.gate,
            check=str(check.public_id),
            pictures=[picture.side],
            by="program",
        )
    return found


def has_looked(check: IdentityCheck, user: User) -> bool:
    """Whether this user ever opened the pictures of this check. Writes nothing."""
    return check.looks.filter(user=user).exists()


def live_look(check: IdentityCheck, user: User, now: datetime) -> IdentityLook | None:
    """Return this user's leave to see the pictures now. Writes nothing."""
    rows = check.looks.filter(user=user, ends_at__gt=now)
    return rows.order_by("-ends_at").first()


def shown_pictures(check: IdentityCheck) -> list[IdentityPicture]:
    """Return what a reviewer may see, in order: only what a worker has drawn anew.

    What a signer sent is never handed on as it came (threat T41).
    """
    good = check.pictures.filter(state=IdentityPicture.State.GOOD)
    good = good.exclude(file="").exclude(read_at=None)
    return sorted(good, key=lambda one: IdentityPicture.Side.values.index(one.side))


def source(picture: IdentityPicture) -> bytes:
    """Return a picture's JPEG. Raises vault.UnreadableError, FileNotFoundError."""
    with picture.file.open("rb") as file:
        return vault.decrypt(file.read().decode(), picture.purpose)
