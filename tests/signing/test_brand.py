from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing import brand

COLOURS = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


def test_contrast_has_the_ends_that_the_standard_names():
    assert brand.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert brand.contrast("#777777", "#777777") == pytest.approx(1)


def test_a_readable_colour_stays_as_the_company_gave_it():
    assert brand.palette("#0A5D45").light.accent == "#0a5d45"


def test_our_own_colour_is_the_one_of_the_tokens():
    root = Path(__file__).parents[2]
    tokens = (root / "static/css/tokens.css").read_text()
    own = brand.palette("#27459F")
    for theme in (own.light, own.dark):
        assert f"--accent: {theme.accent};" in tokens
        assert f"--soft: {theme.soft};" in tokens


def test_pale_yellow_is_darkened_and_keeps_its_hue():
    accent = brand.palette("#ffe14d").light.accent
    before = brand.to_oklch(brand.parse("#ffe14d"))
    after = brand.to_oklch(brand.parse(accent))
    assert after.lightness < before.lightness
    assert after.hue == pytest.approx(before.hue, abs=0.1)


def test_black_becomes_light_enough_for_the_dark_theme():
    assert brand.contrast(brand.palette("#000000").dark.accent, "#1b1b19") >= 7


@given(COLOURS)
def test_every_colour_becomes_readable_wherever_it_stands(colour):
    made = brand.palette(colour)
    for ground in (*brand.LIGHT_GROUNDS, made.light.soft):
        assert brand.contrast(made.light.accent, ground) >= 4.5
    assert brand.contrast(made.dark.accent, "#1b1b19") >= 7
    assert brand.contrast(made.dark.accent, made.dark.soft) >= 4.5
    for theme in (made.light, made.dark):
        assert brand.contrast(theme.accent, theme.on_accent) >= 4.5
        assert brand.contrast(theme.accent_hover, theme.on_accent) >= 4.5


@given(COLOURS)
def test_a_colour_survives_the_way_through_oklch(colour):
    there_and_back = brand.to_hex(brand.to_oklch(brand.parse(colour)))
    pairs = zip(brand.channels(colour), brand.channels(there_and_back), strict=True)
    assert all(abs(one - other) <= 1 for one, other in pairs)


@pytest.mark.parametrize("bad", ["", "red", "#12345", "#1234567", "#12345g", "#123}"])
def test_what_is_no_colour_never_reaches_a_stylesheet(bad):
    with pytest.raises(ValueError, match="#rrggbb"):
        brand.palette(bad)


def test_stylesheet_sets_both_themes():
    made = brand.palette("#0a7d55")
    css = brand.stylesheet(made)
    assert f"--accent: {made.light.accent};" in css
    assert css.count(f"--accent: {made.dark.accent};") == 2
