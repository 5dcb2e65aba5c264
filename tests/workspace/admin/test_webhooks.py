from __future__ import annotations

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from tests import factories
from verification.models import Delivery, TrailEntry
from workspace.models import Webhook

pytestmark = pytest.mark.ignore_template_errors

ADD = "/admin/workspace/webhook/add/"
LIST = "/admin/workspace/webhook/"
TARGET = "https://93.184.216.34/hook/of-acme"


@pytest.fixture
def add(as_alex, acme):
    def add(**changes):
        facts = {"url": TARGET, "member": acme.member.pk, "events": ["signer.locked"]}
        return as_alex.post(ADD, facts | changes)

    return add


def told(acme, kind: str) -> int:
    return TrailEntry.objects.filter(trail__company=acme.company, kind=kind).count()


def press(client, webhook: Webhook, verb: str):
    return client.post(reverse(f"admin:workspace_webhook_{verb}", args=[webhook.pk]))


def test_a_webhook_s_secret_is_shown_once(add, as_alex, acme):
    answer = add()
    (secret,) = re.findall(r"whsec_[\w-]{20,}", answer.content.decode())
    assert "no-store" in answer["Cache-Control"]
    webhook = Webhook.objects.get(url=TARGET)
    assert webhook.secret == secret
    assert (webhook.member, webhook.events) == (acme.member, ["signer.locked"])
    change = f"{LIST}{webhook.pk}/change/"
    for address in (LIST, change, f"{LIST}{webhook.pk}/history/", ADD):
        page = as_alex.get(address).content.decode()
        assert secret not in page, address
        assert webhook.encrypted_secret not in page, address
    kept = [str(list(model.objects.values())) for model in (LogEntry, TrailEntry)]
    assert not any(secret in text for text in kept)
    assert told(acme, "webhook_added") == 2  # one is the furniture's


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"url": "https://127.0.0.1/"}, "private network"),
        ({"url": "https://2130706433/"}, "private network"),
        ({"url": "https://[::ffff:10.0.0.1]/"}, "private network"),
        ({"url": "http://93.184.216.34/"}, "https://"),
        ({"url": "https://me:word@93.184.216.34/"}, "password"),
        ({"events": []}, "required"),
        ({"events": ["nonsense"]}, "valid choice"),
    ],
)
def test_what_no_program_may_ask_for_no_admin_may(add, changes, words):
    before = Webhook.objects.count()
    answer = add(**changes)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert Webhook.objects.count() == before


def test_no_webhook_hears_for_a_member_of_another_company(add, rival):
    add(member=rival.member.pk)
    assert not Webhook.objects.filter(url=TARGET).exists()


def test_the_twenty_first_is_refused_in_words(add, as_alex):
    for _ in range(Webhook.MOST_OF_A_COMPANY - 1):
        add()
    assert add().status_code == 302
    assert "20 webhooks" in as_alex.get(ADD).content.decode()


def test_a_paused_webhook_is_told_nothing_until_it_goes_on(add, as_alex, acme):
    add(events=["transaction.sent"])
    webhook = Webhook.objects.get(url=TARGET)
    press(as_alex, webhook, "pause")
    factories.make_request(acme.company, acme.publisher)
    calls = Delivery.objects.filter(channel="webhook", address=TARGET)
    assert not calls.exists()
    assert "paused" in as_alex.get(LIST).content.decode()
    press(as_alex, webhook, "resume")
    factories.make_request(acme.company, acme.publisher)
    assert calls.count() == 1
    assert told(acme, "webhook_paused") == told(acme, "webhook_resumed") == 1


def test_an_ended_webhook_stays_to_be_read(add, as_alex, acme):
    add(events=["transaction.sent"])
    webhook = Webhook.objects.get(url=TARGET)
    press(as_alex, webhook, "end")
    factories.make_request(acme.company, acme.publisher)
    assert not Delivery.objects.filter(channel="webhook", address=TARGET).exists()
    page = as_alex.get(f"{LIST}{webhook.pk}/change/").content.decode()
    assert "ended" in page
    assert "/resume/" not in page
    trail = as_alex.get("/admin/workspace/companyevent/").content.decode()
    assert "Webhook ended" in trail
    assert "93.184.216.34" in trail
    assert "of-acme" not in trail  # a path may hold a secret


def test_a_webhook_of_who_left_is_told_nothing(add, acme):
    add(events=["transaction.sent"])
    acme.publisher.is_active = False
    acme.publisher.save()
    webhook = Webhook.objects.select_related("member__user").get(url=TARGET)
    assert not webhook.is_listening
    factories.make_request(acme.company, acme.publisher)
    assert not Delivery.objects.filter(channel="webhook", address=TARGET).exists()
