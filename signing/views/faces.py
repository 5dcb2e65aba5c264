"""What the dialogs are given to show. Built from the gate, nothing of the document."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from signing import words
from signing.models import Signer
from verification import limits
from verification.channels.base import Reason
from verification.models import Challenge, Delivery, Factor, Gate
from verification.standing import Standing

SLOW = timedelta(seconds=8)


@dataclass(frozen=True)
class Face:
    """Who asks, who it is for, who helps: all that may be said before a proof."""

    company_name: str
    title: str
    sender_name: str
    name: str
    first_name: str
    initials: str
    contact_phone: str
    contact_email: str
    logo_url: str

    @property
    def sender_first_name(self) -> str:
        return self.sender_name.split(" ")[0]

    @property
    def sender_initials(self) -> str:
        words_ = self.sender_name.split()
        return "".join(word[0] for word in words_[:1] + words_[1:][-1:]).upper()

    @property
    def contact_tel(self) -> str:
        return "".join(sign for sign in self.contact_phone if sign in "+0123456789")

    @property
    def contact_href(self) -> str:
        if self.contact_email:
            return f"mailto:{self.contact_email}"
        return f"tel:{self.contact_tel}" if self.contact_tel else ""


def face_of(signer: Signer) -> Face:
    gate, company = signer.gate, signer.request.company
    has_logo = bool(company.logo)
    return Face(
        company_name=gate.company_name or company.name,
        title=gate.title,
        sender_name=gate.sender_name,
        name=gate.name,
        first_name=gate.first_name,
        initials=gate.initials,
        contact_phone=gate.contact_phone,
        contact_email=gate.contact_email,
        logo_url=reverse("signing:logo", args=[company.public_id]) if has_logo else "",
    )


def without_title(face: Face) -> Face:
    """As it is shown to a browser that did not come by the emailed link."""
    return replace(face, title="")


@dataclass(frozen=True)
class Actions:
    """Addresses of what can be pressed.

    On the page of the emailed link a GET may not need a visit, so the dialogs
    that only show something stand under the link itself, and every form also
    carries the link.
    """

    gate_id: uuid.UUID
    link: str = ""

    @property
    def here(self) -> str:
        return self._shown("")

    @property
    def have_code(self) -> str:
        return self._shown("have-a-code")

    @property
    def not_me(self) -> str:
        return self._shown("not-me")

    @property
    def not_my_number(self) -> str:
        return self._shown("not-my-number")

    @property
    def no_password(self) -> str:
        return self._shown("no-password")

    @property
    def cannot_now(self) -> str:
        return self._shown("cannot-now")

    @property
    def go_on(self) -> str:
        return self._at("go-on")

    @property
    def sms(self) -> str:
        return self._ask("sms")

    @property
    def voice(self) -> str:
        return self._ask("voice")

    @property
    def email(self) -> str:
        return self._ask("email")

    @property
    def open(self) -> str:
        return self._at("open")

    @property
    def page(self) -> str:
        return self._at("page")

    @property
    def pending(self) -> str:
        """The dialog of a code that was asked for before the link was opened again."""
        return self._at("page") + "?show=code"

    @property
    def check(self) -> str:
        return self._at("code")

    @property
    def password(self) -> str:
        return self._at("password")

    @property
    def redeem(self) -> str:
        return self._at("have-a-code")

    @property
    def account(self) -> str:
        return self._at("account")

    @property
    def mail_account(self) -> str:
        return self._at("mail-account")

    @property
    def review(self) -> str:
        return self._at("review")

    @property
    def tell_not_me(self) -> str:
        return self._at("not-me")

    @property
    def tell_wrong_number(self) -> str:
        return self._at("not-my-number")

    @property
    def status(self) -> str:
        return self._at("status")

    @property
    def alive(self) -> str:
        return self._at("alive")

    @property
    def leave(self) -> str:
        return self._at("leave")

    @property
    def fields(self) -> str:
        return self._at("fields")

    @property
    def adopt(self) -> str:
        return self._at("adopt")

    @property
    def sign(self) -> str:
        return self._at("sign")

    @property
    def decline(self) -> str:
        return self._at("decline")

    @property
    def consent(self) -> str:
        return self._at("consent")

    @property
    def text(self) -> str:
        return self._at("text")

    @property
    def sealed(self) -> str:
        return self._at("sealed")

    @property
    def new_link(self) -> str:
        return reverse("signing:new-link")

    def _at(self, name: str) -> str:
        return reverse(f"signing:{name}", args=[self.gate_id])

    def _ask(self, channel: str) -> str:
        return reverse("signing:ask", args=[self.gate_id, channel])

    def _shown(self, dialog: str) -> str:
        if not self.link:
            return self._at(dialog or "page")
        query = f"?show={dialog}" if dialog else ""
        return reverse("signing:link", args=[self.link]) + query


@dataclass(frozen=True)
class Asked:
    """The code that a dialog is about."""

    id: int
    channel: str
    reference: str
    time: SafeString
    to: str
    digits: int
    wait: int


def asked(challenge: Challenge, gate: Gate, now: datetime) -> Asked:
    channel = challenge.channel
    visit = challenge.visit
    free = visit and limits.free_at(limits.channel_use(visit, channel), now)
    return Asked(
        id=challenge.pk,
        channel=channel,
        reference=challenge.reference,
        time=words.clock(challenge.issued_at, gate),
        to=gate.masked_email if channel == "email" else gate.masked_phone,
        digits=challenge.digits,
        wait=ceil((free - now).total_seconds()) if free else 0,
    )


@dataclass(frozen=True)
class Status:
    """The live strip: what became of a message."""

    tone: str
    icon: str
    words: str | SafeString
    is_final: bool = False
    has_failed: bool = False


def status_of(challenge: Challenge, gate: Gate, now: datetime) -> Status:
    sent: Delivery | None = getattr(challenge, "delivery", None)
    state = Delivery.State(sent.state) if sent else Delivery.State.QUEUED
    if sent and state == Delivery.State.DELIVERED:
        return _delivered(challenge, sent, gate)
    if sent and state == Delivery.State.FAILED:
        reason = Reason(sent.reason or Reason.UNKNOWN).label
        return Status("bad", "alert", str(reason), is_final=True, has_failed=True)
    if state == Delivery.State.CANCELLED:
        return Status("", "stop", _("Not sent: a newer one took its place"), True)
    return _under_way(challenge, state, now)


def _under_way(challenge: Challenge, state: Delivery.State, now: datetime) -> Status:
    is_call = challenge.channel == Challenge.Channel.VOICE
    if state == Delivery.State.SENT:
        if is_call:
            return Status("info", "phone", _("Ringing now"))
        return Status("", "send", _("Sent, on its way"))
    if now - challenge.issued_at > SLOW:
        return Status("warn", "clock", _("Slower than usual"))
    if is_call:
        return Status("", "phone", _("Getting ready to call"))
    return Status("", "clock", _("Getting ready to send"))


def _delivered(challenge: Challenge, sent: Delivery, gate: Gate) -> Status:
    at = words.clock(sent.settled_at or timezone.now(), gate)
    if challenge.channel == Challenge.Channel.VOICE:
        said = words.fill(pgettext("a call was taken", "Answered at {}"), at)
    else:
        said = words.fill(_("Delivered at {}"), at)
    return Status("ok", "check-circle", said, is_final=True)


def base_context(signer: Signer, *, link: str = "") -> dict[str, Any]:
    """Return what every page of a signer needs."""
    gate = signer.gate
    brand = gate.brand_id or signer.request.company.public_id
    return {
        "face": face_of(signer),
        "actions": Actions(gate.public_id, link),
        "brand_url": reverse("signing:brand", args=[brand]),
        "key": uuid.uuid4().hex,
        "link": link,
        "said": "",
        "error": "",
    }


def steps_of(standing: Standing, factor: Factor) -> dict[str, Any]:
    step, count = standing.steps(factor.stage)
    return {"step": step, "steps": range(1, count + 1), "kind": factor.kind}
