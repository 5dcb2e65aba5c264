"""Who signs in to an account instead of proving by codes (the USER role)."""

from __future__ import annotations

from datetime import datetime

from signing import accounts
from signing.models import Signer
from verification.models import Factor

Kind = Factor.Kind


def settle(signer: Signer, now: datetime) -> bool:
    """Ask for an account, or no more; False when it was so already. Call it in the
    transaction that sends the request or changes address or factors.

    Asked of whoever is marked so, and of a member of the sending company whom
    nothing else is asked of. What was set on purpose is always asked; members
    of another company are plain signers.
    """
    gate = signer.gate
    kinds = set(gate.factors.filter(removed_at=None).values_list("kind", flat=True))
    if signer.login_required or _is_plain_member(signer, kinds):
        if Kind.ACCOUNT not in kinds:
            Factor.objects.create(gate=gate, kind=Kind.ACCOUNT)
            return True
    elif Kind.ACCOUNT in kinds:
        gate.factors.filter(kind=Kind.ACCOUNT, removed_at=None).update(removed_at=now)
        return True
    return False


def asks(signer: Signer) -> bool:
    """Say what settle would do, for a draft's preview. factors are prefetched."""
    kinds = {factor.kind for factor in signer.gate.factors.all()}
    return signer.login_required or _is_plain_member(signer, kinds)


def _is_plain_member(signer: Signer, kinds: set[str]) -> bool:
    nothing_else = kinds <= {Kind.ACCOUNT}
    company_id = signer.request.company_id
    return nothing_else and accounts.is_member(company_id, signer.email)
