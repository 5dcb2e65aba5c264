"""How strong each way to prove oneself is: what a publisher reads who chooses.

Sources: NIST SP 800-63B (5.1.3.2 on messages by telephone, 5.1.3.1 on email, 5.2.5
on pages that only look like ours); SP 800-63A for identity documents.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from verification.models import Factor

Kind = Factor.Kind

ICONS = {
    Kind.ACCESS_CODE: "key",
    Kind.PHONE: "mobile",
    Kind.EMAIL: "mail",
    Kind.IDENTITY: "id-card",
    Kind.PASSKEY: "shield",
    Kind.TOTP: "clock",
    Kind.ACCOUNT: "user",
}

STRENGTH: dict[str, Promise] = {
    Kind.ACCESS_CODE: _(
        "As strong as the way you tell it: whoever hears or reads it can use it."
    ),
    Kind.PHONE: _(
        "Keeps out most strangers. Texts can be intercepted and numbers stolen from "
        "the phone company, so the US standard (NIST) calls this way restricted."
    ),
    Kind.EMAIL: _(
        "The weakest: whoever reads the mailbox has the link and the code. The US "
        "standard (NIST) does not count it as a second proof."
    ),
    Kind.TOTP: _(
        "Strong: nothing is sent that could be intercepted. A false page can still "
        "talk somebody out of a code. Set up at the first visit, behind another check."
    ),
    Kind.PASSKEY: _(
        "The strongest against false pages: there is nothing to type, tell or "
        "intercept. It proves the same device, not a name. Set up at the first visit, "
        "behind another check."
    ),
    Kind.IDENTITY: _(
        "The only one that shows a name. How hard it is to fool depends on what you "
        "ask for below, and on who looks."
    ),
}


def icon(kind: str) -> str:
    return ICONS.get(Kind(kind), "shield")


def strength(kind: str) -> str:
    return str(STRENGTH.get(kind, ""))
