"""The zone of ICAO 9303: the published specimens, and what OCR makes of them."""

from __future__ import annotations

import re
from datetime import date

import pytest

from verification.identity import mrz

# Doc 9303 part 4, appendix A; part 6, appendix B; part 5, appendix A.
PASSPORT = (
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
)
SMALL_CARD = (
    "I<UTOD231458907<<<<<<<<<<<<<<<",
    "7408122F1204159UTO<<<<<<<<<<<6",
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
)
LARGE_CARD = (
    "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<",
    "D231458907UTO7408122F1204159<<<<<<<6",
)
LONG_NUMBER = (
    "I<UTOD23145890<7349<<<<<<<<<<<",
    "3407127M9507122UTO<<<<<<<<<<<2",
    "STEVENSON<<PETER<JOHN<<<<<<<<<",
)
SPECIMENS = {"TD3": PASSPORT, "TD1": SMALL_CARD, "TD2": LARGE_CARD}
TODAY = date(2026, 6, 1)


def spoil(lines, line, column, letter):
    changed = list(lines)
    changed[line] = lines[line][:column] + letter + lines[line][column + 1 :]
    return changed


@pytest.mark.parametrize("size", SPECIMENS)
def test_published_specimens_are_read(size):
    zone = mrz.find(SPECIMENS[size])
    assert zone.size == size
    assert zone.is_valid
    assert (zone.surname, zone.given_names) == ("ERIKSSON", "ANNA MARIA")
    assert (zone.issuer, zone.nationality, zone.sex) == ("UTO", "UTO", "F")
    assert zone.born_on(TODAY) == date(1974, 8, 12)
    assert zone.expires_on(TODAY) == date(2012, 4, 15)
    assert zone.number == ("L898902C3" if size == "TD3" else "D23145890")


def test_long_number_goes_on_in_the_optional_data():
    zone = mrz.find(LONG_NUMBER)
    assert zone.is_valid
    assert zone.number == "D23145890734"


@pytest.mark.parametrize(
    ("text", "digit"), [("520727", "3"), ("AB2134<<<", "5"), ("HA672242<", "6")]
)
def test_check_digits_of_the_standard(text, digit):
    assert mrz.check_digit(text) == digit


@pytest.mark.parametrize("size", SPECIMENS)
def test_each_check_digit_guards_what_it_is_made_over(size):
    lines = SPECIMENS[size]
    layout = {"TD1": mrz.TD1, "TD2": mrz.TD2, "TD3": mrz.TD3}[size]
    for name, span in layout.spans.items():
        if not name.endswith("_check"):
            continue
        digit = lines[span.line][span.start]
        wrong = spoil(lines, span.line, span.start, "4" if digit != "4" else "9")
        zone = mrz.find(wrong)
        assert not zone.checks[name.removesuffix("_check")], name


def test_another_number_with_the_old_digits_is_not_believed():
    zone = mrz.find(spoil(PASSPORT, 1, 1, "4"))
    assert not zone.is_valid
    assert not zone.checks["number"]
    assert not zone.checks["composite"]


@pytest.mark.parametrize(
    ("column", "letter"), [(13, "T"), (14, "A"), (17, "I"), (19, "Z"), (42, "I")]
)
def test_letters_that_look_like_digits_become_digits_in_fields_of_digits(
    column, letter
):
    zone = mrz.find(spoil(PASSPORT, 1, column, letter))
    assert zone.is_valid
    assert zone.lines == PASSPORT


def test_digits_that_look_like_letters_become_letters_in_names_and_countries():
    lines = ("P<UT0ERIK55ON<<ANNA<MAR1A<<<<<<<<<<<<<<<<<<<", PASSPORT[1])
    zone = mrz.find(lines)
    assert zone.lines == PASSPORT


def test_look_alikes_in_a_number_are_exchanged_when_the_check_digits_then_hold():
    misread = spoil(PASSPORT, 1, 5, "O")  # L8989O2C3
    zone = mrz.find(misread)
    assert zone.is_valid
    assert zone.number == "L898902C3"


def test_look_alikes_are_left_when_the_check_digits_do_not_hold_then_either():
    misread = spoil(spoil(PASSPORT, 1, 5, "O"), 1, 1, "4")
    zone = mrz.find(misread)
    assert not zone.is_valid
    assert zone.number == "L4989O2C3"


@pytest.mark.parametrize("size", SPECIMENS)
@pytest.mark.parametrize("line_with", ["<<<", "<<<<", "<<<<<<", "<<<<<<<"])
def test_miscounted_fillers_are_made_good(size, line_with):
    lines = [re.sub("<<<+", line_with, line) for line in SPECIMENS[size]]
    zone = mrz.find(lines)
    assert zone.lines == SPECIMENS[size]


def test_fillers_that_were_read_as_letters_are_no_names():
    lines = ("P<UTOERIKSSON<<ANNA<MARIA<<<<K<<<<C<<<<<<<<<", PASSPORT[1])
    assert mrz.find(lines).given_names == "ANNA MARIA"
    alone = ("P<UTOARKFREITH<<<<<<<<<K<<<<<<<<<<<<<<<<<<<<", PASSPORT[1])
    zone = mrz.find(alone)
    assert (zone.surname, zone.given_names) == ("ARKFREITH", "")


def test_other_print_on_the_page_is_no_zone():
    page = ["UTOPIA / UTOPIE", "Surname / Nom", "ERIKSSON", "Passport No. L898902C3"]
    assert mrz.find(page) is None
    assert mrz.find([*page, *PASSPORT, "p. 2"]).is_valid


def test_lines_as_ocr_gives_them_are_cleaned():
    lines = (
        "p<utoeriksson«anna<maria<<<<<<<<<<<<<<<<<<<",
        "L898902C3 6UTO7408122F1204159ZE184226B<<<<<10",
    )
    assert mrz.find(lines).lines == PASSPORT


@pytest.mark.parametrize("letter", ["\u03a1", "\u0420"], ids=["Greek", "Cyrillic"])
def test_a_twin_from_another_script_is_read_as_the_latin_letter(letter):
    lines = [PASSPORT[0].replace("P", letter, 1), PASSPORT[1]]
    assert mrz.find(lines) == mrz.find(PASSPORT)
    assert mrz.find(lines).is_valid


def test_years_of_two_digits_are_resolved_against_a_day():
    zone = mrz.find(PASSPORT)
    assert zone.born_on(date(1974, 8, 12)) == date(1974, 8, 12)
    assert zone.born_on(date(1974, 8, 11)) is None or zone.born_on(
        date(1974, 8, 11)
    ) == date(1874, 8, 12)
    young = mrz.parse(
        (
            "I<UTOD231458907<<<<<<<<<<<<<<<",
            "2001010F3001017UTO<<<<<<<<<<<0",
            "YOUNG<<ANNA<<<<<<<<<<<<<<<<<<<",
        ),
        mrz.TD1,
    )
    assert young.born_on(TODAY) == date(2020, 1, 1)
    assert young.expires_on(TODAY) == date(2030, 1, 1)


def test_days_that_never_were_are_no_days():
    zone = mrz.find(spoil(PASSPORT, 1, 15, "9"))  # month 98
    assert zone.born_on(TODAY) is None
    unknown = spoil(spoil(PASSPORT, 1, 17, "<"), 1, 18, "<")
    assert mrz.find(unknown).born_on(TODAY) is None
