"""The states of a signer's page in which nothing is left to type."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from signing import redirects, words
from signing.gate import Verdict
from signing.models import Signer
from verification.flows.opening import has_been_inside
from verification.models import Authenticator, Budget, Gate, Visit
from verification.standing import standing


@dataclass(frozen=True)
class End:
    """Tile, heading, one sentence, one action."""

    icon: str
    heading: str
    words: str | SafeString
    tone: str = ""
    after: str = ""
    shows_contact: bool = False
    sends_link: bool = False
    can_close: bool = False
    href: str = ""
    href_words: str = ""


def locked(gate: Gate, budget: Budget, why: str = "") -> End:
    """why: what the last try came to, where there is more to say."""
    times = budget.consecutive
    if budget.kind == Budget.Kind.ACCESS_CODE:
        what = ngettext(
            "The password was typed wrong {} time, so we stopped to protect you.",
            "The password was typed wrong {} times, so we stopped to protect you.",
            times,
        )
    elif budget.kind == Budget.Kind.IDENTITY:
        what = ngettext(
            "Your identity could not be confirmed in {} try, so we stopped here.",
            "Your identity could not be confirmed in {} tries, so we stopped here.",
            times,
        )
    else:
        what = ngettext(
            "The code was typed wrong {} time, so we stopped to protect you.",
            "The code was typed wrong {} times, so we stopped to protect you.",
            times,
        )
    told = words.fill(_("{} has been told and can unlock it."), gate.sender_name)
    after = _(
        "When it is unlocked, open the same link in your email again. Nothing "
        "you filled in is lost."
    )
    if budget.is_total_spent:
        told = words.fill(
            _("{} has been told and can send you a new link."), gate.sender_name
        )
        after = _("It comes by email. Nothing you filled in is lost.")
    return End(
        icon="lock",
        tone="bad",
        heading=_("This document is locked for now"),
        words=words.join(words.fill(what, times), *([why] if why else []), told),
        after=after,
        shows_contact=True,
    )


def app_paused(gate: Gate, app: Authenticator, now: datetime) -> End:
    """Too many wrong codes of one app, wherever they were typed."""
    company, sender = gate.company_name or gate.sender_name, gate.sender_name
    resumes_at = app.resumes_at(now)
    if resumes_at is None:
        way = words.fill(
            _("{} can remove the app. Then you set it up anew at this link."), sender
        )
    else:
        way = words.fill(
            _(
                "You can go on from {}. If you can’t wait, {} can remove the app, and "
                "you set it up anew."
            ),
            words.moment(resumes_at, gate),
            sender,
        )
    return End(
        icon="clock",
        tone="bad",
        heading=_("Your app can’t be used for now"),
        words=words.join(
            words.fill(
                _(
                    "Too many wrong codes of your authenticator app were typed, here "
                    "or at other documents of {}, so we stopped to protect you."
                ),
                company,
            ),
            way,
        ),
        after=_("Was that not you? Then tell them, too: somebody may have your link."),
        shows_contact=True,
    )


def no_password(gate: Gate) -> End:
    return End(
        icon="key",
        heading=_("You need a password"),
        words=words.fill(
            _(
                "{} chose it and tells it to you, by phone or in person. We never "
                "send it and can’t look it up."
            ),
            gate.sender_name,
        ),
        after=_("When you have it, open the same link in your email again."),
        shows_contact=True,
    )


def link_over(gate: Gate) -> End:
    return End(
        icon="clock",
        heading=_("This link has expired"),
        words=words.fill(
            _(
                "Links work for a limited time. We can send a new one to {}, the "
                "address that {} gave us."
            ),
            words.strong(gate.masked_email),
            gate.sender_name,
        ),
        sends_link=True,
    )


def of(verdict: Verdict, signer: Signer, visit: Visit | None = None) -> End:
    """Return the end state for a verdict that no proof can change.

    visit: the browser, where it may be told more if it had passed the gate.
    """
    gate, request = signer.gate, signer.request
    sender = gate.sender_name or request.sender.name
    if verdict == Verdict.NOT_YOUR_TURN:
        return _not_your_turn()
    if verdict == Verdict.RECALLED:
        return _recalled(sender)
    if verdict == Verdict.DECLINED:
        return _declined(signer, sender, visit)
    if verdict == Verdict.EXPIRED:
        return _expired(sender)
    return _unprovable(gate, sender)


def _not_your_turn() -> End:
    return End(
        icon="user",
        heading=_("It’s not your turn yet"),
        words=_(
            "Someone else signs before you. We’ll write to you as soon as it is "
            "your turn; this link will work then."
        ),
        can_close=True,
    )


def _recalled(sender: str) -> End:
    return End(
        icon="undo",
        heading=_("This document was taken back"),
        words=words.fill(
            _("{} recalled it, so it can no longer be opened or signed."), sender
        ),
        shows_contact=True,
    )


def _expired(sender: str) -> End:
    return End(
        icon="clock",
        heading=_("The time to sign is over"),
        words=words.fill(
            _("Not everyone signed in time. {} can send the document again."),
            sender,
        ),
        shows_contact=True,
    )


def _unprovable(gate: Gate, sender: str) -> End:
    if standing(gate, None, timezone.now()).is_stuck:
        return _not_set_up(gate, sender)
    return End(
        icon="stop",
        heading=_("This document can’t be opened yet"),
        words=words.fill(
            _(
                "{} asked for a check that is not available here at the moment. "
                "Please get in touch."
            ),
            sender,
        ),
        shows_contact=True,
    )


def _not_set_up(gate: Gate, sender: str) -> End:
    """A passkey or app is asked for, and there is no safe moment to set it up."""
    company = gate.company_name or sender
    return End(
        icon="shield",
        heading=_("This document can’t be opened yet"),
        words=words.fill(
            _(
                "{} asks for a passkey or an authenticator app, and you have set "
                "none up for {} yet. That can be done here as soon as {} adds a "
                "second check, like a code to your phone. Please get in touch."
            ),
            sender,
            company,
            sender,
        ),
        shows_contact=True,
    )


def _declined(signer: Signer, sender: str, visit: Visit | None) -> End:
    if signer.state == Signer.State.DECLINED:
        was_inside = visit is not None and has_been_inside(visit)
        onward = redirects.onward(signer) if was_inside else None
        return End(
            icon="close",
            heading=_("You declined to sign"),
            words=words.fill(_("{} has been told. Nothing was signed."), sender),
            after=_("Changed your mind? Ask for the document to be sent again."),
            shows_contact=True,
            href=onward.url if onward else "",
            href_words=_("Go on to %(host)s") % {"host": onward.host} if onward else "",
        )
    return End(
        icon="close",
        heading=_("This document was declined"),
        words=_("Another signer declined, so it can no longer be signed."),
        shows_contact=True,
    )
