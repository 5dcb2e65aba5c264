"""What a machine refuses, and what it leaves to a person. It passes nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from verification.identity.base import Reason
from verification.identity.judging import Expected, earliest_day, judge
from verification.identity.reading import Reading, best_of
from workspace.demo import specimens

pytestmark = pytest.mark.usefixtures("utopia")
TODAY = date(2026, 6, 1)
ADA = specimens.Holder()
WANTED = Expected("Ada Lane", "strict", "passport", ("passport", "id_card"), "XU")


def seen(holder=ADA, *, is_sure=True) -> Reading:
    return Reading(specimens.passport_zone(holder), is_sure)


def test_a_good_document_waits_for_a_person():
    finding = judge(seen(), WANTED, TODAY)
    assert finding.is_passed is None
    assert finding.reason == ""
    assert all(finding.checks.values())
    assert set(finding.checks) == {
        "zone",
        "check_digits",
        "type",
        "country",
        "expiry",
        "name",
    }
    facts = finding.facts
    assert (facts.full_name, facts.country, facts.number_end) == (
        "ADA LANE",
        "XU",
        "02X",
    )
    assert (facts.born_on, facts.expires_on) == (ADA.born_on, ADA.expires_on)
    assert finding.comparison["is_match"]


@pytest.mark.parametrize(
    ("holder", "wanted", "reason", "check"),
    [
        (replace(ADA, expires_on=date(2026, 5, 31)), WANTED, Reason.EXPIRED, "expiry"),
        (ADA, replace(WANTED, document_type="id_card"), Reason.WRONG_TYPE, "type"),
        (
            ADA,
            replace(WANTED, document_types=("id_card",)),
            Reason.WRONG_TYPE,
            "type",
        ),
        (ADA, replace(WANTED, country="FR"), Reason.WRONG_COUNTRY, "country"),
        (replace(ADA, surname="Reed"), WANTED, Reason.NAME, "name"),
    ],
)
def test_what_is_certain_fails_with_its_own_reason(holder, wanted, reason, check):
    finding = judge(seen(holder), wanted, TODAY)
    assert finding.is_passed is False
    assert finding.reason == reason
    assert [name for name, holds in finding.checks.items() if not holds] == [check]


def test_wrong_check_digits_read_twice_fail_before_anything_else():
    lines = specimens.with_wrong_digits(specimens.passport_zone(ADA))
    finding = judge(Reading(tuple(lines), is_sure=True), WANTED, TODAY)
    assert finding.is_passed is False
    assert finding.reason == Reason.CHECK_DIGITS


def test_a_number_that_its_check_digit_denies_is_for_a_person():
    first, second = specimens.passport_zone(ADA)
    misread = Reading((first, second.replace("U44", "U94")), is_sure=True)
    finding = judge(misread, WANTED, TODAY)
    assert finding.is_passed is None
    assert finding.checks["check_digits"] is False
    assert judge(misread, replace(WANTED, country="FR"), TODAY).reason == (
        Reason.WRONG_COUNTRY
    )


def test_a_document_is_good_on_its_last_day():
    last = replace(ADA, expires_on=TODAY)
    assert judge(seen(last), WANTED, TODAY).is_passed is None
    assert judge(seen(last), WANTED, date(2026, 6, 2)).reason == Reason.EXPIRED


def test_what_two_readings_disagree_about_is_for_a_person():
    doubtful = seen(replace(ADA, surname="Lame"), is_sure=False)
    finding = judge(doubtful, WANTED, TODAY)
    assert finding.is_passed is None
    assert finding.reason == ""
    assert finding.checks["name"] is False


def test_a_passport_without_a_zone_and_a_license_wait_for_a_person():
    unread = judge(Reading(), WANTED, TODAY)
    assert (unread.is_passed, unread.checks) == (None, {"zone": False})
    licence = replace(WANTED, document_type="driver_license")
    finding = judge(Reading(), licence, TODAY)
    assert (finding.is_passed, finding.checks) == (None, {})
    assert finding.facts.full_name == ""


def test_a_passport_shown_as_a_license_is_another_document():
    wanted = replace(
        WANTED, document_type="driver_license", document_types=("driver_license",)
    )
    assert judge(seen(), wanted, TODAY).reason == Reason.WRONG_TYPE


@pytest.mark.parametrize(
    ("level", "is_passed"), [("strict", False), ("moderate", None), ("lenient", None)]
)
def test_names_are_held_to_the_level_that_was_asked_for(level, is_passed):
    holder = replace(ADA, given_names="Ada Marie")
    finding = judge(seen(holder), replace(WANTED, name_level=level), TODAY)
    assert finding.is_passed is is_passed


@pytest.mark.parametrize("reading", [seen(), seen(is_sure=False), Reading()])
def test_pictures_that_were_not_live_fail_only_where_that_is_asked(reading):
    assert judge(reading, WANTED, TODAY).reason == ""
    live = judge(reading, replace(WANTED, is_live=True), TODAY)
    assert (live.reason, live.checks["live"]) == ("", True)
    filed = judge(reading, replace(WANTED, is_live=False), TODAY)
    assert (filed.is_passed, filed.reason) == (False, Reason.NOT_LIVE)


def test_of_front_and_back_the_trustworthy_zone_counts():
    wrong = Reading(tuple(specimens.with_wrong_digits(specimens.passport_zone(ADA))))
    assert best_of([wrong, seen()]) == seen()
    assert best_of([Reading(), wrong]) == wrong
    assert best_of([]) == Reading()


def test_a_document_is_good_on_its_last_day_wherever_that_still_is():
    at_noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert earliest_day(at_noon - timedelta(seconds=1)) == date(2026, 5, 31)
    assert earliest_day(at_noon) == date(2026, 6, 1)
