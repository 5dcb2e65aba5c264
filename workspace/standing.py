"""How far a transaction and each of its signers got, as words, tone and icon."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from signing.attention import undrawn
from signing.attention import with_last_delivery as with_last_delivery
from signing.models import Signer, SignRequest
from verification.channels.base import Reason
from verification.identity.base import Reason as Refused
from verification.models import Budget, Delivery
from workspace import obstacles, selecting
from workspace.selecting import Action

State = SignRequest.State


@dataclass(frozen=True)
class Chip:
    """tone and icon as in components/chip.html."""

    words: str
    tone: str
    icon: str


@dataclass(frozen=True)
class Person:
    """One signer as the list and the transaction's page show them.

    mark: "" | waiting | inside | signed | unreachable | review | locked
    """

    signer: Signer
    mark: str
    words: str
    delivery: Delivery | None

    @property
    def label(self) -> str:
        words = {"name": self.signer.name, "standing": self.words}
        return _("%(name)s, %(standing)s") % words if self.words else self.signer.name


@dataclass(frozen=True)
class Row:
    """One transaction with its people; why says in words what the chip means."""

    request: SignRequest
    people: list[Person]
    chip: Chip
    why: str

    @property
    def fits(self) -> list[str]:
        """The actions of the list that can be done with it, by their keys."""
        if self.request.state == State.COMPLETED and self.request.sealed:
            return ["download", "export"]
        if self.request.state != State.SENT:
            return ["export"]
        states = {one.signer.state for one in self.people if one.signer.acts}
        found = ["recall", "export"]
        if states - {Signer.State.SIGNED, Signer.State.DECLINED}:
            found.append("phones")
        if states & {Signer.State.INVITED, Signer.State.VIEWED}:
            found += ["resend", "remind"]
        return found

    @property
    def offers(self) -> list[Action]:
        return selecting.of_row(self.fits)


CHIPS = {
    State.SEALING: (gettext_lazy("Being sealed"), "info", "shield"),
    State.COMPLETED: (gettext_lazy("Completed"), "ok", "check"),
    State.DECLINED: (gettext_lazy("Declined"), "bad", "close"),
    State.RECALLED: (gettext_lazy("Recalled"), "", "undo"),
    State.EXPIRED: (gettext_lazy("Expired"), "", "clock"),
    State.DRAFT: (gettext_lazy("Draft"), "outlined", "pencil"),
}


def rows_of(requests: QuerySet[SignRequest]) -> list[Row]:
    """Return requests with all that is shown of them; four queries, however many."""
    signers = with_last_delivery(
        Signer.objects.select_related("gate").prefetch_related("gate__budgets")
    )
    requests = requests.annotate(undrawn=Subquery(undrawn().values("name")[:1]))
    listed = list(requests.prefetch_related(Prefetch("signers", signers)))
    deliveries = last_deliveries(
        signer for request in listed for signer in request.signers.all()
    )
    return [row_of(request, deliveries) for request in listed]


def last_deliveries(signers: Iterable[Signer]) -> dict[int, Delivery]:
    wanted = [signer.last_delivery_id for signer in signers]  # type: ignore[attr-defined]  # annotated
    return Delivery.objects.in_bulk([pk for pk in wanted if pk])


def row_of(request: SignRequest, deliveries: dict[int, Delivery]) -> Row:
    people = [
        person_of(signer, request, deliveries.get(signer.last_delivery_id or 0))  # type: ignore[attr-defined]  # annotated
        for signer in request.signers.all()
    ]
    chip, why = chip_of(request, people, request.undrawn or "")  # type: ignore[attr-defined]  # annotated
    return Row(request, people, chip, why)


def person_of(
    signer: Signer, request: SignRequest, delivery: Delivery | None
) -> Person:
    mark, words = "", ""
    if signer.state == Signer.State.SIGNED:
        mark, words = "signed", _("signed")
    elif signer.state == Signer.State.DECLINED:
        words = _("declined")
    elif request.state == State.SENT and not signer.acts:
        words = _("gets a copy")
    elif request.state == State.SENT:
        mark, words = _open_standing(signer, delivery)
    return Person(signer, mark, words, delivery)


def chip_of(
    request: SignRequest, people: list[Person], undrawn: str
) -> tuple[Chip, str]:
    """undrawn names a document that can't be drawn, or is ""."""
    if obstacle := obstacles.of(request, undrawn):
        return _attention(), obstacle.why
    if request.state == State.SENT:
        return _sent_chip(people)
    words, tone, icon = CHIPS[State(request.state)]
    return Chip(str(words), tone, icon), _closed_why(request, people)


def locked_budget(signer: Signer) -> Budget | None:
    budgets = signer.gate.budgets.all()
    return next((budget for budget in budgets if budget.locked_at), None)


def why_unreached(delivery: Delivery) -> str:
    """Say what became of the last message: Email bounced; Text to ••90: landline."""
    reason = Reason(delivery.reason).label if delivery.reason else ""
    words = {
        Delivery.Channel.EMAIL: _("An email could not be delivered."),
        Delivery.Channel.SMS: _("A text could not be delivered."),
        Delivery.Channel.VOICE: _("A call did not get through."),
    }
    return str(reason) or words[Delivery.Channel(delivery.channel)]


def refused_words(signer: Signer) -> str:
    """Say that the newest identity check came to no; "" where it did not."""
    refusal = _refusal(signer)
    if not refusal:
        return ""
    if refusal == Refused.REFUSED:
        return _("ID rejected, can try again")
    return _("ID not accepted, can try again")


def _open_standing(signer: Signer, delivery: Delivery | None) -> tuple[str, str]:
    if locked_budget(signer):
        return "locked", _("locked")
    if getattr(signer, "waits_for_review", False):
        return "review", _("waits for your review")
    if delivery and getattr(signer, "last_fate", "") == Delivery.State.FAILED:
        return "unreachable", _("cannot be reached")
    if signer.state == Signer.State.VIEWED:
        return "inside", _("is reading")
    if words := refused_words(signer):
        return "waiting", words
    if getattr(signer, "has_opened", False):
        return "waiting", _("is at the gate")
    if signer.state == Signer.State.INVITED:
        return "waiting", _("not in yet")
    return "waiting", _("not invited yet")


def _attention() -> Chip:
    return Chip(_("Needs attention"), "warn", "alert")


def _sent_chip(people: list[Person]) -> tuple[Chip, str]:
    for person in people:
        if why := _why_attention(person):
            return _attention(), why
    done = sum(person.mark == "signed" for person in people)
    if reader := next((one for one in people if one.mark == "inside"), None):
        name = {"name": reader.signer.gate.first_name}
        return Chip(_("Viewed"), "info", "eye"), _("%(name)s is reading") % name
    if done:
        words = {"done": done, "count": sum(one.signer.acts for one in people)}
        return Chip(_("Sent"), "info", "send"), _(
            "%(done)d of %(count)d signed"
        ) % words
    for person in people:
        if getattr(person.signer, "has_opened", False):
            name = {"name": person.signer.gate.first_name}
            return Chip(_("Sent"), "info", "send"), _why_at_gate(person.signer) % name
    return Chip(_("Sent"), "info", "send"), _("Not opened yet")


def _why_at_gate(signer: Signer) -> str:
    refusal = _refusal(signer)
    if not refusal:
        return _("%(name)s is at the gate")
    if refusal == Refused.REFUSED:
        return _("ID of %(name)s rejected, can try again")
    return _("ID of %(name)s not accepted, can try again")


def _refusal(signer: Signer) -> str:
    """Why the newest identity check came to no: a Refused value or "failed"; "" else."""
    return getattr(signer, "identity_refusal", "") or ""


def _why_attention(person: Person) -> str:
    if person.mark == "locked":
        return _locked_why(locked_budget(person.signer))
    if person.mark == "review":
        name = {"name": person.signer.gate.first_name}
        return _("Review the ID of %(name)s") % name
    if person.mark == "unreachable" and person.delivery:
        return why_unreached(person.delivery)
    return ""


def _locked_why(budget: Budget | None) -> str:
    count = budget.wrong_tries if budget else 0
    if budget and budget.kind == Budget.Kind.IDENTITY:
        words = ngettext(
            "Locked: %(count)d identity check failed",
            "Locked: %(count)d identity checks failed",
            count,
        )
    elif budget and budget.kind == Budget.Kind.ACCESS_CODE:
        words = ngettext(
            "Locked: %(count)d wrong password",
            "Locked: %(count)d wrong passwords",
            count,
        )
    else:
        words = ngettext(
            "Locked: %(count)d wrong code", "Locked: %(count)d wrong codes", count
        )
    return words % {"count": count}


def _closed_why(request: SignRequest, people: list[Person]) -> str:
    if request.state == State.COMPLETED:
        return _("The sealed copy is ready")
    if request.state == State.DECLINED:
        for person in people:
            if person.signer.state == Signer.State.DECLINED:
                name = {"name": person.signer.gate.first_name}
                return _("%(name)s declined") % name
    return ""
