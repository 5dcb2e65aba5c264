"""A password is known to whoever set it and whoever was told, and to nobody else.

The same for codes: one is in the one message that carries it, and nowhere else.
"""

from __future__ import annotations

import base64
import logging
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.utils import timezone

from signing.flows import acting, sending
from tests.signing.rows import PASSWORD, VIEW, ada, make_request
from verification import delivery, messages
from verification.flows import access_codes, asking, checking, issuing, locking, opening
from verification.flows.opening import Origin
from verification.flows.trying import Try
from verification.models import Budget, Delivery, Factor
from verification.outcomes import Outcome
from verification.standing import budget_of
from workspace.models import Membership

pytestmark = pytest.mark.django_db

ORIGIN = Origin(ip="192.0.2.1", browser="Firefox")
NEARLY = PASSWORD.lower()


class Story:
    """A signer with password and phone code, from the invitation to the lock."""

    def __init__(self):
        factors = {Factor.Kind.ACCESS_CODE: VIEW, Factor.Kind.PHONE: VIEW}
        self.request = make_request(ada(factors=factors))
        facts = {"user": self.request.sender, "company": self.request.company}
        Membership.objects.create(**facts, joined_at=timezone.now())
        self.signer = self.request.signers.select_related("gate", "request").get()
        self.gate = self.signer.gate
        session, self.cookie = opening.begin(timezone.now())
        self.visit = opening.arrive(self.gate, session, ORIGIN, timezone.now())
        self.presses = 0

    def attempt(self, kind, typed):
        self.presses += 1
        factor = self.gate.factors.get(kind=kind)
        return Try(self.visit, factor, typed, ORIGIN), str(self.presses)

    def enter_password(self, typed):
        attempt, key = self.attempt(Factor.Kind.ACCESS_CODE, typed)
        epoch = budget_of(self.gate, Budget.Kind.ACCESS_CODE).epoch
        return access_codes.check_access_code(attempt, epoch, key, timezone.now())

    def ask(self, channel):
        attempt, key = self.attempt(Factor.Kind.PHONE, "")
        asked = asking.Ask(self.visit, attempt.factor, channel, ORIGIN)
        assert asking.ask(asked, key, timezone.now()) == Outcome.SENT
        deliver()
        return self.gate.challenges.latest("pk").code()

    def issue(self):
        pat = self.request.sender
        return issuing.issue_alternative(
            self.gate, issuer=pat, actor=pat.email, now=timezone.now()
        ).code

    def redeem(self, typed):
        attempt, key = self.attempt(Factor.Kind.PHONE, typed)
        return checking.redeem(attempt, key, timezone.now())


def deliver():
    """Send all that waits, as the sweeper would."""
    for pk in delivery.due(timezone.now()):
        delivery.attempt(delivery.claim(pk, timezone.now()))


@pytest.fixture
def told(caplog):
    """Live through everything; return the story, its secrets and its log."""
    caplog.set_level(logging.DEBUG)
    story = Story()
    deliver()
    assert story.enter_password(NEARLY) == Outcome.WRONG
    assert story.enter_password(PASSWORD) == Outcome.PASSED
    texted, called = story.ask("sms"), story.ask("voice")
    first, second = story.issue(), story.issue()
    assert story.redeem(first) == Outcome.WRONG
    assert story.redeem(second) == Outcome.PASSED
    while story.enter_password(NEARLY) != Outcome.LOCKED:
        pass
    locking.unlock(
        story.gate,
        actor="Pat",
        reason="Spoke to Ada.",
        clears_total=False,
        now=timezone.now(),
    )
    for kind in ("wrong_number_reported", "not_me_reported"):
        acting.report(story.signer, kind, ORIGIN, timezone.now())
    sending.send_new_link(story.signer, timezone.now())
    sending.recall(
        story.request, actor=story.request.sender, reason="Typo.", now=timezone.now()
    )
    deliver()
    return story, {"sms": texted, "voice": called}, {first, second}, caplog.text


def spellings(secret):
    """Return every form in which a secret could be lying about."""
    spaced = f"{secret[:4]}-{secret[4:]}"
    encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
    return {secret, secret.casefold(), spaced, encoded, secret.encode().hex()}


def holds(text, secret):
    found = (re.escape(form) for form in spellings(secret))
    return re.search(f"(?<![0-9a-z])({'|'.join(found)})(?![0-9a-z])", text, re.I)


def everything_stored():
    """Return every text in every table, by table."""
    for model in apps.get_models():
        for row in model._default_manager.values():
            for name, value in row.items():
                if isinstance(value, memoryview | bytes):
                    yield f"{model.__name__}.{name}", bytes(value).decode("latin-1")
                elif isinstance(value, str | list | dict):
                    yield f"{model.__name__}.{name}", str(value)


def test_no_message_holds_a_password_or_an_issued_code(told, outbox):
    _story, _sent, issued, _log = told
    said = [
        "\n".join((m.to, m.subject, m.text, m.html, m.after_key, m.sender_name))
        for m in outbox
    ]
    assert len(said) >= 10
    for secret in (PASSWORD, NEARLY, *issued):
        assert not [text for text in said if holds(text, secret)]


def test_a_sent_code_is_only_in_the_message_that_carries_it(told, outbox):
    _story, sent, _issued, _log = told
    for channel, code in sent.items():
        holders = {
            (m.to, Delivery.objects.get(pk=m.delivery_id).channel)
            for m in outbox
            if holds(" ".join((m.text, m.html, m.after_key.replace(", ", ""))), code)
            or holds(m.text, code[:3] + " " + code[3:])
        }
        assert holders == {("+14155550190", channel)}


def test_no_table_holds_a_secret(told):
    _story, sent, issued, _log = told
    secrets = {PASSWORD, NEARLY, *issued, *sent.values()}
    found = [
        where
        for where, text in everything_stored()
        if any(holds(text, secret) for secret in secrets)
    ]
    assert found == []


def test_no_line_of_the_log_holds_a_secret(told):
    story, sent, issued, log = told
    for secret in (PASSWORD, NEARLY, *issued, *sent.values(), story.cookie):
        assert not holds(log, secret)


def test_no_file_holds_a_secret(told):
    _story, sent, issued, _log = told
    texts = [
        path.read_bytes().decode("latin-1")
        for path in Path(settings.DATA_DIR).rglob("*")
        if path.is_file()
    ]
    for secret in (PASSWORD, *issued, *sent.values()):
        assert not [text for text in texts if holds(text, secret)]


def test_every_kind_of_message_was_among_them(told):
    story, *_rest = told
    kinds = set(Delivery.objects.values_list("kind", flat=True))
    assert kinds == {
        *("invitation", "new_link", "code_issued", "recalled", messages.CODE),
        *("sender_attention", "sender_wrong_number_reported", "sender_not_me_reported"),
    }
