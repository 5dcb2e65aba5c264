"""Approvers and reviewers agree to a document without a signature."""

from __future__ import annotations

import pytest
from django.utils import timezone

from signing import composing, record
from signing.flows import acting, sealing
from signing.flows.acting import SignOutcome
from signing.models import Field, Signer
from tests import factories as make
from tests.signing.pages import SignerClient

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[Signer.Role.APPROVER, Signer.Role.REVIEWER])
def lease(request):
    """A transaction whose only signer has that role, and no place to sign."""
    draft = make.make_draft()
    Field.objects.all().delete()
    Signer.objects.update(role=request.param)
    make.sending.send(draft, actor=draft.sender, now=timezone.now())
    return draft


def test_who_agrees_is_asked_for_no_signature_and_their_part_is_done(lease):
    person = SignerClient(make.signer_of(lease).gate)
    person.open_link()
    person.press("/ask/sms")
    person.press("/code", code=make.live_code(person.gate).code())
    assert "Your signature" not in person.text
    assert "Agree and finish" in person.text
    person.reload(f"{person.home}sign")
    assert "Do you agree?" in person.text
    person.press("/sign")
    assert "You’ve agreed, Ada" in person.text
    lease.refresh_from_db()
    assert lease.state == "sealing"
    assert make.signer_of(lease).state == Signer.State.SIGNED


def test_nothing_is_agreed_to_without_a_press(lease):
    browser = make.enter_as(lease)
    assert agree(lease, browser, consented=False).outcome is SignOutcome.NO_CONSENT
    assert not make.signer_of(lease).is_done


def test_a_place_for_a_signature_is_filled_all_the_same(lease):
    make.make_field(make.signer_of(lease))
    browser = make.enter_as(lease)
    assert agree(lease, browser).outcome is SignOutcome.INCOMPLETE
    page = SignerClient(make.signer_of(lease).gate)
    page.open_link()
    page.press("/ask/sms")
    page.press("/code", code=make.live_code(page.gate).code())
    page.reload(f"{page.home}sign")
    assert "Do you agree?" not in page.text
    assert make.sign_as(lease).outcome is SignOutcome.SIGNED


@pytest.mark.slow
def test_the_certificate_says_so_and_no_line_is_left_unsigned(lease, monkeypatch):
    blocks = []
    monkeypatch.setattr(composing.stamp, "signature_block", blocks.append)
    assert agree(lease, make.enter_as(lease)).outcome is SignOutcome.SIGNED
    words = [event.detail for event in record.events_of(make.signer_of(lease))]
    assert any(one.startswith("Agreed without a signature") for one in words)
    assert sealing.seal(lease.pk, timezone.now())
    assert blocks == []


def agree(lease, browser, *, consented=True) -> acting.SignResult:
    return acting.sign(
        make.signer_of(lease),
        browser.visit,
        browser.origin,
        consented=consented,
        language="en",
        now=timezone.now(),
    )
