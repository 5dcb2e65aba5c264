"""Why nobody could get in there, whatever they type: turn, link, lock, address."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from signing.models import Signer
from verification.models import Budget, Delivery, Factor
from workspace.diagnosis import devices, fates, said
from workspace.diagnosis.facts import (
    CHANGED,
    LONG_AGO,
    NEW_LINK,
    PASSED,
    STEPS,
    Facts,
)
from workspace.diagnosis.said import Diagnosis, Fix, say, when

LATELY = timedelta(hours=1)
Kind = Factor.Kind
STEP_OF = {
    "access_code_passed": Kind.ACCESS_CODE,
    "account_passed": Kind.ACCOUNT,
    "identity_passed": Kind.IDENTITY,
    "passkey_enrolled": Kind.PASSKEY,
    "passkey_passed": Kind.PASSKEY,
    "totp_enrolled": Kind.TOTP,
    "totp_passed": Kind.TOTP,
}


def not_their_turn(facts: Facts) -> Diagnosis | None:
    if facts.signer.state != Signer.State.WAITING:
        return None
    before = [
        one
        for one in facts.others.values()
        if one.signer.acts
        and not one.signer.is_done
        and one.signer.order < facts.signer.order
    ]
    if not before:
        return None
    first = min(before, key=lambda one: (one.signer.order, one.signer.pk))
    return say(
        "not_their_turn",
        _("It is not {}’s turn yet: {} signs first."),
        facts.gate.first_name,
        first.gate.first_name,
        fix=said.remind(first),
        is_trouble=False,
    )


def link_over(facts: Facts) -> Diagnosis | None:
    ended_at = facts.gate.link_ends_at
    if ended_at is None or not facts.gate.is_link_over(facts.now):
        return None
    return say(
        "link_expired",
        _("The link expired {}."),
        when(ended_at, facts),
        fix=said.new_link(facts),
    )


def unprovable(facts: Facts) -> Diagnosis | None:
    """As signing.gate says it: such a factor keeps the gate shut."""
    missing = [one for one in facts.factors if one.kind not in Factor.PROVABLE]
    if not missing:
        return None
    return say(
        "unprovable",
        _("They are asked for something that is not available here yet: {}."),
        str(Factor.Kind(missing[0].kind).label),
        fix=said.fix_at(facts, "factors", _("Change the checks")),
    )


def locked(facts: Facts) -> Diagnosis | None:
    budgets = [one for one in facts.budgets.values() if one.locked_at]
    if not budgets:
        return None
    budget = max(budgets, key=lambda one: one.locked_at or LONG_AGO)
    if budget.is_total_spent:
        return say(
            "locked_for_good",
            _("All {} tries that this link had are used up."),
            Budget.TOTAL_CAP,
            fix=_start_anew(facts),
        )
    times = _times_wrong(budget)
    if not budget.unlocks_left(facts.now):
        return say(
            "locked_for_today",
            _("{} It was unlocked {} times today, and can be tomorrow."),
            times,
            Budget.UNLOCKS_A_DAY,
            fix=_start_anew(facts),
        )
    return say("locked", "{}", times, fix=said.unlock(facts))


def _start_anew(facts: Facts) -> Fix:
    """A new link begins a new total; who can't be sent one is unlocked by an admin."""
    link = said.new_link(facts) if said.is_mailed(facts) else None
    return link or said.unlock(facts)


def _times_wrong(budget: Budget) -> str:
    count = budget.wrong_tries
    if budget.kind == Budget.Kind.IDENTITY:
        told = ngettext(
            "The identity check failed %(count)d time.",
            "The identity check failed %(count)d times.",
            count,
        )
    elif budget.kind == Budget.Kind.ACCESS_CODE:
        told = ngettext(
            "The password was typed %(count)d time wrong.",
            "The password was typed %(count)d times wrong.",
            count,
        )
    else:
        told = ngettext(
            "The code was typed %(count)d time wrong.",
            "The code was typed %(count)d times wrong.",
            count,
        )
    return told % {"count": count}


def email_bounced(facts: Facts) -> Diagnosis | None:
    """The newest email failed, and nobody has come by its link since."""
    mail = facts.mail
    if mail is None or mail.state != Delivery.State.FAILED:
        return None
    if mail.created_at < facts.at("opened", "code_asked", "viewed"):
        return None
    return fates.failure(facts, mail)


def no_email(facts: Facts) -> Diagnosis | None:
    if facts.gate.email or facts.has_opened:
        return None
    issued = facts.entries.get("launch_code_issued")
    if issued is None or issued.at <= facts.at("launched", *NEW_LINK):
        return say(
            "no_email",
            _("{} has no email address, so no link could be sent."),
            facts.gate.first_name,
            fix=said.launch_code(facts),
        )
    ends_at = datetime.fromisoformat(str(issued.told["ends_at"]))
    if facts.now >= ends_at:
        return say(
            "launch_code_expired",
            _("The launch code expired {} and was never used."),
            when(ends_at, facts),
            fix=said.launch_code(facts),
        )
    return say(
        "launch_code_issued",
        _("The launch code that was made {} has not been used."),
        when(issued.at, facts),
        fix=said.tell_to_launch(),
        is_trouble=False,
    )


def never_opened(facts: Facts) -> Diagnosis | None:
    if facts.has_opened or facts.is_inside:
        return None
    name, mail = facts.gate.first_name, facts.mail
    if facts.signer.request.emails_off:
        words = _("{} has not opened the link. A program hands it out, without emails.")
        return say("never_opened", words, name, is_trouble=False)
    if mail is None or mail.state in Delivery.PENDING:
        return say(
            "email_on_its_way",
            _("The email to {} is on its way."),
            name,
            is_trouble=False,
        )
    return say(
        "never_opened",
        _("{} has not opened the link. The last email was sent {}."),
        name,
        when(mail.handed_over_at or mail.created_at, facts),
        fix=said.remind(facts),
        is_trouble=False,
    )


def not_begun(facts: Facts) -> Diagnosis | None:
    """They came by the link, or passed a step, and stopped there."""
    if facts.at(*CHANGED) > max(facts.at("opened"), facts.at(*PASSED)):
        return say(
            "not_tried_again",
            _("{} has not tried again since something was changed {}."),
            facts.gate.first_name,
            when(facts.at(*CHANGED), facts),
            fix=said.tell_to_open(),
            is_trouble=False,
        )
    if facts.is_inside:
        return None
    if facts.at(*STEPS) > facts.at(*CHANGED):
        return _stopped_between(facts)
    return _stopped_at_first(facts)


def _stopped_at_first(facts: Facts) -> Diagnosis:
    first = next(iter(devices.asked_to_view(facts)), "")
    opened_at = facts.at("opened")
    if told := devices.not_begun(facts, first, opened_at):
        return told
    if first == Kind.ACCESS_CODE:
        code = "no_password_entered"
        sentence = _("{} opened the link {} and has entered no password.")
    elif first in Factor.ONE_TIME:
        code = "no_code_asked"
        sentence = _("{} opened the link {} and has asked for no code.")
    elif first == Kind.ACCOUNT:
        code = "not_signed_in"
        sentence = _("{} opened the link {} and has not signed in.")
    else:
        code = "went_no_further"
        sentence = _("{} opened the link {} and went no further.")
    return say(
        code,
        sentence,
        facts.gate.first_name,
        when(opened_at, facts),
        fix=_go_on(facts, first, opened_at),
        is_trouble=False,
    )


def _stopped_between(facts: Facts) -> Diagnosis | None:
    """They passed a step; None when it was the last."""
    passed_at = facts.at(*STEPS)
    passed = _last_step(facts, passed_at)
    kinds = devices.asked_to_view(facts)
    rest = kinds[kinds.index(passed) + 1 :] if passed in kinds else []
    if not rest:
        return None
    if told := devices.not_begun(facts, rest[0], passed_at):
        return told
    return say(
        "no_code_asked",
        _("{} passed a step {} and has not begun the next: {}."),
        facts.gate.first_name,
        when(passed_at, facts),
        str(Kind(rest[0]).label),
        fix=_go_on(facts, rest[0], passed_at),
        is_trouble=False,
    )


def _last_step(facts: Facts, passed_at: datetime) -> str:
    """Return the kind of the factor that was passed last."""
    for entry, kind in STEP_OF.items():
        if facts.at(entry) == passed_at:
            return kind
    return str(facts.told("code_passed").get("factor", Kind.PHONE))


def _go_on(facts: Facts, kind: str, since: datetime) -> Fix | None:
    if kind == Kind.ACCESS_CODE:
        return said.new_password(facts)
    if facts.now - since > LATELY and (reminder := said.remind(facts)):
        return reminder
    if kind in Factor.ONE_TIME:
        return said.tell_to_ask(facts, kind)
    return said.tell_to_open()
