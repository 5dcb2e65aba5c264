"""A trail that was taken away can be checked by who has nothing else."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO

import pytest
from django.utils import timezone
from pypdf import PdfReader

from signing.flows import sending
from tests import factories
from tests.factories import Browser
from verification.models import TrailEntry


@pytest.fixture
def sent(company, pat):
    request = factories.make_request(company, pat, kinds=("access_code", "phone"))
    ada = Browser(factories.signer_of(request).gate)
    ada.enter_password("wrong")
    ada.enter_password()
    ada.must_ask()
    return request


def address(request, kind):
    return f"/workspace/transactions/{request.public_id}/trail.{kind}"


def sha(*parts):
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def test_every_hash_can_be_made_again_from_the_file_alone(as_pat, sent):
    response = as_pat.get(address(sent, "json"))
    assert "attachment" in response["Content-Disposition"]
    told = json.loads(response.content)
    before = "0" * 64
    for number, entry in enumerate(told["entries"], start=1):
        assert entry["seq"] == number
        assert entry["payload_hash"] == sha(entry["salt"], entry["payload"])
        facts = (str(number), entry["at"], entry["kind"], entry["payload_hash"])
        assert entry["hash"] == sha(before, *facts)
        before = entry["hash"]
    assert told["head"] == before
    kinds = [entry["kind"] for entry in told["entries"]]
    assert kinds[:4] == ["created", "document_added", "sent", "invited"]
    assert "access_code_wrong" in kinds


def test_the_pdf_tells_the_same_entries_as_sentences(as_pat, sent):
    entries = TrailEntry.objects.filter(trail=sent.trail).count()
    response = as_pat.get(address(sent, "pdf"))
    pages = PdfReader(BytesIO(response.content)).pages
    text = " ".join(page.extract_text() for page in pages)
    assert "Pat Miller sent the transaction" in text
    assert "Ada Lane typed a wrong password" in text
    last = TrailEntry.objects.filter(trail=sent.trail).get(seq=entries)
    assert last.hash[:16] in text


def test_taking_it_is_written_down(as_pat, sent):
    as_pat.get(address(sent, "json"))
    last = TrailEntry.objects.filter(trail=sent.trail).order_by("seq").last()
    assert (last.kind, json.loads(last.payload)["what"]) == ("downloaded", "trail")


def test_no_code_and_no_whole_number_is_in_it(as_pat, sent):
    told = as_pat.get(address(sent, "json")).content.decode()
    challenge = factories.signer_of(sent).gate.challenges.get()
    assert challenge.code() not in told
    assert factories.ADA_PHONE not in told
    assert factories.PASSWORD not in told


@pytest.mark.parametrize("kind", ["json", "pdf"])
def test_a_draft_has_no_trail(as_pat, company, pat, kind):
    draft = factories.make_draft(company, pat)
    assert as_pat.get(address(draft, kind)).status_code == 404


@pytest.mark.parametrize("kind", ["json", "pdf"])
def test_mal_and_another_publisher_find_nothing(as_mal, client, company, sent, kind):
    assert as_mal.get(address(sent, kind)).status_code == 404
    client.force_login(factories.make_member(company, "Kim Lee"))
    assert client.get(address(sent, kind)).status_code == 404


def test_after_a_recall_it_can_still_be_had(as_pat, sent, pat):
    sending.recall(sent, actor=pat, reason="Typo", now=timezone.now())
    told = json.loads(as_pat.get(address(sent, "json")).content)
    assert told["transaction"]["state"] == "recalled"
