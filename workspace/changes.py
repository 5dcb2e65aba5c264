"""What was changed of a signer while the request was out, as lines of the timeline."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from signing import proof_words
from signing.words import join
from verification.models import Factor
from workspace.shapes import Facts, Shape, changed_detail, fact, simple

REMINDED = {
    "system": gettext_lazy("%(whom)s was reminded"),
    "expiry_warning": gettext_lazy("%(whom)s was told that the time will be over soon"),
}


def factor_name(facts: Facts) -> str:
    kind = str(facts.get("factor"))
    return str(Factor.Kind(kind).label) if kind in Factor.Kind.values else kind


def factor_detail(facts: Facts) -> str:
    """Phone code, before viewing."""
    stage = str(facts.get("stage"))
    if stage not in Factor.Stage.values:
        return _("%(factor)s.") % {"factor": factor_name(facts)}
    told = _("%(factor)s, %(stage)s.") % {
        "factor": factor_name(facts),
        "stage": Factor.Stage(stage).label,
    }
    return join(told, *rules_detail(facts))


def rules_detail(facts: Facts) -> list[str]:
    """What an identity check must show now, and what it was before."""
    if not facts.get("rules"):
        return []
    told = [_("%(rules)s.") % {"rules": proof_words.rules(facts["rules"])}]
    if facts.get("old_rules"):
        before = {"rules": proof_words.rules(facts["old_rules"])}
        told.append(_("Before: %(rules)s.") % before)
    return told


def reminded(facts: Facts) -> str:
    if facts.get("why") == "expiry_warning":
        return str(REMINDED["expiry_warning"]) % facts
    if facts.get("actor") == "system":
        return str(REMINDED["system"]) % facts
    return _("%(who)s reminded %(whom)s") % facts


def until(facts: Facts) -> str:
    try:
        moment = datetime.fromisoformat(str(facts.get("ends_at") or facts.get("new")))
    except ValueError:
        return ""
    return _("Until %(moment)s UTC.") % {"moment": f"{moment:%Y-%m-%d %H:%M}"}


def field_names(facts: Facts) -> str:
    return ", ".join(str(name) for name in facts.get("fields") or ())


SHAPES: dict[str, Shape] = {
    "expiry_changed": simple(
        "clock", "info", gettext_lazy("%(who)s changed the time to sign"), until
    ),
    "prefilled": simple(
        "text", "", gettext_lazy("%(who)s filled in fields"), field_names
    ),
    "link_issued": simple(
        "link",
        "warn",
        gettext_lazy("A program of %(who)s got a link of %(whom)s"),
        until,
    ),
    "verification_page_linked": simple(
        "shield",
        "",
        gettext_lazy("A program of %(who)s asked for the page of %(whom)s"),
    ),
    "verification_read": simple(
        "shield",
        "",
        gettext_lazy("A program of %(who)s read the identity check of %(whom)s"),
    ),
    "factor_added": simple(
        "shield",
        "info",
        gettext_lazy("%(who)s added a check for %(whom)s"),
        factor_detail,
    ),
    "factor_changed": simple(
        "shield",
        "info",
        gettext_lazy("%(who)s changed a check of %(whom)s"),
        factor_detail,
    ),
    "factor_removed": simple(
        "shield",
        "warn",
        gettext_lazy("%(who)s removed a check of %(whom)s"),
        factor_detail,
    ),
    "access_code_changed": simple(
        "key",
        "info",
        gettext_lazy("%(who)s set a new password for %(whom)s"),
        lambda facts: _("The one before does not work any more."),
    ),
    "tries_changed": simple(
        "shield",
        "",
        gettext_lazy("%(who)s changed how many tries %(whom)s has"),
        changed_detail,
    ),
    "link_renewed": simple(
        "link",
        "info",
        gettext_lazy("%(who)s sent %(whom)s a new link"),
        lambda facts: _("The tries start anew; the links before do not work any more."),
    ),
    "reassigned": simple(
        "users",
        "info",
        gettext_lazy("%(who)s asked %(new_name)s to sign instead of %(old_name)s"),
        fact("reason"),
    ),
    "reminded": Shape("bell", "", reminded),
    "reminders_on": simple(
        "bell", "", gettext_lazy("%(who)s turned automatic reminders on")
    ),
    "reminders_off": simple(
        "bell", "", gettext_lazy("%(who)s turned automatic reminders off")
    ),
}
