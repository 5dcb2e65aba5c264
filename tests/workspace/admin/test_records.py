from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests import factories
from tests.factories import Browser, kinds_of, wrong_code
from verification import trail
from verification.models import Budget, TrailEntry
from workspace.admin import base

pytestmark = pytest.mark.ignore_template_errors

SIGNERS = "/admin/signing/signer/"


@pytest.fixture
def locked(acme):
    browser = Browser(acme.signer.gate)
    challenge = browser.must_ask()
    for number in range(3):
        browser.enter(wrong_code(challenge, number + 1))
    return browser


def pages(acme) -> list[str]:
    found = []
    for row in acme.rows():
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        found.append(reverse(f"{name}_changelist"))
        found.append(reverse(f"{name}_change", args=[row.pk]))
    return found


def test_neither_code_nor_whole_address_is_shown(as_alex, acme):
    browser = Browser(acme.signer.gate)
    code = browser.must_ask().code()
    for address in pages(acme):
        body = as_alex.get(address, follow=True).content.decode()
        assert code not in body, address
        assert "ada@example.com" not in body, address
        assert "4155550190" not in body, address
    shown = as_alex.get(f"{SIGNERS}{acme.signer.pk}/change/").content.decode()
    assert "a••@example.com" in shown
    assert "••• ••• ••90" in shown


def test_records_are_only_read(as_alex, acme):
    for row in acme.rows()[5:]:
        name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
        for verb in ("change", "delete"):
            address = reverse(f"{name}_{verb}", args=[row.pk])
            facts = {"state": "completed", "title": "Mine", "post": "yes"}
            assert as_alex.post(address, facts).status_code == 404, address
        assert as_alex.get(reverse(f"{name}_add")).status_code == 404


def test_a_locked_signer_is_unlocked_with_a_reason(as_alex, acme, locked):
    address = reverse("admin:signing_signer_unlock", args=[acme.signer.pk])
    assert (
        "Unlock…" in as_alex.get(f"{SIGNERS}{acme.signer.pk}/change/").content.decode()
    )
    as_alex.get(address)
    assert (
        "Write in a few words why."
        in as_alex.post(address, {"reason": " "}).content.decode()
    )
    assert Budget.objects.exclude(locked_at=None).exists()
    as_alex.post(address, {"reason": "Ada called me."})
    assert not Budget.objects.exclude(locked_at=None).exists()
    entry = TrailEntry.objects.filter(trail=acme.request.trail).last()
    facts = trail.facts_of(entry)
    assert entry.kind == "unlocked"
    assert facts["reason"] == "Ada called me."
    assert facts["actor"] == f"Alex Stone <{acme.admin.email}>"


def test_the_action_asks_for_the_reason_first(as_alex, acme, locked):
    facts = {"action": "unlock", "_selected_action": [acme.signer.pk]}
    asked = as_alex.post(SIGNERS, facts)
    assert "Why?" in asked.content.decode()
    assert Budget.objects.exclude(locked_at=None).exists()
    said = as_alex.post(SIGNERS, facts | {"reason": "They called."}, follow=True)
    assert "1 signer has all tries back." in said.content.decode()
    assert not Budget.objects.exclude(locked_at=None).exists()


def test_who_is_not_locked_is_not_unlocked(as_alex, acme):
    before = kinds_of(acme.request.trail)
    address = reverse("admin:signing_signer_unlock", args=[acme.signer.pk])
    as_alex.post(address, {"reason": "Why not."})
    assert kinds_of(acme.request.trail) == before


def test_a_transaction_is_found_by_title_person_and_id(as_alex, acme):
    factories.make_request(acme.company, acme.publisher, title="Other thing")
    start = "/admin/signing/signrequest/"
    for typed in ("lease 20", "ada", str(acme.request.public_id)):
        assert "Lease 2026" in as_alex.get(start, {"q": typed}).content.decode()
    assert "Lease 2026" not in as_alex.get(start, {"q": "zebra"}).content.decode()


def test_locked_signers_are_filtered(as_alex, acme, locked):
    factories.make_request(acme.company, acme.publisher, title="Open thing")
    shown = as_alex.get(SIGNERS, {"locked": "yes"}).content.decode()
    assert "Lease 2026" in shown
    assert "Open thing" not in shown
    done = as_alex.get(SIGNERS, {"state__exact": "signed"}).content.decode()
    assert "0 signers" in done


def test_times_are_the_company_s(as_alex, acme):
    type(acme.company).objects.update(time_zone="Asia/Tokyo")
    acme.request.sent_at = timezone.now().replace(hour=20, minute=30)
    acme.request.save()
    address = reverse("admin:signing_signrequest_change", args=[acme.request.pk])
    assert "5:30 a.m." in as_alex.get(address).content.decode()


@pytest.mark.parametrize(
    "name", ["signing_signrequest", "signing_signer", "verification_trailentry"]
)
def test_lists_cost_the_same_for_many(as_alex, acme, name):
    address = reverse(f"admin:{name}_changelist")
    with CaptureQueriesContext(connection) as few:
        as_alex.get(address)
    for _ in range(5):
        factories.make_request(acme.company, acme.publisher)
    with CaptureQueriesContext(connection) as many:
        as_alex.get(address)
    assert len(many) == len(few)


def test_no_list_counts_millions(as_alex, acme, monkeypatch):
    monkeypatch.setattr(base, "MOST_COUNTED", 3)
    for _ in range(4):
        factories.make_request(acme.company, acme.publisher)
    with CaptureQueriesContext(connection) as queries:
        as_alex.get("/admin/signing/signrequest/")
    assert not any("COUNT(" in query["sql"] for query in queries)
