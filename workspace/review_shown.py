"""One identity check as its reviewer reads it: facts, checks, names, history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from signing.flows import identity_review
from signing.flows.refusals import RefusedError
from signing.models import Signer
from verification import trail, vault
from verification.flows import identity, looking
from verification.identity import countries
from verification.identity.base import Facts
from verification.identity.judging import earliest_day
from verification.identity.naming.differences import (
    Comparison,
    explain,
    near_miss,
)
from verification.models import (
    Budget,
    IdentityCheck,
    IdentityLook,
    IdentityPicture,
    IdentityRules,
    TrailEntry,
    User,
)
from workspace import reviews
from workspace.standing import Chip

MOST_TRIES = 20
State = IdentityCheck.State
Side = IdentityPicture.Side

# What a machine looks at, in the order of reading; who checked may know others.
CHECKS = {
    "zone": (
        gettext_lazy("The lines for machines could be read."),
        gettext_lazy("The lines for machines could not be read."),
    ),
    "check_digits": (
        gettext_lazy("The check digits are right."),
        gettext_lazy("The check digits are wrong: misread, or not genuine."),
    ),
    "expiry": (
        gettext_lazy("The document is still valid."),
        gettext_lazy("The document has expired."),
    ),
    "type": (
        gettext_lazy("It is a kind of document that you accept."),
        gettext_lazy("It is not a kind of document that you accept."),
    ),
    "country": (
        gettext_lazy("It is from the country that the signer chose."),
        gettext_lazy("It is from another country than the signer chose."),
    ),
    "name": (
        gettext_lazy("The name is close enough to the one you sent it to."),
        gettext_lazy("The name is too far from the one you sent it to."),
    ),
    "live": (
        gettext_lazy("The pictures were taken live with a camera."),
        gettext_lazy("The pictures were not taken live with a camera."),
    ),
    "document": (
        gettext_lazy("The provider found the document genuine."),
        gettext_lazy("The provider did not find the document genuine."),
    ),
    "selfie": (
        gettext_lazy("The selfie matches the picture on the document."),
        gettext_lazy("The selfie does not match the picture on the document."),
    ),
}
OF_REVIEW = ("zone", "check_digits", "expiry", "type", "country", "name")
LEVELS = {
    "strict": gettext_lazy(
        "Compared strictly: only capital letters, accents and the order may differ."
    ),
    "moderate": gettext_lazy(
        "Compared moderately: middle names, titles and additions may differ."
    ),
    "lenient": gettext_lazy(
        "Compared leniently: small spelling mistakes and short forms may differ."
    ),
}


@dataclass(frozen=True)
class Made:
    """One check of the machine. passed is None where it was not made."""

    words: str
    passed: bool | None


@dataclass(frozen=True)
class Names:
    """How the name was compared; is_match is None where it was not.

    near_miss says that a laxer comparison would have done.
    """

    sent: str
    read: str
    is_match: bool | None
    level: str
    differences: list[str]
    near_miss: str = ""


@dataclass(frozen=True)
class Tried:
    """One check of the signer's history."""

    check: IdentityCheck
    chip: Chip
    why: str
    is_this: bool


def of(
    check: IdentityCheck, user: User, *, is_company_admin: bool, now: datetime
) -> dict[str, Any]:
    signer: Signer = check.gate.signer
    facts, is_readable = facts_of(check)
    return {
        "check": check,
        "signer": signer,
        "person": person_of(check, signer),
        "row": signer.request,
        "chip": reviews.chip_of(check),
        "why": reviews.why(check),
        "facts": lines_of(facts, check, now) if is_readable else [],
        "is_readable": is_readable,
        "made": made_of(check),
        "names": names_of(check, facts, signer),
        "history": history_of(check),
        "is_hosted": check.provider != IdentityCheck.Provider.REVIEW,
        **pictures_of(check, user, now),
        **doors_of(check, signer, user, is_company_admin, now),
    }


def person_of(check: IdentityCheck, signer: Signer) -> str:
    """Return whose ID this is: another may have the signer's place by now."""
    if check.used_at is None and check.state != State.ENDED:
        return signer.name
    later = TrailEntry.objects.filter(
        gate=check.gate, kind="reassigned", at__gte=check.started_at
    )
    first = later.order_by("seq").first()
    return str(trail.facts_of(first)["old_name"]) if first else signer.name


def facts_of(check: IdentityCheck) -> tuple[Facts, bool]:
    """Return what was read, and whether it can be opened with the keys we have."""
    try:
        return check.get_facts(), True
    except vault.UnreadableError:
        return Facts(), False


def lines_of(
    facts: Facts, check: IdentityCheck, now: datetime
) -> list[tuple[str, str, str]]:
    """Return label, value and tone of each fact; what was not read is left out."""
    kind = facts.document_type or check.document_type
    is_over = facts.expires_on is not None and facts.expires_on < earliest_day(now)
    end = f"… {facts.number_end}" if facts.number_end else ""
    found = [
        (_("Name on the document"), facts.full_name, ""),
        (_("Born on"), _day(facts.born_on), ""),
        (_("Valid until"), _until(facts.expires_on, is_over), "bad" if is_over else ""),
        (_("Document"), kind_name(kind), ""),
        (_("Country"), country_name(facts.country or check.country), ""),
        (_("Number ends with"), end, ""),
    ]
    return [line for line in found if line[1]]


def kind_name(kind: str) -> str:
    values = IdentityRules.DocumentType.values
    return str(IdentityRules.DocumentType(kind).label) if kind in values else kind


def country_name(code: str) -> str:
    return countries.name(code) if code else ""


def made_of(check: IdentityCheck) -> list[Made]:
    """Tell every check that was made, and which of our own were not."""
    is_ours = check.provider == IdentityCheck.Provider.REVIEW
    expected = OF_REVIEW if is_ours else ()
    named = [name for name in CHECKS if name in check.checks or name in expected]
    found = []
    for name in named:
        passed = check.checks.get(name)
        good, bad = CHECKS[name]
        found.append(Made(str(bad if passed is False else good), passed))
    for name in check.checks.keys() - CHECKS.keys():
        found.append(Made(name.replace("_", " ").capitalize(), check.checks[name]))
    return found


def names_of(check: IdentityCheck, facts: Facts, signer: Signer) -> Names:
    try:
        kept = identity.comparison_of(check)
    except vault.UnreadableError:
        kept = None
    compared = Comparison.from_json(kept) if kept else None
    differences = compared.differences if compared else ()
    return Names(
        sent=person_of(check, signer),
        read=facts.full_name,
        is_match=compared.is_match if compared else None,
        level=str(LEVELS.get(check.name_level, "")),
        differences=[explain(one) for one in differences],
        near_miss=near_miss(compared) if compared else "",
    )


def history_of(check: IdentityCheck) -> list[Tried]:
    """Return the signer's tries with this factor and every other, newest first."""
    sent = check.gate.identity_checks.exclude(sent_at=None)
    rows = sent.select_related("decided_by").order_by("-sent_at", "-pk")
    return [
        Tried(one, reviews.chip_of(one), reviews.why(one), one.pk == check.pk)
        for one in rows[:MOST_TRIES]
    ]


def pictures_of(check: IdentityCheck, user: User, now: datetime) -> dict[str, Any]:
    """pictures are there only under a live look of this user."""
    look: IdentityLook | None = looking.live_look(check, user, now)
    there = looking.shown_pictures(check)
    seconds = int((look.ends_at - now).total_seconds()) + 1 if look else 0
    return {
        "look": look,
        "look_seconds": seconds,
        "pictures": there if look else [],
        "picture_count": len(there),
    }


def doors_of(
    check: IdentityCheck,
    signer: Signer,
    user: User,
    is_company_admin: bool,
    now: datetime,
) -> dict[str, Any]:
    """Say what this reviewer can do, and why not."""
    to_approve = identity_review.refusal_to_approve(check, signer, user, now)
    to_reject = identity_review.refusal_to_reject(check, signer, user)
    to_reset = identity_review.refusal_to_reset(
        signer, actor=user, is_company_admin=is_company_admin, now=now
    )
    budget = identity_review.budget_of(signer) or Budget()
    return {
        "may_approve": to_approve is None,
        "must_look": to_approve is not None and to_approve.code == "not_looked",
        "may_reject": to_reject is None,
        "may_reset": to_reset is None,
        "why_not": why_not(to_approve, check),
        "tries_left": budget.tries_left(signer.gate.max_tries, now),
        "is_locked": bool(budget.locked_at),
    }


def why_not(refusal: RefusedError | None, check: IdentityCheck) -> str:
    """Return the sentence for who can't decide.

    A decision is on the page anyhow, and to look first is said beside the button.
    """
    if refusal is None or refusal.code == "not_looked":
        return ""
    if refusal.code == "already_decided" and check.decided_by:
        return ""
    return str(refusal.message)


def _until(day: date | None, is_over: bool) -> str:
    """Say that it is over in words: the colour alone tells not everybody."""
    return _("%(day)s (expired)") % {"day": _day(day)} if is_over else _day(day)


def _day(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else ""
