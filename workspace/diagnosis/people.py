"""Whether it is the right person, at the right link."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from workspace.diagnosis import said
from workspace.diagnosis.facts import Facts
from workspace.diagnosis.said import Diagnosis, say, when

AT_THE_GATE = ("opened", "code_asked", "try", "code_wrong", "access_code_wrong")


def not_them(facts: Facts) -> Diagnosis | None:
    """Whoever opened the link pressed "I'm not Ada"."""
    told_at = facts.at("not_me_reported")
    if told_at <= facts.fresh_since:
        return None
    return say(
        "not_them",
        _("Whoever opened the link said {} that they are not {}."),
        when(told_at, facts),
        facts.gate.first_name,
        fix=said.correct_email(facts),
    )


def wrong_number(facts: Facts) -> Diagnosis | None:
    """They pressed "That's not my number"."""
    told_at = facts.at("wrong_number_reported")
    if told_at <= facts.fresh_since:
        return None
    return say(
        "wrong_number",
        _("They said {} that {} is not their number."),
        when(told_at, facts),
        said.plain_number(facts),
        fix=said.update_phone(facts),
    )


def other_link(facts: Facts) -> Diagnosis | None:
    """They are at the link of somebody else in this transaction.

    Known when their code was typed there, or when their browser came by that
    link after all that it did here, and nobody has got in there since.
    """
    mine = str(facts.gate.public_id)
    for key, other in facts.others.items():
        if key == mine or other.signer.is_done:
            continue
        if _typed_there(facts, other, mine) or _went_there(facts, other, mine):
            return say(
                "other_link",
                _("They opened {}’s link."),
                other.gate.first_name,
                fix=said.resend(facts),
            )
    return None


def _typed_there(facts: Facts, other: Facts, mine: str) -> bool:
    at = other.at("code_wrong")
    is_mine = other.told("code_wrong").get("whose") == mine
    return is_mine and at > max(_since(facts), other.fresh_since)


def _went_there(facts: Facts, other: Facts, mine: str) -> bool:
    at = other.at("opened")
    came_from_here = mine in other.told("opened").get("beside", [])
    here = facts.at(*AT_THE_GATE)
    return came_from_here and at > max(here, _since(facts), other.fresh_since)


def _since(facts: Facts) -> datetime:
    """The moment since which they were not led back to their own link."""
    return max(facts.fresh_since, facts.at("resent", "reminded"))
