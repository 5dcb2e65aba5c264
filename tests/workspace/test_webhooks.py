"""Programs are told what happens: signed, once a success, again after a failure."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import transaction
from django.utils import timezone

from signing.flows import sending
from signing.flows.refusals import RefusedError
from tests.factories import (
    Browser,
    make_admin,
    make_company,
    make_draft,
    make_member,
    make_request,
)
from verification import delivery, tasks, trail
from verification.models import Delivery
from workspace.models import Membership, Webhook
from workspace.webhooks import flows

pytestmark = pytest.mark.django_db
Event = Webhook.Event


class Receiver:
    """A server on the loopback that keeps what it was sent."""

    def __init__(self) -> None:
        self.calls, self.status, self.pause, self.headers = [], 204, 0.0, {}
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers["Content-Length"])
                body = self.rfile.read(length).decode()
                receiver.calls.append((self.path, dict(self.headers), body))
                time.sleep(receiver.pause)
                self.send_response(receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(
            target=self.server.serve_forever, args=[0.02], daemon=True
        ).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook?of=acme"

    @property
    def events(self) -> list[dict]:
        return [json.loads(body) for _path, _headers, body in self.calls]


@pytest.fixture
def receiver(settings):
    settings.WEBHOOKS_TO_PRIVATE = True
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def company():
    return make_company()


@pytest.fixture
def pat(company):
    return make_member(company)


def listen(member, receiver, *events, **changes):
    membership = Membership.objects.get(user=member)
    return flows.create(
        membership,
        url=receiver.url,
        events=events or Event.values,
        now=timezone.now(),
        **changes,
    )


def send_all(later=timedelta(0)):
    """What workers do, some time later."""
    now = timezone.now() + later
    for pk in delivery.due(now, webhooks=True):
        Delivery.objects.filter(pk=pk).update(next_attempt_at=timezone.now())
        tasks.call_webhook(pk)


@pytest.mark.parametrize("kind", ["passkey_failed", "totp_failed"])
def test_a_refused_passkey_and_a_wrong_code_of_an_app_are_told(
    receiver, company, pat, kind
):
    listen(pat, receiver, "signer.authentication_failed")
    gate = make_request(company, pat).signers.get().gate
    trail.append(gate.trail_id, kind, timezone.now(), actor="signer", gate=gate)
    send_all()
    assert [one["type"] for one in receiver.events] == ["signer.authentication_failed"]


def test_a_program_is_told_of_sending_a_wrong_code_and_the_lock(receiver, company, pat):
    listen(pat, receiver)
    request = make_request(company, pat, kinds=("access_code",))
    signer = request.signers.get()
    browser = Browser(signer.gate)
    for _ in range(3):
        browser.enter_password("not it")
    send_all()
    types = [event["type"] for event in receiver.events]
    assert types == [
        "transaction.sent",
        *["signer.authentication_failed"] * 3,
        "signer.locked",
    ]
    locked = receiver.events[-1]
    assert locked["transaction"] == {
        "id": str(request.public_id),
        "title": request.title,
    }
    assert locked["signer"]["name"] == "Ada Lane"
    assert [one["facts"].get("tries_left") for one in receiver.events[1:4]] == [2, 1, 0]
    assert "not it" not in str(receiver.calls)


def test_a_call_is_signed_over_its_time_and_body(receiver, company, pat):
    secret = listen(pat, receiver).secret
    make_request(company, pat)
    send_all()
    path, headers, body = receiver.calls[0]
    assert path == "/hook?of=acme"
    facts = dict(
        part.split("=", 1) for part in headers["Countersign-Signature"].split(",")
    )
    text = f"{facts['t']}.{body}".encode()
    made = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
    assert facts["v1"] == made
    assert abs(int(facts["t"]) - time.time()) < 60


def test_what_failed_is_told_again_under_the_same_id(receiver, company, pat):
    listen(pat, receiver, Event.SENT)
    make_request(company, pat)
    receiver.status = 500
    send_all()
    row = Delivery.objects.get(channel="webhook")
    assert (row.state, row.attempts) == (Delivery.State.QUEUED, 1)
    receiver.status = 200
    send_all(later=timedelta(seconds=5))
    row.refresh_from_db()
    assert (row.state, row.attempts) == (Delivery.State.SENT, 2)
    first, second = receiver.events
    assert first["id"] == second["id"]


def test_a_receiver_that_is_down_for_hours_still_hears_of_it(receiver, company, pat):
    listen(pat, receiver, Event.SENT)
    make_request(company, pat)
    Delivery.objects.filter(channel="webhook").update(attempts=15)
    receiver.status = 503
    send_all()
    row = Delivery.objects.get(channel="webhook")
    assert row.state == Delivery.State.QUEUED
    pause = row.next_attempt_at - timezone.now()
    assert timedelta(hours=1) < pause < timedelta(hours=3)


def test_a_receiver_that_says_gone_is_not_called_again(receiver, company, pat):
    listen(pat, receiver, Event.SENT)
    make_request(company, pat)
    receiver.status = 410
    send_all()
    assert Delivery.objects.get(channel="webhook").state == Delivery.State.FAILED


def test_a_redirect_to_the_inside_is_not_followed(receiver, company, pat):
    inside = Receiver()
    listen(pat, receiver, Event.SENT)
    make_request(company, pat)
    receiver.status, receiver.headers = 302, {"Location": inside.url}
    send_all()
    assert len(receiver.calls) == 1
    assert inside.calls == []
    inside.server.shutdown()
    inside.server.server_close()


def test_a_target_that_turned_private_is_not_called(receiver, company, pat, settings):
    listen(pat, receiver, Event.SENT)
    make_request(company, pat)
    settings.WEBHOOKS_TO_PRIVATE = False
    send_all()
    assert receiver.calls == []
    assert Delivery.objects.get(channel="webhook").state == Delivery.State.FAILED


def test_a_private_target_is_refused_when_it_is_saved(company, pat):
    membership = pat.memberships.get()
    with pytest.raises(RefusedError) as refused:
        flows.create(
            membership,
            url="https://169.254.169.254/",
            events=[Event.SENT],
            now=timezone.now(),
        )
    assert refused.value.code == "bad_url"
    assert not Webhook.objects.exists()


@pytest.mark.parametrize("events", [[], ["nonsense"], [Event.SENT, "nonsense"]])
def test_unknown_events_are_refused(receiver, pat, events):
    with pytest.raises(RefusedError) as refused:
        flows.create(
            pat.memberships.get(), url=receiver.url, events=events, now=timezone.now()
        )
    assert refused.value.code == "bad_events"


def test_a_webhook_that_was_ended_hears_no_more(receiver, company, pat):
    webhook = listen(pat, receiver, Event.SENT).webhook
    make_request(company, pat)
    assert flows.end(webhook, timezone.now()) is True
    make_request(company, pat)
    send_all()
    assert receiver.calls == []
    assert Delivery.objects.get(channel="webhook").state == Delivery.State.CANCELLED
    assert flows.end(webhook, timezone.now()) is False


def test_what_waits_for_a_paused_webhook_is_not_told_later(receiver, company, pat):
    webhook = listen(pat, receiver, Event.SENT).webhook
    make_request(company, pat)
    assert flows.pause(webhook, timezone.now()) is True
    assert flows.pause(webhook, timezone.now()) is False
    send_all()
    assert flows.resume(webhook, timezone.now()) is True
    assert flows.resume(webhook, timezone.now()) is False
    send_all()
    assert receiver.calls == []
    assert Delivery.objects.get(channel="webhook").state == Delivery.State.CANCELLED


def test_a_webhook_goes_on_at_a_public_address_alone(receiver, pat, settings):
    webhook = listen(pat, receiver, Event.SENT).webhook
    flows.pause(webhook, timezone.now())
    settings.WEBHOOKS_TO_PRIVATE = False
    with pytest.raises(RefusedError) as refused:
        flows.resume(webhook, timezone.now())
    assert refused.value.code == "bad_url"
    assert not webhook.is_listening


def test_a_webhook_that_has_ended_is_neither_paused_nor_goes_on(receiver, pat):
    webhook = listen(pat, receiver, Event.SENT).webhook
    flows.pause(webhook, timezone.now())
    flows.end(webhook, timezone.now())
    assert flows.resume(webhook, timezone.now()) is False
    assert flows.pause(webhook, timezone.now()) is False


def test_nothing_of_another_company_is_heard(receiver, company, pat):
    listen(pat, receiver, Event.SENT)
    make_request(make_company("Other Ltd"))
    send_all()
    assert receiver.calls == []


def test_nothing_of_another_publisher_is_heard_but_by_an_admin(receiver, company, pat):
    listen(pat, receiver, Event.SENT)
    make_request(company, make_member(company, "Kim Lee"))
    send_all()
    assert receiver.calls == []
    listen(make_admin(company), receiver, Event.SENT)
    make_request(company, make_member(company, "Kim Lee"))
    send_all()
    assert len(receiver.calls) == 1


def test_the_secret_is_not_kept_in_clear(receiver, pat):
    made = listen(pat, receiver)
    assert made.secret not in str(Webhook.objects.values().get())
    assert made.webhook.secret == made.secret


def test_a_request_rolled_back_is_not_told(receiver, company, pat):
    listen(pat, receiver, Event.SENT)
    draft = make_draft(company, pat)
    with transaction.atomic():
        sending.send(draft, actor=pat, now=timezone.now())
        transaction.set_rollback(True)
    assert not Delivery.objects.filter(channel="webhook").exists()
