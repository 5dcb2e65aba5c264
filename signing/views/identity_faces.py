"""Which page of an identity check a browser is to see, and what it says. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from signing.doors import Entry
from signing.gate import Action
from signing.views import ends, faces, identity_taking, identity_words
from signing.views.dialogs import Dialog
from signing.views.identity_taking import Seat
from signing.views.identity_urls import GateUrls, PhoneUrls
from verification import policy, qr
from verification.flows import hosted as hosting
from verification.flows import picturing, reading
from verification.identity import base, countries
from verification.identity.base import Reason
from verification.models import (
    Budget,
    Capture,
    Factor,
    IdentityCheck,
    IdentityRules,
)
from verification.standing import budget_for

State = IdentityCheck.State


@dataclass(frozen=True)
class TypeChoice:
    """One document to choose."""

    value: str
    name: str
    hint: str
    is_chosen: bool


@dataclass(frozen=True)
class Chosen:
    """What was sent of document and country, and what is wrong with each.

    is_another: it is not the document of the pictures, though perhaps of its kind.
    """

    document_type: str = ""
    country: str = ""
    error: str = ""
    country_error: str = ""
    is_another: bool = False


@dataclass(frozen=True)
class Shot:
    """A picture that was taken."""

    name: str
    picture: str
    retake: str


@dataclass(frozen=True)
class Trouble:
    """Why a check would be refused, and what mends it: another picture (retake, its
    address), another choice of country, or else another document."""

    words: str
    advice: str
    retake: str = ""
    country: str = ""
    country_name: str = ""


@dataclass(frozen=True)
class Sight:
    """A browser at its identity check."""

    entry: Entry
    factor: Factor
    check: IdentityCheck
    budget: Budget

    @property
    def tries_left(self) -> int:
        return self.budget.tries_left(rules(self.check).max_tries, self.entry.now)

    def context(self, **facts: object) -> dict[str, Any]:
        entry = self.entry
        standing = entry.judge(Action.VIEW).standing
        context = faces.base_context(entry.signer)
        context |= faces.steps_of(standing, self.factor)
        seat = seat_of(entry, self.check)
        context |= {"urls": seat.urls, "seen": identity_taking.seen(seat)}
        return context | {"tries_left": self.tries_left} | facts


def rules(check: IdentityCheck) -> IdentityRules:
    return IdentityRules.of(check.factor)


def is_hosted(check: IdentityCheck) -> bool:
    provider = base.provider(check.provider)
    return provider is not None and provider.is_hosted


def seat_of(entry: Entry, check: IdentityCheck) -> Seat:
    urls = GateUrls(entry.gate.public_id, check.public_id)
    return Seat(entry.signer, check, rules(check), urls, entry.origin, entry.now)


def of(sight: Sight, *, is_here: bool, has_returned: bool) -> Dialog | None:
    """Return the page of the check's state; None when the next picture is due.

    is_here: this browser takes the pictures although a phone has begun to.
    has_returned: it comes back from a provider's own pages.
    """
    check = sight.check
    if sight.budget.locked_at:
        return locked(sight)
    if is_hosted(check) and check.is_live:
        return hosted(sight, has_returned=has_returned)
    if check.state == State.OPEN:
        return being_prepared(sight, is_here=is_here)
    if check.state == State.WAITING:
        email = sight.entry.gate.masked_email if sight.entry.gate.email else ""
        return page(sight, "waiting", email=email)
    if check.state == State.FAILED:
        return failed(sight)
    if check.state == State.PASSED:
        return page(sight, "passed", needs_link=check.needs_link(sight.entry.now))
    return page(sight, "sent")


def page(sight: Sight, name: str, **facts: object) -> Dialog:
    return Dialog(f"signing/identity/{name}.html", sight.context(**facts))


def locked(sight: Sight) -> Dialog:
    ending = ends.locked(sight.entry.gate, sight.budget, why(sight.check))
    return Dialog("signing/end.html", sight.context(end=ending))


def why(check: IdentityCheck) -> str:
    """Return why it failed, with what the reviewer wrote."""
    if check.state != State.FAILED or not check.reason:
        return ""
    reason = str(Reason(check.reason).label)
    return f"{reason} “{check.note}”" if check.note else reason


def failed(sight: Sight) -> Dialog:
    check = sight.check
    reason = Reason(check.reason) if check.reason else Reason.UNREADABLE
    return page(
        sight,
        "failed",
        reason=reason.label,
        advice=identity_words.advice(reason) or _("You can try again."),
        note=check.note,
    )


def being_prepared(sight: Sight, *, is_here: bool) -> Dialog | None:
    check, entry = sight.check, sight.entry
    if check.document_type not in rules(check).allowed_types:
        return choose_document(entry, check)
    seat = seat_of(entry, check)
    if identity_taking.missing(seat) is None:
        return overview(sight, seat)
    if not is_here and phone_of(check, entry) is not None:
        done = len(picturing.ready_sides(check).intersection(seat.sides))
        return page(sight, "handed", done=done, of=len(seat.sides))
    return None


def phone_of(check: IdentityCheck, entry: Entry) -> Capture | None:
    """Return the capture of the phone that takes the pictures now."""
    live = check.captures.live(entry.now)
    return live.filter(via=Capture.Via.PHONE, session__isnull=False).first()


def overview(sight: Sight, seat: Seat) -> Dialog:
    doc = sight.check.document_type
    shots = []
    for side in seat.sides:
        urls = seat.urls.of(side)
        name = identity_words.side_name(doc, side)
        shots.append(Shot(name, urls.picture, urls.retake))
    read = identity_taking.what_was_read(seat)
    return page(
        sight,
        "overview",
        shots=shots,
        read=read,
        trouble=trouble_of(sight, seat),
        document_type=doc,
    )


def trouble_of(sight: Sight, seat: Seat) -> Trouble | None:
    """Return what would be refused if it were sent, which a person may forgive."""
    foreseen = reading.foresee(sight.check, sight.entry.now)
    if not foreseen.reason:
        return None
    reason = Reason(foreseen.reason)
    is_misread = reason == Reason.CHECK_DIGITS
    retake = seat.urls.of(foreseen.side).retake if is_misread else ""
    advice = identity_words.advice(reason)
    if foreseen.country:
        advice = _("You chose %(country)s.")
        advice %= {"country": countries.name(sight.check.country)}
    return Trouble(
        words=str(reason.label),
        advice=advice,
        retake=retake,
        country=foreseen.country,
        country_name=countries.name(foreseen.country) if foreseen.country else "",
    )


def choose_document(
    entry: Entry, check: IdentityCheck, sent: Chosen = Chosen()
) -> Dialog:
    factor = check.factor
    sight = Sight(entry, factor, check, budget_for(factor))
    allowed = rules(check).allowed_types
    chosen = sent.document_type or check.document_type
    chosen = chosen or (allowed[0] if len(allowed) == 1 else "")
    types = [
        TypeChoice(
            value=one,
            name=str(IdentityRules.DocumentType(one).label),
            hint=identity_words.type_hint(one),
            is_chosen=one == chosen,
        )
        for one in allowed
    ]
    country = sent.country or check.country or _country_before(entry)
    return page(
        sight,
        "document",
        types=types,
        countries=countries.choices(),
        country=country or policy.of(entry.gate).country,
        error=sent.error,
        country_error=sent.country_error,
        is_another=sent.is_another,
    )


def _country_before(entry: Entry) -> str:
    """Return what this browser chose at its last try."""
    tried = entry.visit.identity_checks.exclude(country="").order_by("-pk")
    return tried.values_list("country", flat=True).first() or ""


def handing(entry: Entry, check: IdentityCheck, secret: str) -> Dialog:
    """Show the QR code that leads a phone here."""
    sight = Sight(entry, check.factor, check, budget_for(check.factor))
    address = settings.PUBLIC_URL + PhoneUrls(secret).here
    minutes = int(Capture.LIFETIME.total_seconds() // 60)
    code = qr.draw(address)
    return page(sight, "handing", code=code, address=address, minutes=minutes)


def hosted(sight: Sight, *, has_returned: bool) -> Dialog:
    """Lead to the provider's own pages, or wait for its answer."""
    check = sight.check
    return page(
        sight,
        "hosted",
        provider=check.get_provider_display(),
        address=hosting.url_of(check),
        has_been=has_returned or check.state != State.OPEN,
        asks=has_returned and check.state == State.OPEN,
    )
