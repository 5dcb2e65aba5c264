"""What the sealed PDF says of identity checks, passkeys and authenticator apps."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from django.utils import timezone, translation
from pypdf import PdfReader

from signing import record
from signing.flows import identity_review, sealing, securing
from signing.flows.identity_rules import IdentityDetails
from tests import factories
from tests.factories import LIKELY, Browser
from verification import trail
from verification.flows import identity, passing
from verification.identity.base import Finding, Reason
from verification.models import Factor, IdentityCheck
from verification.outcomes import Outcome

pytestmark = pytest.mark.django_db
NUMBER = "L898902C36Z89"


def events(request) -> dict[str, str]:
    """The certificate's lines of Ada, by their labels."""
    with translation.override("en"):
        told = record.events_of(factories.signer_of(request))
    return {one.label: one.detail for one in told}


def use(check, browser) -> None:
    passed = IdentityCheck.objects.select_related("gate", "factor").get(pk=check.pk)
    assert passing.use(passed, browser.visit, timezone.now()) is Outcome.PASSED


@pytest.mark.slow
def test_the_sealed_pdf_names_document_checks_names_and_who_approved():
    lease = factories.make_identity_request(title="Lease 2026")
    ada = Browser(factories.signer_of(lease).gate)
    facts = replace(LIKELY.facts, number_end=NUMBER)
    check = factories.make_identity_check(
        lease, browser=ada, finding=replace(LIKELY, facts=facts)
    )
    identity_review.approve(check, actor=lease.sender, now=timezone.now())
    use(check, ada)
    factories.sign_as(lease, browser=ada)
    assert sealing.seal(lease.pk, timezone.now())
    lease.refresh_from_db()
    with lease.sealed.open("rb") as file:
        pdf = PdfReader(io.BytesIO(file.read()))
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pdf.pages))
    assert "Identity check passed" in text
    assert f"Compared by Pat Miller <{lease.sender.email}>" in text
    assert "Passport" in text
    assert "number ending in Z89" in text
    assert "check digits" in text
    assert "expiry date" in text
    assert "names compared strictly: the same" in text
    assert NUMBER not in text
    assert NUMBER[:-3] not in text


def test_what_a_provider_checked_names_the_provider():
    lease = factories.make_identity_request()
    check = factories.make_identity_check(lease)
    IdentityCheck.objects.filter(pk=check.pk).update(
        provider="stripe", state="sent", decided_at=None
    )
    check.refresh_from_db()
    checks = {"document": True, "selfie": True, "name": True}
    finding = replace(LIKELY, is_passed=True, checks=checks)
    assert identity.settle(check, finding, timezone.now())
    told = events(lease)["Identity check passed"]
    assert told.startswith("Checked by Stripe Identity; Passport")
    assert "document by machine" in told
    assert "face by machine" in told


def test_what_failed_says_why_and_who_let_it_pass_after_all():
    lease = factories.make_identity_request()
    ada = Browser(factories.signer_of(lease).gate)
    expired = Finding(False, LIKELY.facts, Reason.EXPIRED, {"expiry": False})
    check = factories.make_identity_check(lease, browser=ada, finding=expired)
    failed = events(lease)["Identity check failed"]
    assert failed.startswith("This document has expired; Read by machine")
    assert "not passed: expiry date" in failed
    identity_review.approve(check, actor=lease.sender, now=timezone.now())
    passed = events(lease)["Identity check passed"]
    assert passed.startswith("Compared by Pat Miller")
    assert "not passed: expiry date" in passed


def test_a_rejection_names_who_rejected_and_not_the_words_about_the_id():
    lease = factories.make_identity_request()
    check = factories.make_identity_check(lease)
    note = f"The number {NUMBER} is covered."
    identity_review.reject(check, note, actor=lease.sender, now=timezone.now())
    told = events(lease)["Identity check failed"]
    assert told.startswith("The reviewer did not accept it; Compared by Pat Miller")
    assert NUMBER not in told
    assert not any(NUMBER in entry.payload for entry in lease.trail.entries.all())


def test_an_added_check_names_what_it_asks_for():
    request = factories.make_request()
    wanted = securing.Wanted(identity=IdentityDetails(5, needs_selfie=True))
    securing.change(
        factories.signer_of(request),
        {Factor.Kind.IDENTITY: wanted},
        actor=request.sender,
        now=timezone.now(),
    )
    told = events(request)["Check added"]
    assert told.startswith("Identity check, before viewing; by Pat Miller")
    assert "5 tries; matching selfie; names compared strictly" in told


def test_the_trail_holds_no_name_and_no_number_of_the_document():
    lease = factories.make_identity_request()
    facts = replace(LIKELY.facts, number_end=NUMBER, full_name="Adelaide Q. Lane")
    factories.make_identity_check(lease, finding=replace(LIKELY, facts=facts))
    for entry in lease.trail.entries.filter(kind__startswith="identity"):
        told = str(trail.facts_of(entry))
        assert NUMBER not in told
        assert "Adelaide" not in told
        assert "1984-05" not in told
