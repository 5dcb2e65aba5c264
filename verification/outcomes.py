"""How a press of a button at the gate can end. A refusal is a value."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Outcome(models.TextChoices):
    """Stored with the press, so that the page after the redirect can say it."""

    PASSED = "passed", _("Passed")
    SENT = "sent", _("A code is on its way.")
    PENDING = "pending", _("This is being done.")
    EMPTY = "empty", _("Enter the code.")
    WRONG = "wrong", _("That code is not right.")
    REPLACED = "replaced", _("That code was replaced by a newer one.")
    USED = "used", _("That code was already used.")
    EXPIRED = "expired", _("That code has expired. Send a new one.")
    OTHER_BROWSER = "other_browser", _("That code was asked for in another browser.")
    OTHER_SIGNER = "other_signer", _("That code is for another signer.")
    NOTHING_LIVE = "nothing_live", _("No code is waiting to be entered.")
    STALE = "stale", _("Something changed meanwhile. Please try again.")
    LOCKED = "locked", _("Too many wrong tries.")
    WAIT = "wait", _("Please wait a while.")
    PAUSED = "paused", _("Too many wrong codes of this app.")
    TOO_MANY = "too_many", _("Too many tries from this network. Please wait a while.")
    NOT_ALLOWED = "not_allowed", _("This is not available here.")
    NO_SENDING = "no_sending", _("Codes can't be sent at the moment.")
    CLOSED = "closed", _("This is over.")
