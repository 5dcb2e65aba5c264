from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories as make
from verification import delivery
from verification.channels.base import Fate, Reason, Report
from verification.models import Delivery
from workspace import attention
from workspace.models import Concern, Membership

pytestmark = pytest.mark.race


def test_of_20_reports_of_one_failure_the_publisher_gets_one_mail(at_once):
    request = make.make_request()
    row = make.Browser(make.signer_of(request).gate).must_ask().delivery
    report = Report("SM1", Fate.FAILED, Reason.LANDLINE)
    now = timezone.now()
    heard = at_once(lambda _n: delivery.record_report(row.pk, report, now), 20, 20)
    assert sum(heard) == 1
    assert Concern.objects.count() == 1
    assert Delivery.objects.filter(kind="sender_attention").count() == 1


def test_two_failures_at_once_of_the_same_number_are_one_event(at_once):
    request = make.make_request(people=("ada",))
    browser = make.Browser(make.signer_of(request).gate)
    rows = [browser.must_ask("sms").delivery, browser.must_ask("voice").delivery]
    Delivery.objects.filter(pk=rows[1].pk).update(channel="sms")

    def report(number):
        told = Report(f"SM{number}", Fate.FAILED, Reason.LANDLINE)
        return delivery.record_report(rows[number % 2].pk, told, timezone.now())

    assert sum(at_once(report, 20, 20)) == 2
    assert Delivery.objects.filter(kind="sender_attention").count() == 1


def test_of_20_mornings_at_once_one_writes_the_digest(at_once):
    request = make.make_request()
    Membership.objects.update(notices="daily")
    row = make.Browser(make.signer_of(request).gate).must_ask().delivery
    report = Report("SM1", Fate.FAILED, Reason.LANDLINE)
    delivery.record_report(row.pk, report, timezone.now())
    later = timezone.now().replace(hour=12) + timedelta(days=2)
    sent = at_once(lambda _n: attention.send_digests(later), 20, 20)
    assert sum(sent) == 1
    assert Delivery.objects.filter(kind="sender_digest").count() == 1
