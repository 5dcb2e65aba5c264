"""A diagnosis as words: what is wrong, when, and the one thing that helps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from html import unescape
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from signing import words
from verification.addresses import mask_email, mask_phone
from verification.flows import asking, issuing
from verification.models import Challenge, Delivery, Factor
from workspace.diagnosis.facts import Facts

Kind = Factor.Kind


@dataclass(frozen=True)
class Fix:
    """What the one button does: opens a dialog, or copies words to tell the signer.

    is_page: url is a page of its own, no dialog over this one.
    """

    label: str
    url: str = ""
    words: str = ""
    is_page: bool = False


@dataclass(frozen=True)
class Diagnosis:
    """Why somebody is not in. code is a key for programs.

    html holds times as <time>, for the reader's zone; sentence is the same in
    plain words. is_trouble is False where nothing is wrong but time passing;
    is_brief where a minute changes it although nothing happens.
    """

    code: str
    html: SafeString
    fix: Fix | None = None
    is_trouble: bool = True
    is_brief: bool = False

    @property
    def sentence(self) -> str:
        return unescape(strip_tags(self.html))


def say(
    code: str,
    sentence: str,
    *values: object,
    fix: Fix | None = None,
    is_trouble: bool = True,
    is_brief: bool = False,
) -> Diagnosis:
    """Put values into a translated sentence; {} marks their places."""
    return Diagnosis(code, words.fill(sentence, *values), fix, is_trouble, is_brief)


def when(at: datetime, facts: Facts) -> SafeString:
    """Return "at 10:42" for today in the company's zone, else with the day."""
    zone = ZoneInfo(facts.gate.time_zone)
    if at.astimezone(zone).date() == facts.now.astimezone(zone).date():
        return words.fill(_("at {}"), words.clock(at, facts.gate))
    return words.fill(_("on {}"), words.moment(at, facts.gate))


def masked(message: Delivery) -> SafeString:
    """Return ••90 or a••@example.com: where a message went."""
    is_mail = message.channel == Delivery.Channel.EMAIL
    mask = mask_email if is_mail else mask_phone
    return shortened(mask(message.address))


def shortened(to: str) -> SafeString:
    """Return ••90 for ••• ••• ••90, and an address as it is."""
    return words.plain(to.rpartition(" ")[2])


def plain_number(facts: Facts) -> SafeString:
    return shortened(facts.gate.masked_phone)


# Fixes that open a page


def fix_at(facts: Facts, name: str, label: str) -> Fix:
    """A page about this one signer."""
    ids = [facts.signer.request.public_id, facts.signer.public_id]
    return Fix(label, reverse(f"workspace:{name}", args=ids))


def fix_for(facts: Facts, name: str, label: str) -> Fix:
    """A page about the whole transaction, with this signer chosen."""
    chosen = {
        "pk": facts.signer.request.public_id,
        "signer": facts.signer.public_id,
    }
    address = reverse(f"workspace:{name}")
    return Fix(label, f"{address}?{urlencode(chosen)}")


def update_phone(facts: Facts) -> Fix:
    return fix_for(facts, "update-phones", _("Update Phone Numbers"))


def correct_email(facts: Facts) -> Fix:
    return fix_at(facts, "correct-email", _("Correct address"))


def new_link(facts: Facts) -> Fix | None:
    """Another link by email; without an address it takes a launch code.

    None where a program hands out the links itself.
    """
    if not facts.gate.email:
        return launch_code(facts)
    if facts.signer.request.emails_off:
        return None
    return fix_at(facts, "new-link", _("Send a new link"))


def launch_code(facts: Facts) -> Fix:
    return fix_at(facts, "launch-code", _("Launch code"))


def unlock(facts: Facts) -> Fix:
    return fix_at(facts, "unlock", _("Unlock"))


def new_password(facts: Facts) -> Fix:
    return fix_at(facts, "set-password", _("Set a new password"))


def remind(facts: Facts) -> Fix | None:
    name = {"name": facts.gate.first_name}
    words = _("Remind %(name)s") % name
    return fix_at(facts, "remind-signer", words) if is_mailed(facts) else None


def resend(facts: Facts) -> Fix | None:
    name = {"name": facts.gate.first_name}
    words = _("Resend %(name)s’s link") % name
    return fix_for(facts, "resend", words) if is_mailed(facts) else None


def is_mailed(facts: Facts) -> bool:
    """Whether an email of ours can reach this signer."""
    return bool(facts.gate.email) and not facts.signer.request.emails_off


def call_first(facts: Facts) -> Fix:
    """The checks of this signer, with calls chosen."""
    fix = fix_at(facts, "factors", _("Turn on Call Me first"))
    return replace(fix, url=f"{fix.url}?channel={Factor.Channel.VOICE}")


def generate(facts: Facts) -> Fix | None:
    """GENERATE, which stands in the Resend dialog; None where it is turned off."""
    if not facts.company.offers_alternative_codes:
        return None
    if not any(one.kind in issuing.REPLACEABLE for one in facts.factors):
        return None
    return fix_for(facts, "resend", _("GENERATE a code"))


# Fixes that are words


def tell_reference(reference: str) -> Fix:
    named = {"reference": reference}
    return Fix(
        _("Tell them reference %(reference)s") % named,
        words=_("Please enter the code with reference %(reference)s.") % named,
    )


def tell_to_ask(facts: Facts, kind: str = "") -> Fix:
    """Let them press for a code: by text, call or email, as they are asked.

    Who is asked for none has no such button: another password helps, if anything.
    """
    kinds = {one.kind for one in facts.factors}
    if not kinds & Factor.ONE_TIME:
        return new_password(facts) if Kind.ACCESS_CODE in kinds else tell_to_open()
    way = {"button": button_of(facts, kind)}
    return Fix(
        _("Tell them to press %(button)s") % way,
        words=_(
            "Please open the link in the email again, press %(button)s and enter "
            "the code that comes."
        )
        % way,
    )


def tell_to_open() -> Fix:
    return Fix(
        _("Tell them to open the link again"),
        words=_("Please open the link in the newest email and go on from there."),
    )


def tell_to_call() -> Fix:
    return Fix(
        _("Tell them to press Call Me"),
        words=_(
            "Please press Call Me, pick up the phone and press any key to hear the "
            "code."
        ),
    )


def tell_reference_or_ask(facts: Facts) -> Fix:
    reference = facts.live_reference
    return tell_reference(reference) if reference else tell_to_ask(facts)


def tell_to_redeem() -> Fix:
    return Fix(
        _("Tell them to press I have a code"),
        words=_(
            "Please open the link in the email again, press I have a code and enter "
            "the code that I told you."
        ),
    )


def tell_to_launch() -> Fix:
    page = {"page": settings.PUBLIC_URL + reverse("signing:launch")}
    return Fix(
        _("Tell them where to enter it"),
        words=_("Please go to %(page)s and enter the launch code that I told you.")
        % page,
    )


def tell_to_wait(until: datetime, facts: Facts) -> Fix:
    moment = strip_tags(when(until, facts))
    return Fix(
        _("Tell them when it goes on"),
        words=_("Please try again %(moment)s.") % {"moment": moment},
    )


def tell_which_browser(facts: Facts) -> Fix:
    way = {"button": button_of(facts)}
    return Fix(
        _("Tell them which browser"),
        words=_(
            "Please enter the code where you asked for it, or press %(button)s where "
            "you are now and enter the new one."
        )
        % way,
    )


def button_of(facts: Facts, kind: str = "") -> str:
    """Return the name of the button by which this signer asks for a code."""
    for factor in facts.factors:
        if factor.is_one_time and kind in ("", factor.kind):
            ways = asking.ways(factor)
            if Challenge.Channel.EMAIL in ways:
                return _("Email me")
            return _("Text Me") if Challenge.Channel.SMS in ways else _("Call Me")
    return _("Text Me")


def can_call(facts: Facts) -> bool:
    phone = [one for one in facts.factors if one.kind == Kind.PHONE]
    return any(Challenge.Channel.VOICE in asking.ways(factor) for factor in phone)
