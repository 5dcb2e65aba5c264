"""Light, sharpness, glare and faces, on drawn specimens."""

from __future__ import annotations

import pytest

from tests.verification.identity import shots
from verification.identity import decoding, quality
from verification.identity.base import Reason
from workspace.demo import snapshots, specimens

on_table = snapshots.on_table


def flaw(picture, side="front"):
    pixels = decoding.decode(snapshots.as_jpeg(picture), side)
    return quality.measure(pixels, is_selfie=side == "selfie").flaw


@pytest.mark.parametrize(
    "draw",
    [
        specimens.passport,
        specimens.card_front,
        specimens.card_back,
        specimens.large_card,
        specimens.license_front,
        specimens.license_back,
    ],
)
def test_good_pictures_are_good(draw):
    assert flaw(on_table(draw(shots.ADA))) == ""


def test_a_picture_from_the_side_and_a_scan_are_good():
    document = specimens.passport(shots.ADA)
    assert flaw(snapshots.from_the_side(document)) == ""
    assert flaw(document) == ""


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (snapshots.blurred, "blurred"),
        (snapshots.glaring, "glare"),
        (snapshots.dark, "too_dark"),
    ],
)
@pytest.mark.parametrize("draw", [specimens.passport, specimens.card_front])
def test_what_cannot_be_read_is_told_by_its_own_reason(spoil, reason, draw):
    assert flaw(spoil(on_table(draw(shots.ADA)))) == reason
    assert reason in Reason.values


@pytest.mark.parametrize("name", ["Ada", "Kenji", "Zoë"])
def test_a_selfie_has_a_face(name):
    assert flaw(specimens.selfie(specimens.Holder(given_names=name)), "selfie") == ""


def test_a_selfie_of_nobody_has_none():
    assert flaw(specimens.nobody(), "selfie") == "no_face"


def test_a_document_held_before_the_face_is_no_face():
    assert flaw(on_table(specimens.passport(shots.ADA)), "selfie") == "no_face"


def test_a_blurred_selfie_is_blurred():
    assert flaw(snapshots.blurred(specimens.selfie(shots.ADA)), "selfie") == "blurred"
