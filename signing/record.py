"""What a certificate says of one signer: the trail's events as label and detail."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from signing import browsers, proof_words
from signing.models import Signer
from signing.pdf.certificate import Event
from signing.words import listed
from verification import trail
from verification.channels.base import Reason
from verification.identity.base import Reason as IdentityReason
from verification.models import Delivery, Factor, TrailEntry

Facts = dict[str, Any]
Detail = Callable[[Facts], str]


@dataclass(frozen=True)
class Told:
    """One entry with what became of its message."""

    entry: TrailEntry
    facts: Facts
    fate: str = ""
    # Who had the signer's place then, where it was another person.
    person: str = ""


def events_of(signer: Signer) -> tuple[Event, ...]:
    """Return what happened at this signer's gate, in order."""
    entries = TrailEntry.objects.filter(gate=signer.gate).order_by("seq")
    return tuple(_as_event(told) for told in with_fates(entries) if _is_told(told))


def with_fates(entries: Iterable[TrailEntry]) -> list[Told]:
    """Pair each asked code with the last news of its delivery."""
    listed = [(entry, trail.facts_of(entry)) for entry in entries]
    fates = {
        facts["reference"]: _fate(facts, entry.at)
        for entry, facts in listed
        if entry.kind == "delivery" and facts.get("reference")
    }
    told = [
        Told(entry, facts, fates.get(facts.get("reference", ""), ""))
        for entry, facts in listed
    ]
    return with_persons(told)


def with_persons(told: list[Told]) -> list[Told]:
    """Name the person before in what was done before the place was handed over."""
    person, named = "", []
    for one in reversed(told):
        if one.entry.kind == "reassigned":
            named.append(replace(one, person=""))
            person = one.facts.get("old_name", "")
        else:
            named.append(replace(one, person=person))
    return named[::-1]


def _as_event(told: Told) -> Event:
    label, detail = _words(told.entry.kind)
    text = detail(told.facts | {"fate": told.fate})
    if told.person:
        text = _("%(person)s: %(detail)s") % {"person": told.person, "detail": text}
    return Event(at=told.entry.at, label=label, detail=text)


def _is_told(told: Told) -> bool:
    return _words(told.entry.kind)[0] != ""


def _words(kind: str) -> tuple[str, Detail]:
    """Return the label of a kind of entry and what builds its detail."""
    return {
        "opened": (_("Opened the link"), _place),
        "launch_code_issued": (_("Launch code"), _issued),
        "launched": (_("Launch code used"), _place),
        "link_issued": (_("Link handed out"), _link_issued),
        "code_asked": (_("Code asked for"), _asked),
        "code_issued": (_("Code issued"), _issued),
        "code_passed": (_("Code passed"), _code_passed),
        "access_code_passed": (_("Password passed"), _access_code_passed),
        "account_passed": (_("Signed in"), _account_passed),
        "passkey_enrolled": (_("Passkey set up"), _set_up_here),
        "passkey_passed": (_("Passkey used"), _device_passed),
        "passkey_removed": (_("Passkey removed"), _set_anew),
        "totp_enrolled": (_("App set up"), _set_up_here),
        "totp_passed": (_("App’s code passed"), _device_passed),
        "totp_paused": (_("App paused"), lambda facts: _("Too many wrong codes")),
        "totp_removed": (_("App removed"), _set_anew),
        "identity_passed": (_("Identity check passed"), proof_words.showed),
        "identity_failed": (_("Identity check failed"), _identity_failed),
        "identity_erased": (
            _("Pictures erased"),
            lambda facts: _("As its time was over"),
        ),
        "locked": (_("Locked"), lambda facts: _("Too many wrong tries")),
        "unlocked": (_("Unlocked"), _by_with_reason),
        "factor_added": (_("Check added"), _factor),
        "factor_changed": (_("Check changed"), _factor),
        "factor_removed": (_("Check removed"), _factor),
        "access_code_changed": (_("Password set"), _set_anew),
        "link_renewed": (_("New link"), _set_anew),
        "reassigned": (_("Signer replaced"), _reassigned),
        "phone_changed": (_("Number changed"), _changed),
        "email_changed": (_("Address changed"), _changed),
        "wrong_number_reported": (_("Number disputed"), _place),
        "not_me_reported": (_("Person disputed"), _place),
        "viewed": (_("Opened the document"), _place),
        "consented": (_("Consent given"), _consented),
        "signed": (_("Signed"), _signed),
        "declined": (_("Declined"), lambda facts: facts.get("reason", "")),
    }.get(kind, ("", _place))


def _place(facts: Facts) -> str:
    parts = (facts.get("ip"), browsers.shown(facts.get("browser") or ""))
    return ", ".join(part for part in parts if part)


def _asked(facts: Facts) -> str:
    by = {
        Delivery.Channel.SMS: _("Text to %(to)s, reference %(reference)s"),
        Delivery.Channel.VOICE: _("Call to %(to)s, reference %(reference)s"),
        Delivery.Channel.EMAIL: _("Email to %(to)s, reference %(reference)s"),
    }[Delivery.Channel(facts["channel"])] % facts
    return f"{by}; {facts['fate']}" if facts["fate"] else by


def _fate(facts: Facts, at: datetime) -> str:
    time = f"{at:%H:%M:%S}"
    if facts["state"] == Delivery.State.DELIVERED:
        return _("delivered %(time)s") % {"time": time}
    if facts["state"] == Delivery.State.FAILED:
        reason = Reason(facts["reason"] or Reason.UNKNOWN).label
        return _("not delivered: %(reason)s") % {"reason": reason}
    if facts["state"] == Delivery.State.CANCELLED:
        return _("not sent")
    return _("sent %(time)s") % {"time": time}


def _link_issued(facts: Facts) -> str:
    return _("To a program of %(actor)s; valid until %(until)s") % {
        "actor": facts["actor"],
        "until": datetime.fromisoformat(facts["ends_at"]).strftime("%Y-%m-%d %H:%M"),
    }


def _issued(facts: Facts) -> str:
    return _("By %(actor)s, to be told by voice; valid until %(until)s") % {
        "actor": facts["actor"],
        "until": datetime.fromisoformat(facts["ends_at"]).strftime("%Y-%m-%d %H:%M"),
    }


def _code_passed(facts: Facts) -> str:
    who = (
        _("Issued by %(name)s, used once") % {"name": facts["issued_by"]}
        if facts.get("issued_by")
        else _("%(kind)s, reference %(reference)s")
        % {"kind": _kind(facts), "reference": facts["reference"]}
    )
    parts = (who, _set_by(facts), _failed(facts), facts.get("ip"))
    return "; ".join(part for part in parts if part)


def _access_code_passed(facts: Facts) -> str:
    parts = (_set_by(facts), _failed(facts), facts.get("ip"))
    return "; ".join(part for part in parts if part)


def _identity_failed(facts: Facts) -> str:
    """Why, and what was shown; the reviewer's own words are the signer's alone."""
    reason = str(facts.get("reason") or "")
    known = str(IdentityReason(reason).label) if reason in IdentityReason.values else ""
    said = known.rstrip(".")
    return _("; ").join(part for part in (said, proof_words.showed(facts)) if part)


def _set_by(facts: Facts) -> str:
    """Say who asked for this proof, or changed it last."""
    name = facts.get("set_by")
    return _("Set by %(name)s") % {"name": name} if name else ""


def _account_passed(facts: Facts) -> str:
    what = _("Account, with second step") if facts.get("second_step") else _("Account")
    return ", ".join(part for part in (what, facts.get("ip")) if part)


def _set_up_here(facts: Facts) -> str:
    """A first time proves no more than the other checks of this visit did."""
    first = _("For the first time, at this visit")
    parts = (first, _behind(facts), _set_by(facts), _place(facts))
    return "; ".join(part for part in parts if part)


def _behind(facts: Facts) -> str:
    """Name the checks that were passed when it was set up."""
    kinds = [one for one in facts.get("behind") or () if one in Factor.Kind.values]
    names = listed([str(Factor.Kind(one).label) for one in kinds])
    return _("set up behind: %(checks)s") % {"checks": names} if names else ""


def _device_passed(facts: Facts) -> str:
    day = str(facts.get("set_up_at") or "")[:10]
    parts = (
        _("Set up on %(day)s") % {"day": day} if day else "",
        _behind(facts),
        _set_by(facts),
        _failed(facts) if "failed_before" in facts else "",
        facts.get("ip"),
    )
    return "; ".join(part for part in parts if part)


def _failed(facts: Facts) -> str:
    failed = facts.get("failed_before", 0)
    if not failed:
        return _("no failed tries")
    if failed == 1:
        return _("1 failed try before")
    return _("%(count)d failed tries before") % {"count": failed}


def _kind(facts: Facts) -> str:
    return str(Factor.Kind(facts["factor"]).label)


def _by_with_reason(facts: Facts) -> str:
    return _("By %(actor)s: %(reason)s") % {
        "actor": facts["actor"],
        "reason": facts.get("reason", ""),
    }


def _changed(facts: Facts) -> str:
    return _("By %(actor)s, to %(new)s; codes before this ended") % {
        "actor": facts["actor"],
        "new": facts.get("new", ""),
    }


def _factor(facts: Facts) -> str:
    words = {
        "factor": _kind(facts),
        "stage": Factor.Stage(facts["stage"]).label if facts.get("stage") else "",
        "actor": facts["actor"],
    }
    if not words["stage"]:
        return _("%(factor)s; by %(actor)s") % words
    told = _("%(factor)s, %(stage)s; by %(actor)s") % words
    if not facts.get("rules"):
        return told
    rules = proof_words.rules(facts["rules"])
    return _("%(check)s; %(rules)s") % {"check": told, "rules": rules}


def _set_anew(facts: Facts) -> str:
    return _("By %(actor)s") % {"actor": facts["actor"]}


def _reassigned(facts: Facts) -> str:
    return _("From %(old_name)s (%(old)s), by %(actor)s: %(reason)s") % facts


def _consented(facts: Facts) -> str:
    return _("Electronic business, text version %(version)s, %(language)s") % facts


def _signed(facts: Facts) -> str:
    if not facts["style"]:
        how = _("Agreed without a signature")
    elif facts["style"] == "drawn":
        how = _("Drawn signature")
    else:
        how = _("Typed signature “%(text)s”") % {"text": facts["text"]}
    return ", ".join(part for part in (how, facts.get("ip")) if part)
