"""Which passkeys and authenticator apps belong to whom. Reads only.

They outlive a document: a person who comes back to the same company is asked
for what was set up before. A person is an address and a name there, so that
neither another company, nor a new person in a signer's place, nor somebody who
shares the mailbox gets in with them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from verification.models import Authenticator, Factor, Gate, Passkey

KINDS = frozenset({Factor.Kind.PASSKEY, Factor.Kind.TOTP})


def person_of(gate: Gate) -> dict[str, object]:
    """Return the columns that name a device's owner.

    Case, width and runs of space make no other person.
    """
    name = unicodedata.normalize("NFKC", gate.name).casefold()
    return {
        "company_id": gate.company_id,
        "email": gate.email.strip().lower(),
        "person": " ".join(name.split())[:120],
    }


def passkey_of(gate: Gate) -> Passkey | None:
    if not gate.email:
        return None
    found = Passkey.objects.filter(**person_of(gate), removed_at=None)
    return next(iter(found[:1]), None)


def authenticator_of(gate: Gate) -> Authenticator | None:
    if not gate.email:
        return None
    found = Authenticator.objects.filter(
        **person_of(gate), removed_at=None, confirmed_at__isnull=False
    )
    return next(iter(found[:1]), None)


def is_set_up(gate: Gate, kind: str) -> bool:
    find = passkey_of if kind == Factor.Kind.PASSKEY else authenticator_of
    return find(gate) is not None


def missing(gate: Gate, factors: Iterable[Factor]) -> frozenset[int]:
    """Return the ids of those factors that have yet to be set up.

    A query for each passkey or app that is asked for, none for other gates.
    """
    return frozenset(
        factor.pk
        for factor in factors
        if factor.kind in KINDS and not is_set_up(gate, factor.kind)
    )
