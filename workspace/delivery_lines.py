"""What became of a message that left the house, as lines of the timeline."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from verification.channels.base import Reason
from verification.models import Delivery
from workspace.shapes import Facts, Sentence, Shape, reference

MAILS: dict[str, Promise] = {
    "invitation": gettext_lazy("Invitation"),
    "new_link": gettext_lazy("New link"),
    "reminder": gettext_lazy("Reminder"),
    "expiry_warning": gettext_lazy("Warning of the end"),
    "reassigned": gettext_lazy("Notice of a new signer"),
    "phone_changed": gettext_lazy("Notice of a new number"),
    "identity_approved": gettext_lazy("Notice of an accepted ID"),
    "identity_rejected": gettext_lazy("Notice of a rejected ID"),
    "identity_reset": gettext_lazy("Notice of tries given back"),
    "passkey_set_up": gettext_lazy("Notice of a new passkey"),
    "passkey_removed": gettext_lazy("Notice of a removed passkey"),
    "app_set_up": gettext_lazy("Notice of a new authenticator app"),
    "app_removed": gettext_lazy("Notice of a removed authenticator app"),
    "code_issued": gettext_lazy("Notice of an issued code"),
    "recalled": gettext_lazy("Notice of recall"),
    "expired": gettext_lazy("Notice of expiry"),
    "declined": gettext_lazy("Notice of refusal"),
    "completed": gettext_lazy("Sealed copy"),
    "code": gettext_lazy("Email with a code"),
}


def delivery_subject(facts: Facts) -> dict[str, object]:
    """What was sent and where to, as words for the sentences below."""
    message = str(facts.get("message") or facts.get("kind") or "")
    channel = str(facts.get("channel"))
    names = {
        Delivery.Channel.SMS: pgettext("channel", "Text"),
        Delivery.Channel.VOICE: pgettext("channel", "Call"),
        Delivery.Channel.EMAIL: MAILS.get(message, gettext_lazy("Email")),
    }
    if message.startswith("sender_") or message == "locked":
        return {"what": _("Notice"), "to": facts.get("to", "")}
    what = names.get(Delivery.Channel(channel)) if channel in names else _("Message")
    return {"what": str(what), "to": facts.get("to", "")}


def delivered(words: Promise) -> Sentence:
    return lambda facts: str(words) % delivery_subject(facts)


def failed_detail(facts: Facts) -> str:
    told = str(facts.get("reason") or "")
    why = str(Reason(told).label) if told in Reason.values else ""
    return f"{why} {reference(facts)}".strip()


DELIVERIES = {
    "sent": Shape(
        "send",
        "",
        delivered(gettext_lazy("%(what)s to %(to)s was handed over")),
        reference,
    ),
    "delivered": Shape(
        "check",
        "ok",
        delivered(gettext_lazy("%(what)s to %(to)s was delivered")),
        reference,
    ),
    "failed": Shape(
        "close",
        "bad",
        delivered(gettext_lazy("%(what)s to %(to)s could not be delivered")),
        failed_detail,
    ),
    "cancelled": Shape(
        "minus",
        "",
        delivered(gettext_lazy("%(what)s to %(to)s was not sent any more")),
        reference,
    ),
    "unknown": Shape(
        "clock",
        "warn",
        delivered(gettext_lazy("%(what)s to %(to)s is being looked up")),
        reference,
    ),
}


def of(state: str) -> Shape:
    return DELIVERIES.get(state, DELIVERIES["unknown"])
