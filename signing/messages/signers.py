"""What signers and readers of a copy are written. No password and no code, ever."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from signing.messages.parts import (
    about,
    before_you_click,
    checks,
    known,
    link_until,
    never_asked,
    not_for_others,
    own_link,
    sign_by,
    words_of,
)
from signing.models import Signer
from verification import letters
from verification.letters import Letter
from verification.models import Challenge

Role = Signer.Role
ASKS = {
    Role.APPROVER: gettext_noop("%(sender)s asks you to approve %(title)s"),
    Role.REVIEWER: gettext_noop("%(sender)s asks you to review %(title)s"),
}
ASKS_TO_SIGN = gettext_noop("%(sender)s asks you to sign %(title)s")
REMINDS = {
    Role.APPROVER: gettext_noop("Reminder: please approve %(title)s"),
    Role.REVIEWER: gettext_noop("Reminder: please review %(title)s"),
}
REMINDS_TO_SIGN = gettext_noop("Reminder: please sign %(title)s")


def invitation(signer: Signer) -> Letter:
    words = words_of(signer.gate)
    is_signing = signer.role not in ASKS
    asked = _(ASKS.get(Role(signer.role), ASKS_TO_SIGN))
    button = _("Review and sign") if is_signing else _("Open the document")
    paragraphs = [
        _("Hello %(first_name)s, please open the document with the link below.") % words
    ]
    written = (signer.request.message.strip(), signer.message.strip())
    if any(written):
        paragraphs.append(_("%(sender)s wrote:") % words)
    return Letter(
        subject=signer.request.subject or asked % words,
        paragraphs=tuple(paragraphs),
        quoted="\n\n".join(filter(None, written)),
        facts=(*about(signer), *checks(signer.gate), *sign_by(signer)),
        button=own_link(signer, button),
        question=_("Not expecting this?"),
        closing=(before_you_click(signer.gate), never_asked(), not_for_others()),
    )


def reminder(signer: Signer, message: str = "") -> Letter:
    """The invitation again, in fewer words; message stands in for its message."""
    words = words_of(signer.gate)
    paragraphs = [
        _("Hello %(first_name)s, %(sender)s is still waiting for you.") % words
    ]
    if message.strip():
        paragraphs.append(_("%(sender)s wrote:") % words)
    return Letter(
        subject=_(REMINDS.get(Role(signer.role), REMINDS_TO_SIGN)) % words,
        paragraphs=tuple(paragraphs),
        quoted=message,
        facts=(*about(signer), *checks(signer.gate), *sign_by(signer)),
        button=own_link(signer, _("Open the document")),
        question=_("Not expecting this?"),
        closing=(before_you_click(signer.gate), never_asked(), not_for_others()),
    )


def expiry_warning(signer: Signer) -> Letter:
    words = words_of(signer.gate)
    ends_at = signer.request.ends_at
    zone = letters.zone_of(signer.gate)
    words["day"] = letters.day(ends_at, zone) if ends_at else ""
    words["until"] = letters.moment(ends_at, zone) if ends_at else ""
    return Letter(
        subject=_("Your time for %(title)s ends on %(day)s") % words,
        paragraphs=(
            _("Hello %(first_name)s, %(sender)s is still waiting for you.") % words,
            _("After %(until)s the link no longer opens the document.") % words,
        ),
        facts=(*about(signer), *checks(signer.gate)),
        button=own_link(signer, _("Open the document")),
        question=_("Not expecting this?"),
        closing=(before_you_click(signer.gate), never_asked(), not_for_others()),
    )


def reassigned(signer: Signer) -> Letter:
    """Tell the person before; names nobody, since the signer is another by now."""
    words = words_of(signer.gate)
    facts = known(
        (_("Document"), signer.gate.title),
        (_("From"), letters.listed(signer.gate.sender_name, signer.gate.company_name)),
    )
    return Letter(
        subject=_("%(sender)s no longer needs you for %(title)s") % words,
        paragraphs=(
            _("Somebody else was asked instead. There is nothing left for you to do."),
            _("The link that we sent you no longer opens the document."),
        ),
        facts=facts,
        closing=(letters.whom_to_ask(signer.gate),),
    )


def new_link(signer: Signer) -> Letter:
    words = words_of(signer.gate)
    return Letter(
        subject=_("Your link to %(title)s") % words,
        paragraphs=(
            _("Hello %(first_name)s, here is your link to the document again.") % words,
        ),
        facts=(*about(signer), *checks(signer.gate), *link_until(signer.gate)),
        button=own_link(signer, _("Open the document")),
        question=_("Not expecting this?"),
        closing=(before_you_click(signer.gate), never_asked(), not_for_others()),
    )


def recalled(signer: Signer) -> Letter:
    words = words_of(signer.gate)
    return Letter(
        subject=_("%(sender)s took back %(title)s") % words,
        paragraphs=(
            _("Hello %(first_name)s, there is nothing left for you to do.") % words,
            _("The link that we sent you no longer opens the document."),
        ),
        facts=about(signer),
        closing=(letters.whom_to_ask(signer.gate),),
    )


def expired(signer: Signer) -> Letter:
    words = words_of(signer.gate)
    return Letter(
        subject=_("The time to sign %(title)s is over") % words,
        paragraphs=(
            _(
                "Hello %(first_name)s, not everybody has signed in time. "
                "The link that we sent you no longer opens the document."
            )
            % words,
            _("If it still has to be signed, %(sender)s can send it again.") % words,
        ),
        facts=about(signer),
        closing=(letters.whom_to_ask(signer.gate),),
    )


def declined(signer: Signer) -> Letter:
    """Tell the others that it is over; the one who declined, that it is done."""
    if signer.state == Signer.State.DECLINED:
        return _own_refusal(signer)
    words = words_of(signer.gate)
    return Letter(
        subject=_("Nobody needs to sign %(title)s any more") % words,
        paragraphs=(
            _who_declined(signer),
            _("There is nothing left for you to do, and the link no longer works."),
        ),
        facts=about(signer),
        closing=(letters.whom_to_ask(signer.gate),),
    )


def code_issued(signer: Signer) -> Letter:
    """Tell that a publisher made a code (threat T20); the code stays with them."""
    gate = signer.gate
    code = (
        gate.challenges.filter(channel=Challenge.Channel.ALTERNATIVE)
        .select_related("issued_by")
        .order_by("-issued_at", "-pk")
        .first()
    )
    by = code.issued_by.get_full_name() if code and code.issued_by else ""
    words = words_of(gate)
    words["issuer"] = by or words["sender"]
    until = letters.moment(code.expires_at, letters.zone_of(gate)) if code else ""
    return Letter(
        subject=_("%(issuer)s made a security code for you") % words,
        paragraphs=(
            _(
                "Hello %(first_name)s, the code opens %(title)s. It is not in this "
                "email: %(issuer)s will tell it to you."
            )
            % words,
            _("Open the document, choose “I have a code” and enter it there."),
        ),
        facts=(*about(signer), *known((_("Valid until"), until))),
        button=own_link(signer, _("Open the document")),
        question=_("Did you not ask for help?"),
        closing=(
            _("Whoever has your link and this code can sign in your name."),
            before_you_click(gate),
        ),
    )


def phone_changed(signer: Signer) -> Letter:
    """Tell the address on file where codes go now (threat T16): masked, as ever."""
    words = words_of(signer.gate)
    return Letter(
        subject=_("Your phone number for %(title)s was changed") % words,
        paragraphs=(
            _(
                "Hello %(first_name)s, codes for this document go to %(phone)s now. "
                "Codes that were sent to the number before no longer work."
            )
            % words,
            _("Open the document again to go on."),
        ),
        facts=about(signer),
        button=own_link(signer, _("Open the document")),
        question=_("Did you not ask for this?"),
        closing=(before_you_click(signer.gate),),
    )


def completed(signer: Signer) -> Letter:
    words = words_of(signer.gate)
    return Letter(
        subject=_("Everyone has signed %(title)s") % words,
        paragraphs=(
            _(
                "Hello %(first_name)s, the signed document is ready. Its last pages "
                "say who signed it, how and when."
            )
            % words,
            _("We check once more that it is you, then you can download it."),
        ),
        facts=about(signer),
        button=own_link(signer, _("Get your copy")),
        question=_("Not expecting this?"),
        closing=(before_you_click(signer.gate), never_asked(), not_for_others()),
    )


def _own_refusal(signer: Signer) -> Letter:
    words = words_of(signer.gate)
    paragraphs = [
        _("Hello %(first_name)s, we told %(sender)s. There is nothing left to do.")
        % words
    ]
    if signer.decline_reason.strip():
        paragraphs.append(_("You wrote:"))
    return Letter(
        subject=_("You declined to sign %(title)s") % words,
        paragraphs=tuple(paragraphs),
        quoted=signer.decline_reason,
        facts=about(signer),
        question=_("Was that not you?"),
        closing=(letters.whom_to_ask(signer.gate),),
    )


def _who_declined(signer: Signer) -> str:
    words = words_of(signer.gate)
    refused = signer.request.signers.filter(state=Signer.State.DECLINED)
    other = refused.select_related("gate").first()
    if other is None or not other.name or signer.request.company.hides_other_signers:
        return _("Hello %(first_name)s, another signer has declined to sign.") % words
    words["other"] = other.name
    return _("Hello %(first_name)s, %(other)s has declined to sign.") % words


def link_issued(signer: Signer) -> Letter:
    """Tell that a program got a link of this signer's (threat T20)."""
    words = words_of(signer.gate)
    return Letter(
        subject=_("A link was made for you: %(title)s") % words,
        paragraphs=(
            _(
                "Hello %(first_name)s, a program of %(sender)s asked for a link that "
                "opens %(title)s as you, to show it to you on a website."
            )
            % words,
            _("Whoever opens it must still prove that they are you."),
        ),
        facts=about(signer),
        closing=(
            _("You know nothing of this? Then write to %(sender)s before you sign.")
            % words,
            letters.whom_to_ask(signer.gate),
        ),
    )


LETTERS: dict[str, Callable[[Signer], Letter]] = {
    "invitation": invitation,
    "expiry_warning": expiry_warning,
    "reassigned": reassigned,
    "new_link": new_link,
    "recalled": recalled,
    "expired": expired,
    "declined": declined,
    "code_issued": code_issued,
    "link_issued": link_issued,
    "phone_changed": phone_changed,
    "completed": completed,
}
