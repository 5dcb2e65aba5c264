"""Where an identity check stands: it waits for somebody here, failed, or was
accepted and not used."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from signing.messages import policy_for
from verification.identity import base
from verification.identity.base import Reason
from verification.models import Factor
from workspace.diagnosis import said
from workspace.diagnosis.facts import CHANGED, LONG_AGO, Facts
from workspace.diagnosis.said import Diagnosis, Fix, say, when
from workspace.identity_lines import BY_MACHINE

Kind = Factor.Kind


def identity(facts: Facts) -> Diagnosis | None:
    """A check of identity that said no, or has not answered yet."""
    failed_at = facts.at("identity_failed")
    waits_since = facts.at("identity_waiting")
    if max(failed_at, waits_since) <= facts.fresh_since:
        return _accepted(facts)
    if facts.at("identity_over") >= max(waits_since, failed_at):
        return _over(facts)
    if waits_since > failed_at:
        return say(
            "identity_waiting",
            _("{} showed an ID {}. It waits for your review."),
            facts.gate.first_name,
            when(waits_since, facts),
            fix=look_at(facts, "identity_waiting", _("Review")),
        )
    why = why_failed(facts)
    sentence = (
        _("The identity check failed {}: {}")
        if why
        else _("The identity check failed {}.")
    )
    look = look_at(facts, "identity_failed", _("Look at it"))
    return say("identity_failed", sentence, when(failed_at, facts), why, fix=look)


def not_configured(facts: Facts) -> Diagnosis | None:
    """As signing.gate says it: without its provider the gate keeps shut."""
    if not any(one.kind == Kind.IDENTITY for one in facts.factors):
        return None
    if base.is_ready(policy_for(facts.company).identity_provider):
        return None
    return say(
        "unprovable",
        _("They are asked for an ID, but {} is not set up here."),
        facts.company.get_identity_provider_display(),
        fix=said.fix_at(facts, "factors", _("Change the checks")),
    )


def _over(facts: Facts) -> Diagnosis:
    return say(
        "identity_over",
        _("Nobody reviewed the ID of {} in time, so it has to be shown again."),
        facts.gate.first_name,
        fix=Fix(
            _("Tell them to show it again"),
            words=_("Please open the link in the email and show your ID again."),
        ),
    )


def why_failed(facts: Facts) -> str:
    """Return the reason that the trail holds, or who said no; "" for none."""
    entry = facts.told("identity_failed")
    told, who = str(entry.get("reason") or ""), str(entry.get("actor") or "")
    if told == Reason.REFUSED and who not in BY_MACHINE:
        return _("%(name)s rejected it.") % {"name": who.partition(" <")[0]}
    return str(Reason(told).label) if told in Reason.values else told


def look_at(facts: Facts, kind: str, label: str) -> Fix:
    """A button that leads to the check that the newest entry of kind speaks of."""
    try:
        check = UUID(str(facts.told(kind).get("check")))
    except ValueError:
        return Fix(label, reverse("workspace:identity-queue"), is_page=True)
    return Fix(label, reverse("workspace:identity-check", args=[check]), is_page=True)


def _accepted(facts: Facts) -> Diagnosis | None:
    """Somebody said yes, and the signer has not come back to go on."""
    passed_at = facts.at("identity_passed")
    if facts.is_inside or passed_at <= max(facts.at(*CHANGED), LONG_AGO):
        return None
    asked = [one for one in facts.factors if one.kind == Kind.IDENTITY]
    if not asked or (asked[0].proven_at and asked[0].proven_at >= passed_at):
        return None
    return say(
        "identity_accepted",
        _("The ID was accepted {}. {} has not gone on yet."),
        when(passed_at, facts),
        facts.gate.first_name,
        fix=Fix(
            _("Tell them where to go on"),
            words=_(
                "Please open the link in the email again, in the same browser in "
                "which you showed your ID, and press Continue."
            ),
        ),
        is_trouble=False,
    )
