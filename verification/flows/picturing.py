"""Pictures of a document or a face come in, from a camera, file or phone that
we opened for one check, and are kept encrypted.

Nothing here decodes a picture: a worker's child process does (flows/reading.py).
A picture that is refused costs no try.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models, transaction

from verification import dispatch, limits, vault
from verification.flows.opening import Origin
from verification.identity.base import Facts, Reason
from verification.identity.reading import Reading, best_of, facts_of
from verification.models import (
    BrowserSession,
    Capture,
    IdentityCheck,
    IdentityPicture,
    IdentityRules,
)
from verification.outcomes import Outcome

Via = Capture.Via
Side = IdentityPicture.Side
State = IdentityPicture.State
READ = "verification.tasks.read_picture"
FOLDER = "identity"
# A file is written before its row.
BEING_WRITTEN = timedelta(hours=1)
SECRET_BYTES = 24
MOST_BYTES = 10 * 1024 * 1024
# Each picture costs a worker seconds; captures can be opened again and again.
OF_GATE = limits.Limit("identity-pictures-gate", 100, limits.HOUR, is_widened=True)
OF_NETWORK = limits.Limit("identity-pictures-ip", 300, limits.HOUR, is_widened=True)
# What a person may still be able to read where a machine could not.
DOUBTFUL = (Reason.BLURRED, Reason.GLARE, Reason.TOO_DARK)

logger = logging.getLogger(__name__)


# Captures


def open_capture(
    check: IdentityCheck, via: str, *, session: BrowserSession, now: datetime
) -> tuple[Capture, str] | Outcome:
    """Open a camera or file dialog for this browser; its older ones end.

    Returns the capture and its secret, which is stored nowhere. STALE when the
    check takes no pictures any more, NOT_ALLOWED for a file where the picture
    has to be taken live, and for a phone: see hand_over.
    """
    if via == Via.PHONE:
        return Outcome.NOT_ALLOWED
    if via == Via.FILE and IdentityRules.of(check.factor).needs_live_capture:
        return Outcome.NOT_ALLOWED
    return _open(check, via, session, now) or Outcome.STALE


def hand_over(check: IdentityCheck, now: datetime) -> str | Outcome:
    """Return the secret for the QR code that lets one phone take the pictures.

    The older ones of this check end. STALE as open_capture.
    """
    opened = _open(check, Via.PHONE, None, now)
    return opened[1] if opened else Outcome.STALE


def find_capture(secret: str, now: datetime) -> Capture | None:
    """Return the live capture that a secret opens. Changes nothing: who follows
    the QR code by GET is not bound yet (and may be a link scanner)."""
    found = (
        Capture.objects.live(now)
        .filter(secret_hash=_hash(secret))
        .select_related("check_of__gate", "check_of__factor", "session")
    )
    return found.first()


def claim(secret: str, session: BrowserSession, now: datetime) -> Capture | None:
    """Return this browser's live capture; a phone's belongs to the first to come."""
    found = find_capture(secret, now)
    if found and found.via == Via.PHONE and found.session_id is None:
        # No table is joined: else a second one that waited would not look again.
        Capture.objects.filter(pk=found.pk, session=None).update(session=session)
        found = find_capture(secret, now)
    return found if found and found.session_id == session.pk else None


def what_became_of(secret: str) -> str:
    """Say of a secret that opens nothing: "over", or "unknown" if it never did."""
    was_there = Capture.objects.filter(secret_hash=_hash(secret)).exists()
    return "over" if was_there else "unknown"


def hold(check: IdentityCheck) -> bool:
    """Let no picture change until this transaction ends; True when one that is
    there is not good (yet), or when another document was chosen meanwhile."""
    held = IdentityCheck.objects.select_for_update(of=("self",)).get(pk=check.pk)
    if held.document_type != check.document_type:
        return True
    return check.pictures.exclude(state=State.GOOD).exists()


def close_captures(check: IdentityCheck, now: datetime) -> None:
    """Take no more pictures; call it in the transaction that sends the check."""
    check.captures.filter(closed_at=None).update(closed_at=now)


# Pictures


def receive(
    capture: Capture,
    secret: str,
    side: str,
    source: bytes,
    *,
    is_frame: bool,
    number: int | None = None,
    origin: Origin,
    now: datetime,
) -> IdentityPicture | Reason | Outcome:
    """Keep one picture, encrypted, in place of that side's; a worker reads it.

    A frame is live only when a camera or phone that we opened sends it with the
    number that is due there (capture.pictures_taken): each number serves once,
    so a recorded request is worth nothing. TOO_MANY when this signer or network
    sent too much, STALE when the check was sent meanwhile. Reasons cost no try.
    """
    refused = _refusal(capture, secret, source, is_frame=is_frame, number=number)
    if refused is not None:
        return refused
    if not _may_send_more(capture, origin, now):
        return Outcome.TOO_MANY
    picture = IdentityPicture(
        public_id=uuid.uuid4(),
        check_of=capture.check_of,
        side=Side(side),
        is_live=is_frame,
        created_at=now,
    )
    picture.file.name = store(picture, source)
    try:
        outcome = _put_in_place(picture, capture, number, now)
    except BaseException:
        default_storage.delete(picture.file.name)
        raise
    if outcome is not None:
        default_storage.delete(picture.file.name)
    return outcome or picture


def forget(check: IdentityCheck, side: str, now: datetime) -> bool:
    """Throw one picture away, to take it again; False once the check is sent."""
    with transaction.atomic():
        if not _lock_open(check):
            return False
        _erase(check.pictures.filter(side=side))
    return True


def keep_anyway(check: IdentityCheck, side: str) -> bool:
    """Let a person judge a picture that a machine found blurred, dark or glaring.

    Else a signer whose camera does no better would never come to the end.
    """
    with transaction.atomic():
        if not _lock_open(check):
            return False
        row = check.pictures.filter(side=side, state=State.REFUSED, reason__in=DOUBTFUL)
        return row.update(state=State.GOOD) == 1


def erase_pictures(check: IdentityCheck) -> int:
    """Delete the check's pictures with what was read from them; returns how many."""
    with transaction.atomic():
        return _erase(check.pictures.all())


def erase_orphans(now: datetime) -> int:
    """Delete files that no row names, left behind by a crash or by rows that went
    with their transaction; returns how many."""
    if not default_storage.exists(FOLDER):
        return 0
    _folders, names = default_storage.listdir(FOLDER)
    paths = {f"{FOLDER}/{name}" for name in names}
    paths -= set(IdentityPicture.objects.values_list("file", flat=True))
    old = [
        path
        for path in paths
        if default_storage.get_modified_time(path) < now - BEING_WRITTEN
    ]
    delete_files(old)
    return len(old)


def store(picture: IdentityPicture, source: bytes) -> str:
    """Write bytes encrypted for this picture; returns the file's name."""
    sealed = vault.encrypt(source, picture.purpose).encode()
    name = f"{FOLDER}/{picture.public_id}-{secrets.token_hex(4)}"
    return default_storage.save(name, ContentFile(sealed))


def load(picture: IdentityPicture) -> bytes:
    """Return a picture's bytes. Raises vault.UnreadableError and OSError.

    A JPEG of our own making once read_at is set; before that, whatever somebody
    sent, which nothing but the child process may be given.
    """
    with picture.file.open("rb") as file:
        return vault.decrypt(file.read().decode("ascii"), picture.purpose)


# What is there


def wanted_sides(check: IdentityCheck, rules: IdentityRules) -> list[str]:
    """Return which pictures this document needs, in the order of taking them."""
    sides = [Side.FRONT]
    if check.document_type != IdentityRules.DocumentType.PASSPORT:
        sides.append(Side.BACK)
    if rules.needs_selfie:
        sides.append(Side.SELFIE)
    return [side.value for side in sides]


def ready_sides(check: IdentityCheck) -> set[str]:
    """Return the sides whose pictures are good."""
    good = check.pictures.filter(state=State.GOOD)
    return set(good.values_list("side", flat=True))


def is_complete(check: IdentityCheck) -> bool:
    """Whether every picture is there and good, and live where that is asked."""
    rules = IdentityRules.of(check.factor)
    good = check.pictures.filter(state=State.GOOD)
    if rules.needs_live_capture:
        good = good.filter(is_live=True)
    there = set(good.values_list("side", flat=True))
    return bool(check.document_type) and there.issuperset(wanted_sides(check, rules))


def readings(check: IdentityCheck) -> dict[str, Reading]:
    """Return what workers read, by side, of the pictures that count."""
    wanted = wanted_sides(check, IdentityRules.of(check.factor))
    good = check.pictures.filter(state=State.GOOD, side__in=wanted)
    return {one.side: _reading_of(one) for one in good if one.reading}


def read_facts(check: IdentityCheck, now: datetime) -> Facts:
    """Return what was read so far; two-digit years are resolved at now."""
    return facts_of(best_of(readings(check).values()).zone, now.date())


def _reading_of(picture: IdentityPicture) -> Reading:
    """Return what was read, or nothing where its key is lost: a person may see."""
    try:
        return Reading.open(picture.reading, picture.purpose)
    except vault.UnreadableError:
        logger.exception("What was read from picture %s is lost.", picture.pk)
        return Reading()


def _open(
    check: IdentityCheck, via: str, session: BrowserSession | None, now: datetime
) -> tuple[Capture, str] | None:
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with transaction.atomic():
        if not _lock_open(check):
            return None
        check.captures.filter(via=via, closed_at=None).update(closed_at=now)
        capture = Capture.objects.create(
            check_of=check,
            via=via,
            secret_hash=_hash(secret),
            session=session,
            opened_at=now,
            ends_at=now + Capture.LIFETIME,
        )
    return capture, secret


def _refusal(
    capture: Capture, secret: str, source: bytes, *, is_frame: bool, number: int | None
) -> Reason | None:
    if len(source) > MOST_BYTES:
        return Reason.TOO_LARGE
    if not secrets.compare_digest(capture.secret_hash, _hash(secret)):
        return Reason.NOT_LIVE
    if is_frame:
        is_numbered = number is not None and capture.via != Via.FILE
        return None if is_numbered else Reason.NOT_LIVE
    needs_live = IdentityRules.of(capture.check_of.factor).needs_live_capture
    return Reason.NOT_LIVE if needs_live else None


def _may_send_more(capture: Capture, origin: Origin, now: datetime) -> bool:
    uses = [limits.Use(OF_GATE, str(capture.check_of.gate_id))]
    if origin.ip:
        uses.append(limits.Use(OF_NETWORK, origin.ip))
    try:
        limits.take(uses, now)
    except limits.LimitReachedError:
        logger.warning("Too many pictures of check %s.", capture.check_of_id)
        return False
    return True


def _put_in_place(
    picture: IdentityPicture, capture: Capture, number: int | None, now: datetime
) -> Reason | Outcome | None:
    """Spend the number and change the side's picture, in one commit."""
    with transaction.atomic():
        if not _lock_open(picture.check_of):
            return Outcome.STALE
        if not _take(capture, number, now):
            return Reason.NOT_LIVE
        _erase(picture.check_of.pictures.filter(side=picture.side))
        picture.save()
        transaction.on_commit(lambda: dispatch.publish(READ, picture.pk), robust=True)
    return None


def _take(capture: Capture, number: int | None, now: datetime) -> bool:
    row = Capture.objects.live(now).filter(
        pk=capture.pk, pictures_taken__lt=Capture.MOST_PICTURES
    )
    if number is not None:
        row = row.filter(pictures_taken=number)
    return row.update(pictures_taken=models.F("pictures_taken") + 1) == 1


def _lock_open(check: IdentityCheck) -> bool:
    """Hold the check's row: sending it waits, and what comes after is refused."""
    row = IdentityCheck.objects.select_for_update(of=("self",)).filter(
        pk=check.pk, state=IdentityCheck.State.OPEN, gate__closed_at=None
    )
    return bool(row)


def _erase(pictures: models.QuerySet[IdentityPicture]) -> int:
    """Delete rows now, their files once that is committed."""
    names = [name for name in pictures.values_list("file", flat=True) if name]
    count, _ = pictures.delete()
    transaction.on_commit(lambda: delete_files(names), robust=True)
    return count


def delete_files(names: Iterable[str]) -> None:
    """Delete stored pictures; call it after the commit that let go of them."""
    for name in names:
        default_storage.delete(name)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
