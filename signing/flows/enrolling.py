"""Whether a signer could ever set up the passkey or app that is asked of them.

Either is set up at a verified visit, so something else must guard the signer as
long as there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from verification import devices, passkeys
from verification.models import Factor, Gate
from verification.standing import Standing

if TYPE_CHECKING:
    from signing.models import Signer

Kind = Factor.Kind


@dataclass(frozen=True)
class Trouble:
    """code is for programs; kind is the factor that keeps the gate shut."""

    code: str
    kind: str
    words: str


def trouble(
    signer: Signer, factors: Iterable[Factor], *, signs_in: bool = False
) -> Trouble | None:
    """Say why this signer could not get in; None when they can. A query for each
    passkey or app among factors, else none.

    signs_in: an account will be asked for too, which is not among factors yet.
    """
    asked = list(factors)
    kinds = {factor.kind for factor in asked} & devices.KINDS
    if not kinds:
        return None
    who = {"who": str(signer) or _("the signer")}
    if Kind.PASSKEY in kinds and not passkeys.is_ready():
        words = _(
            "Passkeys don’t work on this server: its address needs a name and https. "
            "Turn off the passkey of %(who)s, or ask whoever runs the server."
        )
        return Trouble("passkeys_off", Kind.PASSKEY, words % who)
    if not signer.gate.email:
        words = _("A passkey or app belongs to an address: write that of %(who)s.")
        return Trouble("email_missing", min(kinds), words % who)
    if signs_in:
        asked.append(Factor(kind=Kind.ACCOUNT))
    stuck = _stuck(signer.gate, asked)
    if stuck is None:
        return None
    words = {
        Kind.PASSKEY: _(
            "%(who)s has set up no passkey yet, and can do so only after another "
            "check. Turn on one more, like a phone code."
        ),
        Kind.TOTP: _(
            "%(who)s has set up no authenticator app yet, and can do so only after "
            "another check. Turn on one more, like a phone code."
        ),
    }[Kind(stuck.kind)]
    return Trouble("nothing_set_up", stuck.kind, words % who)


def _stuck(gate: Gate, factors: list[Factor]) -> Factor | None:
    missing = devices.missing(gate, factors)
    proven = Standing(gate, None, tuple(factors), frozenset(), missing)
    found = (one for one in factors if one.pk in missing)
    return next((one for one in found if not proven.may_enrol(one)), None)
