"""The trail as sentences: newest first, with an icon and what became of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from signing.browsers import origin_of
from verification import trail
from verification.models import Budget, Factor, TrailEntry
from workspace import changes, delivery_lines, device_lines, identity_lines
from workspace.shapes import (
    Facts,
    Shape,
    changed_detail,
    fact,
    reference,
    simple,
)

OUTCOMES = frozenset(
    {
        "access_code_passed",
        "access_code_wrong",
        "code_passed",
        "code_wrong",
        "totp_failed",
        "totp_passed",
    }
)


@dataclass(frozen=True)
class Event:
    """One line of a timeline. fate: info | ok | warn | bad | "" (nothing to tell)."""

    at: datetime
    icon: str
    fate: str
    what: str
    detail: str


def events(entries: Iterable[TrailEntry]) -> list[Event]:
    """Tell entries, newest first, which come with their gates.

    A try is charged before it is looked at; where its outcome follows, that
    line says it all.
    """
    entries = list(entries)
    notes = identity_lines.notes_of(entries)
    told = []
    after: dict[int | None, str] = {}
    names: dict[int, str] = {}
    for entry in entries:
        if entry.gate is not None:  # as whoever had this place at that time
            entry.gate.name = names.get(entry.gate.pk, entry.gate.name)
        if entry.kind != "try" or after.get(entry.gate_id) not in OUTCOMES:
            told.append(event(entry, notes.get(entry.pk, "")))
        after[entry.gate_id] = entry.kind
        if entry.gate is not None and entry.kind == "reassigned":
            names[entry.gate.pk] = trail.facts_of(entry).get("old_name", "")
    return told


def event(entry: TrailEntry, note: str = "") -> Event:
    """note: what a reviewer wrote, which stands in no trail."""
    facts: dict[str, Any] = defaultdict(lambda: "?", trail.facts_of(entry))
    facts["note"] = note or facts.get("note", "")
    facts["who"] = who_did(entry, facts)
    facts["whom"] = entry.gate.name if entry.gate else ""
    shape = shape_of(entry.kind, facts)
    return Event(
        at=entry.at,
        icon=shape.icon,
        fate=shape.fate,
        what=shape.says(facts),
        detail=shape.adds(facts),
    )


def shape_of(kind: str, facts: Facts) -> Shape:
    if kind == "delivery":
        return delivery_lines.of(str(facts.get("state")))
    return SHAPES.get(kind) or unknown(kind)


def who_did(entry: TrailEntry, facts: Facts) -> str:
    """Return the name of the person an entry speaks of."""
    actor = str(facts.get("actor", ""))
    if entry.gate is not None and actor in ("signer", "carrier", "system"):
        return entry.gate.name
    if actor in ("", "signer", "carrier", "system"):
        return _("Countersign")
    return actor.partition(" <")[0] or actor


def unknown(kind: str) -> Shape:
    """A kind from a later version still reads as a sentence."""
    words = kind.replace("_", " ").strip() or "?"
    return Shape(
        "info",
        "",
        lambda facts: _("%(who)s: %(event)s") % {**facts, "event": words},
    )


def created_detail(facts: Facts) -> str:
    title = str(facts.get("title", ""))
    if not facts.get("template"):
        return title
    words = {"title": title, "template": facts["template"]}
    return _("%(title)s, from the template %(template)s") % words


def sent_detail(facts: Facts) -> str:
    count = int(facts.get("signers") or 0)
    signers = ngettext("%(count)d signer", "%(count)d signers", count)
    words = signers % {"count": count}
    if count > 1 and facts.get("is_ordered"):
        return _("%(signers)s, in order.") % {"signers": words}
    return _("%(signers)s.") % {"signers": words}


def code_asked(facts: Facts) -> str:
    words = {
        "sms": _("%(who)s asked for a code by text"),
        "voice": _("%(who)s asked for a code by call"),
        "email": _("%(who)s asked for a code by email"),
    }
    asked = words.get(str(facts.get("channel")), _("%(who)s asked for a code"))
    return asked % facts


def code_asked_detail(facts: Facts) -> str:
    if facts.get("replaced"):
        return (
            _("A new code, reference %(reference)s. The code %(replaced)s ended.")
            % facts
        )
    return reference(facts)


def tried(facts: Facts) -> str:
    if facts.get("factor") == Factor.Kind.ACCESS_CODE:
        return _("%(who)s typed a password, try %(number)s") % facts
    if facts.get("factor") == Factor.Kind.IDENTITY:
        return _("%(who)s sent an ID, try %(number)s") % facts
    return _("%(who)s typed a code, try %(number)s") % facts


def signed(facts: Facts) -> str:
    """Approvers agree without a signature, so without a style of one."""
    if facts.get("style") == "":
        return _("%(who)s agreed") % facts
    return _("%(who)s signed") % facts


WHY_WRONG = {
    "replaced": gettext_lazy("%(who)s typed a code that had been replaced"),
    "used": gettext_lazy("%(who)s typed a code that had been used"),
    "expired": gettext_lazy("%(who)s typed a code that had expired"),
    "other_browser": gettext_lazy("%(who)s typed a code sent to another browser"),
    "other_signer": gettext_lazy("%(who)s typed another signer’s code"),
}


def code_wrong(facts: Facts) -> str:
    words = WHY_WRONG.get(
        str(facts.get("why")), gettext_lazy("%(who)s typed a wrong code")
    )
    return str(words) % facts


def tries_left(facts: Facts) -> str:
    left = int(facts.get("tries_left") or 0)
    words = ngettext("%(count)d try left.", "%(count)d tries left.", left)
    told = words % {"count": left}
    about = reference(facts)
    return f"{about} {told}".strip()


def code_passed(facts: Facts) -> str:
    if facts.get("issued_by"):
        return _("%(who)s passed with a code issued by %(issued_by)s") % facts
    if facts.get("factor") == Factor.Kind.EMAIL:
        return _("%(who)s passed the email code") % facts
    return _("%(who)s passed the phone code") % facts


def locked(facts: Facts) -> str:
    if facts.get("budget") == Budget.Kind.ACCESS_CODE:
        return _("%(who)s is locked: too many wrong passwords") % facts
    if facts.get("budget") == Budget.Kind.IDENTITY:
        return _("%(who)s is locked: too many identity checks failed") % facts
    return _("%(who)s is locked: too many wrong codes") % facts


def seal_detail(facts: Facts) -> str:
    if not facts.get("sha256"):
        return ""
    return _("SHA-256 %(sha256)s.") % facts


def ended_detail(facts: Facts) -> str:
    whys = {
        "left": _("They left the document."),
        "phone_changed": _("The phone number was changed."),
        "recalled": _("The transaction was recalled."),
    }
    return whys.get(str(facts.get("why")), "")


def unlocked(facts: Facts) -> str:
    if facts.get("budget") == Budget.Kind.IDENTITY:
        return _("%(who)s let %(whom)s show an ID again, with all tries") % facts
    return _("%(who)s unlocked %(whom)s") % facts


def unlocked_detail(facts: Facts) -> str:
    reason = str(facts.get("reason") or "")
    if not facts.get("cleared_total"):
        return reason
    return _("%(reason)s The count of all tries starts anew.") % {"reason": reason}


SHAPES = {
    **changes.SHAPES,
    **device_lines.SHAPES,
    **identity_lines.SHAPES,
    "created": simple(
        "plus", "", gettext_lazy("%(who)s started the transaction"), created_detail
    ),
    "document_added": simple(
        "file", "", gettext_lazy("%(who)s added a document"), fact("name")
    ),
    "sent": simple(
        "send", "info", gettext_lazy("%(who)s sent the transaction"), sent_detail
    ),
    "invited": simple("mail", "", gettext_lazy("%(who)s was invited"), fact("to")),
    "link_sent_again": simple("mail", "", gettext_lazy("%(who)s asked for a new link")),
    "link_replaced": simple(
        "link", "warn", gettext_lazy("The link of %(whom)s was replaced")
    ),
    "launch_code_issued": simple(
        "key", "", gettext_lazy("%(who)s made a launch code for %(whom)s")
    ),
    "launched": simple(
        "link", "", gettext_lazy("%(who)s came in by the launch code"), origin_of
    ),
    "opened": simple("link", "", gettext_lazy("%(who)s opened the link"), origin_of),
    "code_asked": Shape("message", "", code_asked, code_asked_detail),
    "code_issued": simple(
        "key", "", gettext_lazy("%(who)s issued a code for %(whom)s"), reference
    ),
    "try": Shape("key", "", tried, reference),
    "code_wrong": Shape("close", "warn", code_wrong, tries_left),
    "code_passed": Shape("lock-open", "ok", code_passed, reference),
    "access_code_wrong": simple(
        "close", "warn", gettext_lazy("%(who)s typed a wrong password"), tries_left
    ),
    "access_code_passed": simple(
        "lock-open", "ok", gettext_lazy("%(who)s passed the password")
    ),
    "account_passed": simple(
        "lock-open", "ok", gettext_lazy("%(who)s signed in to their account")
    ),
    "locked": Shape("lock", "bad", locked),
    "unlocked": Shape("lock-open", "ok", unlocked, unlocked_detail),
    "limit_reached": simple(
        "stop", "warn", gettext_lazy("%(who)s asked for too many codes")
    ),
    "viewed": simple("eye", "info", gettext_lazy("%(who)s opened the document")),
    "consented": simple(
        "check", "", gettext_lazy("%(who)s agreed to sign electronically")
    ),
    "signed": Shape("pencil", "ok", signed),
    "declined": simple(
        "close", "bad", gettext_lazy("%(who)s declined to sign"), fact("reason")
    ),
    "recalled": simple(
        "undo", "", gettext_lazy("%(who)s recalled the transaction"), fact("reason")
    ),
    "handed_over": simple(
        "users", "", gettext_lazy("%(who)s gave the transaction to %(heir)s")
    ),
    "expired": simple("clock", "", gettext_lazy("The time to sign is over")),
    "sealed": simple(
        "shield", "ok", gettext_lazy("The document was sealed"), seal_detail
    ),
    "undrawn": simple(
        "warning",
        "warn",
        gettext_lazy("The pages of a document could not be drawn"),
        fact("document"),
    ),
    "drawn": simple(
        "file",
        "ok",
        gettext_lazy("The pages of a document were drawn after all"),
        fact("document"),
    ),
    "seal_late": simple(
        "warning",
        "warn",
        gettext_lazy("The sealed copy could not be made yet"),
        lambda facts: _("Nothing is lost; we try again every five minutes."),
    ),
    "completed": simple("check", "ok", gettext_lazy("The transaction is complete")),
    "downloaded": simple(
        "download", "", gettext_lazy("%(who)s downloaded a file"), fact("what")
    ),
    "wrong_number_reported": simple(
        "warning", "warn", gettext_lazy("%(who)s says that the number is not theirs")
    ),
    "not_me_reported": simple(
        "warning", "warn", gettext_lazy("Somebody says that they are not %(whom)s")
    ),
    "grants_ended": simple(
        "lock", "", gettext_lazy("The proof of %(whom)s ended"), ended_detail
    ),
    "phone_changed": simple(
        "phone",
        "info",
        gettext_lazy("%(who)s changed the phone number of %(whom)s"),
        changed_detail,
    ),
    "email_changed": simple(
        "mail",
        "info",
        gettext_lazy("%(who)s corrected the email address of %(whom)s"),
        changed_detail,
    ),
    "resent": simple(
        "send",
        "",
        gettext_lazy("%(who)s sent the invitation to %(whom)s again"),
        fact("to"),
    ),
}
