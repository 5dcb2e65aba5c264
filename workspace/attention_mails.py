"""What a publisher reads about signers who are stuck, and transactions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from signing.messages import head_for
from signing.messages.senders import known, transaction, words_of
from signing.models import Signer, SignRequest
from verification import letters, messages, trail
from verification.channels.base import Reason
from verification.letters import Button, Content, Letter
from verification.models import Delivery, IdentityCheck, TrailEntry
from workspace import diagnosis, obstacles
from workspace.diagnosis import Diagnosis, Facts, fates, outside
from workspace.diagnosis.said import say, shortened, when
from workspace.models import Concern, Membership
from workspace.obstacles import Obstacle

ONE = "sender_attention"
DIGEST = "sender_digest"
MOST_LISTED = 30
WAITING = "identity_waiting"
State = IdentityCheck.State


@dataclass(frozen=True)
class News:
    """One event about one signer, in words."""

    concern: Concern
    signer: Signer
    told: Diagnosis

    @property
    def request(self) -> SignRequest:
        return self.signer.request

    @property
    def about(self) -> str:
        return f"{self.request.title}, {self.signer.name}"

    @property
    def sentence(self) -> str:
        return self.told.sentence

    def letter(self) -> Letter:
        return letter_of(self)

    @property
    def is_lock(self) -> bool:
        return self.concern.entry.kind == "locked"

    @property
    def is_review(self) -> bool:
        return self.concern.entry.kind == WAITING

    @property
    def is_over(self) -> bool:
        """Whether it was put right, or does not matter any more."""
        if self.is_review:  # also who has signed may show an ID, to get the copy
            return not check_of(self.concern.entry).filter(state=State.WAITING).exists()
        request, budgets = self.signer.request, self.signer.gate.budgets.all()
        if not request.is_open or self.signer.is_done:
            return True
        return self.is_lock and not any(one.locked_at for one in budgets)


@dataclass(frozen=True)
class Standstill:
    """News of all of a transaction, which is held up still."""

    request: SignRequest
    obstacle: Obstacle
    is_over = False

    @property
    def about(self) -> str:
        return self.request.title

    @property
    def sentence(self) -> str:
        return f"{self.obstacle.heading}. {self.obstacle.words[0]}"

    def letter(self) -> Letter:
        return Letter(
            subject=self.obstacle.subject,
            paragraphs=(f"{self.obstacle.heading}.", *self.obstacle.words),
            facts=known((_("Document"), self.request.title)),
            button=transaction(self.request),
            closing=(where_to_change(),),
        )


def build_one(row: Delivery) -> Content:
    concerns = Concern.objects.filter(pk=row.context["concern"])
    found = news_of(concerns)
    if not found:
        is_over = concerns.filter(entry__gate=None).exists()
        raise messages.SupersededError if is_over else messages.NothingToSayError
    return letters.render(found[0].letter(), head_for(found[0].request.company))


def build_digest(row: Delivery) -> Content:
    """List what is still so; with nothing left, nothing is written."""
    members = Membership.objects.select_related("company")
    member = members.filter(pk=row.context["member"]).first()
    found = news_of(Concern.objects.filter(pk__in=row.context["concerns"]))
    left = [one for one in found if not one.is_over]
    if member is None or not left:
        raise messages.SupersededError
    return letters.render(digest_of(left), head_for(member.company))


def letter_of(news: News) -> Letter:
    if news.is_review:
        return review_of(news)
    words = words_of(news.signer)
    if news.is_lock:
        subject = _("%(name)s is locked out of %(title)s") % words
        advice = _("Talk to %(name)s first, so that you know who it was.") % words
    else:
        subject = _("%(name)s could not be reached about %(title)s") % words
        advice = ""
    help_with = news.told.fix.label if news.told.fix else ""
    if help_with:
        press = _("On the page of the transaction, “%(button)s” helps.")
        advice = f"{advice} {press % {'button': help_with}}".strip()
    gate = news.signer.gate
    return Letter(
        subject=subject,
        paragraphs=tuple(filter(None, (news.told.sentence, advice))),
        facts=known(
            (_("Document"), news.signer.request.title),
            (_("Signer"), gate.name),
            (_("Email"), gate.masked_email),
            (_("Phone"), gate.masked_phone),
        ),
        button=transaction(news.request),
        closing=(where_to_change(),),
    )


def review_of(news: News) -> Letter:
    """Somebody waits for an answer: the button leads straight to the check."""
    words = words_of(news.signer)
    return Letter(
        subject=_("%(name)s waits for your review: %(title)s") % words,
        paragraphs=(
            news.told.sentence,
            _("Compare document, selfie and name, and say yes or no."),
        ),
        facts=known(
            (_("Document"), news.signer.request.title),
            (_("Signer"), news.signer.gate.name),
            (_("Email"), news.signer.gate.masked_email),
        ),
        button=Button(_("Review"), settings.PUBLIC_URL + address_of(news)),
        closing=(where_to_change(),),
    )


def address_of(news: News) -> str:
    check = check_of(news.concern.entry).first()
    if check is None:
        return reverse("workspace:identity-queue")
    return reverse("workspace:identity-check", args=[check.public_id])


def check_of(entry: TrailEntry) -> QuerySet[IdentityCheck]:
    """Return the check that an entry speaks of, as long as it is there."""
    rows = IdentityCheck.objects.filter(gate__trail=entry.trail_id)
    return rows.filter(public_id=UUID(str(trail.facts_of(entry)["check"])))


def digest_of(found: Sequence[News | Standstill]) -> Letter:
    more = len(found) - MOST_LISTED
    rest = _("And %(count)d more.") % {"count": more} if more > 0 else ""
    path = reverse("workspace:requests")
    return Letter(
        subject=digest_subject(found),
        facts=tuple((one.about, one.sentence) for one in found[:MOST_LISTED]),
        button=Button(
            _("Open what needs attention"),
            f"{settings.PUBLIC_URL}{path}?show=attention",
        ),
        closing=tuple(filter(None, (rest, where_to_change()))),
    )


def digest_subject(found: Sequence[News | Standstill]) -> str:
    count = len(found)
    words = ngettext(
        "%(count)d signer needs your attention",
        "%(count)d signers need your attention",
        count,
    )
    if any(isinstance(one, Standstill) for one in found):
        count = len({one.request.pk for one in found})
        words = ngettext(
            "%(count)d transaction needs your attention",
            "%(count)d transactions need your attention",
            count,
        )
    return words % {"count": count}


def where_to_change() -> str:
    return _(
        "You choose in Countersign, in your menu under Notifications, whether such "
        "mails come at once, once a day, or not at all."
    )


def news_of(concerns: QuerySet[Concern]) -> list[News | Standstill]:
    """Read concerns with what their sentences need, oldest first; then what holds
    up all of a transaction, as long as it does."""
    rows = list(concerns.select_related("entry__gate").order_by("pk"))
    return [*_of_signers(rows), *_of_all(rows)]


def _of_all(rows: list[Concern]) -> Iterator[Standstill]:
    trails = {row.entry.trail_id for row in rows if row.entry.gate_id is None}
    requests = SignRequest.objects.select_related("company").order_by("pk")
    requests = requests.prefetch_related("documents").filter(trail__in=trails)
    for request in requests:
        undrawn = obstacles.undrawn_of(request.documents.all())
        if obstacle := obstacles.of(request, undrawn):
            yield Standstill(request, obstacle)


def _of_signers(rows: list[Concern]) -> list[News]:
    signers = Signer.objects.select_related(
        "gate", "request__company", "request__sender"
    ).filter(gate__in=[row.entry.gate_id for row in rows])
    gathered = diagnosis.gather(list(signers), timezone.now())
    facts = {one.signer.gate_id: one for one in gathered}
    found = ((row, facts.get(row.entry.gate_id or 0)) for row in rows)
    return [
        News(row, about.signer, told_of(row.entry, about))
        for row, about in found
        if about
    ]


def told_of(entry: TrailEntry, facts: Facts) -> Diagnosis:
    """Say what an entry says, as the transaction's page would."""
    if entry.kind == "locked":
        still = outside.locked(facts)
        return still or say("locked", _("The tries ran out {}."), when(entry.at, facts))
    if entry.kind == WAITING:
        return say(
            "identity_waiting",
            _("{} showed an ID {}. It waits for your review."),
            facts.gate.first_name,
            when(entry.at, facts),
        )
    told = trail.facts_of(entry)
    failed = fates.Failed(
        channel=str(told["channel"]),
        to=shortened(str(told["to"])),
        reason=Reason(told["reason"] or Reason.UNKNOWN),
        at=entry.at,
    )
    return fates.tell(facts, failed)
