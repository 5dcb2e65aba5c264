"""What every change of a signer in flight begins with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from signing.flows.refusals import RefusedError
from signing.models import Signer, SignRequest
from verification.models import Gate

# What an identity check must show; all None where nothing was said.
RULES = tuple(
    f"identity_rules__{name}"
    for name in (
        "max_tries",
        "needs_live_capture",
        "needs_selfie",
        "name_match",
        "holds_for_prefill",
        "document_types",
    )
)


def hold(signer: Signer, now: datetime, seen: str = "") -> Signer:
    """Lock request, signer and gate until the transaction ends; read all anew.

    seen is the fingerprint of what the actor was shown; "" asks nothing. Raises
    RefusedError where nothing may change any more: the signer is done, the
    request is over, or it is a draft, which has verbs of its own.
    """
    (held,) = hold_all([signer])
    if refusal := refusal_of(held, now):
        raise refusal
    require_unchanged(held, seen)
    return held


def require_unchanged(held: Signer, seen: str) -> None:
    """Raise RefusedError where the actor was shown another signer than this."""
    if seen and seen != fingerprint(held):
        raise RefusedError(
            "changed_meanwhile",
            _("This signer was changed meanwhile. Close this and look again."),
        )


def fingerprint(signer: Signer) -> str:
    """Return a digest of who a signer is and what is asked of them.

    A dialog that was opened before another change, or is sent twice, must not
    undo what it never showed.
    """
    gate = signer.gate
    factors = gate.factors.filter(removed_at=None).order_by("pk")
    asked = factors.values_list("pk", "stage", "frequency", "channel", "hint", *RULES)
    person = (gate.name, gate.email, gate.phone_e164, gate.max_tries)
    signs_in = signer.login_required
    facts = repr((gate.link_version, person, signs_in, list(asked)))
    return hashlib.sha256(facts.encode()).hexdigest()[:16]


def hold_all(signers: Iterable[Signer]) -> list[Signer]:
    """Lock signers of one or several requests, in the order of ids; judges nothing.

    Change every gate before the first trail entry is written: gates come before
    trails in the order of locks, also where several signers share one trail.
    """
    wanted = {signer.pk: signer.request_id for signer in signers}
    requests = SignRequest.objects.select_for_update().order_by("pk")
    list(requests.filter(pk__in=set(wanted.values())))
    list(Signer.objects.select_for_update().order_by("pk").filter(pk__in=wanted))
    gates = Gate.objects.select_for_update(no_key=True).order_by("pk")
    list(gates.filter(signer__in=wanted))
    return read(wanted)


def read(pks: Iterable[int]) -> list[Signer]:
    """Read signers with all that verbs look at, in the order of ids."""
    rows = Signer.objects.select_related(
        "gate__trail",
        "request__company",
        "request__sender",
        "request__sender_identity",
    )
    return list(rows.filter(pk__in=list(pks)).order_by("pk"))


def refusal_of(signer: Signer, now: datetime) -> RefusedError | None:
    """Say why a signer can't be changed in flight; None when they can."""
    request = signer.request
    if request.is_draft:
        return RefusedError(
            "not_sent", _("This transaction has not been sent yet. Edit the draft.")
        )
    if not request.is_open or (request.ends_at and now >= request.ends_at):
        return RefusedError("not_open", _("This transaction is over."))
    if signer.state == Signer.State.SIGNED:
        return RefusedError("already_done", _("This signer has already signed."))
    if signer.is_done:
        return RefusedError("already_done", _("This signer has declined."))
    return None
