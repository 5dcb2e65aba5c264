"""Passkeys and authenticator apps: not set up, refused, typed wrong."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from signing.flows import enrolling
from verification import devices
from verification.models import Budget, Factor, Submission
from verification.outcomes import Outcome
from workspace.diagnosis import said
from workspace.diagnosis.facts import Facts
from workspace.diagnosis.said import Diagnosis, Fix, say, when

Kind = Factor.Kind


REFUSED = (
    Outcome.WRONG,
    Outcome.USED,
    Outcome.EXPIRED,
    Outcome.OTHER_BROWSER,
    Outcome.OTHER_SIGNER,
)


def asked_to_view(facts: Facts) -> list[str]:
    """Return the kinds asked for before viewing, in the order of verification's
    standing: what has yet to be set up comes last."""
    rows = [one for one in facts.factors if one.stage == Factor.Stage.VIEW]
    missing = devices.missing(facts.gate, rows)
    return [one.kind for one in sorted(rows, key=lambda one: one.pk in missing)]


def cannot_be_set_up(facts: Facts) -> Diagnosis | None:
    """Nothing else guards the signer, so the gate keeps shut (signing.gate)."""
    found = enrolling.trouble(facts.signer, facts.factors)
    if found is None:
        return None
    return say(found.code, "{}", found.words, fix=_change(facts))


def app_paused(facts: Facts) -> Diagnosis | None:
    """Too many wrong codes were typed of one app, here or at other transactions."""
    asks = any(one.kind == Kind.TOTP for one in facts.factors)
    app = devices.authenticator_of(facts.gate) if asks else None
    if app is None or not app.is_paused(facts.now):
        return None
    resumes_at = app.resumes_at(facts.now)
    if resumes_at is None:
        words = _(
            "{} wrong codes of their app were typed in a row, here or at other "
            "transactions. It takes none any more: remove it, and they set it up anew."
        )
        return say("app_worn_out", words, app.in_a_row, fix=forget(facts))
    words = _(
        "{} wrong codes of their app were typed today, here or at other transactions. "
        "It takes codes again {}."
    )
    again = when(resumes_at, facts)
    return say("app_paused", words, app.day, again, fix=forget(facts))


def wrong(facts: Facts, press: Submission) -> Diagnosis | None:
    """What the last press at a passkey or app came to; None for other factors."""
    if press.factor is None or press.factor.kind not in devices.KINDS:
        return None
    if press.outcome not in REFUSED:
        return None
    at = when(press.at, facts)
    if press.factor.kind == Kind.PASSKEY:
        words = _("Their passkey was refused {}.")
        return say("passkey_refused", words, at, fix=forget(facts))
    if not devices.is_set_up(facts.gate, Kind.TOTP):
        words = _(
            "They are setting up an authenticator app; a wrong code was typed {}."
        )
        return say("app_begun", words, at, fix=_tell_clock())
    return _wrong_code(facts, press, at)


def _wrong_code(facts: Facts, press: Submission, at: str) -> Diagnosis:
    kind = Budget.Kind.ONE_TIME_CODE
    budget = facts.budgets.get(kind) or Budget(kind=kind)
    left = budget.tries_left(facts.gate.max_tries, facts.now)
    if press.outcome == Outcome.USED:
        words = ngettext(
            "They typed a code of their app {} that had been used; {} try is left.",
            "They typed a code of their app {} that had been used; {} tries are left.",
            left,
        )
        return say("used_app_code", words, at, left, fix=_tell_next_code())
    words = ngettext(
        "A wrong code of their app was typed {}; {} try is left.",
        "A wrong code of their app was typed {}; {} tries are left.",
        left,
    )
    return say("wrong_app_code", words, at, left, fix=_tell_clock())


def not_begun(facts: Facts, kind: str, since: datetime) -> Diagnosis | None:
    """They stand at a passkey or app."""
    if kind not in devices.KINDS:
        return None
    is_passkey = kind == Kind.PASSKEY
    if devices.is_set_up(facts.gate, kind):
        code = "passkey_not_used" if is_passkey else "no_app_code_entered"
        words = (
            _("{} has not used their passkey; they were asked {}.")
            if is_passkey
            else _("{} has not entered the code of their app; they were asked {}.")
        )
        fix = forget(facts)
    else:
        code = "passkey_not_set_up" if is_passkey else "app_not_set_up"
        words = (
            _("{} has not set up a passkey; they were asked {}.")
            if is_passkey
            else _("{} has not set up an authenticator app; they were asked {}.")
        )
        fix = _change(facts)
    name, at = facts.gate.first_name, when(since, facts)
    return say(code, words, name, at, fix=fix, is_trouble=False)


def forget(facts: Facts) -> Fix:
    return said.fix_at(facts, "forget-device", _("Remove passkey or app"))


def _change(facts: Facts) -> Fix:
    return said.fix_at(facts, "factors", _("Change the checks"))


def _tell_clock() -> Fix:
    return Fix(
        _("Tell them about the clock"),
        words=_(
            "Please let your phone set its clock by itself, wait until the app shows "
            "a new code, and enter that one."
        ),
    )


def _tell_next_code() -> Fix:
    return Fix(
        _("Tell them to wait for the next"),
        words=_("Please wait until the app shows a new code, and enter that one."),
    )
