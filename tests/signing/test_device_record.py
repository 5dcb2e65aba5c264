"""What the certificate says of passkeys and authenticator apps."""

from __future__ import annotations

import pytest
from django.utils import timezone

from signing.record import events_of
from signing.views import papers
from tests import factories as make
from verification import trail
from verification.models import Factor

pytestmark = pytest.mark.django_db


def told(kind, **facts):
    sent = make.make_request(kinds=(Factor.Kind.PHONE,))
    signer = make.signer_of(sent)
    now = timezone.now()
    trail.append(sent.trail_id, kind, now, actor="signer", gate=signer.gate, **facts)
    event = events_of(signer)[-1]
    return event.label, event.detail


def test_a_first_time_names_the_checks_that_it_is_worth():
    label, detail = told("passkey_enrolled", behind=["phone", "identity"], ip="::1")
    assert label == "Passkey set up"
    assert "set up behind: Phone code and Identity check" in detail
    assert "For the first time" in detail


def test_a_code_of_an_app_names_its_first_visit_and_the_failed_tries():
    facts = {"set_up_at": "2026-06-01T09:00:00+00:00", "behind": ["phone"]}
    _label, detail = told("totp_passed", failed_before=2, **facts)
    assert detail == (
        "Set up on 2026-06-01; set up behind: Phone code; 2 failed tries before"
    )


def test_the_page_of_who_is_done_names_all_that_was_proven():
    kinds = ("phone", "identity", "passkey", "totp")
    sent = make.make_request(kinds=tuple(Factor.Kind(one) for one in kinds))
    signer = make.signer_of(sent)
    assert str(papers.on_record(signer).words) == "On record."
    signer.gate.factors.update(proven_at=timezone.now())
    words = str(papers.on_record(signer).words)
    assert words.startswith("On record: your code by phone, your ID, your passkey and")
    assert words.endswith("your authenticator app.")


def test_refused_passkeys_and_wrong_codes_are_not_told_one_by_one():
    sent = make.make_request()
    signer, now = make.signer_of(sent), timezone.now()
    for kind in ("passkey_failed", "totp_failed"):
        trail.append(sent.trail_id, kind, now, actor="signer", gate=signer.gate)
    assert events_of(signer) == ()
