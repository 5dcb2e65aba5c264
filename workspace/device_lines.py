"""What became of passkeys and authenticator apps, as lines of the timeline."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from signing import browsers
from signing.words import listed
from verification.models import Factor
from workspace.shapes import Facts, Shape, simple

WHY_REFUSED = {
    "replayed": gettext_lazy("It had been used before."),
    "expired": gettext_lazy("It took more than five minutes."),
    "other_browser": gettext_lazy("It belonged to another browser."),
    "other_person": gettext_lazy("It is somebody else’s."),
    "other_user": gettext_lazy("It is somebody else’s."),
    "unknown_passkey": gettext_lazy("It was not set up here."),
    "counter_went_back": gettext_lazy("Its counter went back: it may be a copy."),
    "other_origin": gettext_lazy("It was made for another page."),
    "other_site": gettext_lazy("It was made for another page."),
    "no_user_verification": gettext_lazy("The device did not check who used it."),
}


def why_refused(facts: Facts) -> str:
    return str(WHY_REFUSED.get(str(facts.get("why")), ""))


def code_failed(facts: Facts) -> str:
    if facts.get("why") == "used":
        return _("%(who)s typed a code of their app that had been used") % facts
    return _("%(who)s typed a wrong code of their app") % facts


def tries_left(facts: Facts) -> str:
    left = int(facts.get("tries_left") or 0)
    words = ngettext("%(count)d try left.", "%(count)d tries left.", left)
    return words % {"count": left}


def where(facts: Facts) -> str:
    """Behind Phone code. Safari on iPhone, 203.0.113.24"""
    return " ".join(filter(None, (behind(facts), browsers.origin_of(facts))))


def behind(facts: Facts) -> str:
    kinds = [one for one in facts.get("behind") or () if one in Factor.Kind.values]
    names = listed([str(Factor.Kind(one).label) for one in kinds])
    return _("Behind: %(checks)s.") % {"checks": names} if names else ""


def set_up(facts: Facts) -> str:
    day = str(facts.get("set_up_at") or "")[:10]
    return _("Set up on %(day)s.") % {"day": day} if day else ""


def paused(facts: Facts) -> str:
    told = _("Too many wrong codes, here or at other transactions.")
    if facts.get("until"):
        return told
    return f"{told} {_('It takes none any more.')}"


def elsewhere(facts: Facts) -> str:
    return _("At another transaction.") if facts.get("elsewhere") else ""


SHAPES: dict[str, Shape] = {
    "passkey_enrolled": simple(
        "key", "ok", gettext_lazy("%(who)s set up a passkey"), where
    ),
    "passkey_passed": simple(
        "lock-open", "ok", gettext_lazy("%(who)s passed by their passkey"), set_up
    ),
    "passkey_failed": simple(
        "close", "warn", gettext_lazy("A passkey of %(who)s was refused"), why_refused
    ),
    "passkey_removed": simple(
        "key",
        "warn",
        gettext_lazy("%(who)s removed the passkey of %(whom)s"),
        elsewhere,
    ),
    "totp_enrolled": simple(
        "mobile", "ok", gettext_lazy("%(who)s set up an authenticator app"), where
    ),
    "totp_passed": simple(
        "lock-open",
        "ok",
        gettext_lazy("%(who)s passed by their authenticator app"),
        set_up,
    ),
    "totp_failed": Shape("close", "warn", code_failed, tries_left),
    "totp_paused": simple(
        "lock",
        "bad",
        gettext_lazy("The authenticator app of %(whom)s takes no codes for now"),
        paused,
    ),
    "totp_removed": simple(
        "mobile",
        "warn",
        gettext_lazy("%(who)s removed the authenticator app of %(whom)s"),
        elsewhere,
    ),
}
