"""What waits for the publisher: signers who are locked, whose ID waits for review,
or whom nothing reached; a document that can’t be shown; a seal that is late."""

from __future__ import annotations

from functools import cache

from django.db.models import (
    Case,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from signing.models import Document, Signer, SignRequest
from verification.models import Delivery, Grant, IdentityCheck, Visit


def to_signer() -> QuerySet[Delivery]:
    """Messages that went to signers, not to the one who sent the document."""
    return Delivery.objects.exclude(kind__startswith="sender_").exclude(kind="locked")


def _why_not_passed() -> Case:
    """A base.Reason, or "failed", where the newest that became of a check is a no."""
    failed = Q(state=IdentityCheck.State.FAILED)
    return Case(
        When(failed & Q(reason=""), then=Value("failed")),
        When(failed, then=F("reason")),
        default=Value(""),
    )


def _fate() -> Case:
    """What became of a message; "" where it failed, they say, and the signer got on
    all the same: passed a check since, or came by the link that it carried."""
    here = {"visit__gate": OuterRef("gate"), "granted_at__gt": OuterRef("created_at")}
    got_on = Exists(Grant.objects.filter(**here))
    came = Visit.objects.filter(gate=OuterRef("gate"))
    came = came.filter(arrived_at__gt=OuterRef("created_at"))
    by_link = Q(channel=Delivery.Channel.EMAIL, challenge=None) & Q(Exists(came))
    failed = Q(state=Delivery.State.FAILED)
    passed = When(failed & (Q(got_on) | by_link), then=Value(""))
    return Case(passed, default=F("state"))


def with_last_delivery(signers: QuerySet[Signer]) -> QuerySet[Signer]:
    checks = IdentityCheck.objects.filter(gate=OuterRef("gate"))
    told = checks.exclude(state=IdentityCheck.State.ENDED)
    told = told.exclude(state=IdentityCheck.State.FAILED, used_at__isnull=False)
    told = told.annotate(why=_why_not_passed())
    told = told.order_by(Coalesce("decided_at", "started_at").desc(), "-pk")
    waiting = IdentityCheck.objects.filter(state=IdentityCheck.State.WAITING)
    newest = to_signer().filter(gate=OuterRef("gate")).order_by("-created_at", "-id")
    newest = newest.annotate(fate=_fate())
    by_this_link = Visit.objects.filter(
        gate=OuterRef("gate"), link_version=OuterRef("gate__link_version")
    )
    return signers.annotate(
        has_opened=Exists(by_this_link),
        waits_for_review=Exists(waiting.filter(gate=OuterRef("gate"))),
        identity_refusal=Subquery(told.values("why")[:1]),
        last_delivery_id=Subquery(newest.values("id")[:1]),
        last_fate=Subquery(newest.values("fate")[:1]),
    )


@cache
def needs_attention() -> Q:
    """Open requests with a signer who is locked, waits for review or was not reached,
    or with a document that can't be drawn; signed ones whose seal is late.

    Every entry of a trail asks for it, and to build it takes as long as a query.
    """
    open_for = Signer.objects.filter(request=OuterRef("pk")).exclude(
        state__in=[Signer.State.SIGNED, Signer.State.DECLINED]
    )
    locked = open_for.filter(gate__budgets__locked_at__isnull=False)
    shown = open_for.filter(gate__identity_checks__state=IdentityCheck.State.WAITING)
    failed = Q(last_fate=Delivery.State.FAILED)
    unreached = with_last_delivery(open_for).filter(failed)
    is_open = Q(state=SignRequest.State.SENT)
    is_late = Q(state=SignRequest.State.SEALING, seal_late_at__isnull=False)
    stuck = Q(Exists(locked)) | Q(Exists(shown)) | Q(Exists(unreached))
    return is_late | is_open & (stuck | Q(Exists(undrawn())))


def undrawn() -> QuerySet[Document]:
    """Documents of the outer request that can't be drawn."""
    rows = Document.objects.filter(request=OuterRef("pk"))
    return rows.filter(undrawn_since__isnull=False)
