"""Messages in Stripe's name: a genuine one is a hint, everything else is nothing."""

from __future__ import annotations

import json
import logging
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from stripe import WebhookSignature

from tests import factories as make
from verification import tasks
from verification.flows import hosted, identity, opening, passing
from verification.models import Factor, Grant, HostedSession, IdentityCheck
from verification.outcomes import Outcome

pytestmark = pytest.mark.django_db

State = IdentityCheck.State
HOOK = "/hooks/stripe"
MORNING = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
ALL = ["verified", "requires_input", "processing", "canceled", "redacted"]


@pytest.fixture(autouse=True)
def _morning(time_machine):
    time_machine.move_to(MORNING, tick=False)


@pytest.fixture(autouse=True)
def stripe(stripe_server, company_rules, settings):
    company_rules.identity_provider = "stripe"
    settings.IS_HTTPS = True
    return stripe_server


def open_check(browser):
    factor = browser.factor(Factor.Kind.IDENTITY)
    now = timezone.now()
    check = identity.start(browser.visit, factor, origin=opening.Origin(), now=now)
    tasks.attend_identity(check.pk)
    check.refresh_from_db()
    return check


@pytest.fixture
def ada():
    return make.Browser(make.make_gate(Factor.Kind.IDENTITY))


@pytest.fixture
def check(ada):
    return open_check(ada)


def post(client, body, signature, **extra):
    return client.post(
        HOOK, body, "application/json", headers={"Stripe-Signature": signature}, **extra
    )


def tell(client, stripe, session, what, **extra):
    hook = stripe.hook(session, what)
    return post(client, hook.body, hook.signature, **extra)


def work_what_is_due():
    for check_id in hosted.due(timezone.now()):
        tasks.attend_identity(check_id)


def state_of(check):
    check.refresh_from_db()
    return check.state


# Genuine


def test_our_signature_is_the_one_that_stripes_package_makes(stripe):
    body = b'{"object":"event"}'
    theirs = WebhookSignature.generate_signature_header(
        body.decode(), stripe.webhook_secret, 1_780_000_000
    )
    assert stripe.sign(body, at=1_780_000_000) == theirs


def test_a_message_that_it_is_verified_has_stripe_asked(client, stripe, check):
    stripe.show()
    assert hosted.due(timezone.now()) == []
    assert tell(client, stripe, stripe.session, "verified").status_code == 200
    assert state_of(check) == State.OPEN  # nothing is believed
    work_what_is_due()
    assert state_of(check) == State.PASSED


@pytest.mark.parametrize("what", ALL)
def test_whatever_a_message_says_the_answer_is_stripes(client, stripe, check, what):
    stripe.show(first_name="Mal")
    tell(client, stripe, stripe.session, what)
    work_what_is_due()
    assert (state_of(check), check.reason) == (State.FAILED, "name")


def test_a_message_about_a_document_that_was_not_shown_passes_nobody(
    client, stripe, check
):
    """Signed as it is: Stripe's own session says otherwise."""
    told = json.loads(stripe.event(stripe.session, "verified"))
    told["data"]["object"] |= {
        "status": "verified",
        "verified_outputs": {"first_name": "Ada", "last_name": "Lane"},
    }
    body = json.dumps(told).encode()
    assert post(client, body, stripe.sign(body)).status_code == 200
    work_what_is_due()
    assert state_of(check) == State.OPEN
    assert "try" not in make.kinds_of(check.gate.trail)


@pytest.mark.parametrize("order", [ALL, ALL[::-1]])
def test_late_repeated_and_reordered_messages_change_nothing(
    client, stripe, ada, check, order
):
    stripe.show()
    tell(client, stripe, stripe.session, "verified")
    work_what_is_due()
    check.refresh_from_db()
    assert passing.use(check, ada.visit, timezone.now()) is Outcome.PASSED
    before = make.kinds_of(ada.gate.trail)
    for what in order * 2:
        assert tell(client, stripe, stripe.session, what).status_code == 200
        work_what_is_due()
    assert state_of(check) == State.PASSED
    assert make.kinds_of(ada.gate.trail) == before
    assert Grant.objects.count() == 1


def test_a_failure_told_again_and_again_costs_one_try(client, stripe, ada, check):
    stripe.show(error="document_unverified_other")
    for _message in range(4):
        tell(client, stripe, stripe.session, "requires_input")
        work_what_is_due()
    assert state_of(check) == State.FAILED
    assert make.kinds_of(ada.gate.trail).count("try") == 1


def test_both_secrets_count_while_one_is_being_replaced(
    client, stripe, check, settings
):
    new = f"whsec_{secrets.token_hex(16)}"
    settings.STRIPE_WEBHOOK_SECRETS = [new, stripe.webhook_secret]
    body = stripe.event(stripe.session, "verified")
    assert post(client, body, stripe.sign(body)).status_code == 200
    assert post(client, body, stripe.sign(body, new)).status_code == 200
    settings.STRIPE_WEBHOOK_SECRETS = [new]
    assert post(client, body, stripe.sign(body)).status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "charge.succeeded"},
        {"type": "identity.verification_session.created"},
        {"type": "identity.verification_session.of_next_year"},
        {"data": {"object": {"id": "vs_of_nobody"}}},
        {"data": {"object": {"id": 7}}},
        {"data": {"object": {"id": ""}}},
        {"data": {"object": {"id": "v" * 500}}},
    ],
)
def test_what_is_not_about_a_check_of_ours_is_taken_and_ignored(
    client, stripe, check, changes
):
    body = stripe.event(stripe.session, "verified", **changes)
    assert post(client, body, stripe.sign(body)).status_code == 200
    assert hosted.due(timezone.now()) == []


# Forged


def test_forged_messages_are_refused(client, stripe, check, caplog):
    body = stripe.event(stripe.session, "verified")
    good = stripe.sign(body)
    stamp, _, mac = good.partition(",")
    other = f"whsec_{secrets.token_hex(16)}"
    forged = [
        "",
        "nonsense",
        mac,
        stamp,
        f"{stamp},v1=",
        f"{stamp},{mac[:-1]}0" if mac[-1] != "0" else f"{stamp},{mac[:-1]}1",
        f"{stamp},v0={mac.partition('=')[2]}",
        f"t={int(stamp[2:]) + 1},{mac}",
        stripe.sign(body, other),
        stripe.sign(body + b" "),
    ]
    for signature in forged:
        assert post(client, body, signature).status_code == 403, signature
    assert hosted.due(timezone.now()) == []
    assert all(record.levelno == logging.WARNING for record in caplog.records)
    assert stripe.session.id not in caplog.text


def test_a_changed_body_is_refused(client, stripe, check):
    hook = stripe.hook(stripe.session, "requires_input")
    body = hook.body.replace(b"requires_input", b"verified")
    assert post(client, body, hook.signature).status_code == 403


@pytest.mark.parametrize(("age", "status"), [(299, 200), (300, 200), (301, 403)])
def test_a_message_of_more_than_five_minutes_ago_is_refused(
    client, stripe, check, age, status
):
    body = stripe.event(stripe.session, "verified")
    at = (timezone.now() - timedelta(seconds=age)).timestamp()
    assert post(client, body, stripe.sign(body, at=at)).status_code == status


def test_without_a_secret_nobody_is_believed(client, stripe, check, settings):
    settings.STRIPE_WEBHOOK_SECRETS = []
    body = stripe.event(stripe.session, "verified")
    assert post(client, body, stripe.sign(body)).status_code == 403
    assert post(client, body, stripe.sign(body, " ")).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"object": "event"}',
        b'{"object": "v2.core.event", "type": "x"}',
        b'{"object": "event", "type": "identity.verification_session.verified"}',
    ],
)
def test_what_is_signed_and_is_no_event_is_a_bad_request(client, stripe, body):
    signature = f"t={int(timezone.now().timestamp())},v1=0"
    with_secret = stripe.sign(body)
    assert post(client, body, signature).status_code in (400, 403)
    assert post(client, body, with_secret).status_code == 400


def test_a_body_without_end_is_not_read(client, stripe):
    body = b"{" + b" " * 256 * 1024
    assert post(client, body, stripe.sign(body)).status_code == 413


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_only_posts_are_taken(client, method):
    assert getattr(client, method)(HOOK).status_code == 405


# Another's


def test_a_passed_session_of_another_signer_passes_nobody_else(client, stripe, check):
    """T24: the session is bound to its check by its id and by our nonce."""
    bob = make.Browser(make.make_gate(Factor.Kind.IDENTITY, name="Bob Reed"))
    bobs = open_check(bob)
    ours, theirs = stripe.sessions
    stripe.show(ours)
    # Ada's good session under Bob's name, as if somebody had changed our row.
    IdentityCheck.objects.filter(pk=check.pk).update(provider_id="")
    IdentityCheck.objects.filter(pk=bobs.pk).update(provider_id=ours.id)
    tell(client, stripe, ours, "verified")
    work_what_is_due()
    assert state_of(bobs) == State.OPEN
    assert "try" not in make.kinds_of(bob.gate.trail)


@pytest.mark.parametrize("name", ["nonce", "check"])
def test_a_session_that_does_not_carry_our_nonce_is_not_looked_at(
    client, stripe, check, name
):
    stripe.show()
    stripe.session.params["metadata"][name] = "of another"
    tell(client, stripe, stripe.session, "verified")
    work_what_is_due()
    assert state_of(check) == State.OPEN
    assert HostedSession.objects.get().attempts == 0


def test_a_session_of_another_account_is_asked_for_and_not_found(client, stripe, check):
    stripe.show()
    stripe.session.account = "acct_other"
    tell(client, stripe, stripe.session, "verified")
    work_what_is_due()
    assert state_of(check) == State.OPEN


def test_news_that_comes_while_a_worker_looks_is_looked_at_after_it(
    client, stripe, check, monkeypatch
):
    """It saw the session before the document was shown."""
    look = type(hosted.base.provider("stripe")).look

    def look_and_hear(self, provider_id):
        answer = look(self, provider_id)
        monkeypatch.undo()
        stripe.show()
        tell(client, stripe, stripe.session, "verified")
        return answer

    monkeypatch.setattr("verification.identity.stripe.Stripe.look", look_and_hear)
    HostedSession.objects.update(due_at=timezone.now())
    tasks.attend_identity(check.pk)
    assert state_of(check) == State.OPEN
    assert hosted.due(timezone.now()) == [check.pk]
    work_what_is_due()
    assert state_of(check) == State.PASSED
