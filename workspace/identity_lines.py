"""What became of an identity check, as lines of the timeline."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from signing import proof_words
from verification import trail
from verification.identity.base import Reason
from verification.models import IdentityCheck, TrailEntry
from workspace.shapes import Facts, Shape, simple

BY_MACHINE = ("system", "")


def is_by_person(facts: Facts) -> bool:
    return str(facts.get("actor") or "") not in BY_MACHINE


def notes_of(entries: Iterable[TrailEntry]) -> dict[int, str]:
    """Return what reviewers wrote to signers, by the entries of their decisions; it
    is kept beside the pictures and erased with them."""
    told = {
        entry.pk: str(facts.get("check"))
        for entry in entries
        if entry.kind == "identity_failed"
        and is_by_person(facts := trail.facts_of(entry))
    }
    if not told:
        return {}
    rows = IdentityCheck.objects.filter(public_id__in=set(told.values()))
    notes = {str(check): note for check, note in rows.values_list("public_id", "note")}
    return {pk: notes.get(check, "") for pk, check in told.items()}


def failed(facts: Facts) -> str:
    if is_by_person(facts):
        return _("%(who)s rejected the ID of %(whom)s") % facts
    return _("The identity check of %(whom)s failed") % facts


def failed_detail(facts: Facts) -> str:
    told, left = str(facts.get("reason") or ""), int(facts.get("tries_left") or 0)
    is_known = told in Reason.values and told != Reason.REFUSED
    words = ngettext("%(count)d try left.", "%(count)d tries left.", left)
    parts = [
        str(Reason(told).label) if is_known else "",
        str(facts.get("note") or ""),
        words % {"count": left},
    ]
    return " ".join(filter(None, parts))


def passed(facts: Facts) -> str:
    if is_by_person(facts):
        return _("%(who)s approved the ID of %(whom)s") % facts
    return _("%(whom)s passed the identity check") % facts


SHAPES: dict[str, Shape] = {
    "identity_started": simple(
        "id-card", "", gettext_lazy("%(who)s began to show an ID"), proof_words.document
    ),
    "identity_waiting": simple(
        "id-card",
        "warn",
        gettext_lazy("The ID of %(whom)s waits for review"),
        proof_words.document,
    ),
    "identity_over": simple(
        "clock",
        "warn",
        gettext_lazy("Nobody reviewed the ID of %(whom)s in time"),
        lambda facts: _("They have to show it again."),
    ),
    "identity_failed": Shape("close", "warn", failed, failed_detail),
    "identity_passed": Shape("lock-open", "ok", passed, proof_words.showed),
    "identity_looked": simple(
        "eye", "", gettext_lazy("%(who)s looked at the pictures of %(whom)s")
    ),
    "identity_erased": simple(
        "trash", "", gettext_lazy("The pictures of the ID of %(whom)s were erased")
    ),
    "held": simple(
        "clock",
        "info",
        gettext_lazy("%(whom)s waits while fields are filled in"),
        lambda facts: _("For 30 seconds at most."),
    ),
    "released": simple("check", "", gettext_lazy("%(who)s let %(whom)s go on")),
}
