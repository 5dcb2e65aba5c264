"""Workers read pictures, each once, and judge checks that were sent.

A worker claims a picture for a while; one that dies is followed by another. The
broker only hints: the sweep finds what no hint announced.
"""

from __future__ import annotations

import logging
import secrets
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import models, transaction

from verification import dispatch, sandbox, vault
from verification.confinement import Result
from verification.flows import identity, picturing
from verification.identity import judging
from verification.identity.base import Finding, Reason
from verification.identity.reading import Reading, best_of
from verification.models import IdentityCheck, IdentityPicture
from verification.models.identity import IdentityRules

State = IdentityPicture.State
CHILD = "verification.identity.child"
SECONDS = 60.0
# Longer than a child that reads and another that only looks.
LEASE = timedelta(seconds=150)
MOST_TIMES = 3
# Each child that reads holds up to 0.4 GB: no more of them in one worker.
CHILDREN = threading.BoundedSemaphore(2)
MOST_AT_ONCE = 5
# A hint needs a moment: sweeping sooner would only race it.
HINTED = timedelta(seconds=5)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Claim:
    """The right to read one picture, until its lease ends."""

    picture: IdentityPicture
    token: str


@dataclass(frozen=True)
class Foreseen:
    """What is certain to fail: a Reason, "" for nothing.

    side: whose picture says so. country: the issuer's, where choosing it is all
    that is missing.
    """

    reason: str = ""
    side: str = ""
    country: str = ""


def claim(picture_id: int, now: datetime) -> Claim | None:
    """Take a picture to read; None when another worker has it, or it was read.

    One that nobody came to the end of, MOST_TIMES, is refused.
    """
    token = secrets.token_hex(16)
    free = IdentityPicture.objects.filter(_is_free(now), pk=picture_id)
    if free.filter(times_begun__gte=MOST_TIMES).update(
        state=State.REFUSED, reason=Reason.NO_PICTURE
    ):
        logger.error("Picture %s could not be read %s times.", picture_id, MOST_TIMES)
        return None
    claimed = free.update(
        lease_token=token,
        lease_ends_at=now + LEASE,
        times_begun=models.F("times_begun") + 1,
    )
    if not claimed:
        return None
    return Claim(IdentityPicture.objects.get(pk=picture_id), token)


def read(picture_id: int, now: datetime) -> bool:
    """Decode, look at and read one picture in a child; False if it was not ours.

    Harmless twice, and too late: a picture that was replaced meanwhile stays so.
    """
    claimed = claim(picture_id, now)
    if claimed is None:
        return False
    picture = claimed.picture
    try:
        source = picturing.load(picture)
    except (OSError, vault.UnreadableError):
        logger.exception("Picture %s cannot be opened.", picture_id)
        return _record(claimed, Result({"reason": Reason.NO_PICTURE}), now)
    return _record(claimed, examine(source, picture.side), now)


def examine(source: bytes, side: str) -> Result:
    """Have a child look at a picture, and read a document's zone.

    Where reading fails, looking alone may do: then a person reads.
    """
    operations = ["look"] if side == picturing.Side.SELFIE else ["read", "look"]
    for operation in operations:
        try:
            return sandbox.run(
                CHILD,
                operation,
                source,
                timeout=SECONDS,
                options={"side": side},
                on_disk=False,
            )
        except sandbox.ChildFailed as error:
            logger.warning("A picture's child failed: %s", error)
    return Result({"reason": Reason.NO_PICTURE})


def judge(check_id: int, now: datetime) -> bool:
    """Judge a check that was sent; False when there is nothing to judge (yet)."""
    check = (
        IdentityCheck.objects.select_related("gate__trail", "factor", "visit")
        .filter(pk=check_id, state=IdentityCheck.State.SENT)
        .filter(provider=IdentityCheck.Provider.REVIEW)
        .first()
    )
    if check is None or check.pictures.filter(state=State.NEW).exists():
        return False
    best = best_of(picturing.readings(check).values())
    return identity.settle(check, _find(best, _expected(check), now), now)


def foresee(check: IdentityCheck, now: datetime) -> Foreseen:
    """Return what judging would refuse if it were sent as it is. Costs no try,
    writes nothing, and says no more than the reason itself."""
    readings, expected = picturing.readings(check), _expected(check)
    best = best_of(readings.values())
    side = next((side for side, one in readings.items() if one == best), "")
    finding = _find(best, expected, now)
    if finding.reason != Reason.WRONG_COUNTRY:
        return Foreseen(finding.reason, side)
    issuer = finding.facts.country
    from_there = _find(best, replace(expected, country=issuer), now)
    return Foreseen(finding.reason, side, "" if from_there.reason else issuer)


def unread(now: datetime) -> list[int]:
    """Return pictures that no worker took, or that one left behind."""
    rows = IdentityPicture.objects.filter(
        _is_free(now),
        created_at__lt=now - HINTED,
        check_of__state__in=IdentityCheck.LIVE,
    )
    return list(rows.order_by("created_at").values_list("pk", flat=True)[:MOST_AT_ONCE])


def unjudged(now: datetime) -> list[int]:
    """Return checks that were sent and that no worker judged."""
    rows = IdentityCheck.objects.filter(
        state=IdentityCheck.State.SENT,
        provider=IdentityCheck.Provider.REVIEW,
        sent_at__lt=now - HINTED,
    )
    return list(rows.order_by("sent_at").values_list("pk", flat=True)[:MOST_AT_ONCE])


def _expected(check: IdentityCheck) -> judging.Expected:
    rules = IdentityRules.of(check.factor)
    return judging.Expected(
        name=check.gate.name,
        name_level=rules.name_match,
        document_type=check.document_type,
        document_types=tuple(rules.allowed_types),
        country=check.country,
        is_live=_is_live(check) if rules.needs_live_capture else None,
    )


def _find(reading: Reading, expected: judging.Expected, now: datetime) -> Finding:
    return judging.judge(reading, expected, judging.earliest_day(now))


def _is_live(check: IdentityCheck) -> bool:
    return not check.pictures.filter(is_live=False).exists()


def _is_free(now: datetime) -> models.Q:
    unleased = models.Q(lease_ends_at=None) | models.Q(lease_ends_at__lte=now)
    return unleased & models.Q(state=State.NEW)


def _record(claimed: Claim, result: Result, now: datetime) -> bool:
    """Keep what became of a picture, if it is still there and ours."""
    picture = claimed.picture
    name = picturing.store(picture, result.blobs[0]) if result.blobs else ""
    with transaction.atomic():
        row = IdentityPicture.objects.filter(
            pk=picture.pk, state=State.NEW, lease_token=claimed.token
        )
        is_ours = row.update(
            **_outcome(picture, result), file=name, read_at=now, lease_ends_at=None
        )
    superseded = picture.file.name if is_ours else name
    if superseded:
        default_storage.delete(superseded)
    if is_ours and picture.check_of.state == IdentityCheck.State.SENT:
        dispatch.publish(identity.JUDGE, picture.check_of_id)
    return bool(is_ours)


def _outcome(picture: IdentityPicture, result: Result) -> dict[str, object]:
    said = result.data
    reason = Reason(said["reason"]) if said["reason"] else ""
    lines = tuple(str(line) for line in said.get("lines", ()))
    reading = Reading(lines, bool(said.get("is_sure")))
    return {
        "state": State.REFUSED if reason else State.GOOD,
        "reason": reason,
        "width": int(said.get("width", 0)),
        "height": int(said.get("height", 0)),
        "reading": reading.seal(picture.purpose),
    }
