"""After a whole journey, no place but the message itself holds a code."""

from __future__ import annotations

import base64
import io
import json
import logging
import uuid

import pytest
import redis
from django.apps import apps
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from signing.models import SignRequest
from tests import factories as make
from verification import delivery, links, scrub, texts
from verification.flows import issuing
from verification.models import Factor, Gate

pytestmark = pytest.mark.django_db

PASSWORD = "Quite-Secret-Lighthouse"


@pytest.fixture
def log(monkeypatch):
    """What the process writes to its log, as production writes it."""
    root, out = logging.getLogger(), io.StringIO()
    console = next(
        handler
        for handler in root.handlers
        if any(isinstance(one, scrub.ScrubFilter) for one in handler.filters)
    )
    monkeypatch.setattr(console, "stream", out)
    monkeypatch.setattr(root, "level", logging.DEBUG)
    return out.getvalue


@pytest.fixture
def journey(client, log, outbox, django_capture_on_commit_callbacks):
    """Ada opens, errs, asks twice, uses a publisher's code, signs. What was said."""
    return Journey(client, django_capture_on_commit_callbacks)


class Journey:
    def __init__(self, client, committing):
        self.client, self.committing = client, committing
        company = make.make_company(
            alternative_codes_on=True, generate_in_resend=True, code_digits=8
        )
        with committing(execute=True):
            draft = make.make_draft(company, kinds=())
            signer = make.signer_of(draft)
            make.make_factor(signer.gate, Factor.Kind.ACCESS_CODE, access_code=PASSWORD)
            make.make_factor(signer.gate, Factor.Kind.PHONE)
            make.sending.send(draft, actor=draft.sender, now=timezone.now())
        self.lease = draft
        self.gate = Gate.objects.get(pk=signer.gate.pk)
        self.token = links.make_token(self.gate.public_id, self.gate.link_version)
        self.secrets = {PASSWORD}
        self.pages = []

    def url(self, name, *args):
        return reverse(f"signing:{name}", args=[self.gate.public_id, *args])

    def get(self, url):
        self.pages.append(self.client.get(url, follow=True).content.decode())

    def post(self, url, **data):
        with self.committing(execute=True):
            answer = self.client.post(
                url, {"key": uuid.uuid4().hex} | data, follow=True
            )
        self.pages.append(answer.content.decode())
        make.deliver_due()

    def walk(self):
        self.get(reverse("signing:link", args=[self.token]))
        self.post(self.url("open"), link=self.token)
        self.post(self.url("password"), password="Wrong-Word-1", epoch=1)
        self.post(self.url("password"), password=PASSWORD, epoch=1)
        self.post(self.url("ask", "sms"))
        self.remember()
        self.post(self.url("ask", "voice"))
        challenge = self.remember()
        wrong = make.wrong_code(challenge)
        self.post(self.url("code"), challenge=challenge.pk, code=wrong)
        self.secrets.add(wrong)
        issued = issuing.issue_alternative(
            self.gate, issuer=self.lease.sender, actor="Pat", now=timezone.now()
        )
        self.secrets.add(issued.code)
        self.get(self.url("have-a-code"))
        self.post(self.url("have-a-code"), code=issued.code)
        self.get(self.url("page"))
        self.client.get(f"/l/{self.token}x")
        assert self.gate.challenges.filter(state="verified").exists()

    def remember(self):
        challenge = make.live_code(self.gate)
        self.secrets.add(challenge.code())
        return challenge


def test_no_code_is_logged_stored_queued_or_shown(journey, log, outbox):
    journey.walk()
    assert len(journey.secrets) == 5
    codes_said = {
        secret
        for secret in journey.secrets
        for message in outbox
        if secret in message.text.replace(" ", "") + message.after_key.replace(" ", "")
    }
    assert codes_said  # else this shows nothing
    places = {
        "log": log(),
        "database": dump_database(),
        "broker": dump_broker(),
        "pages": "\n".join(journey.pages),
    }
    for place, text in places.items():
        for secret in journey.secrets:
            assert secret not in text, place
            assert texts.grouped(secret) not in text, place
    assert journey.token not in places["log"]
    assert journey.token not in places["database"]
    assert make.ADA_PHONE not in places["log"]
    assert make.ADA_PHONE not in places["pages"]
    assert "verification.tasks.send" in places["broker"]


def test_the_trail_of_a_journey_names_every_step(journey):
    journey.walk()
    told = make.kinds_of(journey.lease.trail)
    assert [kind for kind in told if kind != "delivery"] == [
        "created",
        "document_added",
        "sent",
        "invited",
        "opened",
        "try",
        "access_code_wrong",
        "try",
        "access_code_passed",
        "code_asked",
        "code_asked",
        "try",
        "code_wrong",
        "code_issued",
        "try",
        "code_passed",
        "viewed",
    ]
    assert delivery.due(timezone.now()) == []
    assert SignRequest.objects.get().state == "sent"


def dump_database():
    rows = []
    for model in apps.get_models():
        rows += [str(row) for row in model._default_manager.values()]
    return "\n".join(rows)


def dump_broker():
    """Everything that lies in the broker, whichever it is, and unpacked."""
    if settings.REDIS_URL:
        kept = dump_redis()
    else:
        folder = settings.DATA_DIR / "broker"
        kept = [path.read_text() for path in folder.rglob("*.msg")]
    bodies = [json.loads(one)["body"] for one in kept if one.startswith("{")]
    return "\n".join(kept + [base64.b64decode(body).decode() for body in bodies])


def dump_redis():
    kept = []
    with redis.Redis.from_url(settings.REDIS_URL, decode_responses=True) as broker:
        for key in broker.keys("*"):
            kind = broker.type(key)
            if kind == "list":
                kept += broker.lrange(key, 0, -1)
            elif kind == "string":
                kept.append(broker.get(key) or "")
    return kept
