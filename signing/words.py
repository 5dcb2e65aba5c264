"""The sentences of the gate, keyed by what a press came to.

verification names outcomes; how a signer reads them is said here and nowhere
else, with what is left and what to do next.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from verification.models import Challenge, Gate, Submission
from verification.outcomes import Outcome


def clock(at: datetime, gate: Gate) -> SafeString:
    """Return a time of day in the company's zone; a script shows the reader's."""
    local = at.astimezone(ZoneInfo(gate.time_zone))
    return format_html(
        '<time datetime="{}" data-local="time">{}</time>',
        at.isoformat(timespec="seconds"),
        local.strftime("%H:%M"),
    )


def fill(sentence: str, *values: object) -> SafeString:
    """Put values into a translated sentence, escaped; {} marks their places."""
    return format_html(sentence, *values)


def strong(text: str) -> SafeString:
    return format_html('<strong><bdi dir="ltr">{}</bdi></strong>', text)


def plain(text: str) -> SafeString:
    return format_html('<bdi dir="ltr">{}</bdi>', text)


def moment(at: datetime, gate: Gate) -> SafeString:
    """Return a day and time in the company's zone; a script shows the reader's."""
    local = at.astimezone(ZoneInfo(gate.time_zone))
    return format_html(
        '<time datetime="{}" data-local="full">{}</time>',
        at.isoformat(timespec="seconds"),
        f"{formats.date_format(local, 'DATE_FORMAT')}, {local:%H:%M}",
    )


def day(at: datetime, gate: Gate) -> SafeString:
    """Return a day in the company's zone; a script shows the reader's."""
    local = at.astimezone(ZoneInfo(gate.time_zone))
    return format_html(
        '<time datetime="{}" data-local="date">{}</time>',
        at.isoformat(timespec="seconds"),
        formats.date_format(local, "DATE_FORMAT"),
    )


def listed(parts: Sequence[str]) -> str:
    """Return "a, b and c" as the language says it."""
    if len(parts) < 2:
        return "".join(parts)
    start = _(", ").join(parts[:-1])
    return _("%(start)s and %(last)s") % {"start": start, "last": parts[-1]}


def tries_left(left: int) -> str:
    return ngettext(
        "You have %(left)s try left.", "You have %(left)s tries left.", left
    ) % {"left": left}


def about_code(
    press: Submission, live: Challenge | None, gate: Gate, left: int
) -> str | SafeString:
    """Say what a typed code came to; "" when there is nothing to say.

    live is the code that the dialog shows.
    """
    outcome = Outcome(press.outcome)
    if outcome == Outcome.WRONG:
        return join(_("That code is not right."), tries_left(left))
    if outcome == Outcome.REPLACED:
        return join(_replaced(live, gate), tries_left(left))
    if outcome in (Outcome.WAIT, Outcome.TOO_MANY):
        return _wait(press, gate)
    if outcome == Outcome.OTHER_SIGNER and live is not None:
        sentence = format_html(
            _("That code is for another signer. Use the one with reference {}."),
            live.reference,
        )
        return join(sentence, tries_left(left))
    sentences = {
        Outcome.EMPTY: _("Enter the code."),
        Outcome.USED: _("That code was already used. Send a new one."),
        Outcome.EXPIRED: _("That code has expired. Send a new one."),
        Outcome.OTHER_BROWSER: _(
            "That code was asked for in another browser. Send a new one here."
        ),
        Outcome.OTHER_SIGNER: _("That code is for another signer."),
        Outcome.NOTHING_LIVE: _("That code doesn’t work here. Send a new one."),
        Outcome.STALE: _("Something changed meanwhile. Please try again."),
        Outcome.NOT_ALLOWED: _(
            "We can’t send a code this way. Choose another way or ask the sender."
        ),
        Outcome.NO_SENDING: _(
            "Codes can’t be sent at the moment. Please try again later."
        ),
    }
    return sentences.get(outcome, "")


def about_told_code(press: Submission, gate: Gate, left: int) -> str | SafeString:
    """Say what a code typed under "I have a code" came to."""
    if press.outcome == Outcome.NOTHING_LIVE:
        return fill(
            _("That code doesn’t work here. Ask {} for a new one."), gate.sender_name
        )
    return about_code(press, None, gate, left)


def about_password(press: Submission, gate: Gate, left: int) -> str | SafeString:
    outcome = Outcome(press.outcome)
    if outcome == Outcome.WRONG:
        return join(_("That password is not right."), tries_left(left))
    if outcome == Outcome.EMPTY:
        return _("Enter the password.")
    if outcome == Outcome.STALE:
        return _("Something changed meanwhile. Please enter the password again.")
    if outcome in (Outcome.WAIT, Outcome.TOO_MANY):
        return _wait(press, gate)
    return ""


def about_app(press: Submission, left: int) -> str | SafeString:
    """Say what a code of an authenticator app came to."""
    outcome = Outcome(press.outcome)
    if outcome == Outcome.WRONG:
        return join(_("That code is not right."), tries_left(left))
    if outcome == Outcome.USED:
        return join(
            _("That code was used already. Wait until the app shows the next one."),
            tries_left(left),
        )
    return _about_device(outcome)


def about_first_code(press: Submission) -> str | SafeString:
    """Say what the first code of an app that is being set up came to."""
    if press.outcome == Outcome.WRONG:
        return _(
            "That code is not right. Wait until the app shows the next one. If it "
            "happens again, let your device set its clock by itself."
        )
    return _about_device(Outcome(press.outcome))


def about_passkey(press: Submission) -> str | SafeString:
    outcome = Outcome(press.outcome)
    sentences = {
        Outcome.WRONG: _("This passkey could not be checked. Please try again."),
        Outcome.USED: _("This passkey could not be checked. Please try again."),
        Outcome.OTHER_BROWSER: _("That belonged to another window. Please try again."),
        Outcome.OTHER_SIGNER: _("That passkey belongs to somebody else. Use your own."),
        Outcome.EXPIRED: _("That took more than five minutes. Please try again."),
        Outcome.EMPTY: _("Your browser sent nothing. Please try again."),
    }
    return sentences.get(outcome) or _about_device(outcome)


def _about_device(outcome: Outcome) -> str:
    sentences = {
        Outcome.EMPTY: _("Enter the code."),
        Outcome.STALE: _("Something changed meanwhile. Please try again."),
        Outcome.TOO_MANY: _(
            "There were too many tries from this network. Please wait a while."
        ),
    }
    return sentences.get(outcome, "")


def join(*sentences: str) -> SafeString:
    """Set sentences side by side; a language without spaces translates the join."""
    first, rest = sentences[0], sentences[1:]
    for other in rest:
        # Translators: one sentence after another; drop the space where none is used.
        first = format_html(_("{} {}"), first, other)
    return format_html("{}", first)


def _replaced(live: Challenge | None, gate: Gate) -> str | SafeString:
    if live is None:
        return _("That code was replaced by a newer one.")
    return format_html(
        _("That code was replaced by a newer one (reference {}, sent {})."),
        live.reference,
        clock(live.issued_at, gate),
    )


def _wait(press: Submission, gate: Gate) -> str | SafeString:
    if press.retry_at is None:
        return _("There were too many tries from this network. Please wait a while.")
    return format_html(
        _("That was asked for too often. You can ask again at {}."),
        clock(press.retry_at, gate),
    )
