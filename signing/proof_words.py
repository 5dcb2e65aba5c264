"""What an identity check must show, and what it showed, in words: the same for
cards, timeline and certificate. It knows trail facts and rows alike, no names
and of a document's number only its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from signing.flows.identity_rules import IdentityDetails
from signing.words import listed
from verification.identity import countries
from verification.models import Factor, IdentityCheck, IdentityRules

Facts = Mapping[str, Any]
DocumentType = IdentityRules.DocumentType


def rules(facts: Facts) -> str:
    """Return "3 tries; photo taken live; strict names; Passport"."""
    tries = int(facts.get("max_tries") or 0)
    parts = [
        ngettext("%(count)d try", "%(count)d tries", tries) % {"count": tries},
        _("photo taken live") if facts.get("needs_live_capture") else "",
        _("matching selfie") if facts.get("needs_selfie") else "",
        name_level(facts.get("name_match")),
        documents(facts.get("document_types") or ()),
        _("waits for prefilling") if facts.get("holds_for_prefill") else "",
    ]
    return _("; ").join(part for part in parts if part)


def rules_of(details: IdentityDetails) -> str:
    return rules(details.as_facts())


def documents(types: Iterable[str]) -> str:
    """Name the documents that will do; all of them need no words."""
    known = [str(one.label) for one in DocumentType if one in set(types)]
    return "" if len(known) in (0, len(DocumentType)) else either(known)


def either(words: list[str]) -> str:
    """Return "Passport or Identity card"."""
    if len(words) < 2:
        return "".join(words)
    start = _(", ").join(words[:-1])
    return _("%(start)s or %(last)s") % {"start": start, "last": words[-1]}


def name_level(level: object) -> str:
    words = {
        "strict": _("names compared strictly"),
        "moderate": _("names compared moderately"),
        "lenient": _("names compared leniently"),
    }
    return words.get(str(level), "")


def frequency(value: str) -> str:
    """Say how often, for the line below a name."""
    words = {
        Factor.Frequency.EVERY_ACCESS: _("at each access"),
        Factor.Frequency.UNTIL_SIGN_COMPLETED: _("until signed"),
        Factor.Frequency.ONCE_PER_DOCUMENT: _("once"),
    }
    return words.get(Factor.Frequency(value), "")


def provider(name: object) -> str:
    known = str(name) in IdentityCheck.Provider.values
    return str(IdentityCheck.Provider(str(name)).label) if known else str(name or "")


def document(facts: Facts) -> str:
    """Return "Passport, Utopia, number ending in 56A"."""
    kind = str(facts.get("document_type") or "")
    label = str(DocumentType(kind).label) if kind in DocumentType.values else ""
    end = str(facts.get("number_end") or "")[-3:]
    number = _("number ending in %(end)s") % {"end": end} if end else ""
    parts = (label, country(str(facts.get("country") or "")), number)
    return _(", ").join(part for part in parts if part)


def country(code: str) -> str:
    return countries.name(code) if code else ""


def checks(facts: Facts) -> str:
    """Return "passed: expiry, country; not passed: name"."""
    made: Mapping[str, Any] = facts.get("checks") or {}
    passed = [check_name(one) for one, is_passed in made.items() if is_passed]
    failed = [check_name(one) for one, is_passed in made.items() if is_passed is False]
    parts = []
    if passed:
        parts.append(_("passed: %(checks)s") % {"checks": listed(passed)})
    if failed:
        parts.append(_("not passed: %(checks)s") % {"checks": listed(failed)})
    return _("; ").join(parts)


def check_name(key: str) -> str:
    words = {
        "check_digits": _("check digits"),
        "zone": _("machine-readable zone"),
        "expiry": _("expiry date"),
        "type": _("kind of document"),
        "document_type": _("kind of document"),
        "country": pgettext("check of a document", "country"),
        "name": pgettext("check of a document", "name"),
        "live": _("photo taken live"),
        "selfie": _("face by machine"),
        "document": _("document by machine"),
    }
    return words.get(key, key.replace("_", " "))


def names(facts: Facts) -> str:
    """Say how names were compared, and what came out."""
    level = name_level(facts.get("name_level"))
    matched = facts.get("name_matched")
    if not level or matched is None:
        return ""
    result = _("the same") if matched else _("not the same")
    return _("%(level)s: %(result)s") % {"level": level, "result": result}


def showed(facts: Facts) -> str:
    """Tell a check that was decided: by whom, what was shown, what was looked at."""
    parts = (checker(facts), document(facts), checks(facts), names(facts))
    return _("; ").join(part for part in parts if part)


def checker(facts: Facts) -> str:
    """Name who decided: the provider, or the person."""
    by = str(facts.get("actor") or "")
    if by not in ("", "system"):
        return _("Compared by %(name)s") % {"name": by}
    if facts.get("provider") == IdentityCheck.Provider.REVIEW:
        return _("Read by machine")
    return _("Checked by %(provider)s") % {"provider": provider(facts.get("provider"))}
