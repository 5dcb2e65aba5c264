"""A signer without email comes in by a code that the publisher tells them."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from signing.flows import holding, sending
from signing.flows.refusals import RefusedError
from signing.gate import closed_because
from signing.models import LaunchCode, Signer
from verification import codes, limits, trail
from verification.flows import ending
from verification.flows.opening import Origin
from verification.models import Gate, User

# 40 bits: at these rates, and a thousand codes alive, one guess in a million
# hours would do.
IP_TRIES = limits.Limit("launch-ip", 10, 10 * limits.MINUTE, is_widened=True)
ALL_TRIES = limits.Limit("launch-all", 5_000, limits.HOUR, is_widened=True)


@dataclass(frozen=True)
class Issued:
    """The code in clear: shown once, kept nowhere."""

    code: str
    ends_at: datetime


def issue(signer: Signer, *, issuer: User, now: datetime) -> Issued:
    """Make a launch code; the one before it ends, and what it had opened: it may
    have been told to the wrong caller, who has no address to correct.

    Raises RefusedError: not_sent, not_open, already_done, not_their_turn,
    has_email.
    """
    code = codes.new_alternative_code()
    with transaction.atomic():
        held = holding.hold(signer, now)
        if refusal := refusal_of(held, now):
            raise refusal
        if held.gate.visits.exists():
            ending.replace_link(held.gate, now)
        lifetime = held.request.company.launch_code_lifetime
        held.launch_codes.filter(used_at=None, ends_at__gt=now).update(ends_at=now)
        made = LaunchCode.objects.create(
            signer=held,
            keyed_hash=keyed_hash(code),
            link_version=held.gate.link_version,
            issued_by=issuer,
            issued_at=now,
            ends_at=now + lifetime,
        )
        # The link behind it lives as long as an emailed one.
        link_ends_at = now + held.request.company.link_lifetime
        Gate.objects.filter(pk=held.gate_id).update(link_ends_at=link_ends_at)
        trail.append(
            held.gate.trail_id,
            "launch_code_issued",
            now,
            actor=sending.actor_name(issuer),
            gate=held.gate,
            ends_at=made.ends_at.isoformat(),
        )
    return Issued(code, made.ends_at)


def launch(typed: str, origin: Origin, now: datetime) -> Signer | None:
    """Use a launch code up; returns whose gate it leads to, or None.

    The try is counted before anything is looked up; one of several at once
    wins. Raises LimitReachedError.
    """
    uses = [limits.Use(IP_TRIES, origin.ip), limits.Use(ALL_TRIES, "")]
    limits.take(uses, now)
    found = LaunchCode.objects.filter(
        keyed_hash=keyed_hash(codes.normalize_alternative(typed))
    )
    with transaction.atomic():
        if not found.filter(used_at=None, ends_at__gt=now).update(used_at=now):
            return None
        code = found.get()
        (signer,) = holding.read([code.signer_id])
        is_replaced = code.link_version != signer.gate.link_version
        if is_replaced or closed_because(signer) is not None or signer.is_done:
            return None
        trail.append(
            signer.gate.trail_id,
            "launched",
            now,
            actor="signer",
            gate=signer.gate,
            ip=origin.ip,
            browser=origin.browser,
        )
    return signer


def keyed_hash(code: str) -> str:
    """Return what is stored of a launch code: useless without SECRET_KEY."""
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, f"launch code\0{code}".encode(), hashlib.sha256).hexdigest()


def refusal_of(signer: Signer, now: datetime) -> RefusedError | None:
    """Say why there can be no launch code; None when there can."""
    if refusal := holding.refusal_of(signer, now):
        return refusal
    if signer.email:
        return RefusedError(
            "has_email",
            _("This signer has an email address: send the link there instead."),
        )
    if signer.state == Signer.State.WAITING:
        return RefusedError(
            "not_their_turn", _("Somebody else signs first. Try again after that.")
        )
    return None
