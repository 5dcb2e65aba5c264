"""A publisher makes a launch code for a signer who has no email."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from signing.flows import sending
from signing.models import LaunchCode
from tests import factories
from verification.models import Gate

# Four and four, as two parts of a row's id may be too.
SHOWN = re.compile(r'class="issued-code"[^>]*>([0-9A-Z]{4}-[0-9A-Z]{4})<')


@pytest.fixture
def ada(company, pat):
    draft = factories.make_draft(company, pat)
    Gate.objects.filter(signer__request=draft).update(email="")
    sending.send(draft, actor=pat, now=timezone.now())
    return draft.signers.select_related("gate", "request").get()


def address_of(signer):
    request = signer.request.public_id
    return f"/workspace/transactions/{request}/signers/{signer.public_id}/launch/"


def test_pat_reads_out_address_and_code_and_ada_is_at_her_gate(as_pat, ada):
    asked = as_pat.get(address_of(ada)).content.decode()
    assert "Make a launch code" in asked
    assert not LaunchCode.objects.exists()

    shown = as_pat.post(address_of(ada))
    assert "no-store" in shown["Cache-Control"]
    page = shown.content.decode()
    assert "/launch</p>" in page
    code = SHOWN.search(page)[1]
    assert code not in as_pat.get(address_of(ada)).content.decode()

    launched = Client().post("/launch", {"code": code})
    assert launched["Location"] == f"/s/{ada.gate.public_id}/"


def test_a_signer_with_an_email_address_gets_the_link_instead(as_pat, company, pat):
    signer = factories.make_request(company, pat).signers.get()
    page = as_pat.post(address_of(signer)).content.decode()
    assert "send the link there instead" in page
    assert not LaunchCode.objects.exists()


def test_mal_of_another_company_finds_nothing(as_mal, ada):
    assert as_mal.get(address_of(ada)).status_code == 404
    assert as_mal.post(address_of(ada)).status_code == 404
    assert not LaunchCode.objects.exists()


def test_another_publisher_finds_nothing(client, company, ada):
    client.force_login(factories.make_member(company, "Kim Lee"))
    assert client.post(address_of(ada)).status_code == 404
