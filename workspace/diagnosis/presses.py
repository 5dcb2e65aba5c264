"""What the last press at the gate came to, where it says what goes wrong."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from signing import browsers
from signing.messages import policy_for
from signing.words import fill
from verification import conversion, policy
from verification.models import Budget, Challenge, Factor, Submission
from verification.outcomes import Outcome
from workspace.diagnosis import devices, fates, said
from workspace.diagnosis.facts import Facts
from workspace.diagnosis.said import Diagnosis, say, when

# Between two messages by one way lie 30 seconds: asking sooner is no news.
MOMENT = timedelta(seconds=30)
NETWORK_PAUSE = timedelta(minutes=10)


def last_press(facts: Facts) -> Diagnosis | None:
    press = facts.press
    if press is None:
        return None
    if told := devices.wrong(facts, press):
        return told
    tell = TELLERS.get(Outcome(press.outcome))
    return tell(facts, press) if tell else None


def wrong(facts: Facts, press: Submission) -> Diagnosis:
    """A wrong try; the password and the codes have tries of their own."""
    is_password = (
        press.factor is not None and press.factor.kind == Factor.Kind.ACCESS_CODE
    ) and press.about is None
    kind = Budget.Kind.ACCESS_CODE if is_password else Budget.Kind.ONE_TIME_CODE
    budget = facts.budgets.get(kind) or Budget(kind=kind)
    left = budget.tries_left(facts.gate.max_tries, facts.now)
    at = when(press.at, facts)
    if is_password:
        words = ngettext(
            "A wrong password was typed {}; {} try is left.",
            "A wrong password was typed {}; {} tries are left.",
            left,
        )
        fix = said.new_password(facts)
        return say("wrong_password", words, at, left, fix=fix)
    words = ngettext(
        "A wrong code was typed {}; {} try is left.",
        "A wrong code was typed {}; {} tries are left.",
        left,
    )
    if fates.is_sent(press.about):
        return say("wrong_code", words, at, left, fix=said.tell_reference_or_ask(facts))
    again = said.generate(facts) or said.tell_reference_or_ask(facts)
    return say("wrong_code", words, at, left, fix=again)


def old_code(facts: Facts, press: Submission) -> Diagnosis | None:
    """They typed a code that is over: say which, and since when."""
    old = press.about
    if old is None:
        return None
    if old.channel == Challenge.Channel.ALTERNATIVE:
        return _old_issued_code(facts, old)
    words = {
        Outcome.REPLACED: _("They typed the code {}, which was replaced {}."),
        Outcome.USED: _("They typed the code {}, which had been used {}."),
        Outcome.EXPIRED: _("They typed the code {}, which expired {}."),
    }[Outcome(press.outcome)]
    ended_at = min(old.closed_at or old.expires_at, old.expires_at)
    return say(
        "old_code",
        words,
        old.reference,
        when(ended_at, facts),
        fix=said.tell_reference_or_ask(facts),
    )


def _old_issued_code(facts: Facts, old: Challenge) -> Diagnosis:
    ended_at = min(old.closed_at or old.expires_at, old.expires_at)
    return say(
        "old_issued_code",
        _("They typed a code that somebody had issued, and that ended {}."),
        when(ended_at, facts),
        fix=said.generate(facts) or said.tell_reference_or_ask(facts),
    )


def other_browser(facts: Facts, press: Submission) -> Diagnosis:
    browser = browsers.shown(str(facts.told("code_asked").get("browser") or ""))
    reference = press.about.reference if press.about else ""
    words = _("They typed the code {} in another browser than the one that asked.")
    values = [reference]
    if browser:
        words = _(
            "They typed the code {} in another browser than the one that asked: {}."
        )
        values.append(browser)
    return say("other_browser", words, *values, fix=said.tell_which_browser(facts))


def other_signer(facts: Facts, press: Submission) -> Diagnosis:
    whose = facts.others.get(str(facts.told("code_wrong").get("whose")))
    name = whose.gate.first_name if whose else _("another signer")
    return say(
        "other_code",
        _("They typed the code of {} instead of their own."),
        name,
        fix=said.tell_reference_or_ask(facts),
    )


def too_often(facts: Facts, press: Submission) -> Diagnosis | None:
    """A limit on sending, while it holds."""
    again = press.retry_at
    if again is None or facts.now >= again or again - press.at <= MOMENT:
        return None
    limit = facts.told("limit_reached").get("name")
    if limit == conversion.NAME:
        words = _(
            "Codes to this country are held back, since hardly one that was sent "
            "there was entered. They can ask again {}."
        )
    else:
        words = _("They asked for codes too often. They can ask again {}.")
    at = when(again, facts)
    fix = said.generate(facts) or said.tell_to_wait(again, facts)
    return say("limit_reached", words, at, fix=fix)


def network(facts: Facts, press: Submission) -> Diagnosis | None:
    again = press.at + NETWORK_PAUSE
    if facts.now >= again:
        return None
    return say(
        "network_limit",
        _("Too many wrong tries came from their network. It goes on {}."),
        when(again, facts),
        fix=said.tell_to_wait(again, facts),
    )


def blocked_number(facts: Facts, press: Submission) -> Diagnosis | None:
    number = facts.gate.phone_e164
    if not number or policy.allows_number(policy_for(facts.company), number):
        return None
    return say(
        "country_blocked",
        _("No code was sent {}: your company does not send to numbers like {}."),
        when(press.at, facts),
        said.plain_number(facts),
        fix=said.update_phone(facts),
    )


def stopped(facts: Facts, press: Submission) -> Diagnosis:
    words = _("Codes can’t be sent at the moment; one was asked for {}.")
    return say("no_sending", words, when(press.at, facts), fix=said.generate(facts))


def nothing_live(facts: Facts, press: Submission) -> Diagnosis:
    words = fill(
        _("They typed a code {}, but none was waiting."), when(press.at, facts)
    )
    fix = said.tell_reference_or_ask(facts)
    return Diagnosis("no_live_code", words, fix)


TELLERS = {
    Outcome.WRONG: wrong,
    Outcome.REPLACED: old_code,
    Outcome.USED: old_code,
    Outcome.EXPIRED: old_code,
    Outcome.OTHER_BROWSER: other_browser,
    Outcome.OTHER_SIGNER: other_signer,
    Outcome.NOTHING_LIVE: nothing_live,
    Outcome.WAIT: too_often,
    Outcome.TOO_MANY: network,
    Outcome.NOT_ALLOWED: blocked_number,
    Outcome.NO_SENDING: stopped,
}
