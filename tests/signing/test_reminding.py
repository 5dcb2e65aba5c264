"""Reminders: by hand at most once an hour, by themselves on four days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from signing import tasks
from signing.flows import reassigning, reminding, sending
from signing.flows.refusals import RefusedError
from signing.models import Signer, SignRequest
from tests import factories as make
from verification import trail
from verification.models import Delivery, Gate

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(MORNING, tick=False)
    return time_machine


@pytest.fixture
def sent():
    return make.make_request(people=("ada", "bob"))


def remind(request, person="ada", **facts) -> None:
    signer = make.signer_of(request, person)
    reminding.remind(signer, actor=request.sender, now=timezone.now(), **facts)


def refusal(request, person="ada") -> str:
    with pytest.raises(RefusedError) as refused:
        remind(request, person)
    return refused.value.code


def mails(kind="reminder") -> list[str]:
    rows = Delivery.objects.filter(kind=kind).order_by("pk")
    return [row.address for row in rows]


def days_of(request, until=60) -> list[int]:
    """The days on which somebody was written to, with a task at every hour."""
    days = []
    for day in range(until):
        before = Delivery.objects.count()
        reminding.remind_due(request.sent_at + day * DAY)
        if Delivery.objects.count() > before:
            days.append(day)
    return days


# By hand


def test_a_reminder_has_the_same_link_and_the_senders_words(sent, outbox):
    remind(sent, message="Dear Ada, the bank is waiting.")
    make.deliver_due()
    (letter,) = [one for one in outbox if one.subject.startswith("Reminder")]
    assert letter.to == "ada@example.com"
    assert "> Dear Ada, the bank is waiting." in letter.text
    gate = make.signer_of(sent).gate
    assert gate.link_version == 1
    facts = trail.facts_of(sent.trail.entries.get(kind="reminded"))
    assert facts["actor"].startswith("Pat")
    assert "bank" not in str(facts)


def test_a_reminder_by_hand_once_an_hour(sent, clock):
    remind(sent)
    clock.shift(timedelta(minutes=59, seconds=59))
    with pytest.raises(reminding.TooSoonError) as refused:
        remind(sent)
    assert refused.value.retry_at == MORNING + timedelta(hours=1)
    clock.shift(timedelta(seconds=1))
    remind(sent)
    assert mails() == ["ada@example.com"] * 2


def test_only_who_is_asked_can_be_reminded(sent):
    assert refusal(sent, "bob") == "not_invited"
    make.sign_as(sent)
    assert refusal(sent, "ada") == "already_done"
    remind(sent, "bob")
    sending.recall(sent, actor=sent.sender, reason="Wrong.", now=timezone.now())
    assert refusal(sent, "bob") == "not_open"
    assert mails() == ["bob@example.com"]


def test_a_link_that_is_over_is_not_sent_again(sent):
    make.link_ends_in(make.signer_of(sent).gate, -DAY)
    assert refusal(sent) == "link_over"


def test_without_an_address_nobody_is_reminded(sent):
    Gate.objects.filter(signer__request=sent).update(email="")
    assert refusal(sent) == "email_missing"
    assert days_of(sent) == []


def test_a_program_that_writes_itself_is_left_to_it(sent):
    SignRequest.objects.filter(pk=sent.pk).update(emails_off=True)
    assert refusal(sent) == "emails_off"
    assert days_of(sent) == []


# By themselves


def test_four_reminders_and_a_warning_before_the_end(sent):
    Gate.objects.update(link_ends_at=MORNING + 70 * DAY)
    assert days_of(sent) == [3, 8, 13, 18, 57]
    assert mails() == ["ada@example.com"] * 4
    assert mails("expiry_warning") == ["ada@example.com"]
    told = sent.trail.entries.filter(kind="reminded").order_by("seq")
    facts = [trail.facts_of(entry) for entry in told]
    assert [one.get("day") for one in facts] == [3, 8, 13, 18, None]
    assert {one["actor"] for one in facts} == {"system"}


@pytest.mark.parametrize(("early", "count"), [(timedelta(seconds=1), 0), (0 * DAY, 1)])
def test_the_first_reminder_comes_after_three_whole_days(sent, early, count):
    assert reminding.remind_due(MORNING + 3 * DAY - early) == count


def test_whoever_is_invited_later_is_reminded_later(sent, clock):
    clock.shift(5 * DAY)
    make.sign_as(sent)
    reminding.remind_due(MORNING + 7 * DAY)
    assert mails() == []
    reminding.remind_due(MORNING + 8 * DAY)
    assert mails() == ["bob@example.com"]


def test_after_a_long_outage_one_email_goes_out_not_three(sent):
    assert reminding.remind_due(MORNING + 14 * DAY) == 1
    assert reminding.remind_due(MORNING + 14 * DAY) == 0
    assert mails() == ["ada@example.com"]
    assert make.signer_of(sent).reminders_done == 3


def test_a_reminder_by_hand_stands_for_the_one_of_that_day(sent, clock):
    clock.shift(3 * DAY - timedelta(hours=2))
    remind(sent)
    reminding.remind_due(MORNING + 3 * DAY)
    assert mails() == ["ada@example.com"]
    reminding.remind_due(MORNING + 8 * DAY)
    assert mails() == ["ada@example.com"] * 2


def test_they_can_be_turned_off_for_one_transaction(sent):
    off = make.make_request()
    reminding.set_automatic(off, False, actor=off.sender, now=MORNING)
    reminding.remind_due(MORNING + 3 * DAY)
    assert [
        row.gate.signer.request for row in Delivery.objects.filter(kind="reminder")
    ] == [sent]
    assert off.trail.entries.filter(kind="reminders_off").exists()


def test_nobody_is_reminded_of_what_is_over(sent):
    sending.recall(sent, actor=sent.sender, reason="Wrong.", now=timezone.now())
    signed = make.make_request()
    make.sign_as(signed)
    late = make.make_request()
    SignRequest.objects.filter(pk=late.pk).update(ends_at=MORNING + 3 * DAY)
    make.link_ends_in(make.signer_of(make.make_request()).gate, DAY)
    assert reminding.remind_due(MORNING + 3 * DAY) == 0


def test_a_request_of_one_day_is_not_warned_of_at_once(sent):
    SignRequest.objects.filter(pk=sent.pk).update(ends_at=MORNING + DAY)
    assert reminding.remind_due(MORNING + timedelta(minutes=10)) == 0


def test_a_new_person_is_reminded_from_their_own_invitation_on(sent, clock):
    reminding.remind_due(MORNING + 8 * DAY)
    clock.shift(9 * DAY)
    signer = make.signer_of(sent)
    reassigning.reassign(
        signer,
        name="Cleo Marsh",
        email="cleo@example.com",
        phone="+14155550123",
        reason="Moved.",
        actor=sent.sender,
        now=timezone.now(),
    )
    assert reminding.remind_due(MORNING + 11 * DAY) == 0
    assert reminding.remind_due(MORNING + 12 * DAY) == 1
    assert mails() == ["ada@example.com", "cleo@example.com"]


def test_the_task_reminds_what_is_due_now(sent, clock):
    clock.shift(3 * DAY)
    tasks.remind()
    assert mails() == ["ada@example.com"]


def test_looking_for_what_is_due_takes_six_queries(sent, django_assert_num_queries):
    for _ in range(5):
        make.make_request()
    with django_assert_num_queries(6):
        reminding.remind_due(MORNING)


def test_one_that_fails_holds_no_other_up(sent, monkeypatch, clock):
    other = make.make_request()
    first = Signer.objects.filter(state="invited").order_by("pk")[0]
    before = reminding.hold_all

    def fail(signers):
        if first in signers:
            raise RuntimeError
        return before(signers)

    monkeypatch.setattr(reminding, "hold_all", fail)
    clock.shift(3 * DAY)
    tasks.remind()
    told = Delivery.objects.get(kind="reminder")
    assert told.gate.signer.request == other
