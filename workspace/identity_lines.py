"""What became of an identity check, as lines of the timeline."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from verification.identity.base import Reason
from verification.models import IdentityRules
from workspace.shapes import Facts, Shape, simple

BY_MACHINE = ("system", "")


def is_by_person(facts: Facts) -> bool:
    return str(facts.get("actor") or "") not in BY_MACHINE


def document(facts: Facts) -> str:
    """Passport, UT, number ending in Z89."""
    kind = str(facts.get("document_type") or "")
    types = IdentityRules.DocumentType
    end = str(facts.get("number_end") or "")
    parts = [
        str(types(kind).label) if kind in types.values else kind,
        str(facts.get("country") or ""),
        _("number ending in %(end)s") % {"end": end} if end else "",
    ]
    return ", ".join(filter(None, parts))


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
        "id-card", "", gettext_lazy("%(who)s began to show an ID"), document
    ),
    "identity_waiting": simple(
        "id-card",
        "warn",
        gettext_lazy("The ID of %(whom)s waits for review"),
        document,
    ),
    "identity_failed": Shape("close", "warn", failed, failed_detail),
    "identity_passed": Shape("lock-open", "ok", passed, document),
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
