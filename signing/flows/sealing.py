"""The last signer is done: the finished PDF is made, sealed once, and sent round."""

from __future__ import annotations

import hashlib
import logging
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import models, transaction

from signing import composing, seal_keys
from signing.flows import acting, sending
from signing.models import Signer, SignRequest
from signing.pdf import seal as pdf_seal
from verification import trail
from verification.models import Trail

logger = logging.getLogger(__name__)

COMPLETED = "completed"
LATE = "seal_late"
# Composing 500 pages takes well under a minute; a worker that died is
# followed by another after this long.
LEASE = timedelta(minutes=5)
# Three tries fit in it; after that somebody has to look.
PATIENCE = 3 * LEASE
State = SignRequest.State


def seal(request_id: int, now: datetime) -> bool:
    """Make and keep the sealed PDF of a request; False when there is nothing to do.

    One winner: the row is claimed by a token, and only that token's result is
    kept. The certificate prints the trail as it stood at the claim; "sealed"
    is an entry after it.
    """
    request = _claim(request_id, now)
    if request is None:
        return False
    signers = list(
        request.signers.select_related("gate").prefetch_related("fields", "signatures")
    )
    head = Trail.objects.get(pk=request.trail_id)
    composed = composing.compose(request, signers, head, now)
    sealed = pdf_seal.seal(
        composed,
        seal_keys.key_of(request.company),
        reason="Completed by all signers",
        location=settings.PUBLIC_URL,
        contact=request.sender.email,
        transaction_id=str(request.public_id),
        trail_seq=head.seq,
        trail_head=head.head,
        at=now,
        tsa_url=settings.TSA_URL or None,
    )
    return _keep(request, sealed, head, now)


def unfinished(now: datetime) -> list[int]:
    """Return requests that wait for a seal and that no worker is at."""
    free = models.Q(seal_lease_ends_at=None) | models.Q(seal_lease_ends_at__lte=now)
    rows = SignRequest.objects.filter(free, state=State.SEALING)
    return list(rows.values_list("pk", flat=True)[:20])


def tell_late(now: datetime) -> int:
    """Note once of each request that its seal is late, so that its publisher hears
    of it; returns of how many. The seal itself ends it.

    By the clock, not by failures: a worker that is killed reports none.
    """
    signed_since = Signer.objects.filter(
        request=models.OuterRef("pk"), done_at__gt=now - PATIENCE
    )
    rows = SignRequest.objects.filter(state=State.SEALING, seal_late_at=None)
    rows = rows.exclude(models.Exists(signed_since)).order_by("pk")
    return sum(_tell_late(pk, now) for pk in rows.values_list("pk", flat=True)[:100])


def _tell_late(request_id: int, now: datetime) -> bool:
    with transaction.atomic():
        request = SignRequest.objects.select_for_update().get(pk=request_id)
        row = SignRequest.objects.filter(
            pk=request_id, state=State.SEALING, seal_late_at=None
        )
        if not row.update(seal_late_at=now):
            return False
        trail.append(request.trail_id, LATE, now, actor="system")
    logger.error(
        "Request %s waits too long for its seal: transaction %s.",
        request_id,
        request.public_id,
    )
    return True


def _claim(request_id: int, now: datetime) -> SignRequest | None:
    token = secrets.token_hex(16)
    free = models.Q(seal_lease_ends_at=None) | models.Q(seal_lease_ends_at__lte=now)
    row = SignRequest.objects.filter(free, pk=request_id, state=State.SEALING)
    if not row.update(seal_token=token, seal_lease_ends_at=now + LEASE):
        return None
    return SignRequest.objects.select_related(
        "company", "sender", "sender_identity"
    ).get(pk=request_id)


def _keep(request: SignRequest, sealed: bytes, head: Trail, now: datetime) -> bool:
    storage = request.sealed.storage
    folder = now.strftime("sealed/%Y/%m")
    name = storage.save(f"{folder}/{request.public_id}.pdf", ContentFile(sealed))
    digest = hashlib.sha256(sealed).hexdigest()
    with transaction.atomic():
        own = SignRequest.objects.filter(
            pk=request.pk, state=State.SEALING, seal_token=request.seal_token
        )
        won = own.update(
            state=State.COMPLETED, closed_at=now, sealed=name, sealed_sha256=digest
        )
        if won:
            _tell(request, digest, head, now)
    if not won:
        logger.warning("Request %s was sealed by another worker.", request.pk)
        storage.delete(name)
    return bool(won)


def _tell(request: SignRequest, digest: str, head: Trail, now: datetime) -> None:
    trail.append(
        request.trail_id,
        "sealed",
        now,
        actor="system",
        sha256=digest,
        seq=head.seq,
        head=head.head,
    )
    trail.append(request.trail_id, "completed", now, actor="system")
    signers: list[Signer] = list(sending.signers_of(request))
    for signer in signers:
        sending.write_to(signer, COMPLETED, now)
    if signers:
        acting.tell_sender(request, signers[0], COMPLETED, now)
