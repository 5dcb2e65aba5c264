"""Zones of specimens as phones photograph them. The reader is loaded once."""

from __future__ import annotations

from datetime import date

import pytest

from tests.verification.identity import shots
from verification.identity import decoding, zones
from workspace.demo import snapshots, specimens

HANS = specimens.Holder(
    surname="Müller-Lüdenscheidt",
    given_names="Hans Peter Karl",
    born_on=date(1961, 12, 3),
    number="K77B0O512",
    sex="M",
)
on_table = snapshots.on_table


@pytest.fixture(scope="module")
def reader() -> zones.Reader:
    return zones.Reader()


def pixels_of(picture):
    return decoding.decode(snapshots.as_jpeg(picture), "front")


def tilted():
    return on_table(specimens.passport(HANS), 12), specimens.passport_zone(HANS)


def upside_down():
    photo = snapshots.from_the_side(specimens.passport(shots.ADA))
    return photo.rotate(180), specimens.passport_zone(shots.ADA)


def standing():
    photo = on_table(specimens.card_back(HANS), -7)
    return photo.rotate(90, expand=True), specimens.small_card_zone(HANS)


def large():
    return on_table(specimens.large_card(HANS)), specimens.large_card_zone(HANS)


@pytest.mark.parametrize("show", [tilted, upside_down, standing, large])
def test_zones_are_read_to_the_letter(reader, show):
    picture, lines = show()
    zone, is_sure = reader.read(pixels_of(picture))
    assert zone.lines == tuple(lines)
    assert zone.is_valid
    assert is_sure


def test_wrong_check_digits_are_read_as_they_stand_there(reader):
    zone, is_sure = reader.read(decoding.decode(shots.forged_passport(), "front"))
    assert not zone.checks["birth"]
    assert is_sure


def test_a_side_without_a_zone_has_none(reader):
    assert reader.read(decoding.decode(shots.license_back(), "back")) == (None, False)
