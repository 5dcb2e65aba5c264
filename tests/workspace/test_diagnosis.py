""" "Why can't they get in?": each way of being stuck, told in one sentence.

The clock stands still between two steps; `later` moves it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from signing.flows import acting, identity_review, launching
from signing.models import Company, Signer, SignRequest
from tests import factories
from tests.factories import Browser, wrong_code
from tests.signing import in_flight
from verification import delivery, trail
from verification.channels import memory
from verification.channels.base import DeliveryError, Fate, Reason, Report
from verification.flows import ending, erasing, issuing, locking, passing
from verification.flows.identity import REVIEW_LIFETIME
from verification.identity.base import Finding
from verification.identity.base import Reason as IdentityReason
from verification.models import Allowance, Budget, Delivery, Factor, Gate
from verification.outcomes import Outcome
from workspace import diagnosis

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)


@dataclass
class Stage:
    """One transaction, its people, and a clock that moves when told to."""

    request: SignRequest
    clock: object
    browsers: dict[str, Browser] = field(default_factory=dict)

    def later(self, minutes: float = 1) -> None:
        self.clock.shift(timedelta(minutes=minutes))

    def send(self) -> None:
        """Let the messages leave that wait, a moment later."""
        self.later(0.1)
        factories.deliver_due()

    def opens(self, who: str = "ada", browser: Browser | None = None) -> Browser:
        """Somebody comes by the link; in a browser of their own, or in this one."""
        self.later()
        gate = factories.signer_of(self.request, who).gate
        session = browser.session if browser else None
        self.browsers[who] = Browser(gate, session=session)
        self.later()
        return self.browsers[who]

    def asks(self, who: str = "ada", channel: str = "sms"):
        self.later()
        challenge = self.browsers[who].must_ask(channel)
        self.send()
        return challenge

    def told(self, who: str = "ada"):
        signers = self.request.signers.select_related("gate", "request__company")
        found = diagnosis.diagnose(list(signers), timezone.now())
        return found.get(factories.signer_of(self.request, who).pk)

    def says(self, who: str = "ada") -> str:
        return self.told(who).sentence


@pytest.fixture
def stage(time_machine, db):
    time_machine.move_to(MORNING, tick=False)

    def make(*kinds: str, **options) -> Stage:
        made = factories.make_request(kinds=kinds or ("phone",), **options)
        return Stage(made, time_machine)

    return make


def fails(reason: Reason) -> None:
    memory.failures.append(DeliveryError(reason, permanent=True))


def reported(gate: Gate, fate: Fate, reason: Reason | None = None) -> None:
    """The carrier calls back about the newest message of a gate."""
    sent = gate.deliveries.latest("pk")
    report = Report(sent.provider_id, fate, reason)
    assert delivery.record_report(sent.pk, report, timezone.now())


# The link


def test_never_opened(stage):
    on = stage()
    assert on.told().code == "email_on_its_way"
    on.send()
    on.later(60)
    told = on.told()
    assert told.code == "never_opened"
    assert told.sentence == (
        "Ada has not opened the link. The last email was sent at 10:00."
    )
    assert told.fix.label == "Remind Ada"
    assert not told.is_trouble


def test_yesterday_is_told_with_its_day(stage):
    on = stage()
    on.send()
    on.later(60 * 24)
    assert "sent on June 1, 2026, 10:00." in on.says()


def test_the_email_bounced(stage):
    on = stage()
    fails(Reason.BOUNCED)
    on.send()
    told = on.told()
    assert told.code == "email_bounced"
    assert (
        told.sentence == "The email to a••@example.com failed at 10:00: it came back."
    )
    assert told.fix.label == "Correct address"
    on.opens()
    assert on.told().code == "no_code_asked"


def test_opened_but_asked_for_no_code(stage):
    on = stage()
    on.send()
    on.opens()
    told = on.told()
    assert told.code == "no_code_asked"
    assert told.sentence == "Ada opened the link at 10:01 and has asked for no code."
    assert told.fix.label == "Tell them to press Text Me"
    assert "press Text Me and enter the code" in told.fix.words
    on.later(90)
    assert on.told().fix.label == "Remind Ada"


@pytest.mark.parametrize(
    ("kinds", "code", "label"),
    [
        (("access_code", "phone"), "no_password_entered", "Set a new password"),
        (("email",), "no_code_asked", "Tell them to press Email me"),
    ],
)
def test_opened_and_stopped_before_the_first_step(stage, kinds, code, label):
    on = stage(*kinds)
    on.opens()
    assert (on.told().code, on.told().fix.label) == (code, label)


def test_passed_the_password_and_stopped(stage):
    on = stage("access_code", "phone", "email")
    ada = on.opens()
    ada.enter_password()
    on.later()
    assert on.says() == (
        "Ada passed a step at 10:02 and has not begun the next: Phone code."
    )
    on.asks()
    on.later()
    ada.enter()
    on.later()
    assert on.says() == (
        "Ada passed a step at 10:05 and has not begun the next: Email code."
    )


def test_a_signer_with_no_factor_who_went_no_further(stage):
    on = stage()
    Factor.objects.all().delete()
    on.opens()
    assert on.told().code == "went_no_further"


def test_the_link_expired(stage):
    on = stage()
    factories.link_ends_in(factories.signer_of(on.request).gate, timedelta(minutes=5))
    on.later(5)
    told = on.told()
    assert told.sentence == "The link expired at 10:05."
    assert (told.code, told.fix.label) == ("link_expired", "Send a new link")


def test_not_their_turn(stage):
    on = stage(people=("ada", "bob"))
    told = on.told("bob")
    assert told.sentence == "It is not Bob’s turn yet: Ada signs first."
    assert (told.code, told.fix.label) == ("not_their_turn", "Remind Ada")
    assert not told.is_trouble
    factories.sign_as(on.request)
    assert on.told("bob").code == "email_on_its_way"


def test_no_email_at_all(stage):
    on = stage()
    Gate.objects.update(email="")
    assert (on.told().code, on.told().fix.label) == ("no_email", "Launch code")


def test_a_launch_code_that_was_made_and_not_used(stage):
    on = stage()
    Gate.objects.update(email="")
    signer = factories.signer_of(on.request)
    on.later()
    launching.issue(signer, issuer=on.request.sender, now=timezone.now())
    told = on.told()
    assert told.sentence == (
        "The launch code that was made at 10:01 has not been used."
    )
    assert "/launch and enter the launch code" in told.fix.words
    on.later(61)
    assert on.says() == "The launch code expired at 11:01 and was never used."
    assert on.told().fix.label == "Launch code"


def test_who_gets_no_emails_is_offered_no_email(stage):
    on = stage()
    SignRequest.objects.update(emails_off=True)
    told = on.told()
    assert (told.code, told.fix) == ("never_opened", None)
    assert "without emails" in told.sentence
    on.opens()
    on.later(90)
    assert on.told().fix.label == "Tell them to press Text Me"
    lock(on)
    Budget.objects.update(total=Budget.TOTAL_CAP)
    assert on.told().fix.label == "Unlock"
    Budget.objects.update(locked_at=None)
    factories.link_ends_in(factories.signer_of(on.request).gate, timedelta(0))
    assert (on.told().code, on.told().fix) == ("link_expired", None)


# Codes that did not arrive


def test_texts_to_a_landline(stage):
    on = stage()
    on.send()
    on.opens()
    fails(Reason.LANDLINE)
    on.asks()
    assert on.says() == "The text to ••90 failed at 10:03: it is a landline."
    on.send()  # the mail that tells the publisher
    Allowance.objects.all().delete()
    fails(Reason.LANDLINE)
    on.asks()
    told = on.told()
    assert told.sentence == (
        "The last 2 texts to ••90 failed, the newest at 10:04: it is a landline."
    )
    assert (told.code, told.fix.label) == ("text_landline", "Turn on Call Me first")


@pytest.mark.parametrize(
    ("reason", "why", "label"),
    [
        (Reason.BAD_ADDRESS, "does not exist", "Update Phone Numbers"),
        (
            Reason.COUNTRY,
            "messages to that country are blocked",
            "Update Phone Numbers",
        ),
        (Reason.REFUSED, "messages from us are blocked there", "Update Phone Numbers"),
        (Reason.UNREACHABLE, "can’t be reached at the moment", "Update Phone Numbers"),
        (
            Reason.CARRIER,
            "the carrier did not pass it on",
            "Tell them to press Text Me",
        ),
        (Reason.LIMIT, "too many messages", "Tell them to press Text Me"),
    ],
)
def test_a_text_that_cannot_arrive_says_why(stage, reason, why, label):
    on = stage()
    on.opens()
    on.asks()
    reported(on.browsers["ada"].gate, Fate.FAILED, reason)
    told = on.told()
    assert told.code == "text_undeliverable"
    assert told.sentence.startswith("The text to ••90 failed at 10:03: ")
    assert why in told.sentence
    assert told.fix.label == label


@pytest.mark.parametrize("channel", ["sms", "voice", "email"])
def test_every_reason_on_every_way_is_told(stage, channel):
    on = stage("email" if channel == "email" else "phone")
    on.opens()
    on.asks(channel=channel)
    code = Delivery.objects.filter(kind="code")
    for reason in Reason:
        code.update(state="failed", reason=reason, settled_at=timezone.now())
        told = on.told()
        assert told.is_trouble
        assert told.fix.label
        assert "{" not in told.sentence


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (Reason.NO_ANSWER, "call_not_answered"),
        (Reason.LINE_BUSY, "call_not_answered"),
        (Reason.HUNG_UP, "call_not_answered"),
        (Reason.MACHINE, "call_machine"),
    ],
)
def test_a_call_that_was_not_taken(stage, reason, code):
    on = stage()
    on.opens()
    on.asks(channel="voice")
    reported(on.browsers["ada"].gate, Fate.FAILED, reason)
    told = on.told()
    assert told.code == code
    assert told.sentence.startswith("The call to ••90 failed at 10:03: ")
    assert told.fix.label == "Tell them to press Call Me"


def test_a_country_that_the_company_does_not_send_to(stage):
    on = stage()
    ada = on.opens()
    Company.objects.update(allowed_countries=["DE"])
    assert ada.ask() is Outcome.NOT_ALLOWED
    told = on.told()
    assert told.code == "country_blocked"
    assert told.sentence == (
        "No code was sent at 10:02: your company does not send to numbers like ••90."
    )
    assert told.fix.label == "Update Phone Numbers"


def test_asked_too_often(stage):
    on = stage()
    on.opens()
    for _number in range(5):
        on.asks()
        Allowance.objects.filter(name="gate-channel").delete()
    assert on.browsers["ada"].ask() is Outcome.WAIT
    told = on.told()
    assert told.code == "limit_reached"
    assert told.sentence == (
        "They asked for codes too often. They can ask again at 10:13."
    )
    assert told.fix.words == "Please try again at 10:13."
    Company.objects.update(alternative_codes_on=True, generate_in_resend=True)
    assert on.told().fix.label == "GENERATE a code"
    on.later(10)
    assert on.told().code == "not_entered"


def test_asking_again_within_seconds_is_no_news(stage):
    on = stage()
    ada = on.opens()
    on.asks()
    assert ada.ask() is Outcome.WAIT
    assert on.told().code == "on_its_way"


def test_the_operator_stopped_all_sending(stage, settings):
    on = stage()
    ada = on.opens()
    settings.SENDING_ON = False
    assert ada.ask() is Outcome.NO_SENDING
    assert on.told().code == "no_sending"


# Codes that arrived


def test_on_its_way_then_delivered_and_not_entered(stage):
    on = stage()
    on.opens()
    code = on.asks()
    told = on.told()
    assert told.code == "on_its_way"
    assert told.sentence == (
        f"The code {code.reference} is on its way to ••90, asked for at 10:03."
    )
    assert told.fix is None
    assert told.is_brief
    reported(on.browsers["ada"].gate, Fate.DELIVERED)
    told = on.told()
    assert told.code == "not_entered"
    assert told.sentence == (
        f"The code {code.reference} was delivered to ••90 at 10:03 and has not been "
        "entered."
    )
    assert told.fix.label == f"Tell them reference {code.reference}"
    assert code.reference in told.fix.words


def test_sent_without_news_of_its_fate(stage):
    on = stage()
    on.opens()
    code = on.asks()
    on.later(5)
    assert on.says() == (
        f"The code {code.reference} was sent to ••90 at 10:03 and has not been entered."
    )


def test_a_worker_that_is_down(stage):
    on = stage()
    ada = on.opens()
    ada.must_ask()
    on.later(2)
    assert on.told().code == "slow"


def test_an_old_code_is_named_and_so_is_the_one_to_enter(stage):
    on = stage()
    ada = on.opens()
    old = on.asks()
    on.later(2)
    new = on.asks()
    on.later()
    assert ada.enter(old.code()) is Outcome.REPLACED
    told = on.told()
    assert told.code == "old_code"
    assert told.sentence == (
        f"They typed the code {old.reference}, which was replaced at 10:06."
    )
    assert told.fix.label == f"Tell them reference {new.reference}"


def test_an_old_code_in_its_own_old_dialog_is_told_too(stage):
    on = stage()
    ada = on.opens()
    old = on.asks()
    new = on.asks()
    assert ada.enter(old.code(), old) is Outcome.REPLACED
    assert old.reference in on.says()
    assert on.told().fix.label == f"Tell them reference {new.reference}"


def test_an_expired_code(stage):
    on = stage()
    ada = on.opens()
    code = on.asks()
    on.later(60 * 25)
    told = on.told()
    assert told.code == "code_expired"
    assert told.sentence == (
        f"The code {code.reference} expired at 10:03 and was never entered."
    )
    assert told.fix.label == "Tell them to press Text Me"
    ada.arrive()
    assert ada.enter(code.code()) is Outcome.EXPIRED
    told = on.told()
    assert told.code == "old_code"
    assert told.sentence == (
        f"They typed the code {code.reference}, which expired at 10:03."
    )


def test_wrong_tries_and_how_many_are_left(stage):
    on = stage()
    ada = on.opens()
    code = on.asks()
    on.later()
    ada.enter(wrong_code(code))
    told = on.told()
    assert told.code == "wrong_code"
    assert told.sentence == "A wrong code was typed at 10:04; 2 tries are left."
    assert told.fix.label == f"Tell them reference {code.reference}"
    on.later()
    ada.enter(wrong_code(code, 2))
    assert on.says() == "A wrong code was typed at 10:05; 1 try is left."
    on.later()
    ada.enter()
    assert on.told() is None


def test_wrong_passwords(stage):
    on = stage("access_code")
    on.opens().enter_password("not it")
    told = on.told()
    assert told.code == "wrong_password"
    assert told.sentence == "A wrong password was typed at 10:02; 2 tries are left."
    assert told.fix.label == "Set a new password"


def test_the_code_was_asked_for_in_another_browser(stage):
    on = stage()
    on.opens()
    code = on.asks()
    elsewhere = Browser(on.browsers["ada"].gate)
    on.later()
    assert elsewhere.enter(code.code(), code) is Outcome.OTHER_BROWSER
    told = on.told()
    assert told.code == "other_browser"
    assert told.sentence == (
        f"They typed the code {code.reference} in another browser than the one that "
        "asked: Safari on iPhone."
    )
    assert "enter the code where you asked for it" in told.fix.words


def test_nothing_to_enter(stage):
    on = stage()
    ada = on.opens()
    assert ada.redeem("123456") is Outcome.NOTHING_LIVE
    assert on.told().code == "no_live_code"


# Locked


def lock(on: Stage, who: str = "ada") -> None:
    code = on.asks(who)
    for number in range(3):
        on.later()
        on.browsers[who].enter(wrong_code(code, number + 1), code)


def test_locked(stage):
    on = stage()
    on.opens()
    lock(on)
    told = on.told()
    assert (told.code, told.fix.label) == ("locked", "Unlock")
    assert told.sentence == "The code was typed 3 times wrong."
    on.later()
    gate = on.browsers["ada"].gate
    locking.unlock(
        gate, actor="Pat", reason="x", clears_total=False, now=timezone.now()
    )
    on.later()
    assert on.says() == (
        "Ada has not tried again since something was changed at 10:07."
    )


def test_locked_by_the_tries_of_a_day(stage):
    """Each right code ends a run of wrong ones, and no day."""
    on = stage()
    ada = on.opens()
    while not Budget.objects.filter(locked_at__isnull=False).exists():
        ada.arrive()
        challenge = on.asks()
        for number in (1, 2):
            ada.enter(wrong_code(challenge, number), challenge)
        ada.enter(challenge.code(), challenge)
    assert on.says() == "The code was typed 10 times wrong."
    assert on.told().fix.label == "Unlock"


def test_who_has_used_more_tries_than_are_left_to_them_is_locked(stage):
    """Nobody is told to enter a code that would not be looked at any more."""
    on = stage()
    ada = on.opens()
    challenge = on.asks()
    for number in (1, 2):
        ada.enter(wrong_code(challenge, number), challenge)
    by = {"actor": on.request.sender, "now": timezone.now()}
    ada_signs = factories.signer_of(on.request)
    in_flight.set_tries(ada_signs, 3, **by)
    assert on.told().code == "wrong_code"
    in_flight.set_tries(ada_signs, 2, **by)
    assert on.told().code == "locked"
    assert factories.kinds_of(on.request.trail)[-2:] == ["tries_changed", "locked"]


def test_locked_by_the_password(stage):
    on = stage("access_code")
    ada = on.opens()
    for _number in range(3):
        ada.enter_password("not it")
    assert on.says() == "The password was typed 3 times wrong."


def test_at_the_total_cap_the_way_out_is_a_new_link(stage):
    on = stage()
    on.opens()
    lock(on)
    Budget.objects.update(total=Budget.TOTAL_CAP)
    told = on.told()
    assert told.sentence == "All 20 tries that this link had are used up."
    assert told.fix.label == "Send a new link"


def test_after_the_third_unlock_of_a_day(stage):
    on = stage()
    on.opens()
    lock(on)
    today = timezone.now().date()
    Budget.objects.update(unlocks=Budget.UNLOCKS_A_DAY, unlocks_on=today)
    told = on.told()
    assert told.code == "locked_for_today"
    assert "unlocked 3 times today" in told.sentence


# Whose link, whose number


def test_they_typed_their_code_at_the_link_of_another(stage):
    """A couple shares a computer, and both links lie in one mailbox."""
    on = stage(people=("ada", "bob"), is_ordered=False)
    ada = on.opens()
    code = on.asks()
    bob = on.opens("bob", browser=ada)
    on.asks("bob")
    on.later()
    assert bob.enter(code.code()) is Outcome.OTHER_SIGNER
    told = on.told()
    assert (told.code, told.fix.label) == ("other_link", "Resend Ada’s link")
    assert told.sentence == "They opened Bob’s link."
    at_bobs = on.told("bob")
    assert at_bobs.sentence == "They typed the code of Ada instead of their own."


def test_they_went_to_another_link_and_stayed_there(stage):
    on = stage(people=("ada", "bob"), is_ordered=False)
    ada = on.opens()
    bob = on.opens("bob", browser=ada)
    assert on.says() == "They opened Bob’s link."
    on.asks("bob")
    on.later()
    bob.enter()
    on.later()
    assert on.told("bob") is None
    assert on.told().code == "no_code_asked"


def test_two_browsers_are_no_mix_up(stage):
    on = stage(people=("ada", "bob"), is_ordered=False)
    on.opens()
    on.opens("bob")
    assert on.told().code == on.told("bob").code == "no_code_asked"


@pytest.mark.parametrize(
    ("kind", "sentence", "label"),
    [
        (
            "not_me_reported",
            "Whoever opened the link said at 10:02 that they are not Ada.",
            "Correct address",
        ),
        (
            "wrong_number_reported",
            "They said at 10:02 that ••90 is not their number.",
            "Update Phone Numbers",
        ),
    ],
)
def test_what_they_said_themselves(stage, kind, sentence, label):
    on = stage()
    ada = on.opens()
    signer = factories.signer_of(on.request)
    acting.report(signer, kind, ada.origin, timezone.now())
    on.later()
    assert on.says() == sentence
    assert on.told().fix.label == label
    trail.append(
        on.request.trail_id,
        "phone_changed",
        timezone.now(),
        actor="Pat",
        gate=signer.gate,
    )
    on.later()
    assert on.told().code == "not_tried_again"


# Checks that are not there, or say no


def test_a_check_that_is_not_available(stage, monkeypatch):
    monkeypatch.setattr(Factor, "PROVABLE", Factor.PROVABLE - {"identity"})
    on = stage("identity")
    told = on.told()
    assert (told.code, told.fix.label) == ("unprovable", "Change the checks")
    assert told.sentence == (
        "They are asked for something that is not available here yet: Identity check."
    )


@pytest.mark.parametrize(
    ("kind", "facts", "sentence"),
    [
        (
            "identity_failed",
            {"reason": "expired"},
            "The identity check failed at 10:02: This document has expired.",
        ),
        ("identity_failed", {}, "The identity check failed at 10:02."),
        (
            "identity_waiting",
            {},
            "Ada showed an ID at 10:02. It waits for your review.",
        ),
    ],
)
def test_an_identity_check_that_failed_or_waits(stage, kind, facts, sentence):
    on = stage("identity")
    gate = on.opens().gate
    trail.append(
        gate.trail_id, kind, timezone.now(), actor="system", gate=gate, **facts
    )
    told = on.told()
    assert (told.code, told.sentence) == (kind, sentence)


@pytest.fixture
def shown(stage, monkeypatch):
    """Ada has shown her ID to somebody who has to look at it."""
    monkeypatch.setattr(Factor, "PROVABLE", Factor.PROVABLE | {"identity"})
    on = stage("identity")
    on.opens()
    return on


def show(on, **more):
    on.later()
    browser = on.browsers["ada"]
    return factories.make_identity_check(on.request, browser=browser, **more)


def test_an_id_that_waits_leads_to_its_review(shown):
    check = show(shown)
    told = shown.told()
    assert told.code == "identity_waiting"
    assert (told.fix.label, told.fix.is_page) == ("Review", True)
    assert told.fix.url == f"/workspace/identity/{check.public_id}/"


def test_an_id_that_nobody_reviewed_in_time(shown):
    show(shown)
    shown.later(REVIEW_LIFETIME / timedelta(minutes=1))
    erasing.erase_due(timezone.now())
    told = shown.told()
    assert told.code == "identity_over"
    assert told.fix.words.endswith("show your ID again.")
    show(shown)
    assert shown.told().code == "identity_waiting"


def test_an_id_that_failed_is_told_in_the_words_of_its_reason(shown):
    finding = Finding(is_passed=False, reason=IdentityReason.EXPIRED)
    check = show(shown, finding=finding)
    told = shown.told()
    assert told.sentence.endswith(": This document has expired.")
    assert told.fix.label == "Look at it"
    assert str(check.public_id) in told.fix.url
    for _try in range(2):
        show(shown, finding=finding)
    told = shown.told()
    assert (told.code, told.fix.label) == ("locked", "Unlock")
    assert told.sentence == "The identity check failed 3 times."


def test_an_id_that_a_person_rejected_names_them(shown):
    check = show(shown)
    sender = shown.request.sender
    identity_review.reject(check, "Dark.", actor=sender, now=timezone.now())
    told = shown.told()
    assert told.code == "identity_failed"
    assert told.sentence.endswith(": Pat Miller rejected it.")


def test_an_id_that_was_accepted_and_not_used(shown):
    check = show(shown)
    shown.later()
    sender = shown.request.sender
    identity_review.approve(check, actor=sender, now=timezone.now())
    told = shown.told()
    assert told.code == "identity_accepted"
    assert "in the same browser" in told.fix.words
    check.refresh_from_db()
    visit = shown.browsers["ada"].visit
    passing.use(check, visit, timezone.now())
    assert shown.told() is None or shown.told().code != "identity_accepted"


def test_a_provider_that_is_not_set_up(stage, monkeypatch):
    monkeypatch.setattr(Factor, "PROVABLE", Factor.PROVABLE | {"identity"})
    on = stage("identity")
    assert on.told().code != "unprovable"
    Company.objects.update(identity_provider="stripe")
    told = on.told()
    assert told.code == "unprovable"
    assert told.sentence == (
        "They are asked for an ID, but Stripe Identity is not set up here."
    )


# Codes that a publisher issued


def test_a_code_that_was_issued_and_not_entered(stage):
    on = stage()
    Company.objects.update(alternative_codes_on=True, generate_in_resend=True)
    ada = on.opens()
    on.asks()
    on.later()
    pat = on.request.sender
    issued = issuing.issue_alternative(
        ada.gate, issuer=pat, actor=str(pat), now=timezone.now()
    )
    told = on.told()
    assert told.code == "issued_code_not_entered"
    assert told.fix.label == "Tell them to press I have a code"
    on.later()
    ada.redeem("AAAABBBB")
    assert on.told().code == "wrong_code"
    assert on.told().fix.label == "GENERATE a code"
    on.later()
    assert ada.redeem(issued.code) is Outcome.PASSED
    assert on.told() is None


def test_an_issued_code_that_expired(stage):
    on = stage()
    Company.objects.update(alternative_codes_on=True, generate_in_resend=True)
    ada, pat = on.opens(), on.request.sender
    issuing.issue_alternative(ada.gate, issuer=pat, actor=str(pat), now=timezone.now())
    on.later(60 * 24)
    assert on.told().code == "issued_code_expired"
    assert on.told().fix.label == "GENERATE a code"


def test_a_code_that_was_issued_for_a_password_speaks_of_no_text(stage):
    """Nobody is told to press a button that is not there."""
    on = stage("access_code")
    Company.objects.update(alternative_codes_on=True, generate_in_resend=True)
    ada, pat = on.opens(), on.request.sender
    by = {"issuer": pat, "actor": str(pat)}
    issuing.issue_alternative(ada.gate, now=timezone.now(), **by)
    on.later()
    ada.redeem("AAAABBBB", kind="access_code")
    assert on.told().code == "wrong_code"
    assert on.told().fix.label == "GENERATE a code"
    on.later()
    issuing.issue_alternative(ada.gate, now=timezone.now(), **by)
    on.later(60 * 24)
    assert on.told().code == "issued_code_expired"
    assert on.told().fix.label == "GENERATE a code"
    Company.objects.update(generate_in_resend=False)
    assert on.told().fix.label == "Set a new password"


# All is well


def test_who_is_in_or_done_needs_no_diagnosis(stage):
    on = stage(people=("ada", "bob"), is_ordered=False)
    ada = on.opens()
    on.asks()
    on.later()
    ada.enter()
    acting.mark_viewed(factories.signer_of(on.request), ada.origin, timezone.now())
    on.later(60)
    assert on.told() is None
    factories.sign_as(on.request, browser=ada)
    assert on.told() is None


def test_a_reader_who_comes_back_and_is_stuck_is_told_again(stage):
    on = stage()
    ada = on.opens()
    on.asks()
    ada.enter()
    signer = factories.signer_of(on.request)
    acting.mark_viewed(signer, ada.origin, timezone.now())
    assert Signer.objects.get(pk=signer.pk).state == "viewed"
    on.later(30)
    ada.arrive()
    fails(Reason.UNREACHABLE)
    on.asks()
    assert on.told().code == "text_undeliverable"


def test_a_closed_transaction_needs_no_diagnosis(stage):
    on = stage()
    SignRequest.objects.update(state="recalled")
    assert on.told() is None


def test_what_was_before_a_change_is_forgotten(stage):
    on = stage()
    on.send()
    ada = on.opens()
    fails(Reason.LANDLINE)
    on.asks()
    on.later()
    now = timezone.now()
    ending.forget_proofs(ada.gate, now)
    trail.append(ada.gate.trail_id, "phone_changed", now, actor="Pat", gate=ada.gate)
    on.later()
    assert on.told().code == "not_tried_again"


# As a whole


def test_any_number_of_signers_takes_the_same_queries(stage):
    on = stage(people=("ada", "bob", "ada", "bob"), is_ordered=False)
    for signer in on.request.signers.all():
        Browser(signer.gate).must_ask()
        Allowance.objects.all().delete()
    few = on.request.signers.select_related("gate", "request__company")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        diagnosis.diagnose(list(few), timezone.now())
    # Signers, budgets, factors; trail, messages, presses.
    assert len(queries) == 6


def test_no_sentence_holds_a_code_a_link_or_a_whole_address(stage):
    on = stage("access_code", "phone", "email")
    ada = on.opens()
    ada.enter_password()
    code = on.asks()
    on.later()
    ada.enter(wrong_code(code))
    told = on.told()
    for text in (told.html, told.fix.words, told.fix.url):
        assert code.code() not in text
        assert "/l/" not in text
        assert factories.ADA_PHONE not in text
    assert Delivery.objects.exists()


def test_times_are_for_the_readers_zone_on_the_page_and_plain_in_a_mail(stage):
    on = stage()
    on.opens()
    told = on.told()
    assert '<time datetime="2026-06-01T10:01:00+00:00" data-local="time">' in told.html
    assert "<" not in told.sentence


def test_names_are_only_text(stage):
    on = stage(people=("ada", "bob"))
    Gate.objects.filter(name="Ada Lane").update(name="<b>Ada</b>")
    assert on.told("bob").html == (
        "It is not Bob’s turn yet: &lt;b&gt;Ada&lt;/b&gt; signs first."
    )
