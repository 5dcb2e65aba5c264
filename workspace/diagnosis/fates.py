"""What became of the codes that were asked for, and of the emails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from verification.channels.base import Reason
from verification.models import Budget, Challenge, Delivery
from workspace.diagnosis import said
from workspace.diagnosis.facts import Facts
from workspace.diagnosis.said import Diagnosis, Fix, say, when

SLOW = timedelta(minutes=1)
Channel, State = Delivery.Channel, Delivery.State

# The carrier's reason, as it follows a colon.
WHY = {
    Reason.BAD_ADDRESS: gettext_lazy("this number or address does not exist"),
    Reason.LANDLINE: gettext_lazy("it is a landline"),
    Reason.REFUSED: gettext_lazy("messages from us are blocked there"),
    Reason.COUNTRY: gettext_lazy("messages to that country are blocked"),
    Reason.CARRIER: gettext_lazy("the carrier did not pass it on"),
    Reason.BUSY: gettext_lazy("the message service is overloaded"),
    Reason.UNREACHABLE: gettext_lazy("the phone can’t be reached at the moment"),
    Reason.NO_ANSWER: gettext_lazy("nobody answered"),
    Reason.LINE_BUSY: gettext_lazy("the line was busy"),
    Reason.MACHINE: gettext_lazy("an answering machine took it"),
    Reason.HUNG_UP: gettext_lazy("it ended before a key was pressed"),
    Reason.BOUNCED: gettext_lazy("it came back"),
    Reason.LIMIT: gettext_lazy("too many messages were sent there"),
    Reason.CONFIGURATION: gettext_lazy("this way of sending is not set up correctly"),
    Reason.TIMEOUT: gettext_lazy("the message service did not answer"),
    Reason.UNKNOWN: gettext_lazy("the carrier did not say why"),
}
# The phone rang, or tried to: nothing is wrong with the number.
NOT_TAKEN = frozenset(
    {Reason.NO_ANSWER, Reason.LINE_BUSY, Reason.MACHINE, Reason.HUNG_UP}
)
# Nothing is wrong with the number or address either.
OURS = frozenset(
    {
        Reason.BUSY,
        Reason.LIMIT,
        Reason.CONFIGURATION,
        Reason.TIMEOUT,
        Reason.CARRIER,
        Reason.UNKNOWN,
    }
)


@dataclass(frozen=True)
class Failed:
    """A message that did not arrive. to is masked, and safe as HTML."""

    channel: str
    to: SafeString
    reason: Reason
    at: datetime


def failed_code(facts: Facts) -> Diagnosis | None:
    if not facts.codes or facts.codes[0].state != State.FAILED:
        return None
    return failure(facts, facts.codes[0], in_a_row(facts.codes))


def in_a_row(codes: list[Delivery]) -> int:
    """Count how many of the newest codes failed the same way."""
    count = 0
    for one in codes:
        if (one.state, one.channel, one.address) != (
            State.FAILED,
            codes[0].channel,
            codes[0].address,
        ):
            break
        count += 1
    return count


def failure(facts: Facts, message: Delivery, count: int = 1) -> Diagnosis:
    """Say that a message did not arrive, when, and why in the carrier's words."""
    failed = Failed(
        channel=message.channel,
        to=said.masked(message),
        reason=Reason(message.reason or Reason.UNKNOWN),
        at=message.settled_at or message.created_at,
    )
    return tell(facts, failed, count)


def tell(facts: Facts, failed: Failed, count: int = 1) -> Diagnosis:
    return say(
        code_of(failed.channel, failed.reason),
        _failed(failed.channel, count),
        failed.to,
        when(failed.at, facts),
        str(WHY[failed.reason]),
        fix=cure(facts, failed),
    )


def code_of(channel: str, reason: Reason) -> str:
    if channel == Channel.EMAIL:
        return "email_bounced"
    if channel == Channel.SMS:
        return "text_landline" if reason == Reason.LANDLINE else "text_undeliverable"
    if reason == Reason.MACHINE:
        return "call_machine"
    return "call_not_answered" if reason in NOT_TAKEN else "call_undeliverable"


def _failed(channel: str, count: int) -> str:
    if channel == Channel.EMAIL:
        return _("The email to {} failed {}: {}.")
    if channel == Channel.VOICE:
        words = ngettext(
            "The call to {} failed {}: {}.",
            "The last %(count)d calls to {} failed, the newest {}: {}.",
            count,
        )
    else:
        words = ngettext(
            "The text to {} failed {}: {}.",
            "The last %(count)d texts to {} failed, the newest {}: {}.",
            count,
        )
    return words % {"count": count}


def cure(facts: Facts, failed: Failed) -> Fix | None:
    """Return what helps against a failure, by where the fault lies."""
    if failed.channel == Channel.EMAIL:
        return said.correct_email(facts)
    if failed.channel == Channel.VOICE and failed.reason in NOT_TAKEN:
        return said.tell_to_call()
    if failed.reason == Reason.LANDLINE and said.can_call(facts):
        return said.call_first(facts)
    if failed.reason in OURS:
        return said.generate(facts) or said.tell_to_ask(facts)
    return said.update_phone(facts)


def not_entered(facts: Facts) -> Diagnosis | None:
    """A code that lives was sent, and nobody has typed it."""
    code = facts.codes[0] if facts.codes else None
    challenge = code.challenge if code else None
    if code is None or challenge is None or not challenge.is_live(facts.now):
        return None
    values = (challenge.reference, said.masked(code))
    tell = said.tell_reference(challenge.reference)
    if code.state == State.DELIVERED:
        return say(
            "not_entered",
            _("The code {} was delivered to {} {} and has not been entered."),
            *values,
            when(code.settled_at or code.created_at, facts),
            fix=tell,
        )
    asked = when(code.created_at, facts)
    if facts.now - code.created_at < SLOW:
        words, name = _("The code {} is on its way to {}, asked for {}."), "on_its_way"
        return say(name, words, *values, asked, is_trouble=False, is_brief=True)
    if code.state == State.SENT:
        words = _("The code {} was sent to {} {} and has not been entered.")
        return say("not_entered", words, *values, asked, fix=tell)
    words = _("The code {} to {} is slower than usual; it was asked for {}.")
    fix = said.generate(facts) or tell
    return say("slow", words, *values, asked, fix=fix)


def code_expired(facts: Facts) -> Diagnosis | None:
    code = facts.codes[0] if facts.codes else None
    challenge = code.challenge if code else None
    if challenge is None or facts.now < challenge.expires_at:
        return None
    return say(
        "code_expired",
        _("The code {} expired {} and was never entered."),
        challenge.reference,
        when(challenge.expires_at, facts),
        fix=said.tell_to_ask(facts),
    )


def issued_code(facts: Facts) -> Diagnosis | None:
    """A publisher issued a code, and nothing happened at the gate since."""
    issued = facts.entries.get("code_issued")
    newest_code = facts.codes[0].created_at if facts.codes else facts.fresh_since
    pressed = facts.press.at if facts.press else facts.fresh_since
    if issued is None or issued.at <= max(newest_code, pressed, facts.fresh_since):
        return None
    budget = facts.budgets.get(Budget.Kind.ONE_TIME_CODE)
    ends_at = budget.live_alternative_ends_at if budget else None
    if budget is None or budget.live_alternative_id is None or ends_at is None:
        return None
    who = str(issued.told.get("actor", "")).partition(" <")[0]
    if facts.now >= ends_at:
        return say(
            "issued_code_expired",
            _("The code that {} issued expired {} and was never entered."),
            who,
            when(ends_at, facts),
            fix=said.generate(facts) or said.tell_to_ask(facts),
        )
    return say(
        "issued_code_not_entered",
        _("The code that {} issued {} has not been entered."),
        who,
        when(issued.at, facts),
        fix=said.tell_to_redeem(),
        is_trouble=False,
    )


def is_sent(challenge: Challenge | None) -> bool:
    return challenge is not None and challenge.channel != Challenge.Channel.ALTERNATIVE
