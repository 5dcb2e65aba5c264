"""Transactions that are over when the demo begins, so that the list looks lived in.

They went through the same verbs, only earlier: signed, declined, taken back.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from signing.flows import acting, sending
from signing.models import Signature, Signer, SignRequest
from verification.flows import access_codes, opening
from verification.flows.trying import Try
from verification.models import Factor, Visit
from verification.standing import budget_for
from workspace.demo import seeding
from workspace.demo.cast import PASSWORD, PHONE, VIEW, Part, Scenario
from workspace.demo.seeding import House

ORIGIN = opening.Origin(ip="203.0.113.24", browser="Safari on iPhone")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)

SIGNED = Scenario(
    "Non-disclosure agreement",
    "",
    (
        Part(
            "Ines Ferro",
            "ines@example.com",
            factors={PASSWORD: VIEW},
            access_code="hazel-1175",
        ),
        Part(
            "Dan Wu",
            "dan@example.com",
            factors={PASSWORD: VIEW},
            access_code="alder-6402",
        ),
    ),
)
DECLINED = Scenario(
    "Parking addendum", "", (Part("Robert Lane", "robert@example.com"),)
)
RECALLED = Scenario(
    "Lease 2025",
    "",
    (Part("Ada Lane", "ada@example.com", "+14155550190", {PHONE: VIEW}),),
)
DRAFT = Scenario(
    "Consulting agreement",
    "",
    (Part("Greta Nilsson", "greta@example.com", "", {}),),
)


def play(house: House, now: datetime) -> None:
    """Make it once; whoever empties the list wants it empty."""
    if house.company.requests.filter(title=SIGNED.title).exists():
        return
    papers = seeding.check([SIGNED, DECLINED, RECALLED, DRAFT])
    _sign(seeding.send(house, SIGNED, papers[0], now - 3 * DAY), now - 2 * DAY)
    _decline(seeding.send(house, DECLINED, papers[1], now - 2 * DAY), now - DAY)
    recalled = seeding.send(house, RECALLED, papers[2], now - 4 * DAY)
    reason = "The dates were wrong."
    sending.recall(recalled, actor=house.sender, reason=reason, now=now - 3 * DAY)
    seeding.draft(house, DRAFT, papers[3], now - DAY)


def _sign(request: SignRequest, at: datetime) -> None:
    codes = {part.email: part.access_code for part in SIGNED.parts}
    for signer in sending.signers_of(request):
        visit = _enter(signer, codes[signer.email], at)
        drawing = acting.Drawing(style=Signature.Style.TYPED_1, text=signer.name)
        acting.adopt(signer, Signature.Kind.SIGNATURE, drawing, at + MINUTE)
        acting.sign(
            signer, visit, ORIGIN, consented=True, language="en", now=at + 2 * MINUTE
        )
        at += timedelta(hours=1)


def _decline(request: SignRequest, at: datetime) -> None:
    signer = sending.signers_of(request)[0]
    visit = _enter(signer, "", at)
    reason = "We have sold the car."
    acting.decline(signer, visit, ORIGIN, reason=reason, now=at + MINUTE)


def _enter(signer: Signer, access_code: str, at: datetime) -> Visit:
    """Come by the link, prove what is asked, read."""
    session, _secret = opening.begin(at)
    visit = opening.arrive(signer.gate, session, ORIGIN, at)
    factor = signer.gate.factors.filter(kind=Factor.Kind.ACCESS_CODE).first()
    if factor is None:
        opening.admit(visit, at)
    else:
        attempt = Try(visit, factor, access_code, ORIGIN)
        epoch = budget_for(factor).epoch
        access_codes.check_access_code(attempt, epoch, str(uuid.uuid4()), at)
    acting.mark_viewed(signer, ORIGIN, at)
    return visit
