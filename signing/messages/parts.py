"""What letters to signers are made of: facts, buttons and what each one ends with."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from signing.models import Signer
from verification import letters
from verification.letters import Button
from verification.links import signer_url
from verification.models import Factor, Gate

Fact = tuple[str, str]

# Keyed by kind and stage of a factor. Whole phrases, since a language may need
# another order where English adds words at the end.
CHECKS = {
    ("access_code", "view"): gettext_noop("the password that %(sender)s tells you"),
    ("access_code", "sign"): gettext_noop(
        "the password that %(sender)s tells you, before you sign"
    ),
    ("phone", "view"): gettext_noop("a code to %(phone)s"),
    ("phone", "sign"): gettext_noop("a code to %(phone)s before you sign"),
    ("email", "view"): gettext_noop("a code to %(email)s"),
    ("email", "sign"): gettext_noop("a code to %(email)s before you sign"),
    ("identity", "view"): gettext_noop("your ID"),
    ("identity", "sign"): gettext_noop("your ID before you sign"),
}


def words_of(gate: Gate) -> dict[str, str]:
    """Return what sentences name, with something to say where nothing is known."""
    sender = gate.sender_name or gate.company_name or _("The sender")
    return {
        "sender": sender,
        "title": gate.title or _("a document"),
        "first_name": gate.first_name or gate.email,
        "phone": gate.masked_phone,
        "email": gate.masked_email,
        "contact_phone": gate.contact_phone,
        "contact_email": gate.contact_email,
    }


def known(*facts: Fact) -> tuple[Fact, ...]:
    return tuple((name, value) for name, value in facts if value)


def about(signer: Signer) -> tuple[Fact, ...]:
    gate = signer.gate
    only = _("%(name)s only") % {"name": gate.name} if gate.name else ""
    return known(
        (_("Document"), document(signer)),
        (_("From"), letters.listed(gate.sender_name, gate.company_name)),
        (_("For"), only),
    )


def document(signer: Signer) -> str:
    """Return title and length; nothing where the company hides the title."""
    title = signer.gate.title
    if not title:
        return ""
    pages = sum(row.page_count for row in signer.request.documents.all())
    if not pages:
        return title
    words = {"title": title, "pages": pages}
    return (
        ngettext("%(title)s, %(pages)s page", "%(title)s, %(pages)s pages", pages)
        % words
    )


def checks(gate: Gate) -> tuple[Fact, ...]:
    """Say how the reader will be asked to prove who they are, in that order."""
    words = words_of(gate)
    rows: list[Factor] = sorted(
        gate.factors.filter(removed_at=None), key=lambda row: row.place
    )
    asked = [
        _(CHECKS[row.kind, row.stage]) % words
        for row in rows
        if (row.kind, row.stage) in CHECKS
    ]
    return known((_("We’ll check"), all_of(asked)))


def all_of(parts: list[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    # Translators: joins two or more things that are all needed.
    so_far = parts[0]
    for part in parts[1:-1]:
        so_far = _("%(some)s, %(next)s") % {"some": so_far, "next": part}
    return _("%(some)s, and %(last)s") % {"some": so_far, "last": parts[-1]}


def sign_by(signer: Signer) -> tuple[Fact, ...]:
    ends_at = signer.request.ends_at
    if ends_at is None:
        return ()
    return ((_("Sign by"), letters.day(ends_at, letters.zone_of(signer.gate))),)


def link_until(gate: Gate) -> tuple[Fact, ...]:
    if gate.link_ends_at is None:
        return ()
    until = letters.day(gate.link_ends_at, letters.zone_of(gate))
    return ((_("Link works until"), until),)


def own_link(signer: Signer, words: str) -> Button:
    """Return the way in, made now: a link of an older version is dead."""
    gate = signer.gate
    return Button(words, signer_url(gate.public_id, gate.link_version))


def before_you_click(gate: Gate) -> str:
    words = words_of(gate)
    if gate.contact_phone:
        return _("Call %(sender)s at %(contact_phone)s before you click.") % words
    if gate.contact_email:
        return _("Write to %(sender)s at %(contact_email)s before you click.") % words
    return _("Ask %(sender)s before you click.") % words


def never_asked() -> str:
    return _("We never ask for a password or bank details by email.")


def not_for_others() -> str:
    return _("Please don’t forward this email: the link is yours alone.")
