"""Specimen IDs of those who are asked for one: to hold into a camera, or to upload.

Drawn when somebody asks for them; of a state that does not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from workspace.demo import snapshots, specimens
from workspace.demo.cast import CASTS, Part
from workspace.demo.specimens import Holder

if TYPE_CHECKING:
    from PIL import Image

LONG_AGO = date(2019, 4, 15)


@dataclass(frozen=True)
class Paper:
    """One picture to show. proves says what comes of it."""

    key: str
    name: str | Promise
    proves: str | Promise
    draw: Callable[[Holder], Image.Image]

    @property
    def file_name(self) -> str:
        return f"{self.key}.jpg"


@dataclass(frozen=True)
class Person:
    """Somebody who is asked for an ID, with what they may show."""

    slug: str
    name: str
    papers: Sequence[Paper]


def _passport(holder: Holder) -> Image.Image:
    return snapshots.on_table(specimens.passport(holder))


def _expired(holder: Holder) -> Image.Image:
    return _passport(replace(holder, expires_on=LONG_AGO))


def _forged(holder: Holder) -> Image.Image:
    zone = specimens.with_wrong_digits(specimens.passport_zone(holder))
    return snapshots.on_table(specimens.passport(holder, zone))


def _somebody_elses(holder: Holder) -> Image.Image:
    other = replace(holder, surname="Ferreira", given_names="Tomas", sex="M")
    return _passport(other)


def _blurred(holder: Holder) -> Image.Image:
    return snapshots.blurred(_passport(holder))


def _card_front(holder: Holder) -> Image.Image:
    return snapshots.on_table(specimens.card_front(holder))


def _card_back(holder: Holder) -> Image.Image:
    return snapshots.on_table(specimens.card_back(holder))


def _license_front(holder: Holder) -> Image.Image:
    return snapshots.on_table(specimens.license_front(holder))


def _license_back(holder: Holder) -> Image.Image:
    return snapshots.on_table(specimens.license_back(holder))


GOOD = _("Waits for a person.")
PAPERS = (
    Paper("passport", _("Passport"), GOOD, _passport),
    Paper("card-front", _("Identity card, front"), GOOD, _card_front),
    Paper("card-back", _("Identity card, back"), GOOD, _card_back),
    Paper("license-front", _("Driver’s license, front"), GOOD, _license_front),
    Paper("license-back", _("Driver’s license, back"), GOOD, _license_back),
    Paper("selfie", _("Selfie"), _("Goes with each of them."), specimens.selfie),
    Paper("expired", _("Passport that has expired"), _("Fails."), _expired),
    Paper("forged", _("Passport with wrong check digits"), _("Fails."), _forged),
    Paper("other", _("Passport of somebody else"), _("Fails."), _somebody_elses),
    Paper("blurred", _("Blurred picture"), _("Costs no try."), _blurred),
    Paper(
        "nobody",
        _("Selfie of nobody"),
        _("Costs no try."),
        lambda _holder: specimens.nobody(),
    ),
)
BY_KEY = {paper.key: paper for paper in PAPERS}


def people() -> list[Person]:
    return [
        Person(slug_of(part), part.name, PAPERS)
        for cast in CASTS
        for scenario in cast.scenarios
        for part in scenario.parts
        if part.shows_id
    ]


def slug_of(part: Part) -> str:
    return slugify(part.name)


def holder_of(name: str) -> Holder:
    given_names, _space, surname = name.rpartition(" ")
    return Holder(surname=surname, given_names=given_names)


@lru_cache(maxsize=64)
def jpeg(name: str, key: str) -> bytes:
    """Return one picture of the documents of the person of that name."""
    return snapshots.as_jpeg(BY_KEY[key].draw(holder_of(name)))
