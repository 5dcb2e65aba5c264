from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests import factories as make
from verification import conversion, delivery, limits, policy
from verification.channels.base import Fate, Reason, Report
from verification.flows import opening
from verification.models import Allowance, Challenge, Delivery, Factor, Submission
from verification.outcomes import Outcome
from verification.standing import budget_of, pending_challenge

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _morning(time_machine) -> None:
    time_machine.move_to(MORNING, tick=False)


@pytest.fixture
def ada():
    return make.Browser(make.make_gate())


def take(limit, key, count):
    use = limits.Use(limit, str(key))
    limits.take([use], timezone.now())
    Allowance.objects.filter(key=limits.hashed(use)).update(used=count)


def codes_queued():
    return Delivery.objects.filter(kind="code").count()


# One live code


def test_each_press_makes_a_new_code_and_ends_the_one_before(ada, time_machine):
    first = ada.must_ask("sms")
    time_machine.shift(31)
    second = ada.must_ask("voice")
    first.refresh_from_db()
    assert (first.state, first.closed_at) == (
        Challenge.State.REPLACED,
        MORNING + 31 * SECOND,
    )
    assert first.code() != second.code()
    assert budget_of(ada.gate, "one_time_code").live_asked_id == second.pk


def test_two_codes_of_one_second_have_nothing_in_common(ada):
    first = ada.must_ask("sms")
    second = ada.must_ask("voice")
    assert first.issued_at == second.issued_at
    assert bytes(first.nonce) != bytes(second.nonce)
    assert first.code() != second.code()
    assert ada.enter(first.code(), second) is Outcome.REPLACED


@pytest.mark.parametrize("digits", [6, 8])
def test_a_code_has_the_digits_of_its_gate(digits):
    challenge = make.Browser(make.make_gate(code_digits=digits)).must_ask()
    assert len(challenge.code()) == digits
    assert challenge.code().isdigit()


def test_reload_and_back_change_nothing(ada):
    challenge = ada.must_ask()
    before = make.kinds_of(ada.gate.trail)
    for _look in range(3):
        assert pending_challenge(ada.visit, ada.factor()) == challenge
        assert opening.find_visit(ada.session, ada.gate) == ada.visit
    assert make.kinds_of(ada.gate.trail) == before
    assert ada.enter(challenge.code()) is Outcome.PASSED


def test_reopening_ends_grants_and_keeps_the_pending_code(ada, time_machine):
    ada.pass_phone()
    ada.arrive()
    assert not ada.standing.may_view
    time_machine.shift(31)
    challenge = ada.must_ask()
    ada.arrive()
    assert pending_challenge(ada.visit, ada.factor()) == challenge
    assert ada.enter(challenge.code()) is Outcome.PASSED


def test_after_reopening_a_new_code_may_be_asked_at_once(ada, time_machine):
    old = ada.must_ask()
    time_machine.shift(2)
    ada.arrive()
    new = ada.must_ask()
    assert ada.enter(old.code(), new) is Outcome.REPLACED
    assert ada.enter(new.code(), new) is Outcome.PASSED


def test_a_company_may_ask_once_in_a_session():
    ada = make.Browser(make.make_gate(asks_every_opening=False))
    ada.pass_phone()
    ada.arrive()
    assert ada.standing.may_view
    assert not make.Browser(ada.gate).standing.may_view


def test_what_is_asked_once_outlives_grants_and_browsers(time_machine):
    gate = make.make_gate()
    gate.factors.update(frequency=Factor.Frequency.ONCE_PER_DOCUMENT)
    ada = make.Browser(gate)
    assert not ada.standing.may_view
    ada.pass_phone()
    ada.arrive()
    assert ada.standing.may_view
    time_machine.shift(timedelta(days=20))
    assert make.Browser(gate).standing.may_view


def test_leaving_ends_the_grant_in_this_browser_only(ada):
    ada.pass_phone()
    other = make.Browser(ada.gate)
    other.pass_phone()
    opening.leave(ada.visit, timezone.now())
    assert not ada.standing.may_view
    assert other.standing.may_view
    assert make.kinds_of(ada.gate.trail)[-1] == "grants_ended"
    opening.leave(ada.visit, timezone.now())
    assert make.kinds_of(ada.gate.trail).count("grants_ended") == 1


def test_opened_is_written_once_in_a_browser(ada):
    ada.arrive()
    ada.arrive()
    assert make.kinds_of(ada.gate.trail) == ["opened"]
    make.Browser(ada.gate)
    assert make.kinds_of(ada.gate.trail) == ["opened"] * 2


# Lifetimes, both sides


@pytest.mark.parametrize(
    ("after", "outcome"),
    [
        (timedelta(hours=23, minutes=59), Outcome.PASSED),
        (timedelta(hours=24) - timedelta(microseconds=1), Outcome.PASSED),
        (timedelta(hours=24), Outcome.EXPIRED),
        (timedelta(hours=24, minutes=1), Outcome.EXPIRED),
    ],
)
def test_a_code_lives_24_hours(ada, time_machine, after, outcome):
    challenge = ada.must_ask()
    time_machine.shift(after)
    assert ada.enter(challenge.code(), challenge) is outcome
    assert budget_of(ada.gate, "one_time_code").consecutive == 0


def test_a_company_may_choose_ten_minutes(time_machine):
    ada = make.Browser(make.make_gate(code_lifetime=10 * MINUTE))
    challenge = ada.must_ask()
    time_machine.shift(10 * MINUTE)
    assert ada.enter(challenge.code(), challenge) is Outcome.EXPIRED
    assert ada.redeem(challenge.code()) is Outcome.EXPIRED
    ada.must_ask()
    challenge.refresh_from_db()
    assert challenge.state == Challenge.State.EXPIRED


# Once per press (T22)


def test_one_key_sends_once(ada):
    outcomes = [ada.ask(key="same") for _press in range(20)]
    assert outcomes == [Outcome.SENT] * 20
    assert codes_queued() == 1


def test_other_keys_wait_half_a_minute(ada, time_machine):
    assert [ada.ask(), ada.ask()] == [Outcome.SENT, Outcome.WAIT]
    answer = Submission.objects.latest("pk")
    assert answer.retry_at == MORNING + 30 * SECOND
    time_machine.shift(30 * SECOND - timedelta(microseconds=1))
    assert ada.ask() is Outcome.WAIT
    time_machine.shift(timedelta(microseconds=1))
    assert ada.ask() is Outcome.SENT


def test_call_me_needs_no_waiting_after_text_me(ada):
    assert ada.ask("sms") is Outcome.SENT
    assert ada.ask("voice") is Outcome.SENT


def test_a_failed_text_may_be_sent_again_at_once(ada, time_machine, carrier_says):
    ada.must_ask()
    carrier_says("failed")
    assert ada.ask() is Outcome.SENT


@pytest.fixture
def carrier_says():
    def say(fate):
        make.deliver_due()
        row = Delivery.objects.latest("pk")
        report = Report(row.provider_id, Fate(fate), Reason.LANDLINE)
        assert delivery.record_report(row.pk, report, timezone.now())

    return say


# Limits, both sides (T25)


@pytest.mark.parametrize(
    ("limit", "channel", "name"),
    [
        (limits.GATE_SENDS[0], "sms", "gate-10min"),
        (limits.GATE_SENDS[1], "sms", "gate-day"),
        (limits.GATE_CALLS[0], "voice", "calls-hour"),
        (limits.GATE_CALLS[1], "voice", "calls-day"),
        (limits.PHONE[0], "sms", "phone-10min"),
        (limits.PHONE[1], "sms", "phone-day"),
        (limits.PREFIX, "sms", "prefix-hour"),
        (limits.COMPANY[0], "sms", "company-minute"),
        (limits.COMPANY[1], "sms", "company-day"),
        (limits.INSTANCE, "sms", "instance-hour"),
        (limits.IP_SENDS, "sms", "ip-sends"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_each_limit_lets_its_last_one_through_and_no_more(
    ada, time_machine, limit, channel, name
):
    keys = {
        "gate": ada.gate.pk,
        "calls": ada.gate.pk,
        "phone": make.ADA_PHONE,
        "prefix": make.ADA_PHONE[:-4],
        "company": ada.gate.company_id,
        "instance": "all",
        "ip": ada.ip,
    }
    use = limits.Use(limit, str(keys[name.split("-")[0]]))
    Allowance.objects.create(
        key=limits.hashed(use),
        name=name,
        used=limit.most - 1,
        ends_at=MORNING + limit.period,
    )
    assert ada.ask(channel) is Outcome.SENT
    ada.arrive()
    time_machine.shift(31)
    sent = codes_queued()
    still = MORNING + limit.period - timedelta(microseconds=1)
    assert ada.ask(channel) is Outcome.WAIT
    answer = Submission.objects.latest("pk")
    assert answer.retry_at == MORNING + limit.period
    time_machine.move_to(max(still, timezone.now()), tick=False)
    assert ada.ask(channel) is Outcome.WAIT
    assert codes_queued() == sent
    time_machine.move_to(MORNING + limit.period, tick=False)
    assert ada.ask(channel) is Outcome.SENT


def test_calls_abroad_are_counted_by_company_and_calling_code(company_rules):
    company_rules.countries = frozenset({"US", "IE", "FR"})
    irish = make.make_gate(phone="+353851234567")
    take(limits.FOREIGN, f"{irish.company_id}:353", limits.FOREIGN.most)
    assert make.Browser(irish).ask() is Outcome.WAIT
    french = make.make_gate(phone="+33612345678")
    assert make.Browser(french).ask() is Outcome.SENT
    at_home = make.make_gate()
    assert make.Browser(at_home).ask() is Outcome.SENT


def test_fifty_signers_in_one_prefix_are_not_fifty_texts():
    outcomes = []
    for number in range(22):
        gate = make.make_gate(
            phone=f"+1415555{number:04}", company_id=number, name=f"Signer {number}"
        )
        outcomes.append(make.Browser(gate, ip=f"192.0.2.{number}").ask())
    assert outcomes == [Outcome.SENT] * 20 + [Outcome.WAIT] * 2
    assert codes_queued() == 20


def test_a_refused_send_counts_against_no_other_limit(ada):
    take(limits.INSTANCE, "all", 1)
    take(limits.PREFIX, make.ADA_PHONE[:-4], limits.PREFIX.most)
    assert ada.ask() is Outcome.WAIT
    used = dict(Allowance.objects.values_list("name", "used"))
    assert used["instance-hour"] == 1
    assert used.get("gate-10min", 0) == 0


def test_a_reached_limit_stands_in_the_trail_once_an_hour(ada, time_machine, caplog):
    take(limits.COMPANY[1], ada.gate.company_id, limits.COMPANY[1].most)
    for _press in range(5):
        assert ada.ask() is Outcome.WAIT
    assert make.kinds_of(ada.gate.trail).count("limit_reached") == 1
    assert "company-day" in caplog.text
    time_machine.shift(HOUR)
    ada.ask()
    assert make.kinds_of(ada.gate.trail).count("limit_reached") == 2


def test_the_longest_wait_is_told(ada):
    assert ada.ask() is Outcome.SENT
    take(limits.COMPANY[1], ada.gate.company_id, limits.COMPANY[1].most)
    assert ada.ask() is Outcome.WAIT
    assert Submission.objects.latest("pk").retry_at == MORNING + timedelta(days=1)


def test_the_demo_widens_some_limits_and_not_the_half_minute(ada, settings):
    settings.LIMIT_FACTOR = 100
    take(limits.PREFIX, make.ADA_PHONE[:-4], limits.PREFIX.most)
    assert ada.ask() is Outcome.SENT
    assert ada.ask() is Outcome.WAIT


def test_no_row_of_a_limit_names_anybody(ada):
    ada.must_ask()
    for row in Allowance.objects.all():
        assert make.ADA_PHONE[-4:] not in row.name
        assert len(row.key) == 64


# Codes that nobody enters


def asks(number, **changes):
    phone = f"+1415{5550190 + number * 10_000}"
    gate = make.make_gate(phone=phone, **changes)
    return make.Browser(gate, ip=f"192.0.2.{number}")


def test_where_nobody_enters_codes_no_more_are_sent(time_machine, caplog):
    key = conversion.sent(1, make.ADA_PHONE, timezone.now()).key
    take(conversion.SENT, key, 29)
    assert asks(1).ask() is Outcome.SENT  # the thirtieth
    refused = asks(2)
    assert refused.ask() is Outcome.WAIT
    assert make.kinds_of(refused.gate.trail)[-1] == "limit_reached"
    assert "conversion" in caplog.text
    assert asks(3, company_id=2).ask() is Outcome.SENT
    time_machine.move_to(MORNING + timedelta(days=1), tick=False)
    assert asks(4).ask() is Outcome.SENT


def test_sending_goes_on_where_one_code_in_five_is_entered():
    key = conversion.sent(1, make.ADA_PHONE, timezone.now()).key
    early = asks(1)
    challenge = early.must_ask()
    take(conversion.SENT, key, 30)
    take(conversion.USED, key, 5)
    assert asks(2).ask() is Outcome.WAIT
    assert early.enter(challenge.code()) is Outcome.PASSED  # the sixth of thirty
    assert asks(3).ask() is Outcome.SENT


def test_emails_cost_nobody_and_are_not_stopped():
    key = conversion.sent(1, make.ADA_PHONE, timezone.now()).key
    take(conversion.SENT, key, 500)
    ada = make.Browser(make.make_gate(Factor.Kind.EMAIL))
    assert ada.ask("email") is Outcome.SENT


# Where we may send


@pytest.mark.parametrize(
    ("number", "is_allowed"),
    [
        ("+14155550190", True),
        ("+15551232190", True),  # nobody's, judged by its calling code
        ("+15005550006", True),
        ("+19005550199", False),  # premium
        ("+18005550199", False),  # toll-free
        ("+447911123456", False),  # another country
        ("+18768123456", False),  # Jamaica shares +1
        ("+447012345678", False),  # personal numbers cost like premium ones
        ("+870773111632", False),  # satellite
        ("+883510000000094", False),
        ("+999123456", False),
        ("+", False),
        ("", False),
        ("nonsense", False),
    ],
)
def test_numbers_are_judged_by_country_and_kind(number, is_allowed):
    rules = policy.Policy(True, frozenset({"US"}), "US")
    assert policy.allows_number(rules, number) is is_allowed


@pytest.mark.parametrize("number", ["+447012345678", "+449012345678", "+448451234567"])
def test_dear_kinds_are_refused_in_an_allowed_country_too(number):
    rules = policy.Policy(True, frozenset({"GB"}), "GB")
    assert policy.allows_number(rules, "+447400123456")
    assert not policy.allows_number(rules, number)


def test_nothing_is_sent_where_the_company_does_not_allow(company_rules):
    company_rules.countries = frozenset({"CA"})
    ada = make.Browser(make.make_gate())
    assert ada.ask() is Outcome.NOT_ALLOWED
    assert codes_queued() == 0
    assert not Allowance.objects.filter(used__gt=0).exists()


def test_the_operator_stops_all_sending(ada, settings):
    settings.SENDING_ON = False
    assert ada.ask() is Outcome.NO_SENDING
    assert codes_queued() == 0


def test_an_email_code_goes_to_the_address_on_file(outbox):
    ada = make.Browser(make.make_gate(Factor.Kind.EMAIL))
    assert ada.ask("email") is Outcome.SENT
    assert ada.enter() is Outcome.PASSED


def test_without_an_address_there_is_no_way():
    ada = make.Browser(make.make_gate(phone=""))
    assert ada.ask() is Outcome.NOT_ALLOWED
