"""What the carriers tell us. Nothing here is believed without a signature."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlsplit

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator

from verification import delivery, links, texts
from verification.channels import twilio_codes, voice
from verification.channels.base import Fate, Reason, Report

logger = logging.getLogger(__name__)

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, int, P], HttpResponse]

LONGEST_SID = 64
LONGEST_CODE = 6


def from_twilio(view: View[[]]) -> Callable[[HttpRequest, int, str], HttpResponse]:
    """Let only Twilio in, and only to the delivery that its address names.

    Two proofs, because they fail apart: the signature says that Twilio sent
    these very parameters to this very address; our MAC in the path says that
    we gave Twilio the address for this delivery. The address signed is built
    from PUBLIC_URL: the Host header is whatever the sender wrote.
    """

    @wraps(view)
    def guarded(request: HttpRequest, delivery_id: int, mac: str) -> HttpResponse:
        if not _is_signed(request) or not links.callback_is_genuine(delivery_id, mac):
            logger.warning("Refused a forged callback for delivery %s.", delivery_id)
            return HttpResponseForbidden()
        if request.POST.get("AccountSid") != settings.TWILIO_ACCOUNT_SID:
            return HttpResponse(status=204)
        return view(request, delivery_id)

    return guarded


@csrf_exempt
@require_POST
@from_twilio
def twilio_status(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Note what became of a text or call. Unknown words are ignored.

    Answers alike whatever it means to us: Twilio repeats what is refused.
    """
    if report := _read_report(request):
        delivery.record_report(delivery_id, report, timezone.now())
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
@from_twilio
def twilio_answer(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Say the code to whoever pressed 1, while it lives and only in this call."""
    now = timezone.now()
    here = _signed_url(request)
    language = request.GET.get("language", "")
    sid = request.POST.get("CallSid", "")
    report = _read_report(request)
    if report and report.reason is Reason.MACHINE:
        delivery.record_report(delivery_id, report, now)
        return _twiml(voice.goodbye("", language))
    if request.POST.get("Digits") != "1":
        return _twiml(voice.greeting(texts.voice_again(language), language, here))
    code = delivery.code_to_speak(delivery_id, sid, now)
    if code is None:
        return _twiml(voice.goodbye(texts.voice_dead(language), language))
    delivery.record_report(delivery_id, Report(sid, Fate.DELIVERED), now)
    return _twiml(voice.spoken(code, language, here))


# Which of a mail service's events say something new, and what.
MAIL_FATES = {
    EventType.SENT: Fate.SENT,
    EventType.DELIVERED: Fate.DELIVERED,
    EventType.REJECTED: Fate.FAILED,
    EventType.FAILED: Fate.FAILED,
    EventType.BOUNCED: Fate.FAILED,
}
MAIL_REASONS = {
    RejectReason.INVALID: Reason.BAD_ADDRESS,
    RejectReason.BOUNCED: Reason.BOUNCED,
    RejectReason.TIMED_OUT: Reason.TIMEOUT,
    RejectReason.BLOCKED: Reason.REFUSED,
    RejectReason.SPAM: Reason.REFUSED,
    RejectReason.UNSUBSCRIBED: Reason.REFUSED,
}


@receiver(tracking)
def note_mail_event(sender: Any, event: AnymailTrackingEvent, **kwargs: Any) -> None:
    """Note a bounce or delivery that a mail service reports through anymail.

    anymail has checked who is calling. The mail's metadata name the delivery,
    since not every service gives our Message-ID back.
    """
    delivery_id = str((event.metadata or {}).get("delivery_id", ""))
    fate = MAIL_FATES.get(event.event_type)
    if fate is None or not delivery_id.isascii() or not delivery_id.isdigit():
        return
    reason = None
    if fate is Fate.FAILED:
        reason = MAIL_REASONS.get(event.reject_reason, Reason.BOUNCED)
    report = Report(event.message_id or "", fate, reason, str(event.event_type))
    delivery.record_report(int(delivery_id), report, timezone.now())


def _is_signed(request: HttpRequest) -> bool:
    token = settings.TWILIO_AUTH_TOKEN
    if not token:  # an empty key is one that everybody has
        return False
    signature = request.headers.get("X-Twilio-Signature", "")
    url = _signed_url(request)
    return bool(RequestValidator(token).validate(url, request.POST, signature))


def _signed_url(request: HttpRequest) -> str:
    public = urlsplit(settings.PUBLIC_URL)
    return f"{public.scheme}://{public.netloc}{request.get_full_path()}"


def _read_report(request: HttpRequest) -> Report | None:
    posted = request.POST
    if sid := posted.get("MessageSid", ""):
        status = posted.get("MessageStatus", "")
        report = twilio_codes.text_report(sid, status, _read_code(request))
    elif sid := posted.get("CallSid", ""):
        status = posted.get("CallStatus", "")
        answered_by = posted.get("AnsweredBy", "")
        report = twilio_codes.call_report(sid, status, answered_by, _read_code(request))
    else:
        return None
    return report if len(sid) <= LONGEST_SID else None


def _read_code(request: HttpRequest) -> int:
    written = request.POST.get("ErrorCode", "")[:LONGEST_CODE]
    return int(written) if written.isascii() and written.isdigit() else 0


def _twiml(words: str) -> HttpResponse:
    response = HttpResponse(words, content_type="text/xml; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response
