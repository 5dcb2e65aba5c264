"""The publisher's code: the way in when nothing else arrives."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests import factories as make
from verification import codes
from verification.flows import ending, issuing, locking
from verification.models import Budget, Challenge, Delivery, Factor
from verification.outcomes import Outcome
from verification.standing import budget_of

pytestmark = pytest.mark.django_db

Kind = Factor.Kind
MORNING = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _morning(time_machine) -> None:
    time_machine.move_to(MORNING, tick=False)


@pytest.fixture
def ada():
    return make.Browser(make.make_gate())


@pytest.fixture
def pat():
    return make.make_member(make.make_company())


@pytest.fixture
def issue(pat):
    def now(gate):
        return issuing.issue_alternative(
            gate, issuer=pat, actor="Pat Miller", now=timezone.now()
        )

    return now


def live(gate):
    return budget_of(gate, Budget.Kind.ONE_TIME_CODE).live_alternative_id


def test_it_opens_once_and_for_the_browser_that_used_it(ada, issue):
    issued = issue(ada.gate)
    elsewhere = make.Browser(ada.gate)
    assert ada.redeem(issued.code) is Outcome.PASSED
    assert ada.standing.may_view
    assert elsewhere.redeem(issued.code) is Outcome.USED
    assert not elsewhere.standing.may_view
    issued.challenge.refresh_from_db()
    assert issued.challenge.visit == ada.visit


@pytest.mark.parametrize(
    "as_typed",
    [str.lower, lambda code: f"{code[:4]}-{code[4:]}", lambda code: f" {code} "],
    ids=["small", "grouped", "spaced"],
)
def test_it_may_be_typed_as_it_was_read_aloud(ada, issue, as_typed):
    assert ada.redeem(as_typed(issue(ada.gate).code)) is Outcome.PASSED


def test_look_alikes_are_forgiven():
    assert codes.normalize_alternative("o1il-OABC") == "0111 0ABC".replace(" ", "")


def test_it_is_eight_characters_that_are_never_taken_for_a_sent_code():
    made = {codes.new_alternative_code() for _ in range(2000)}
    assert len(made) == 2000
    for code in made:
        assert len(code) == 8
        assert set(code) <= set(codes.ALTERNATIVE_ALPHABET)
        assert not codes.looks_sent(code)
        assert codes.normalize_alternative(code) == code


def test_it_is_kept_nowhere(ada, issue):
    issued = issue(ada.gate)
    assert issued.challenge.secret.startswith("argon2$")
    assert issued.challenge.code() is None
    for row in Challenge.objects.values():
        assert issued.code not in str(row)
    for entry in ada.gate.trail.entries.all():
        assert issued.code not in entry.payload
    for row in Delivery.objects.values():
        assert issued.code not in str(row)


def test_issuing_is_on_the_record_and_the_signer_hears_of_it(ada, issue):
    issued = issue(ada.gate)
    entry = ada.gate.trail.entries.last()
    assert entry.kind == "code_issued"
    assert json.loads(entry.payload)["actor"] == "Pat Miller"
    notice = Delivery.objects.get(kind="code_issued")
    assert notice.address == ada.gate.email
    ada.redeem(issued.code)
    passed = json.loads(ada.gate.trail.entries.last().payload)
    assert passed["channel"] == "alternative"
    assert passed["issued_by"] == str(issued.challenge.issued_by)


def test_text_me_and_reopening_leave_it(ada, issue, time_machine):
    issued = issue(ada.gate)
    ada.must_ask()
    ada.arrive()
    time_machine.shift(31)
    ada.must_ask("voice")
    assert ada.redeem(issued.code) is Outcome.PASSED


def test_issuing_leaves_the_code_that_was_asked_for(ada, issue):
    challenge = ada.must_ask()
    issue(ada.gate)
    assert ada.enter(challenge.code()) is Outcome.PASSED


def test_either_passing_ends_both(ada, issue):
    challenge = ada.must_ask()
    issued = issue(ada.gate)
    ada.enter(challenge.code())
    assert make.Browser(ada.gate).redeem(issued.code) is Outcome.REPLACED
    issued = issue(ada.gate)
    challenge = make.Browser(ada.gate).must_ask()
    assert ada.redeem(issued.code) is Outcome.PASSED
    challenge.refresh_from_db()
    assert challenge.state == Challenge.State.REPLACED


def test_a_newer_one_ends_the_older(ada, issue):
    older, newer = issue(ada.gate), issue(ada.gate)
    alive = ada.gate.challenges.filter(state=Challenge.State.ISSUED)
    assert alive.get() == newer.challenge
    assert ada.redeem(older.code) is Outcome.WRONG
    assert ada.redeem(newer.code) is Outcome.PASSED


@pytest.mark.parametrize(
    ("after", "outcome"),
    [
        (timedelta(hours=24) - timedelta(microseconds=1), Outcome.PASSED),
        (timedelta(hours=24), Outcome.EXPIRED),
    ],
)
def test_it_lives_24_hours(ada, issue, time_machine, after, outcome):
    issued = issue(ada.gate)
    time_machine.shift(after)
    assert ada.redeem(issued.code) is outcome


def test_it_dies_with_its_setting_and_stays_dead(ada, issue, company_rules):
    issued = issue(ada.gate)
    company_rules.offers_alternative_codes = False
    assert ada.redeem(issued.code) is Outcome.NOTHING_LIVE
    assert issue(ada.gate) is None
    issuing.withdraw_alternatives(ada.gate.company_id, timezone.now())
    company_rules.offers_alternative_codes = True
    assert ada.redeem(issued.code) is Outcome.REPLACED
    assert not ada.standing.may_view


def test_withdrawing_is_for_one_company(ada, issue):
    other = make.Browser(make.make_gate(company_id=2))
    issued = issue(other.gate)
    issuing.withdraw_alternatives(ada.gate.company_id, timezone.now())
    assert other.redeem(issued.code) is Outcome.PASSED


def test_a_changed_factor_or_a_recall_ends_it(ada, issue):
    issued = issue(ada.gate)
    ending.forget_proofs(ada.gate, timezone.now())
    assert live(ada.gate) is None
    assert ada.redeem(issued.code) is Outcome.REPLACED
    issued = issue(ada.gate)
    ending.close(ada.gate, timezone.now())
    assert ada.redeem(issued.code) is Outcome.CLOSED
    assert issue(ada.gate) is None


def test_wrong_ones_are_charged_like_any_other(ada, issue):
    issue(ada.gate)
    assert ada.redeem("WRONGONE") is Outcome.WRONG
    assert budget_of(ada.gate, Budget.Kind.ONE_TIME_CODE).consecutive == 1


def test_typing_one_where_none_lives_costs_nothing(ada):
    assert ada.redeem("ABCD-EFGH") is Outcome.NOTHING_LIVE
    assert budget_of(ada.gate, Budget.Kind.ONE_TIME_CODE).consecutive == 0


def lock(browser):
    challenge = browser.must_ask()
    for number in (1, 2, 3):
        browser.enter(make.wrong_code(challenge, number), challenge)


def unlock(gate):
    return locking.unlock(
        gate, actor="Pat", reason="Called.", clears_total=False, now=timezone.now()
    )


def test_it_never_unlocks_by_itself(ada, issue):
    issued = issue(ada.gate)
    lock(ada)
    assert ada.redeem(issued.code) is Outcome.LOCKED
    assert issue(ada.gate) is None
    assert unlock(ada.gate)
    assert ada.redeem(issue(ada.gate).code) is Outcome.PASSED


def test_it_does_not_unlock_a_password_either(issue):
    ada = make.Browser(make.make_gate(Kind.ACCESS_CODE))
    issued = issue(ada.gate)
    for _number in range(3):
        ada.enter_password("nonsense")
    assert ada.redeem(issued.code, kind=Kind.ACCESS_CODE) is Outcome.LOCKED
    assert issue(ada.gate) is None
    assert unlock(ada.gate)
    assert ada.redeem(issue(ada.gate).code, kind=Kind.ACCESS_CODE) is Outcome.PASSED


def test_where_the_password_is_all_it_stands_in_for_that(issue):
    ada = make.Browser(make.make_gate(Kind.ACCESS_CODE))
    assert ada.redeem(issue(ada.gate).code, kind=Kind.ACCESS_CODE) is Outcome.PASSED
    assert ada.standing.may_view


def test_it_stands_in_for_the_code_and_never_for_both(issue):
    ada = make.Browser(make.make_gate(Kind.ACCESS_CODE, Kind.PHONE))
    issued = issue(ada.gate)
    assert ada.redeem(issued.code, kind=Kind.ACCESS_CODE) is not Outcome.PASSED
    assert not ada.standing.passed
    ada.enter_password()
    assert ada.redeem(issued.code) is Outcome.PASSED
    assert ada.standing.may_view


def test_it_replaces_the_one_code_that_is_on_screen(issue):
    ada = make.Browser(make.make_gate(Kind.PHONE, Kind.EMAIL))
    ada.pass_phone()
    assert ada.redeem(issue(ada.gate).code, kind=Kind.EMAIL) is Outcome.PASSED
    assert ada.standing.may_view


@pytest.mark.parametrize("kind", [Kind.IDENTITY, Kind.PASSKEY, Kind.TOTP])
def test_it_never_stands_in_for_identity(issue, kind):
    gate = make.make_gate(kind)
    assert issue(gate) is None


def test_a_used_sent_code_says_so_under_have_a_code(ada, time_machine):
    challenge = ada.must_ask()
    ada.enter()
    ada.arrive()
    assert ada.redeem(challenge.code()) is Outcome.USED
