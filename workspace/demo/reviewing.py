"""Identity checks that wait for a person when the demo begins, and one that failed.

Shown through the same verbs as by a signer. A worker does it, after the start:
reading a picture takes seconds.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from signing.flows import sending
from signing.flows.identity_rules import IdentityDetails
from verification import dispatch
from verification.flows import identity, opening, picturing, reading
from verification.identity import countries
from verification.models import Capture, Factor, IdentityCheck, IdentityPicture, Visit
from verification.outcomes import Outcome
from workspace.demo import documents, seeding
from workspace.demo.cast import IDENTITY, VIEW, Part, Scenario
from workspace.demo.seeding import House

ORIGIN = opening.Origin(ip="203.0.113.57", browser="Chrome on Android")
SHOW = "workspace.demo.tasks.show_ids"
PATIENCE = 120  # seconds
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Shown:
    """A transaction, and which specimens its signer showed."""

    scenario: Scenario
    document_type: str
    pictures: tuple[tuple[str, str], ...]


def _asked(title: str, name: str, email: str, **rules: object) -> Scenario:
    details = IdentityDetails(**rules)  # type: ignore[arg-type]  # its own fields
    part = Part(name, email, factors={IDENTITY: VIEW}, identity=details)
    return Scenario(title, "", (part,))


SHOWN = (
    Shown(
        _asked(
            "Account transfer",
            "Marta Keller",
            "marta@example.com",
            needs_selfie=True,
            name_match="moderate",
        ),
        "passport",
        (("front", "passport"), ("selfie", "selfie")),
    ),
    Shown(
        _asked("Deed of gift", "Jonas Abel", "jonas@example.com"),
        "id_card",
        (("front", "card-front"), ("back", "card-back")),
    ),
    Shown(
        _asked("Signature card", "Ines Ferro", "ines@example.com"),
        "passport",
        (("front", "forged"),),
    ),
)


def announce(house: House) -> None:
    """Have a worker make them, unless they are there."""
    if not _are_there(house):
        dispatch.publish(SHOW, house.company.pk)


def play(house: House, now: datetime) -> None:
    """Make them once; what a reviewer decided stays."""
    if _are_there(house):
        return
    papers = seeding.check([one.scenario for one in SHOWN])
    for number, (one, paper) in enumerate(zip(SHOWN, papers, strict=True), start=1):
        at = now - number * HOUR
        request = seeding.send(house, one.scenario, paper, at)
        (signer,) = sending.signers_of(request)
        session, _secret = opening.begin(at + MINUTE)
        visit = opening.arrive(signer.gate, session, ORIGIN, at + MINUTE)
        show(visit, one, at + 2 * MINUTE)


def show(visit: Visit, shown: Shown, at: datetime) -> None:
    """Hold each specimen into the camera, have it read, and send the check."""
    check = identity.start(
        visit,
        visit.gate.factors.get(kind=Factor.Kind.IDENTITY),
        document_type=shown.document_type,
        country=countries.UTOPIA,
        origin=ORIGIN,
        now=at,
    )
    if not isinstance(check, IdentityCheck):
        raise TypeError(f"{visit.gate.name} can’t begin: {check}.")
    for side, key in shown.pictures:
        _take(check, visit, side, documents.jpeg(visit.gate.name, key), at)
    identity.send(check, origin=ORIGIN, now=at + MINUTE)
    reading.judge(check.pk, at + 2 * MINUTE)


def _take(
    check: IdentityCheck, visit: Visit, side: str, source: bytes, at: datetime
) -> None:
    """One picture by a camera of its own, as each new one ends the older."""
    opened = picturing.open_capture(
        check, Capture.Via.CAMERA, session=visit.session, now=at
    )
    if isinstance(opened, Outcome):
        raise TypeError(f"{check.gate.name} has no camera: {opened}.")
    capture, secret = opened
    picture = picturing.receive(
        capture,
        secret,
        side,
        source,
        is_frame=True,
        number=0,
        origin=ORIGIN,
        now=at,
    )
    if not isinstance(picture, IdentityPicture):
        raise TypeError(f"The {side} of {check.gate.name} is not taken: {picture}.")
    if not reading.read(picture.pk, timezone.now()):
        _wait_for(picture)


def _wait_for(picture: IdentityPicture) -> None:
    """Another worker was quicker to take it."""
    for _second in range(PATIENCE):
        picture.refresh_from_db(fields=["state"])
        if picture.state != IdentityPicture.State.NEW:
            return
        time.sleep(1)


def _are_there(house: House) -> bool:
    titles = [one.scenario.title for one in SHOWN]
    return house.company.requests.filter(title__in=titles).exists()
