"""The publisher hears by email who is stuck: once, and as they wish."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from signing.flows import identity_review, sending
from tests import factories
from tests.factories import Browser, wrong_code
from verification import delivery, messages, trail
from verification.channels import memory
from verification.channels.base import DeliveryError, Fate, Reason, Report
from verification.flows import locking
from verification.identity import base
from verification.models import Allowance, Delivery, Factor, User
from workspace import attention, tasks
from workspace.models import Concern, Membership

pytestmark = pytest.mark.django_db
PAGE = "/workspace/notifications/"
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon(time_machine) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def sent(company, pat):
    made = factories.make_request(company, pat, title="Lease 2026")
    factories.deliver_due()
    return made


@pytest.fixture
def ada(sent) -> Browser:
    return Browser(factories.signer_of(sent).gate)


def mails(kind: str = "sender_attention"):
    return Delivery.objects.filter(kind=kind).order_by("pk")


def written(row: Delivery):
    return messages.build(row)


def lock(ada: Browser) -> None:
    Allowance.objects.all().delete()
    code = ada.must_ask()
    for number in range(3):
        ada.enter(wrong_code(code, number + 1), code)


def fail(ada: Browser, reason: Reason, channel: str = "sms") -> Delivery:
    """A code is asked for, and the carrier says that it did not arrive."""
    Allowance.objects.all().delete()
    row = ada.must_ask(channel).delivery
    factories.deliver_due()
    row.refresh_from_db()
    report = Report(row.provider_id, Fate.FAILED, reason)
    assert delivery.record_report(row.pk, report, timezone.now())
    return row


# At once


def test_a_locked_signer_is_told_once_and_unlocking_makes_it_news_again(ada, pat):
    lock(ada)
    row = mails().get()
    assert (row.address, row.channel) == (pat.email, "email")
    now = timezone.now()
    locking.unlock(ada.gate, actor="Pat", reason="x", clears_total=False, now=now)
    lock(ada)
    assert mails().count() == 2


def test_the_mail_says_who_what_and_where_and_nothing_secret(ada, sent, settings):
    lock(ada)
    content = written(mails().get())
    assert content.subject == "Ada Lane is locked out of Lease 2026"
    assert "The code was typed 3 times wrong." in content.text
    assert "“Unlock” helps" in content.text
    assert f"{settings.PUBLIC_URL}/workspace/transactions/{sent.public_id}/" in (
        content.text
    )
    assert "in your menu under Notifications" in content.text
    assert "a••@example.com" in content.text
    for secret in (ada.gate.email, ada.gate.phone_e164, "5550190", "/l/", "/s/"):
        assert secret not in content.text + content.html


def test_a_text_that_cannot_arrive_is_told_with_the_carriers_reason(ada):
    fail(ada, Reason.LANDLINE)
    content = written(mails().get())
    assert content.subject == "Ada Lane could not be reached about Lease 2026"
    assert "The text to ••90 failed at 12:00: it is a landline." in content.text
    assert "“Turn on Call Me first” helps" in content.text


def test_a_bounced_invitation_is_told(company, pat):
    memory.failures.append(DeliveryError(Reason.BOUNCED, permanent=True))
    factories.make_request(company, pat)
    factories.deliver_due()
    content = written(mails().get())
    assert "The email to a••@example.com failed at 12:00: it came back." in content.text


def test_the_same_event_reported_twice_is_told_once(ada):
    row = fail(ada, Reason.LANDLINE)
    report = Report(row.provider_id, Fate.FAILED, Reason.LANDLINE)
    assert not delivery.record_report(row.pk, report, timezone.now())
    assert mails().count() == 1


def test_the_same_dead_number_is_news_once_a_day(ada, time_machine):
    fail(ada, Reason.LANDLINE)
    fail(ada, Reason.LANDLINE)
    assert mails().count() == 1
    fail(ada, Reason.UNREACHABLE)
    assert mails().count() == 2
    time_machine.shift(timedelta(days=1))
    ada.arrive()
    fail(ada, Reason.LANDLINE)
    assert mails().count() == 3


@pytest.mark.parametrize(
    "reason", [Reason.NO_ANSWER, Reason.LINE_BUSY, Reason.MACHINE, Reason.HUNG_UP]
)
def test_a_call_that_nobody_took_is_no_trouble(ada, reason):
    fail(ada, reason, "voice")
    assert not mails().exists()


def test_a_call_that_could_not_be_placed_is(ada):
    fail(ada, Reason.BAD_ADDRESS, "voice")
    assert mails().count() == 1


def test_a_mail_about_trouble_that_bounces_makes_no_other(ada):
    lock(ada)
    memory.failures.append(DeliveryError(Reason.BOUNCED, permanent=True))
    factories.deliver_due()
    assert mails().get().state == Delivery.State.FAILED
    assert mails().count() == 1


def test_members_read_it_in_their_own_language(ada, pat):
    User.objects.filter(pk=pat.pk).update(language="ja")
    lock(ada)
    row = mails().get()
    assert row.language == "ja"
    assert written(row).language == "ja"


def test_an_admin_hears_of_it_when_the_sender_has_left(company, pat, alex, ada):
    Membership.objects.filter(user=pat).update(is_active=False)
    lock(ada)
    assert Concern.objects.get().member.user == alex


def test_nobody_is_told_twice_of_a_lock(ada):
    lock(ada)
    told = Delivery.objects.filter(kind__startswith="sender_")
    assert told.count() == 1
    assert not Delivery.objects.filter(kind="locked").exists()


def test_what_is_written_stands_in_the_trail_and_the_trail_holds(ada, sent):
    lock(ada)
    factories.deliver_due()
    newest = sent.trail.entries.filter(kind="delivery").last()
    assert trail.facts_of(newest)["message"] == "sender_attention"
    assert trail.verify(sent.trail) is None


# Once a day


def choose(user, notices: str) -> Membership:
    member = Membership.objects.get(user=user)
    attention.choose(member, notices)
    return member


def test_a_digest_comes_in_the_morning_and_lists_what_is_still_so(
    ada, pat, company, time_machine
):
    choose(pat, "daily")
    other = factories.make_request(company, pat, people=("bob",), title="Fee schedule")
    bob = Browser(factories.signer_of(other, "bob").gate)
    lock(ada)
    fail(bob, Reason.LANDLINE)
    third = factories.make_request(company, pat, title="Taken back")
    lock(Browser(factories.signer_of(third).gate))
    sending.recall(third, actor=pat, reason="x", now=timezone.now())
    assert not mails().exists()

    tasks.send_digests()
    assert not mails("sender_digest").exists()
    time_machine.move_to(datetime(2026, 6, 2, 7, 59, tzinfo=UTC), tick=False)
    tasks.send_digests()
    assert not mails("sender_digest").exists()
    time_machine.move_to(datetime(2026, 6, 2, 8, 0, tzinfo=UTC), tick=False)
    tasks.send_digests()
    tasks.send_digests()
    row = mails("sender_digest").get()
    content = written(row)
    assert content.subject == "2 signers need your attention"
    assert "Lease 2026, Ada Lane: The code was typed 3 times wrong." in content.text
    assert "Fee schedule, Bob Reed: The text to ••73 failed on June 1" in content.text
    assert "Taken back" not in content.text
    assert "/workspace/?show=attention" in content.text
    assert "bob@example.com" not in content.text

    lock(Browser(factories.signer_of(factories.make_request(company, pat)).gate))
    time_machine.shift(timedelta(hours=6))
    tasks.send_digests()
    assert mails("sender_digest").count() == 1
    time_machine.shift(timedelta(days=1))
    tasks.send_digests()
    assert mails("sender_digest").count() == 2


def test_the_morning_is_the_companys(ada, pat, company):
    company.time_zone = "Asia/Tokyo"
    company.save()
    choose(pat, "daily")
    lock(ada)
    tokyo = ZoneInfo("Asia/Tokyo")
    assert attention.send_digests(datetime(2026, 6, 2, 7, 50, tzinfo=tokyo)) == 0
    assert attention.send_digests(datetime(2026, 6, 2, 8, 10, tzinfo=tokyo)) == 1


def test_a_digest_of_what_was_put_right_is_not_sent(ada, pat, time_machine):
    choose(pat, "daily")
    lock(ada)
    now = timezone.now()
    locking.unlock(ada.gate, actor="Pat", reason="x", clears_total=False, now=now)
    time_machine.shift(timedelta(days=1))
    tasks.send_digests()
    factories.deliver_due()
    assert mails("sender_digest").get().state == Delivery.State.CANCELLED


# Not at all


def test_who_switched_it_off_hears_nothing(ada, pat):
    choose(pat, "off")
    lock(ada)
    fail_row = ada.gate.deliveries.filter(kind="code").first()
    assert fail_row is not None
    assert not Concern.objects.exists()
    assert not mails().exists()


def test_switching_over_drops_what_waited(ada, pat, time_machine):
    choose(pat, "daily")
    lock(ada)
    choose(pat, "off")
    choose(pat, "daily")
    time_machine.shift(timedelta(days=1))
    tasks.send_digests()
    assert not mails("sender_digest").exists()


# The page


def test_a_member_chooses_on_a_page_that_the_menu_leads_to(as_pat, pat):
    assert f'href="{PAGE}"' in as_pat.get("/workspace/").content.decode()
    page = as_pat.get(PAGE).content.decode()
    assert 'value="at_once" checked' in " ".join(page.split())
    response = as_pat.post(PAGE, {"notices": "daily"})
    assert (response.status_code, response.url) == (302, PAGE)
    assert Membership.objects.get(user=pat).notices == "daily"


@pytest.mark.parametrize("posted", [{}, {"notices": "never"}, {"notices": "at\0once"}])
def test_a_choice_that_is_none_is_refused(as_pat, pat, posted):
    response = as_pat.post(PAGE, posted)
    assert response.status_code == 200
    assert "Choose one." in response.content.decode()
    assert Membership.objects.get(user=pat).notices == "at_once"


def test_a_choice_counts_for_one_company_and_one_member(as_mal, pat, mal, company):
    as_mal.post(PAGE, {"notices": "off"})
    assert Membership.objects.get(user=pat).notices == "at_once"
    assert Membership.objects.get(user=mal).notices == "off"


def test_looking_changes_nothing_and_strangers_sign_in_first(as_pat, client_class):
    before = list(Membership.objects.values())
    as_pat.get(PAGE, {"notices": "off"})
    assert list(Membership.objects.values()) == before
    assert client_class().get(PAGE).status_code == 302
    assert client_class().post(PAGE, {"notices": "off"}).status_code == 302


# An ID that waits for review


@pytest.fixture
def shown(company, pat, monkeypatch):
    """Ada has shown her ID, and nobody has looked at it."""
    kinds = Factor.PROVABLE | {Factor.Kind.IDENTITY}
    monkeypatch.setattr(Factor, "PROVABLE", kinds)
    request = factories.make_identity_request(company, pat, title="Lease 2026")
    return factories.make_identity_check(request)


def test_an_id_that_waits_is_told_once_with_the_way_there(shown, pat, settings):
    row = mails().get()
    assert row.address == pat.email
    content = written(row)
    assert content.subject == "Ada Lane waits for your review: Lease 2026"
    assert "Ada showed an ID at 12:00. It waits for your review." in content.text
    address = f"{settings.PUBLIC_URL}/workspace/identity/{shown.public_id}/"
    assert address in content.text
    for secret in ("Z89", "1984", shown.gate.email, "/l/"):
        assert secret not in content.text + content.html


def test_who_wants_one_mail_a_day_is_told_of_what_still_waits(
    company, pat, monkeypatch, time_machine
):
    Membership.objects.update(notices=Membership.Notices.DAILY)
    kinds = Factor.PROVABLE | {Factor.Kind.IDENTITY}
    monkeypatch.setattr(Factor, "PROVABLE", kinds)
    for title in ("Lease", "Fees"):
        request = factories.make_identity_request(company, pat, title=title)
        check = factories.make_identity_check(request)
    assert mails().count() == 0
    now = timezone.now()
    identity_review.approve(check, actor=pat, now=now)
    time_machine.move_to(now + timedelta(days=1))
    assert attention.send_digests(timezone.now()) == 1
    content = written(mails("sender_digest").get())
    assert "Lease, Ada Lane" in content.text
    assert "Fees, Ada Lane" not in content.text


def test_whose_id_was_rejected_is_not_said_to_be_at_the_gate(as_pat, shown, pat):
    def says() -> str:
        return as_pat.get("/workspace/").content.decode()

    identity_review.reject(shown, "Dark.", actor=pat, now=timezone.now())
    assert "ID of Ada rejected, can try again" in says()
    assert "at the gate" not in says()
    request = shown.gate.signer.request
    page = as_pat.get(f"/workspace/transactions/{request.public_id}/").content.decode()
    assert "ID rejected, can try again" in page
    browser = factories.Browser(shown.gate)
    expired = base.Finding(is_passed=False, reason=base.Reason.EXPIRED)
    factories.make_identity_check(request, browser=browser, finding=expired)
    assert "ID of Ada not accepted, can try again" in says()
    again = factories.make_identity_check(request, browser=browser)
    assert "Review the ID of Ada" in says()
    identity_review.approve(again, actor=pat, now=timezone.now())
    assert "Ada is at the gate" in says()


def test_a_transaction_whose_id_waits_needs_attention(as_pat, shown, pat):
    request = shown.gate.signer.request
    request.refresh_from_db()
    assert request.attention_since
    page = as_pat.get("/workspace/", {"show": "attention"}).content.decode()
    assert "Review the ID of Ada" in page
    identity_review.approve(shown, actor=pat, now=timezone.now())
    request.refresh_from_db()
    assert request.attention_since is None
