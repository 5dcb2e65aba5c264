"""What the trail knows of a try that failed: enough to say why, never the code."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests import factories as make
from verification import trail
from verification.outcomes import Outcome

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _morning(time_machine) -> None:
    time_machine.move_to(MORNING, tick=False)


@pytest.fixture
def ada():
    return make.Browser(make.make_gate())


def newest(gate, kind) -> dict:
    entry = gate.trail_entries.filter(kind=kind).latest("seq")
    return trail.facts_of(entry)


def test_an_old_code_is_named_with_the_moment_when_it_ended(ada, time_machine):
    old = ada.must_ask()
    time_machine.shift(timedelta(minutes=5))
    replaced_at = timezone.now()
    ada.must_ask()
    time_machine.shift(60)
    assert ada.enter(old.code()) is Outcome.REPLACED
    told = newest(ada.gate, "code_wrong")
    assert (told["why"], told["reference"]) == ("replaced", old.reference)
    assert datetime.fromisoformat(told["ended_at"]) == replaced_at
    assert old.code() not in json.dumps(told)


def test_another_signers_code_is_told_with_whose_it_is(ada):
    bob = make.Browser(make.make_gate(trail=ada.gate.trail, name="Bob Reed"))
    for_ada = ada.must_ask()
    bob.must_ask()
    assert bob.enter(for_ada.code()) is Outcome.OTHER_SIGNER
    told = newest(bob.gate, "code_wrong")
    assert told["whose"] == str(ada.gate.public_id)
    assert for_ada.code() not in json.dumps(told)


def test_a_plain_wrong_code_says_nothing_of_any_other(ada):
    ada.enter(make.wrong_code(ada.must_ask()))
    assert {"whose", "ended_at"}.isdisjoint(newest(ada.gate, "code_wrong"))


def test_an_opening_tells_which_other_links_that_browser_had_opened(ada):
    bob = make.make_gate(trail=ada.gate.trail, name="Bob Reed")
    elsewhere = make.make_gate()
    make.Browser(elsewhere, session=ada.session)
    make.Browser(bob, session=ada.session)
    assert newest(ada.gate, "opened")["beside"] == []
    assert newest(bob, "opened")["beside"] == [str(ada.gate.public_id)]


def test_asking_tells_which_browser_asked(ada):
    ada.must_ask()
    assert newest(ada.gate, "code_asked")["browser"] == "Safari on iPhone"
