"""Which dialog a browser is to see at the gate, and what it says. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from signing import words
from signing.accounts import Account
from signing.models import Signer
from signing.views import device_dialogs, ends, faces, identity_intro
from verification import devices, policy
from verification.channels.base import Reason
from verification.flows import answers, asking
from verification.models import Challenge, Delivery, Factor, Gate, Submission, Visit
from verification.outcomes import Outcome
from verification.standing import (
    Standing,
    budget_for,
    pending_challenge,
    went_elsewhere,
)

SPOKEN_FOR = timedelta(minutes=10)
State = Challenge.State


@dataclass
class Dialog:
    """A template and what it needs."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Pending:
    """A code asked for before the link was opened again, still good."""

    time: str
    reference: str


@dataclass(frozen=True)
class Scene:
    """Whose gate, which browser, what it has proven. link: see faces.Actions.

    has_tried: a code was typed under "I have a code", and this says what it came to.
    account: who is signed in to an account here.
    """

    signer: Signer
    visit: Visit | None
    standing: Standing
    now: datetime
    link: str = ""
    has_tried: bool = False
    account: Account | None = None

    @property
    def gate(self) -> Gate:
        return self.signer.gate


def step(scene: Scene, factor: Factor | None, show: str = "") -> Dialog:
    """Return the dialog for factor; show names one that the person asked to see.

    factor is None where nothing guards viewing.
    """
    context = faces.base_context(scene.signer, link=scene.link)
    if show == "not-me":
        return Dialog("signing/gate/not_me.html", context)
    if factor is None:
        return Dialog("signing/gate/review.html", context)
    context |= faces.steps_of(scene.standing, factor)
    if factor.kind == Factor.Kind.ACCOUNT:
        return by_account(scene, factor, context)
    budget = budget_for(factor)
    if budget.locked_at:
        ending = ends.locked(scene.gate, budget)
        return Dialog("signing/end.html", context | {"end": ending})
    if factor.kind == Factor.Kind.IDENTITY:
        return identity(scene, factor, context, show)
    left = budget.tries_left(scene.gate.max_tries, scene.now)
    context |= {"tries_left": left, "has_code": has_code(scene.standing, factor)}
    if factor.kind in devices.KINDS:
        press = said_lately(scene, factor)
        made = device_dialogs.of(scene.gate, scene.visit, factor, budget, press, left)
        return Dialog(made[0], context | made[1])
    if factor.kind == Factor.Kind.ACCESS_CODE:
        return password(scene, factor, context, budget.epoch, show)
    return one_time(scene, factor, context, show)


def identity(
    scene: Scene, factor: Factor, context: dict[str, Any], show: str
) -> Dialog:
    if show == "cannot-now":
        return Dialog("signing/identity/cannot_now.html", context)
    press = said_lately(scene, factor)
    context |= identity_intro.of(scene.gate, scene.visit, factor, press)
    return Dialog("signing/identity/intro.html", context)


def by_account(scene: Scene, factor: Factor, context: dict[str, Any]) -> Dialog:
    press = said_lately(scene, factor)
    context |= {
        "account": scene.account,
        "email": scene.gate.masked_email,
        "was_mailed": press is not None and press.outcome == Outcome.SENT,
    }
    return Dialog("signing/gate/account.html", context)


def password(
    scene: Scene, factor: Factor, context: dict[str, Any], epoch: int, show: str
) -> Dialog:
    press = said_lately(scene, factor)
    if press is not None:
        left = context["tries_left"]
        context["error"] = words.about_password(press, scene.gate, left)
    if show == "no-password":
        ending = ends.no_password(scene.gate)
        return Dialog("signing/end.html", context | {"end": ending})
    if show == "have-a-code" and context["has_code"]:
        context |= {"ways": (), "error": told_code_error(scene, factor, context)}
        return Dialog("signing/gate/have_code.html", context)
    context |= {"epoch": epoch, "hint": factor.hint}
    return Dialog("signing/gate/password.html", context)


def one_time(
    scene: Scene, factor: Factor, context: dict[str, Any], show: str
) -> Dialog:
    gate, now = scene.gate, scene.now
    challenge = pending_challenge(scene.visit, factor) if scene.visit else None
    is_mail = factor.kind == Factor.Kind.EMAIL
    context |= {
        "ways": asking.ways(factor),
        "digits": gate.code_digits,
        "to": gate.masked_email if is_mail else gate.masked_phone,
        "error": code_error(scene, factor, challenge, context),
        "pending": None,
        "cannot_text": False,
    }
    if show == "not-my-number":
        return Dialog("signing/gate/not_my_number.html", context)
    if show == "have-a-code":
        context["error"] = told_code_error(scene, factor, context)
        return Dialog("signing/gate/have_code.html", context)
    if challenge is None or not is_to_be_typed(challenge, now):
        return Dialog("signing/gate/choose.html", context)
    if went_elsewhere(challenge, gate):
        return after_correction(scene, challenge, context)
    if is_before_reopening(scene, challenge) and show != "code":
        time = words.clock(challenge.issued_at, gate)
        context["pending"] = Pending(time, challenge.reference)
        return Dialog("signing/gate/choose.html", context)
    if show != "code" and is_unreachable(challenge, context["ways"]):
        time = words.clock(challenge.issued_at, gate)
        pending = Pending(time, challenge.reference)
        context |= {"cannot_text": True, "pending": pending}
        context["is_landline"] = challenge.delivery.reason == Reason.LANDLINE
        return Dialog("signing/gate/choose.html", context)
    return type_code(scene, challenge, context)


def after_correction(
    scene: Scene, challenge: Challenge, context: dict[str, Any]
) -> Dialog:
    """Ask anew: what is pending went to a number that is not theirs any more."""
    context["error"] = ""
    if not is_before_reopening(scene, challenge):
        context["error"] = _("Codes go to another number now. Ask for a new one.")
    return Dialog("signing/gate/choose.html", context)


def type_code(scene: Scene, challenge: Challenge, context: dict[str, Any]) -> Dialog:
    gate, now = scene.gate, scene.now
    others = [way for way in context["ways"] if way != challenge.channel]
    context |= {
        "asked": faces.asked(challenge, gate, now),
        "status": faces.status_of(challenge, gate, now),
        "ways": others,
    }
    if now >= challenge.expires_at and not context["error"]:
        context["error"] = _("That code has expired. Send a new one.")
    if challenge.state == State.REPLACED and not context["error"]:
        context["error"] = _("That code was replaced by a newer one. Send a new one.")
    return Dialog("signing/gate/code.html", context)


def is_to_be_typed(challenge: Challenge, now: datetime) -> bool:
    """Whether the dialog of this code is still the one to show.

    An ended code keeps its dialog for a while, which says so.
    """
    if challenge.state in (State.VERIFIED, State.LOCKED):
        return False
    ended_at = challenge.closed_at or challenge.expires_at
    return now < ended_at + SPOKEN_FOR


def is_before_reopening(scene: Scene, challenge: Challenge) -> bool:
    if scene.link or scene.visit is None:
        return True
    return challenge.issued_at < scene.visit.arrived_at


def is_unreachable(challenge: Challenge, ways: Sequence[str]) -> bool:
    """Whether the text failed and a call can be offered instead."""
    sent: Delivery | None = getattr(challenge, "delivery", None)
    return (
        challenge.channel == Challenge.Channel.SMS
        and Challenge.Channel.VOICE in ways
        and sent is not None
        and sent.state == Delivery.State.FAILED
    )


def has_code(standing: Standing, factor: Factor) -> bool:
    """Whether "I have a code" can prove this factor.

    For a code that was sent always; for a password only where the publisher's
    code stands in for it: where the gate asks for nothing else.
    """
    if factor.is_one_time:
        return True
    if factor.kind != Factor.Kind.ACCESS_CODE:
        return False
    others = any(other.is_one_time for other in standing.factors)
    return not others and policy.of(factor.gate).offers_alternative_codes


def code_error(
    scene: Scene, factor: Factor, challenge: Challenge | None, context: dict[str, Any]
) -> str:
    """Say what the last press came to, unless a newer code made that old news."""
    press = said_lately(scene, factor)
    if press is None or (challenge is not None and press.at < challenge.issued_at):
        return ""
    if press.outcome == Outcome.NOTHING_LIVE and challenge is not None:
        return ""  # said where it was typed: under "I have a code"
    context["error_is_replaced"] = press.outcome == Outcome.REPLACED
    live = challenge if challenge and challenge.state == State.ISSUED else None
    return words.about_code(press, live, scene.gate, context["tries_left"])


def told_code_error(scene: Scene, factor: Factor, context: dict[str, Any]) -> str:
    press = said_lately(scene, factor)
    if press is None or not scene.has_tried:
        return ""
    return words.about_told_code(press, scene.gate, context["tries_left"])


def said_lately(scene: Scene, factor: Factor) -> Submission | None:
    """Return the last press in this browser that the dialog should speak about."""
    if scene.visit is None or scene.link:
        return None
    press = answers.latest(scene.visit, factor)
    if press is None or press.at < scene.now - SPOKEN_FOR:
        return None
    return press if press.at >= scene.visit.arrived_at else None
