"""What the demo tells about itself: to people on its first page, to programs in
DATA_DIR/demo.json."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from signing.models import Signer, SignRequest
from verification.links import signer_url
from verification.models import Factor
from workspace import strength
from workspace.demo import documents, people, programs, seeding
from workspace.demo.cast import Account, Part, Scenario
from workspace.demo.seeding import House

FILE = "demo.json"
# What programs need, in this order.
OF_PROGRAMS = (
    "boldsign_api_key",
    "box_token",
    "box_folder_id",
    "box_template_id",
    "on_behalf_of",
)


@dataclass(frozen=True)
class Door:
    """A signer's way in."""

    part: Part
    signer: Signer
    link: str

    @property
    def factors(self) -> list[Factor.Kind]:
        return sorted(self.part.factors, key=Factor.ORDER.index)

    @property
    def chips(self) -> list[tuple[str, str]]:
        """Name and icon of each factor, in the order of asking."""
        return [(str(one.label), strength.icon(one)) for one in self.factors]

    @property
    def slug(self) -> str:
        return documents.slug_of(self.part)

    @property
    def first_name(self) -> str:
        return self.part.name.split(" ")[0]

    @property
    def shown_phone(self) -> str:
        return people.shown(self.part.phone) if self.part.phone else ""

    @property
    def is_waiting(self) -> bool:
        return self.signer.state == Signer.State.WAITING


@dataclass(frozen=True)
class Play:
    """A scenario as it stands: its newest transaction, with every door.

    is_fresh: nothing of it has been used up yet.
    """

    scenario: Scenario
    request: SignRequest
    doors: tuple[Door, ...]
    is_fresh: bool


@dataclass(frozen=True)
class ForPrograms:
    """What the first page tells of the API doors; demo.json has more."""

    base_url: str
    boldsign_key: str
    box_token: str
    box_folder: str = programs.BOX_FOLDER
    box_file: str = programs.BOX_FILE


def for_programs() -> ForPrograms:
    return ForPrograms(
        base_url=settings.PUBLIC_URL,
        boldsign_key=programs.secret_of(programs.BOLDSIGN),
        box_token=programs.secret_of(programs.BOX),
    )


def plays(house: House) -> Iterator[Play]:
    for scenario in house.cast.scenarios:
        request = seeding.latest(house, scenario)
        if request is not None:
            doors = tuple(_doors(scenario, request))
            fresh = seeding.is_fresh(request, timezone.now())
            yield Play(scenario, request, doors, fresh)


def accounts(house: House) -> tuple[Account, ...]:
    return house.cast.accounts


def as_json() -> dict[str, Any]:
    """Return demo.json: who can sign in, and every signer whose turn it is."""
    houses = list(seeding.houses())
    return {
        "base_url": settings.PUBLIC_URL,
        "accounts": [
            {
                "role": account.role.value,
                "email": account.email,
                "password": account.password,
                "company": house.cast.company,
            }
            for house in houses
            for account in accounts(house)
        ],
        **dict.fromkeys(OF_PROGRAMS),
        **(programs.boldsign_facts() if houses else {}),
        **(programs.box_facts(houses[0]) if houses else {}),
        "signers": [
            _signer_as_json(door)
            for house in houses
            for play in plays(house)
            for door in play.doors
            if door.signer.state != Signer.State.WAITING
        ],
    }


def write() -> Path:
    """Write demo.json whole or not at all, for the owner alone."""
    path = Path(settings.DATA_DIR) / FILE
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    text = json.dumps(as_json(), ensure_ascii=False, indent=2)
    with open(
        os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w"
    ) as file:
        file.write(f"{text}\n")
    partial.replace(path)
    return path


def _doors(scenario: Scenario, request: SignRequest) -> Iterator[Door]:
    signers = request.signers.select_related("gate")
    by_email = {signer.email: signer for signer in signers}
    for part in scenario.parts:
        if signer := by_email.get(part.email):
            gate = signer.gate
            link = signer_url(gate.public_id, gate.link_version)
            yield Door(part, signer, link)


def _signer_as_json(door: Door) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "name": door.part.name,
        "email": door.part.email,
        "link": door.link,
        "factors": [kind.value for kind in door.factors],
    }
    if door.part.access_code:
        facts["access_code"] = door.part.access_code
    return facts
