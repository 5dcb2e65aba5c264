"""Twilio's words in our words. Source: https://www.twilio.com/docs/api/errors"""

from __future__ import annotations

from verification.channels.base import Fate, Reason, Report

REASONS = {
    # Refused on the spot.
    20001: Reason.CONFIGURATION,
    20003: Reason.CONFIGURATION,  # wrong credentials
    20005: Reason.CONFIGURATION,  # account not active
    20404: Reason.CONFIGURATION,  # the account in the path is not ours
    20429: Reason.BUSY,
    21210: Reason.CONFIGURATION,
    21211: Reason.BAD_ADDRESS,
    21212: Reason.CONFIGURATION,  # the sender is not a number
    21214: Reason.UNREACHABLE,
    21215: Reason.COUNTRY,  # voice: not permitted to call there
    21216: Reason.COUNTRY,
    21217: Reason.BAD_ADDRESS,
    21219: Reason.CONFIGURATION,  # a trial account calls verified numbers only
    21401: Reason.BAD_ADDRESS,
    21408: Reason.COUNTRY,
    21421: Reason.BAD_ADDRESS,
    21603: Reason.CONFIGURATION,
    21604: Reason.BAD_ADDRESS,
    21606: Reason.CONFIGURATION,
    21608: Reason.CONFIGURATION,  # a trial account texts verified numbers only
    21609: Reason.CONFIGURATION,
    21610: Reason.REFUSED,  # replied STOP
    21611: Reason.BUSY,  # the sender's queue is full
    21612: Reason.UNREACHABLE,
    21614: Reason.LANDLINE,
    21617: Reason.CONFIGURATION,
    21635: Reason.LANDLINE,
    21659: Reason.CONFIGURATION,
    21660: Reason.CONFIGURATION,
    21701: Reason.CONFIGURATION,
    21703: Reason.CONFIGURATION,  # a messaging service without numbers
    21705: Reason.CONFIGURATION,
    14107: Reason.BUSY,
    # A call that could not be placed.
    13223: Reason.BAD_ADDRESS,
    13224: Reason.BAD_ADDRESS,
    13225: Reason.REFUSED,
    13227: Reason.COUNTRY,
    # Accepted, and lost on the way.
    30001: Reason.BUSY,
    30002: Reason.CONFIGURATION,  # account suspended
    30003: Reason.UNREACHABLE,
    30004: Reason.REFUSED,
    30005: Reason.BAD_ADDRESS,
    30006: Reason.LANDLINE,
    30007: Reason.CARRIER,  # filtered
    30008: Reason.CARRIER,
    30010: Reason.CONFIGURATION,
    30018: Reason.CONFIGURATION,  # the sender must be registered there
    30022: Reason.LIMIT,
    30023: Reason.LIMIT,
    30027: Reason.LIMIT,
    30032: Reason.CONFIGURATION,  # toll-free number not verified
    30034: Reason.CONFIGURATION,  # United States: sender not registered
    30036: Reason.TIMEOUT,
    30410: Reason.TIMEOUT,
    30450: Reason.CARRIER,
    63038: Reason.LIMIT,
}
# Worth another try: nothing is wrong with the number or with us.
TEMPORARY = frozenset({Reason.BUSY, Reason.TIMEOUT})

TEXT_FATES = {
    "accepted": Fate.ACCEPTED,
    "scheduled": Fate.ACCEPTED,
    "queued": Fate.ACCEPTED,
    "sending": Fate.SENT,
    "sent": Fate.SENT,
    "delivered": Fate.DELIVERED,
    "read": Fate.DELIVERED,
    "undelivered": Fate.FAILED,
    "failed": Fate.FAILED,
    "canceled": Fate.FAILED,
}
CALL_FATES = {
    "queued": Fate.ACCEPTED,
    "initiated": Fate.ACCEPTED,
    "ringing": Fate.SENT,
    "in-progress": Fate.ANSWERED,
    "answered": Fate.ANSWERED,
    # Whether the code was spoken we know ourselves, and then the delivery is
    # final already. A call that ends without it has failed.
    "completed": Fate.FAILED,
    "busy": Fate.FAILED,
    "no-answer": Fate.FAILED,
    "failed": Fate.FAILED,
    "canceled": Fate.FAILED,
}
CALL_REASONS = {
    "completed": Reason.HUNG_UP,
    "busy": Reason.LINE_BUSY,
    "no-answer": Reason.NO_ANSWER,
    "failed": Reason.UNREACHABLE,
    "canceled": Reason.CARRIER,
}
MACHINES = ("machine", "fax")


def text_report(sid: str, status: str, error_code: int = 0) -> Report | None:
    """Translate a text's status; None for a word that we don't know."""
    fate = TEXT_FATES.get(status)
    if fate is None:
        return None
    if fate is not Fate.FAILED:
        return Report(sid, fate)
    reason = REASONS.get(error_code, Reason.UNKNOWN)
    return Report(sid, fate, reason, f"Twilio {status} {error_code}".strip(" 0"))


def call_report(
    sid: str, status: str, answered_by: str = "", error_code: int = 0
) -> Report | None:
    """Translate a call's status; None for a word that we don't know.

    answered_by is what machine detection heard, if it heard anything yet; it
    may come without a status.
    """
    if is_machine(answered_by):
        return Report(sid, Fate.FAILED, Reason.MACHINE, f"Twilio {answered_by}")
    fate = CALL_FATES.get(status)
    if fate is None:
        return None
    if fate is not Fate.FAILED:
        return Report(sid, fate)
    reason = REASONS.get(error_code) or CALL_REASONS[status]
    return Report(sid, fate, reason, f"Twilio {status} {error_code}".strip(" 0"))


def is_machine(answered_by: str) -> bool:
    """Say whether Twilio heard an answering machine or a fax."""
    return answered_by.startswith(MACHINES)
