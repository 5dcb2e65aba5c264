"""What leaves for Stripe, what its words mean here, and how it is configured."""

from __future__ import annotations

import json
import uuid

import pytest
from django.conf import settings as django_settings

from signing.gate import Action, Verdict, judge
from tests import factories as make
from tests.stripe.records import Mode
from tests.stripe.rest import REPORTS, SESSIONS
from verification import checks
from verification.flows import hosted
from verification.identity import base, stripe, stripe_answers
from verification.identity.base import ProviderError, Reason, Wanted
from verification.identity.hosted import HostedProvider, Stands
from verification.models import Factor, HostedSession, IdentityCheck, IdentityRules

WANTED = Wanted(
    check_id=uuid.UUID("11111111-2222-4333-8444-555555555555"),
    nonce="7c3f",
    key="11111111-2222-4333-8444-555555555555",
    document_types=("passport", "driver_license"),
    needs_live_capture=True,
    needs_selfie=False,
    return_url="https://sign.example.com/s/1/",
    language="en",
)


@pytest.fixture
def opened(stripe_server):
    return stripe.Stripe().start(WANTED)


# What is sent


def test_a_session_is_asked_for_with_exactly_this(stripe_server, opened):
    (asked,) = stripe_server.requests
    assert (asked.method, asked.path) == ("POST", SESSIONS)
    assert asked.params == {
        "type": "document",
        "client_reference_id": str(WANTED.check_id),
        "metadata": {"check": str(WANTED.check_id), "nonce": "7c3f"},
        "options": {
            "document": {
                "allowed_types": {"0": "driving_license", "1": "passport"},
                "require_live_capture": "true",
                "require_matching_selfie": "false",
            }
        },
        "return_url": "https://sign.example.com/s/1/",
    }
    assert asked.headers["Authorization"] == f"Bearer {stripe_server.key}"
    assert asked.headers["Idempotency-Key"] == WANTED.key
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert asked.headers["Stripe-Version"]


def test_stripe_learns_nothing_of_this_machine(stripe_server, opened):
    stripe.Stripe().look(opened.provider_id)
    for asked in stripe_server.requests:
        assert "X-Stripe-Client-Telemetry" not in asked.headers
        about_us = json.loads(asked.headers["X-Stripe-Client-User-Agent"])
        assert not about_us.keys() & {"platform", "telemetry_id", "uname"}


def test_a_session_is_looked_at_after_its_attempts(stripe_server, opened):
    stripe.Stripe().look(opened.provider_id)
    _made, reports, session = stripe_server.requests
    assert (reports.method, reports.path) == ("GET", REPORTS)
    assert reports.params == {
        "limit": "100",
        "verification_session": opened.provider_id,
    }
    assert session.path == f"{SESSIONS}/{opened.provider_id}"
    assert set(session.params["expand"].values()) == {
        "verified_outputs",
        "verified_outputs.dob",
        "last_verification_report",
        "last_verification_report.document.dob",
        "last_verification_report.document.expiration_date",
        "last_verification_report.document.number",
    }


def test_a_plain_key_asks_for_what_it_may_see(stripe_server, opened, settings):
    settings.STRIPE_SECRET_KEY = stripe_server.plain_key
    stripe.Stripe().look(opened.provider_id)
    asked = stripe_server.requests[-1].params["expand"]
    assert set(asked.values()) == {"verified_outputs", "last_verification_report"}


@pytest.mark.parametrize(("act", "verb"), [("cancel", "cancel"), ("erase", "redact")])
def test_cancelling_and_erasing_name_the_session(stripe_server, opened, act, verb):
    getattr(stripe.Stripe(), act)(opened.provider_id)
    asked = stripe_server.requests[-1]
    assert asked.path == f"{SESSIONS}/{opened.provider_id}/{verb}"
    assert (asked.method, asked.params) == ("POST", {})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rules", "types", "live", "selfie"),
    [
        ({}, ["driving_license", "id_card", "passport"], "false", "false"),
        ({"document_types": ["passport"]}, ["passport"], "false", "false"),
        (
            {"needs_live_capture": True, "needs_selfie": True},
            ["driving_license", "id_card", "passport"],
            "true",
            "true",
        ),
    ],
)
def test_the_rules_of_a_factor_reach_stripe_and_the_signer_does_not(
    stripe_server, rules, types, live, selfie
):
    gate = make.make_gate(Factor.Kind.IDENTITY)
    factor = gate.factors.get()
    IdentityRules.objects.create(factor=factor, **rules)
    check = IdentityCheck.objects.create(
        gate=gate, factor=factor, provider="stripe", started_at=make.timezone.now()
    )
    row = HostedSession.objects.create(check_of=check, due_at=make.timezone.now())

    hosted.attend(check.pk, make.timezone.now())

    (asked,) = stripe_server.requests
    assert asked.headers["Idempotency-Key"] == str(check.public_id)
    assert asked.params["metadata"] == {
        "check": str(check.public_id),
        "nonce": row.nonce,
    }
    document = asked.params["options"]["document"]
    assert list(document["allowed_types"].values()) == types
    assert document["require_live_capture"] == live
    assert document["require_matching_selfie"] == selfie
    page = f"{django_settings.PUBLIC_URL}/s/{gate.public_id}/identity/"
    assert asked.params["return_url"] == f"{page}?returned"
    said = json.dumps(asked.params)
    assert not any(word in said for word in ("Ada", "example.com", "Lease"))


# What comes back


def test_an_open_session_says_where_to_go(stripe_server, opened):
    assert opened.provider_id == stripe_server.session.id
    answer = stripe.Stripe().look(opened.provider_id)
    assert answer.stands == Stands.OPEN
    assert answer.url == opened.url == stripe_server.session.url
    assert (answer.check_id, answer.nonce) == (str(WANTED.check_id), "7c3f")
    assert (answer.attempts, answer.is_live) == (0, True)


def test_an_attempt_that_came_between_two_questions_is_counted_once():
    session = {"status": "verified", "last_verification_report": {"id": "vr_2"}}
    assert stripe_answers.read(session, ["vr_1"]).attempts == 2
    assert stripe_answers.read(session, ["vr_2", "vr_1"]).attempts == 2


@pytest.mark.parametrize(
    ("country", "read"), [("de", "DE"), ("DEU", ""), ("ÄÖ", ""), (None, ""), (7, "")]
)
def test_a_country_is_one_of_two_letters(country, read):
    report = {"id": "vr_1", "document": {"issuing_country": country}}
    session = {"status": "verified", "last_verification_report": report}
    assert stripe_answers.read(session, []).facts.country == read


@pytest.mark.parametrize(
    "session",
    [
        {"status": "verified"},
        {"status": "verified", "last_verification_report": "vr_1"},
        {"status": "verified", "last_verification_report": {"document": []}},
        {"status": "verified", "metadata": None, "options": None},
    ],
)
def test_an_answer_without_its_parts_proves_nothing(session):
    answer = stripe_answers.read(session, [])
    assert not answer.is_document_good
    assert answer.facts == base.Facts()


def test_redacted_words_are_no_name():
    document = {"first_name": "[redacted]", "last_name": "[redacted]", "number": "X"}
    report = {"id": "vr_1", "document": document}
    session = {"status": "verified", "last_verification_report": report}
    facts = stripe_answers.read(session, []).facts
    assert (facts.full_name, facts.number_end) == ("", "X")


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "http://verify.example.com/", "https:", "", None, "/start"],
)
def test_nobody_is_led_anywhere_but_to_a_web_page(stripe_server, url):
    assert stripe._safe_url(url) == ""
    assert stripe._safe_url("https://verify.example.com/start/1")


# Errors


@pytest.mark.parametrize(
    ("mode", "permanent", "is_kept"),
    [
        (Mode.ERROR, False, True),
        (Mode.TOO_MANY, False, False),
        (Mode.DROP_AFTER, False, False),
        (Mode.GARBAGE, False, False),
    ],
)
def test_what_may_be_asked_again_is_no_refusal(stripe_server, mode, permanent, is_kept):
    stripe_server.mode = mode
    with pytest.raises(ProviderError) as raised:
        stripe.Stripe().start(WANTED)
    assert (raised.value.permanent, raised.value.is_kept) == (permanent, is_kept)


def test_a_session_of_another_account_is_not_there(stripe_server, settings, opened):
    settings.STRIPE_SECRET_KEY = stripe_server.other_key
    with pytest.raises(ProviderError) as raised:
        stripe.Stripe().look(opened.provider_id)
    assert raised.value.permanent
    assert str(raised.value) == "Stripe InvalidRequestError 404 resource_missing"


def test_asking_twice_with_one_key_opens_one_session(stripe_server, opened):
    assert stripe.Stripe().start(WANTED) == opened
    assert len(stripe_server.sessions) == 1


# Configuration


def test_it_offers_what_a_provider_with_pages_of_its_own_must():
    provider = base.provider("stripe")
    assert isinstance(provider, HostedProvider)
    assert base.is_hosted("stripe")
    assert not base.is_hosted("review")
    assert not base.is_hosted("nobody")


@pytest.mark.parametrize(
    ("key", "test_mode", "is_ready"),
    [
        ("", False, False),
        ("", True, False),
        ("sk_test_x", False, False),
        ("sk_test_x", True, True),
        ("rk_live_x", False, True),
        ("sk_live_x", False, True),
    ],
)
def test_it_is_ready_with_a_key_in_which_not_everybody_passes(
    settings, key, test_mode, is_ready
):
    settings.STRIPE_SECRET_KEY, settings.STRIPE_TEST_MODE = key, test_mode
    assert base.is_ready("stripe") is is_ready


@pytest.mark.django_db
def test_without_a_key_the_gate_stays_shut_with_its_sentence(
    settings, company_rules, monkeypatch
):
    monkeypatch.setattr(Factor, "PROVABLE", frozenset(Factor.Kind.values))
    company_rules.identity_provider = "stripe"
    settings.STRIPE_SECRET_KEY = ""
    request = make.make_request(kinds=(Factor.Kind.PHONE,))
    make.make_factor(make.signer_of(request).gate, Factor.Kind.IDENTITY)
    signer = make.signer_of(request)
    visit = make.Browser(signer.gate).visit
    verdict = judge(signer, visit, Action.VIEW, make.timezone.now()).verdict
    assert verdict == Verdict.UNPROVABLE


def found(check):
    return [message.id for message in check(None)]


@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        ({}, []),
        ({"STRIPE_WEBHOOK_SECRETS": ["whsec_1"]}, ["verification.E008"]),
        (
            {"STRIPE_SECRET_KEY": "pk_live_1"},
            ["verification.E009", "verification.W003", "verification.W004"],
        ),
        ({"STRIPE_API_BASE": "http://stripe.example.com"}, ["verification.E010"]),
        ({"STRIPE_API_BASE": "http://127.0.0.1:9"}, []),
        (
            {"STRIPE_SECRET_KEY": "rk_live_1", "STRIPE_WEBHOOK_SECRETS": ["whsec_1"]},
            [],
        ),
        ({"STRIPE_SECRET_KEY": "rk_live_1"}, ["verification.W003"]),
        (
            {"STRIPE_SECRET_KEY": "rk_test_1", "STRIPE_WEBHOOK_SECRETS": ["whsec_1"]},
            ["verification.W004"],
        ),
    ],
)
def test_half_a_configuration_is_told(settings, changes, ids):
    settings.IS_HTTPS = True
    for name, value in changes.items():
        setattr(settings, name, value)
    assert found(checks.check_stripe) == ids


def test_the_demo_refuses_a_live_key_and_takes_one_of_the_test_mode(settings):
    settings.DEMO = True
    settings.TWILIO_AUTH_TOKEN = settings.TWILIO_API_KEY_SECRET = ""
    settings.STRIPE_SECRET_KEY = "sk_test_1"
    assert found(checks.check_demo) == []
    settings.STRIPE_SECRET_KEY = "sk_live_1"
    assert found(checks.check_demo) == ["verification.E007"]


def test_reasons_are_ours():
    assert set(stripe_answers.REASONS.values()) <= set(Reason)
