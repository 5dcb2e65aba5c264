from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from signing.models import SenderIdentity
from tests.factories import deliver_due
from workspace import senders

pytestmark = pytest.mark.ignore_template_errors


@pytest.fixture
def identity(acme) -> SenderIdentity:
    return SenderIdentity.objects.get(company=acme.company)


def page(identity, verb) -> str:
    return reverse(f"admin:signing_senderidentity_{verb}", args=[identity.pk])


def link(outbox) -> str:
    deliver_due()
    asked = [one for one in outbox if "/senders/" in one.text]
    word = next(word for word in asked[-1].text.split() if "/senders/" in word)
    return word[word.index("/workspace") :]


def test_the_person_says_yes_on_a_page_of_their_own(acme, identity, outbox):
    address = link(outbox)
    client = Client()
    asked = client.get(address).content.decode()
    assert "May Acme Advisors send in your name?" in asked
    client.head(address)
    identity.refresh_from_db()
    assert identity.approved_at is None
    assert "Thank you" in client.post(address).content.decode()
    identity.refresh_from_db()
    assert identity.approved_at is not None


def test_a_company_admin_cannot_approve_for_them(as_alex, identity):
    for facts in ({"approved_at_0": "2026-01-01"}, {"approved_at": "2026-01-01"}):
        assert as_alex.post(page(identity, "change"), facts).status_code == 404
    identity.refresh_from_db()
    assert identity.approved_at is None


def test_asking_again_ends_the_older_link(as_alex, identity, outbox):
    older = link(outbox)
    as_alex.post(page(identity, "ask-again"))
    assert Client().get(older).status_code == 404
    assert Client().get(link(outbox)).status_code == 200


def test_a_link_ends_after_seven_days(identity, outbox, time_machine):
    address = link(outbox)
    time_machine.move_to(timezone.now() + timedelta(days=6, hours=23))
    assert Client().get(address).status_code == 200
    time_machine.shift(timedelta(hours=2))
    assert Client().post(address).status_code == 404
    identity.refresh_from_db()
    assert identity.approved_at is None


@pytest.mark.parametrize("token", ["x", "eyJpZCI6MX0:1abc:forged", "%00"])
def test_a_forged_link_is_not_found(db, token):
    assert Client().post(f"/workspace/senders/{token}/").status_code == 404


def test_removed_before_the_answer(as_alex, identity, outbox):
    address = link(outbox)
    as_alex.post(page(identity, "remove"))
    assert not SenderIdentity.objects.filter(pk=identity.pk).exists()
    assert Client().post(address).status_code == 404


def test_one_that_was_used_stays_in_the_records(as_alex, acme, identity, outbox):
    address = link(outbox)
    Client().post(address)
    acme.request.sender_identity = identity
    acme.request.save()
    as_alex.post(page(identity, "remove"))
    identity.refresh_from_db()
    assert identity.approved_at is None
    assert Client().post(address).status_code == 404
    add = reverse("admin:signing_senderidentity_add")
    as_alex.post(add, {"email": identity.email, "name": "Head"})
    identity.refresh_from_db()
    assert senders.find_asked(link(outbox).split("/")[-2]) == identity


def test_an_address_stands_there_once(as_alex, acme, identity):
    add = reverse("admin:signing_senderidentity_add")
    facts = {"email": identity.email.upper(), "name": "Again"}
    said = as_alex.post(add, facts, follow=True).content.decode()
    assert "This address is there already." in said
    assert acme.company.sender_identities.count() == 1
