"""What a signer does once inside: read, fill, sign, decline."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models, transaction

from signing import consent
from signing.flows import sending
from signing.gate import Action, Verdict, judge
from signing.models import Field, Signature, Signer, SignRequest
from verification import delivery, dispatch, limits, trail
from verification.flows.opening import Origin
from verification.models import Delivery, Gate, Visit

DECLINED_NOTICE = "declined"
MAX_STROKES = 200
# 200 fields of one signature are stamped well within a PDF child's time.
MAX_POINTS = 1_000
REASON_LENGTH = 500
DRAWN = frozenset({Field.Kind.SIGNATURE, Field.Kind.INITIALS})
REPORTS = limits.Limit("reports", 3, limits.HOUR)
State = Signer.State


class SignOutcome(models.TextChoices):
    """REFUSED comes with the verdict of the gate; INCOMPLETE with the fields.

    UNSHOWN: pages could not be drawn, and nobody signs what was never shown.
    """

    SIGNED = "signed"
    REFUSED = "refused"
    NO_SIGNATURE = "no_signature"
    INCOMPLETE = "incomplete"
    NO_CONSENT = "no_consent"
    UNSHOWN = "unshown"


@dataclass(frozen=True)
class SignResult:
    outcome: SignOutcome
    verdict: Verdict = Verdict.OPEN
    missing: tuple[Field, ...] = field(default=())


@dataclass(frozen=True)
class Drawing:
    """A signature as adopted: typed text in a style, or strokes of a pad."""

    style: str
    text: str = ""
    strokes: tuple[tuple[tuple[float, float], ...], ...] = ()
    aspect: float = 3.0

    @property
    def is_empty(self) -> bool:
        if self.style == Signature.Style.DRAWN:
            return not any(len(stroke) > 1 for stroke in trim_strokes(self.strokes))
        return not any(is_seen(sign) for sign in self.text)


def mark_viewed(signer: Signer, origin: Origin, now: datetime) -> bool:
    """Write "viewed" when the view stage was passed for the first time."""
    with transaction.atomic():
        row = Signer.objects.filter(pk=signer.pk, state=State.INVITED)
        if not row.update(state=State.VIEWED, viewed_at=now):
            return False
        trail.append(
            signer.request.trail_id,
            "viewed",
            now,
            actor="signer",
            gate=signer.gate,
            ip=origin.ip,
        )
    return True


def fill(signer: Signer, values: Mapping[str, str]) -> bool:
    """Keep what was filled in so far; unknown and drawn fields and those of others are ignored.

    values maps a field's public id to its text; a ticked checkbox is "yes".
    False, and nothing is kept, once the signer is done or the request over.
    """
    with transaction.atomic():
        if not _may_still_change(signer):
            return False
        changed = []
        for row in signer.fields.all():
            value = values.get(str(row.public_id), row.value)
            value = value.replace("\0", "")[:REASON_LENGTH]
            if row.is_signers and row.kind not in DRAWN and row.value != value:
                row.value = value
                changed.append(row)
        Field.objects.bulk_update(changed, ["value"])
    return True


def adopt(signer: Signer, kind: str, drawing: Drawing, now: datetime) -> bool:
    """Keep a signature or initials for this request, ready to be used.

    Where initials are wanted and none were made, a signature brings them along
    in the same hand. False, and nothing is kept, once the signer is done or the
    request over: what was signed with stays as it was.
    """
    with transaction.atomic():
        if not _may_still_change(signer):
            return False
        _keep(signer, kind, drawing, now)
        own = signer.signatures.filter(kind=Signature.Kind.INITIALS)
        wants = signer.fields.filter(kind=Field.Kind.INITIALS)
        if kind == Signature.Kind.SIGNATURE and wants.exists() and not own.exists():
            is_drawn = drawing.style == Signature.Style.DRAWN
            style = Signature.Style.TYPED_1 if is_drawn else drawing.style
            initials = Drawing(style=style, text=signer.gate.initials)
            _keep(signer, Signature.Kind.INITIALS, initials, now)
    return True


def _may_still_change(signer: Signer) -> bool:
    """Lock the signer; whoever signs in this moment waits, or has been first.

    What comes by a link that was replaced a moment ago is somebody else's.
    """
    row = Signer.objects.select_for_update(of=("self",)).filter(
        pk=signer.pk, request__state=SignRequest.State.SENT
    )
    if row.filter(state__in=[State.INVITED, State.VIEWED]).first() is None:
        return False
    # Asked anew: beside the lock, the statement above sees the gate of before it.
    gate = Gate.objects.filter(pk=signer.gate_id)
    return gate.filter(link_version=signer.gate.link_version).exists()


def _keep(signer: Signer, kind: str, drawing: Drawing, now: datetime) -> None:
    Signature.objects.update_or_create(
        signer=signer,
        kind=kind,
        defaults={
            "style": drawing.style,
            "text": drawing.text[:120],
            "strokes": trim_strokes(drawing.strokes),
            "aspect": drawing.aspect,
            "adopted_at": now,
        },
    )


def trim_strokes(strokes: Any) -> list[list[list[float]]]:
    """Return strokes with sane sizes and every point on the pad.

    Of too many points every second, third and so on is kept, with the ends.
    """
    strokes = list(strokes)[:MAX_STROKES]
    step = max(ceil(sum(map(len, strokes)) / MAX_POINTS), 1)
    return [
        [[_on_pad(x), _on_pad(y)] for x, y in (*stroke[:-1:step], *stroke[-1:])]
        for stroke in strokes
    ]


def _on_pad(share: float) -> float:
    return round(min(max(float(share), 0.0), 1.0), 4)


def is_seen(sign: str) -> bool:
    """Whether a letter leaves ink: no space, no control, nothing without width."""
    return unicodedata.category(sign)[0] not in "CZ"


def missing_fields(signer: Signer) -> list[Field]:
    """Return the required fields that are still empty."""
    adopted = set(signer.signatures.values_list("kind", flat=True))
    return [
        row
        for row in signer.fields.all()
        if row.is_required
        and row.is_signers
        and not (row.kind in adopted if row.kind in DRAWN else row.value)
    ]


def sign(
    signer: Signer,
    visit: Visit,
    origin: Origin,
    *,
    consented: bool,
    language: str,
    now: datetime,
) -> SignResult:
    """Finish this signer's part, and start the seal when it was the last one.

    The gate is judged under the request's lock, so that a recall or a changed
    number a moment earlier wins (threat T58).
    """
    with transaction.atomic():
        locked = _lock(signer)
        judgement = judge(locked, _as_stored(visit, locked), Action.SIGN, now)
        if not judgement.is_open:
            return SignResult(SignOutcome.REFUSED, judgement.verdict)
        if refusal := _not_ready(locked, consented):
            return refusal
        _finish(locked, origin, language, now)
        _fill_automatic(locked, now)
        if waiting(locked.request):
            sending.invite_next(locked.request, now)
        else:
            locked.request.move(SignRequest.State.SEALING)
            pk = locked.request_id
            transaction.on_commit(
                lambda: dispatch.publish("signing.tasks.seal", pk), robust=True
            )
    return SignResult(SignOutcome.SIGNED)


def decline(
    signer: Signer, visit: Visit, origin: Origin, *, reason: str, now: datetime
) -> Verdict:
    """Refuse to sign; ends the request for everybody. OPEN means it is done.

    Needs the view stage only (decisions: 18).
    """
    with transaction.atomic():
        locked = _lock(signer)
        judgement = judge(locked, _as_stored(visit, locked), Action.VIEW, now)
        if not judgement.is_open:
            return judgement.verdict
        if locked.is_done or not locked.request.is_open or not locked.acts:
            return Verdict.ALREADY_DONE
        reason = reason.strip()[:REASON_LENGTH]
        Signer.objects.filter(pk=signer.pk).update(
            state=State.DECLINED, done_at=now, decline_reason=reason
        )
        request = locked.request
        request.move(SignRequest.State.DECLINED, closed_at=now, closing_reason=reason)
        sending.close_gates(request, DECLINED_NOTICE, now)
        trail.append(
            request.trail_id,
            "declined",
            now,
            actor="signer",
            gate=locked.gate,
            reason=reason,
            ip=origin.ip,
        )
        tell_sender(request, locked, DECLINED_NOTICE, now)
    return Verdict.OPEN


def report(signer: Signer, kind: str, origin: Origin, now: datetime) -> bool:
    """Tell the publisher "that's not my number" or "I'm not that person".

    kind is wrong_number_reported or not_me_reported. Never changes anything.
    False when it was reported often enough: a link is no way to flood anybody.
    """
    try:
        limits.take([limits.Use(REPORTS, f"{signer.gate_id}:{kind}")], now)
    except limits.LimitReachedError:
        return False
    with transaction.atomic():
        trail.append(
            signer.request.trail_id,
            kind,
            now,
            actor="signer",
            gate=signer.gate,
            ip=origin.ip,
        )
        tell_sender(signer.request, signer, kind, now)
    return True


def tell_sender(request: SignRequest, signer: Signer, kind: str, now: datetime) -> None:
    """Write to the publisher about one signer."""
    sender = request.sender
    delivery.enqueue(
        kind=f"sender_{kind}",
        channel=Delivery.Channel.EMAIL,
        address=signer.gate.contact_email or sender.email,
        language=sender.language or request.company.language,
        now=now,
        gate=signer.gate,
        signer_id=signer.pk,
    )


def waiting(request: SignRequest) -> bool:
    """Whether somebody still has to sign."""
    acting = request.signers.exclude(role=Signer.Role.CC)
    return acting.exclude(state=State.SIGNED).exists()


def _lock(signer: Signer) -> Signer:
    """Lock request, then signer, and read both anew."""
    SignRequest.objects.select_for_update().get(pk=signer.request_id)
    Signer.objects.select_for_update().get(pk=signer.pk)
    return Signer.objects.select_related(
        "gate__trail", "request__company", "request__sender"
    ).get(pk=signer.pk)


def _as_stored(visit: Visit, signer: Signer) -> Visit | None:
    """Read a visit anew under the lock: its link may have been replaced since it
    was let in, and what it was admitted to with it."""
    rows = Visit.objects.filter(pk=visit.pk, link_version=signer.gate.link_version)
    return rows.first()


def _not_ready(signer: Signer, consented: bool) -> SignResult | None:
    if signer.request.documents.filter(undrawn_since__isnull=False).exists():
        return SignResult(SignOutcome.UNSHOWN)
    own = signer.signatures.filter(kind=Signature.Kind.SIGNATURE)
    if not signer.only_agrees and not own.exists():
        return SignResult(SignOutcome.NO_SIGNATURE)
    if missing := missing_fields(signer):
        return SignResult(SignOutcome.INCOMPLETE, missing=tuple(missing))
    if not consented:
        return SignResult(SignOutcome.NO_CONSENT)
    return None


def _finish(signer: Signer, origin: Origin, language: str, now: datetime) -> None:
    Signer.objects.filter(pk=signer.pk).update(
        state=State.SIGNED,
        done_at=now,
        consented_at=now,
        consent_version=consent.CURRENT,
        consent_language=language,
    )
    Gate.objects.filter(pk=signer.gate_id).update(completed_at=now)
    request = signer.request
    own = signer.signatures.filter(kind=Signature.Kind.SIGNATURE)
    signature = own.first() or Signature(style="", text="")
    trail.append(
        request.trail_id,
        "consented",
        now,
        actor="signer",
        gate=signer.gate,
        version=consent.CURRENT,
        language=language,
    )
    trail.append(
        request.trail_id,
        "signed",
        now,
        actor="signer",
        gate=signer.gate,
        style=signature.style,
        text=signature.text,
        documents=[row.cleaned_sha256 for row in request.documents.all()],
        ip=origin.ip,
        browser=origin.browser,
    )


def _fill_automatic(signer: Signer, now: datetime) -> None:
    day = now.astimezone(ZoneInfo(signer.gate.time_zone)).date().isoformat()
    signer.fields.filter(kind=Field.Kind.DATE).update(value=day)
    signer.fields.filter(kind=Field.Kind.NAME).update(value=signer.name)
