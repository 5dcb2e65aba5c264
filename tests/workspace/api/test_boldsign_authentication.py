"""addAuthentication and its kin: what is asked happens, what is wrong changes nothing."""

from __future__ import annotations

import json
import time

import pytest
from django.test import Client
from django.utils import timezone

from signing.flows import sending
from signing.models import Signer, SignRequest
from tests.factories import Browser
from tests.workspace.api import boldsign
from tests.workspace.api.boldsign import (
    ALEX,
    CURL_NUMBER,
    NUMBER,
    Door,
    error_of,
    kinds_asked,
    signer,
    the_signer,
)
from verification import authenticators, devices
from verification.models import Authenticator, Factor, TrailEntry
from verification.outcomes import Outcome
from workspace.api.boldsign import listing
from workspace.models import ApiKey

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("papers_looked_at_once"),
]


@pytest.fixture
def door(pat) -> Door:
    return Door(boldsign.make_key(pat))


@pytest.fixture
def document(door) -> SignRequest:
    return door.sent()


def state_of(document: SignRequest) -> list:
    """All of a document that an operation could change."""
    rows = Factor.objects.filter(gate__signer__request=document)
    gates = [
        (one.email, str(one.phone), one.max_tries, one.link_version)
        for one in (signer.gate for signer in document.signers.all())
    ]
    document.refresh_from_db()
    return [
        list(rows.order_by("pk").values_list()),
        gates,
        document.state,
        TrailEntry.objects.filter(trail=document.trail).count(),
    ]


# What is asked through the door is what happens


@pytest.mark.parametrize("number", [NUMBER, CURL_NUMBER, "201-566 6802"])
def test_a_phone_code_goes_to_the_number_as_written_and_is_echoed_so(
    door, document, number
):
    answer = door.secure(
        document,
        authenticationType="SMSOTP",
        phoneNumber={"countryCode": "+1", "number": number},
    )
    assert (answer.status_code, answer.content) == (200, b"")
    (shown,) = door.properties(document)["signerDetails"]
    assert shown["authenticationType"] == "SMSOTP"
    assert shown["phoneNumber"] == {"countryCode": "+1", "number": number}
    browser = Browser(the_signer(document).gate)
    assert browser.ask() is Outcome.SENT
    assert browser.enter() is Outcome.PASSED


def test_the_number_on_file_serves_where_none_is_given(door):
    phone = {"countryCode": "1", "number": CURL_NUMBER}
    document = door.sent(signer(phoneNumber=phone))
    assert door.secure(document, authenticationType="SMSOTP").status_code == 200
    assert the_signer(document).phone == f"+1{CURL_NUMBER}"


def test_a_number_of_a_plan_with_a_trunk_digit_is_what_the_carrier_wants(door):
    phone = {"countryCode": "+44", "number": "07700 900123"}
    document = door.sent(signer(authenticationType="SMSOTP", phoneNumber=phone))
    assert the_signer(document).phone == "+447700900123"
    (shown,) = door.properties(document)["signerDetails"]
    assert shown["phoneNumber"] == phone


def test_an_access_code_opens_and_is_never_told(door, document):
    answer = door.secure(document, authenticationType="AccessCode", accessCode=" Ⅷ9 ")
    assert answer.status_code == 200
    browser = Browser(the_signer(document).gate)
    assert browser.enter_password("VIII9") is Outcome.PASSED
    told = json.dumps(door.properties(document))
    assert "VIII9" not in told
    assert "Ⅷ9" not in told


@pytest.mark.parametrize("length", [1, 50])
def test_an_access_code_has_one_to_fifty_characters(door, document, length):
    answer = door.secure(
        document, authenticationType="AccessCode", accessCode="x" * length
    )
    assert answer.status_code == 200


def test_a_second_authentication_takes_the_place_of_the_first(door, document):
    door.secure(document, authenticationType="AccessCode", accessCode="1234")
    door.secure(document, authenticationType="EmailOTP")
    assert kinds_asked(document) == ["email"]
    (shown,) = door.properties(document)["signerDetails"]
    assert (shown["enableAccessCode"], shown["enableEmailOTP"]) == (False, True)


def test_what_the_vendor_has_no_word_for_is_left_alone(door, document):
    gate = the_signer(document).gate
    Factor.objects.create(gate=gate, kind=Factor.Kind.TOTP)
    alex, now = devices.person_of(gate), timezone.now()
    app = {"key": authenticators.seal(authenticators.new_key(), alex)}
    Authenticator.objects.create(**alex, **app, created_at=now, confirmed_at=now)
    door.secure(document, authenticationType="EmailOTP")
    assert kinds_asked(document) == ["email", "totp"]
    at = {"documentId": document.public_id}
    door.patch("document/RemoveAuthentication", {"emailId": ALEX}, **at)
    assert kinds_asked(document) == ["totp"]
    (shown,) = door.properties(document)["signerDetails"]
    assert shown["authenticationType"] is None


def test_the_tries_are_those_given_else_the_company_s(door, company, document):
    company.default_tries = 4
    company.save()
    door.secure(document, authenticationType="EmailOTP", authenticationRetryCount=10)
    assert the_signer(document).gate.max_tries == 10
    door.secure(document, authenticationType="EmailOTP")
    assert the_signer(document).gate.max_tries == 4


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("OncePerDocument", "once_per_document"),
        ("UntilSignCompleted", "until_sign_completed"),
        ("EveryAccess", "every_access"),
        ("None", "every_access"),
    ],
)
def test_how_often_is_asked_is_what_was_said(door, document, said, kept):
    settings = {"authenticationFrequency": said}
    door.secure(
        document, authenticationType="EmailOTP", authenticationSettings=settings
    )
    assert the_signer(document).gate.factors.get().frequency == kept


def test_an_identity_check_keeps_the_gate_shut_until_it_is_passed(door, document):
    assert door.secure(document, authenticationType="IdVerification").status_code == 200
    gate = the_signer(document).gate
    assert not Browser(gate).standing.may_view


def test_names_are_taken_in_any_case_and_null_is_absent(door, document):
    body = {"AUTHENTICATIONTYPE": "EmailOTP", "EmailID": f"  {ALEX.upper()} "}
    answer = door.patch(
        "DOCUMENT/addauthentication",
        body | {"accessCode": None, "unknown": {"deep": []}},
        DOCUMENTID=document.public_id,
    )
    assert answer.status_code == 200
    assert kinds_asked(document) == ["email"]


def test_one_address_at_two_places_is_told_apart_by_the_order(door):
    document = door.sent(signer(signerOrder=1), signer(signerOrder=2))
    refused = door.secure(document, authenticationType="EmailOTP")
    assert refused.status_code == 400
    assert "order" in error_of(refused)
    assert not Factor.objects.exists()
    assert (
        door.secure(document, authenticationType="EmailOTP", order=2).status_code == 200
    )
    asked = Factor.objects.get()
    assert asked.gate.signer.order == 2


def test_taking_away_what_a_client_set(door, document):
    door.secure(document, authenticationType="EmailOTP")
    path, at = "document/RemoveAuthentication", {"documentId": document.public_id}
    answer = door.patch(path, {"emailId": ALEX}, **at)
    assert (answer.status_code, answer.content) == (204, b"")
    (shown,) = door.properties(document)["signerDetails"]
    assert (shown["authenticationType"], shown["isAuthenticationFailed"]) == (
        "None",
        None,
    )
    again = door.patch(path, {"emailId": ALEX}, **at)
    assert again.status_code == 400


def test_a_new_access_code_ends_the_old_one(door, document):
    at = {"DocumentId": document.public_id, "EmailId": ALEX}
    refused = door.patch("document/changeAccessCode", {"accessCode": "new"}, **at)
    assert refused.status_code == 400
    door.secure(document, authenticationType="AccessCode", accessCode="old")
    answer = door.patch("document/changeAccessCode", {"accessCode": "new"}, **at)
    assert answer.status_code == 204
    browser = Browser(the_signer(document).gate)
    assert browser.enter_password("old") is Outcome.WRONG
    assert browser.enter_password("new") is Outcome.PASSED


def test_a_place_is_handed_over_and_the_old_address_is_unknown(door, document):
    body = {
        "newSignerName": "Robin Gayle",
        "newSignerEmail": "robin@example.com",
        "oldSignerEmail": ALEX,
        "reason": "Left the company",
        "order": 1,
    }
    at = {"documentId": document.public_id}
    assert door.patch("document/changeRecipient", body, **at).status_code == 204
    (shown,) = door.properties(document)["signerDetails"]
    assert (shown["signerName"], shown["signerEmail"]) == (
        "Robin Gayle",
        "robin@example.com",
    )
    assert shown["isReassigned"] is True
    assert door.patch("document/changeRecipient", body, **at).status_code == 400


# What is wrong is refused, and nothing changes

EMAIL = {"authenticationType": "EmailOTP", "emailId": ALEX}
PHONE = {"authenticationType": "SMSOTP", "emailId": ALEX}
CODE = {"authenticationType": "AccessCode", "emailId": ALEX}
BAD_BODIES = {
    "no type": ({"emailId": ALEX}, "authenticationType"),
    "an unknown type": (EMAIL | {"authenticationType": "Palm"}, "authenticationType"),
    "nothing to add": (EMAIL | {"authenticationType": "None"}, "authenticationType"),
    "questions that nobody asks": (EMAIL | {"authenticationType": "KBA"}, "KBA"),
    "a type that is a number": (
        EMAIL | {"authenticationType": 7},
        "authenticationType",
    ),
    "no address": ({"authenticationType": "EmailOTP"}, "emailId"),
    "an address of nobody": (EMAIL | {"emailId": "no@example.com"}, "emailId"),
    "an address that is a list": (EMAIL | {"emailId": [ALEX]}, "emailId"),
    "an order of nobody": (EMAIL | {"order": 2}, "order"),
    "order 0": (EMAIL | {"order": 0}, "order"),
    "order 51": (EMAIL | {"order": 51}, "order"),
    "an order that is text": (EMAIL | {"order": "1"}, "order"),
    "a huge order": (EMAIL | {"order": 10**40}, "order"),
    "no access code": (CODE, "accessCode"),
    "a blank access code": (CODE | {"accessCode": " \u3000 "}, "accessCode"),
    "a long access code": (CODE | {"accessCode": "x" * 51}, "accessCode"),
    "an access code that grows": (CODE | {"accessCode": "\ufdfa" * 50}, "accessCode"),
    "an access code that is a number": (CODE | {"accessCode": 1234}, "accessCode"),
    "an access code for EmailOTP": (EMAIL | {"accessCode": "1234"}, "accessCode"),
    "an access code for SMSOTP": (PHONE | {"accessCode": "1234"}, "accessCode"),
    "no number anywhere": (PHONE, "phoneNumber"),
    "a number that is text": (PHONE | {"phoneNumber": "+1415"}, "phoneNumber"),
    "a number without its country": (
        PHONE | {"phoneNumber": {"number": NUMBER}},
        "phoneNumber.countryCode",
    ),
    "letters for a number": (
        PHONE | {"phoneNumber": {"countryCode": "+1", "number": "201LEASE"}},
        "phoneNumber.number",
    ),
    "Thai digits": (
        PHONE | {"phoneNumber": {"countryCode": "+1", "number": "๒๐๑๕๖๖๖๘๐๒"}},
        "phoneNumber.number",
    ),
    "a country that begins with 0": (
        PHONE | {"phoneNumber": {"countryCode": "+0", "number": NUMBER}},
        "phoneNumber.countryCode",
    ),
    "six digits in all": (
        PHONE | {"phoneNumber": {"countryCode": "+1", "number": "12345"}},
        "phoneNumber",
    ),
    "sixteen digits in all": (
        PHONE | {"phoneNumber": {"countryCode": "+123", "number": "1234567890123"}},
        "phoneNumber",
    ),
    "no tries": (EMAIL | {"authenticationRetryCount": 0}, "authenticationRetryCount"),
    "11 tries": (EMAIL | {"authenticationRetryCount": 11}, "authenticationRetryCount"),
    "tries that are true": (
        EMAIL | {"authenticationRetryCount": True},
        "authenticationRetryCount",
    ),
    "two and a half tries": (
        EMAIL | {"authenticationRetryCount": 2.5},
        "authenticationRetryCount",
    ),
    "many tries": (
        EMAIL | {"authenticationRetryCount": "many"},
        "authenticationRetryCount",
    ),
    "an unknown frequency": (
        EMAIL | {"authenticationSettings": {"authenticationFrequency": "Never"}},
        "authenticationSettings.authenticationFrequency",
    ),
    "an identity check with 11 tries": (
        {
            "authenticationType": "IdVerification",
            "emailId": ALEX,
            "identityVerificationSettings": {"maximumRetryCount": 11},
        },
        "identityVerificationSettings.maximumRetryCount",
    ),
    "an identity check of cows": (
        {
            "authenticationType": "IdVerification",
            "emailId": ALEX,
            "identityVerificationSettings": {"allowedDocumentTypes": ["Cow"]},
        },
        "identityVerificationSettings.allowedDocumentTypes[0]",
    ),
    "on behalf of nobody": (EMAIL | {"onBehalfOf": "lou@acme.example"}, "onBehalfOf"),
    "NUL": (CODE | {"accessCode": "a\0b"}, "NUL"),
    "a list": ([EMAIL], "JSON object"),
    "text": ("EmailOTP", "JSON object"),
    "nothing": (None, "JSON object"),
}


@pytest.mark.parametrize(("body", "words"), BAD_BODIES.values(), ids=BAD_BODIES)
def test_bad_input_is_refused_with_a_sentence_and_changes_nothing(
    door, document, body, words
):
    before = state_of(document)
    answer = door.patch(
        "document/addAuthentication", body, documentId=document.public_id
    )
    assert answer.status_code in (400, 403)
    assert words in error_of(answer)
    assert error_of(answer).endswith(".")
    assert state_of(document) == before


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"emailId": "\\ud800"}',
        b"[" * 50_000,
        b'{"order": ' + b"9" * 5_000 + b"}",
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b'{"emailId": NaN, "authenticationType": Infinity}',
    ],
    ids=["half", "no text", "half a character", "deep", "long", "nested", "NaN"],
)
def test_a_broken_body_is_refused(door, document, body):
    answer = door.patch(
        "document/addAuthentication", body, documentId=document.public_id
    )
    assert answer.status_code == 400
    assert error_of(answer)


def test_emails_turned_off_leave_no_way_for_an_email_code(door):
    document = door.sent(disableEmails="true")
    before = state_of(document)
    answer = door.secure(document, authenticationType="EmailOTP")
    assert answer.status_code == 400
    assert "disableEmails" in error_of(answer)
    assert state_of(document) == before


@pytest.mark.parametrize("given", ["", "42", "' OR 1=1", "\0", "a" * 99, "{}"])
def test_an_id_that_names_no_document_is_told_like_a_foreign_one(door, given):
    answer = door.patch("document/addAuthentication", EMAIL, documentId=given)
    assert answer.status_code in (400, 403)
    assert error_of(answer)


def test_what_is_over_is_not_changed_any_more(door, document, pat):
    sending.recall(document, actor=pat, reason="", now=timezone.now())
    before = state_of(document)
    assert door.secure(document, authenticationType="EmailOTP").status_code == 403
    assert state_of(document) == before


def test_who_has_signed_is_not_asked_for_more(door, document):
    Signer.objects.update(state=Signer.State.SIGNED)
    assert door.secure(document, authenticationType="EmailOTP").status_code == 403


# Keys


def test_a_stranger_is_refused_before_anything_is_read(document):
    for secret in ("", "wrong", "csk_" + "x" * 43, "x" * 5_000):
        answer = Door(secret).patch("document/addAuthentication", b"{", documentId="x")
        assert answer.status_code == 401
        assert error_of(answer)


def test_a_key_in_the_address_is_no_key(pat, document):
    secret = boldsign.make_key(pat)
    answer = Client().get(
        f"/v1/document/list?Page=1&X-API-KEY={secret}&api_key={secret}"
    )
    assert answer.status_code == 401


def test_a_key_without_the_scope_is_refused(pat, document):
    reader = Door(boldsign.make_key(pat, ApiKey.Scope.READ))
    answer = reader.secure(document, authenticationType="EmailOTP")
    assert (answer.status_code, "send" in error_of(answer)) == (403, True)
    sender = Door(boldsign.make_key(pat, ApiKey.Scope.SEND))
    assert sender.get("document/list", page=1).status_code == 403


def test_each_answer_says_how_many_requests_are_left(door, settings):
    settings.API_REQUESTS_PER_HOUR, settings.LIMIT_FACTOR = 3, 1
    answers = [door.get("document/list", page=1) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert [one["X-RateLimit-Remaining"] for one in answers] == ["2", "1", "0", "0"]
    assert {one["X-RateLimit-Limit"] for one in answers} == {"3"}
    # The client library would sleep for as long, instead of saying what is wrong.
    assert "Retry-After" not in answers[-1].headers
    assert 0 < int(answers[-1]["X-RateLimit-Reset"]) - time.time() <= 3600
    assert error_of(answers[-1])


def test_a_fault_of_ours_is_told_in_json_too(pat, monkeypatch, caplog):
    door = Door(boldsign.make_key(pat), Client(raise_request_exception=False))
    monkeypatch.setattr(listing, "page_of", lambda rows, asked: 1 / 0)
    answer = door.get("document/list", page=1)
    assert (answer.status_code, "went wrong" in error_of(answer)) == (500, True)
    assert "ZeroDivisionError" in caplog.text
    assert door.secret not in caplog.text


def test_another_method_and_another_path_are_answered_in_json(door):
    assert error_of(door.client.get("/v1")) == "There is nothing at this address."
    assert door.get("document/addAuthentication").status_code == 405
    assert error_of(door.get("document/addAuthentication"))
    assert error_of(door.get("document/nothing")) == "There is nothing at this address."


# Costs


def test_adding_an_authentication_costs_few_queries(
    door, document, django_assert_max_num_queries
):
    with django_assert_max_num_queries(34):
        door.secure(document, authenticationType="EmailOTP")


def test_properties_cost_the_same_for_one_signer_and_for_ten(
    door, django_assert_num_queries
):
    few = door.sent()
    many = door.sent(*(signer(f"s{n}@example.com") for n in range(10)))
    door.properties(few)
    with django_assert_num_queries(9):
        door.properties(few)
    with django_assert_num_queries(9):
        door.properties(many)
