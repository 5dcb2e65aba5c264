from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import check_password
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as some

from signing.flows import sending
from signing.gate import Action, judge
from signing.models import Document, Signer, SignRequest
from tests.factories import (
    Browser,
    deliver_due,
    make_draft,
    make_member,
    make_pdf,
    make_request,
    sign_as,
)
from tests.workspace.api.box import SEED_EMAIL, SEED_PHONE, Program, look_once, make_key
from verification.flows import opening
from verification.models import Delivery, Factor, Gate, TrailEntry
from workspace.models import ApiKey, BoxRequest

pytestmark = pytest.mark.django_db
Kind, Stage = Factor.Kind, Factor.Stage
SIGNER = {"email": SEED_EMAIL, "role": "signer"}


@pytest.fixture(autouse=True)
def _files_are_looked_at_once(monkeypatch):
    monkeypatch.setattr("signing.pdf.sandbox.run", look_once)


@pytest.fixture
def program(pat) -> Program:
    return Program(make_key(pat).secret, Client())


def stored(answer) -> SignRequest:
    return SignRequest.objects.get(public_id=answer["id"])


def only_signer(answer) -> Signer:
    return stored(answer).signers.select_related("gate").get()


def factors_of(signer: Signer) -> dict[str, str]:
    return dict(signer.gate.factors.values_list("kind", "stage"))


# What is asked for is what is made


def test_a_request_is_sent_to_its_signer_in_the_name_of_the_member(program, pat):
    answer = program.request(signers=[SIGNER])
    request = stored(answer)
    assert (request.state, request.sender, request.title) == ("sent", pat, "lease-0")
    assert (answer["type"], answer["status"]) == ("sign-request", "sent")
    requester, signer = answer["signers"]
    assert (requester["email"], requester["role"]) == (pat.email, "final_copy_reader")
    assert (signer["email"], signer["role"]) == (SEED_EMAIL, "signer")
    assert only_signer(answer).name == "Verify"
    assert Delivery.objects.get(kind="invitation").address == SEED_EMAIL
    actor = TrailEntry.objects.get(kind="sent").payload
    assert "(API key Ledger)" in actor


@pytest.mark.parametrize(
    ("told", "stage"), [(True, Stage.VIEW), (False, Stage.SIGN), (None, Stage.SIGN)]
)
def test_a_phone_guards_reading_or_signing_as_was_asked(program, told, stage):
    answer = program.request(
        signers=[SIGNER | {"verification_phone_number": SEED_PHONE}],
        is_phone_verification_required_to_view=told,
    )
    assert answer["is_phone_verification_required_to_view"] is told
    assert answer["signers"][1]["verification_phone_number"] == SEED_PHONE
    signer = only_signer(answer)
    assert signer.phone == SEED_PHONE
    assert factors_of(signer) == {Kind.PHONE: stage}


def test_a_password_guards_reading_and_is_never_said_again(program, caplog):
    secret = "Tr0ub4dor&3-only-here"
    answer = program.request(signers=[SIGNER | {"password": secret}])
    assert factors_of(only_signer(answer)) == {Kind.ACCESS_CODE: Stage.VIEW}
    factor = Factor.objects.get()
    assert check_password(secret, factor.secret)
    everything = [
        answer,
        program.get(f"/2.0/sign_requests/{answer['id']}"),
        program.get("/2.0/sign_requests"),
        list(TrailEntry.objects.values()),
        list(Delivery.objects.values()),
        list(BoxRequest.objects.values()),
        caplog.text,
    ]
    assert secret not in str(everything)
    assert "password" not in answer["signers"][1]


def test_a_password_and_a_phone_are_both_asked(program):
    both = {"password": "1234", "verification_phone_number": SEED_PHONE}
    answer = program.request(signers=[SIGNER | both])
    assert factors_of(only_signer(answer)) == {
        Kind.ACCESS_CODE: Stage.VIEW,
        Kind.PHONE: Stage.SIGN,
    }


@pytest.mark.parametrize(
    ("method", "phone", "login"),
    [
        ({"type": "phone", "phone_number": SEED_PHONE}, SEED_PHONE, False),
        ({"type": "login"}, "", True),
    ],
)
def test_the_verification_method_wins_over_the_members_before_it(
    program, method, phone, login
):
    old = {"verification_phone_number": "+15554443322", "login_required": True}
    answer = program.request(signers=[SIGNER | old | {"verification_method": method}])
    signer = only_signer(answer)
    assert (signer.phone, signer.login_required) == (phone, login)


def test_a_signer_who_must_sign_in_finds_the_gate_shut(program):
    """Until they are in their account: nothing else was asked of them."""
    answer = program.request(signers=[SIGNER | {"login_required": True}])
    signer = only_signer(answer)
    assert answer["signers"][1]["login_required"] is True
    browser = Browser(signer.gate)
    opening.admit(browser.visit, timezone.now())
    for action in Action:
        assert not judge(signer, browser.visit, action, timezone.now()).is_open


def test_a_number_without_a_plus_is_one_of_the_companys_country(program):
    answer = program.request(
        signers=[SIGNER | {"verification_phone_number": "631-457-8901"}]
    )
    assert only_signer(answer).phone == "+16314578901"


def test_orders_make_turns_and_their_numbers_come_back(program):
    people = [
        {"email": "c@example.com", "order": 7},
        {"email": "a@example.com", "order": 0},
        {"email": "b@example.com", "order": 7},
    ]
    answer = program.request(signers=people)
    request = stored(answer)
    assert request.is_ordered
    turns = {one.email: (one.order, one.state) for one in request.signers.all()}
    assert turns == {
        "a@example.com": (1, "invited"),
        "b@example.com": (2, "waiting"),
        "c@example.com": (2, "waiting"),
    }
    told = {one["email"]: one["order"] for one in answer["signers"][1:]}
    assert told == {one["email"]: one["order"] for one in people}


def test_without_orders_everybody_is_asked_at_once(program):
    people = [{"email": f"s{number}@example.com"} for number in range(35)]
    answer = program.request(signers=people)
    assert not stored(answer).is_ordered
    assert Delivery.objects.filter(kind="invitation").count() == 35


def test_readers_of_a_copy_are_not_waited_for(program):
    people = [SIGNER, {"email": "copy@example.com", "role": "final_copy_reader"}]
    answer = program.request(signers=people)
    roles = [one["role"] for one in answer["signers"]]
    assert roles == ["final_copy_reader", "signer", "final_copy_reader"]
    assert Delivery.objects.filter(kind="invitation").count() == 1


def test_words_expiry_and_reminders_are_as_asked(program):
    answer = program.request(
        name="Simple-PDF.pdf",
        email_subject="Please sign\r\nBcc: mal@example.com",
        email_message="For you, Ada.",
        days_valid=30,
        are_reminders_enabled=True,
        external_id="X-1",
        external_system_name="Ledger",
        signature_color="blue",
        prefill_tags=[{"document_tag_id": "t1", "text_value": "Ada"}],
        redirect_url="https://app.acme.example/done",
        declined_redirect_url="https://app.acme.example/no",
    )
    request = stored(answer)
    assert request.title == "Simple-PDF"
    assert request.subject == "Please sign Bcc: mal@example.com"
    assert request.message == "For you, Ada."
    assert request.ends_at - request.sent_at == timedelta(days=30)
    assert request.reminders_on
    echoed = {
        "name": "Simple-PDF.pdf",
        "days_valid": 30,
        "are_reminders_enabled": True,
        "external_id": "X-1",
        "external_system_name": "Ledger",
        "signature_color": "blue",
        "prefill_tags": [{"document_tag_id": "t1", "text_value": "Ada"}],
        "redirect_url": "https://app.acme.example/done",
        "declined_redirect_url": "https://app.acme.example/no",
    }
    assert {name: answer[name] for name in echoed} == echoed
    assert answer["auto_expire_at"].startswith(str(request.ends_at.date()))
    assert only_signer(answer).redirect_url == "https://app.acme.example/done"


def test_nobody_is_reminded_unless_asked_and_no_days_mean_no_end(program, outbox):
    answer = program.request(days_valid=0)
    assert answer["auto_expire_at"] is None
    assert stored(answer).ends_at is None
    assert not stored(answer).reminders_on
    deliver_due()
    assert "Sign by" not in outbox[0].text
    assert not sending.expire_overdue(timezone.now() + timedelta(days=3650))


def test_several_files_become_documents_in_their_order(program):
    files = [program.upload(f"{name}.pdf") for name in "cab"]
    answer = program.request(source_files=[{"id": one} for one in files])
    names = list(stored(answer).documents.values_list("name", flat=True))
    assert names == ["c.pdf", "a.pdf", "b.pdf"]
    assert [one["id"] for one in answer["source_files"]] == files


def test_a_request_lies_in_the_folder_that_was_named(program):
    folder = program.post("/2.0/folders", {"name": "Leases", "parent": {"id": "0"}})
    answer = program.request(parent_folder={"id": folder["id"], "type": "folder"})
    assert answer["parent_folder"]["name"] == "Leases"
    assert program.request()["parent_folder"]["id"] == "0"


# What still has to be prepared


def test_a_request_to_be_prepared_is_a_draft_with_an_address_to_go_to(program, as_pat):
    answer = program.request(is_document_preparation_needed=True, signers=[SIGNER])
    request = stored(answer)
    assert (answer["status"], request.state) == ("created", "draft")
    assert not Delivery.objects.exists()
    path = answer["prepare_url"].removeprefix("http://127.0.0.1").partition("/")[2]
    strange = Client().get(f"/{path}")
    assert strange.status_code == 302
    assert "/sign-in/" in strange.url
    page = as_pat.get(f"/{path}")
    assert page.status_code == 200
    assert "lease-0" in page.text
    send = as_pat.post(
        f"/workspace/drafts/{request.public_id}/send/", {"version": request.version}
    )
    assert send.status_code == 302
    assert program.get(f"/2.0/sign_requests/{answer['id']}")["status"] == "sent"
    assert program.get(f"/2.0/sign_requests/{answer['id']}")["prepare_url"] is None


def test_what_was_to_be_prepared_can_be_cancelled_and_still_be_asked_for(
    program, as_pat
):
    answer = program.request(is_document_preparation_needed=True)
    path = f"/2.0/sign_requests/{answer['id']}"
    assert program.post(f"{path}/cancel", None, 202)["status"] == "cancelled"
    assert program.get(path)["status"] == "cancelled"
    assert not Delivery.objects.exists()
    page = as_pat.get(f"/workspace/transactions/{answer['id']}/")
    assert "cancelled before it was sent" in page.text


# How it goes on


def test_the_status_follows_the_transaction(program, company, pat):
    request = make_request(company, pat)
    path = f"/2.0/sign_requests/{request.public_id}"
    assert program.get(path)["status"] == "sent"
    sign_as(request)
    answer = program.get(path)
    assert answer["status"] == "finalizing"
    assert answer["signers"][1]["signer_decision"]["type"] == "signed"
    for state, told in {
        "completed": "signed",
        "declined": "declined",
        "recalled": "cancelled",
        "expired": "expired",
        "draft": "created",
    }.items():
        SignRequest.objects.filter(pk=request.pk).update(state=state)
        assert program.get(path)["status"] == told


def test_a_request_that_somebody_looked_at_is_viewed(program, company, pat):
    request = make_request(company, pat)
    Signer.objects.filter(request=request).update(viewed_at=timezone.now())
    answer = program.get(f"/2.0/sign_requests/{request.public_id}")
    assert answer["status"] == "viewed"
    assert answer["signers"][1]["has_viewed_document"] is True


@pytest.mark.parametrize("body", [None, {}, {"reason": "Wrong file"}])
def test_cancelling_ends_every_link_and_a_second_time_is_a_conflict(program, body):
    answer = program.request()
    path = f"/2.0/sign_requests/{answer['id']}/cancel"
    assert program.post(path, body, 202)["status"] == "cancelled"
    request = stored(answer)
    assert (request.state, request.closing_reason) == (
        "recalled",
        (body or {}).get("reason", ""),
    )
    assert Gate.objects.get().closed_at is not None
    assert program.post(path, body, 409)["code"] == "conflict"


@pytest.mark.parametrize("state", ["completed", "declined", "expired", "sealing"])
def test_what_is_over_can_be_neither_cancelled_nor_sent_again(program, state):
    answer = program.request()
    SignRequest.objects.update(state=state)
    for verb in ("cancel", "resend"):
        program.post(f"/2.0/sign_requests/{answer['id']}/{verb}", None, 409)
    assert stored(answer).state == state


def test_sending_again_writes_to_whoever_is_still_waited_for(program):
    answer = program.request()
    refused = program.send("POST", f"/2.0/sign_requests/{answer['id']}/resend")
    assert (refused.status_code, refused.content) == (202, b"")
    assert "Retry-After" not in refused.headers
    assert Delivery.objects.filter(kind="invitation").count() == 2


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"reason": 5}', b"\xff"])
def test_a_reason_that_is_none_cancels_nothing(program, body):
    answer = program.request()
    path = f"/2.0/sign_requests/{answer['id']}/cancel"
    program.call("POST", path, body, 400)
    assert stored(answer).is_open


# Bad input: always the whole error object, a sentence, and nothing stored


@pytest.mark.parametrize(
    ("members", "named"),
    [
        ({"signers": []}, "signers"),
        ({"signers": None}, "signers"),
        ({"signers": "ada"}, "signers"),
        ({"signers": [SIGNER] * 36}, "signers"),
        ({"signers": [{}]}, "signers[0].email"),
        ({"signers": [{"email": "nobody"}]}, "signers[0].email"),
        ({"signers": [{"email": 5}]}, "signers[0].email"),
        ({"signers": [SIGNER | {"role": "owner"}]}, "signers[0].role"),
        ({"signers": [SIGNER | {"role": "final_copy_reader"}]}, "signers must have"),
        ({"signers": [SIGNER | {"order": -1}]}, "signers[0].order"),
        ({"signers": [SIGNER | {"order": "1"}]}, "signers[0].order"),
        ({"signers": [SIGNER | {"order": True}]}, "signers[0].order"),
        ({"signers": [SIGNER | {"password": 1234}]}, "signers[0].password"),
        ({"signers": [SIGNER | {"password": ""}]}, "signers[0].password"),
        ({"signers": [SIGNER | {"password": "   "}]}, "signers[0].password"),
        ({"signers": [SIGNER | {"password": "x" * 51}]}, "signers[0].password"),
        (
            {"signers": [SIGNER | {"verification_phone_number": 15551232190}]},
            "signers[0].verification_phone_number",
        ),
        *[
            (
                {"signers": [SIGNER | {"verification_phone_number": typed}]},
                "signers[0].verification_phone_number",
            )
            for typed in ["", "+", "12", "call me", "+1555x232190", "+1" + "2" * 15]
        ],
        (
            {
                "signers": [
                    SIGNER
                    | {"login_required": True, "verification_phone_number": SEED_PHONE}
                ]
            },
            "signers[0].login_required",
        ),
        (
            {"signers": [SIGNER | {"verification_method": {"type": "cac_piv"}}]},
            "signers[0].verification_method.type",
        ),
        (
            {"signers": [SIGNER | {"verification_method": {"type": "phone"}}]},
            "signers[0].verification_method.phone_number",
        ),
        (
            {"signers": [SIGNER | {"suppress_notifications": True}]},
            "signers[0].suppress_notifications",
        ),
        (
            {"signers": [SIGNER | {"redirect_url": "javascript:alert(1)"}]},
            "signers[0].redirect_url",
        ),
        ({"redirect_url": "/relative"}, "redirect_url"),
        ({"days_valid": 731}, "days_valid"),
        ({"days_valid": -1}, "days_valid"),
        ({"days_valid": 2.5}, "days_valid"),
        ({"days_valid": "30"}, "days_valid"),
        ({"signature_color": "pink"}, "signature_color"),
        ({"is_document_preparation_needed": "yes"}, "is_document_preparation_needed"),
        ({"are_reminders_enabled": 1}, "are_reminders_enabled"),
        ({"name": "x" * 256}, "name"),
        ({"email_message": "x" * 5001}, "email_message"),
        ({"external_id": "\0"}, "NUL"),
        ({"external_id": "\ud800"}, "half a character"),
        ({"source_files": []}, "source_files"),
        ({"source_files": [{"id": 5}]}, "source_files[0].id"),
        ({"source_files": [{"id": "1", "type": "folder"}]}, "source_files[0].type"),
        ({"source_files": [{"id": "1"}] * 11}, "source_files"),
        ({"parent_folder": {"id": 1}}, "parent_folder.id"),
        ({"prefill_tags": [{"checkbox_value": "yes"}]}, "prefill_tags[0]"),
    ],
)
def test_bad_members_are_named_and_nothing_is_stored(program, members, named):
    answer = program.request(400, **members)
    assert answer["code"] == "bad_request"
    assert named in answer["context_info"]["message"]
    assert not SignRequest.objects.exists()
    assert not Gate.objects.exists()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'"x"', b"{", b"[" * 100_000, b"\xff\xfe", b"null"]
)
def test_a_body_that_is_no_object_is_refused(program, body):
    answer = program.call("POST", "/2.0/sign_requests", body, 400)
    assert answer["code"] == "bad_request"


def test_a_body_of_megabytes_is_refused_as_an_object(program):
    body = b'{"name": "' + b"x" * 3_000_000 + b'"}'
    assert program.call("POST", "/2.0/sign_requests", body, 413)["type"] == "error"


def test_unknown_members_are_ignored_and_null_is_absent(program):
    members = {"days_valid": None, "name": None, "is_it_new": {"yes": [1]}}
    signer = SIGNER | {"password": None, "verification_phone_number": None}
    answer = program.request(signers=[signer], **members)
    assert factors_of(only_signer(answer)) == {}


@pytest.mark.parametrize(
    "members",
    [
        {"source_files": [{"id": "404404404404"}]},
        {"source_files": [{"id": "x" * 50}]},
        {"parent_folder": {"id": "404404404404"}},
        {"template_id": "no-such", "signers": []},
    ],
)
def test_what_is_named_and_not_there_is_404(program, members):
    assert program.request(404, **members)["code"] == "not_found"
    assert not SignRequest.objects.exists()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"\xff\xd8 a picture", "not a PDF"),
        (make_pdf()[:200], "damaged"),
        (b"", "not a PDF"),
    ],
)
def test_a_file_that_is_no_pdf_is_refused_when_it_is_used(program, source, words):
    good, bad = program.upload("good.pdf"), program.upload("bad.pdf", source)
    answer = program.request(400, source_files=[{"id": good}, {"id": bad}])
    assert "source_files[1] (bad.pdf)" in answer["context_info"]["message"]
    assert words in answer["context_info"]["message"]
    assert not SignRequest.objects.exists()
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        (ApiKey.Scope.READ, "POST", ""),
        (ApiKey.Scope.READ, "POST", "/{}/cancel"),
        (ApiKey.Scope.READ, "POST", "/{}/resend"),
        (ApiKey.Scope.SEND, "GET", ""),
        (ApiKey.Scope.SEND, "GET", "/{}"),
    ],
)
def test_a_key_without_the_scope_may_not(pat, program, scope, method, path):
    made = program.request()
    other = Program(make_key(pat, scope).secret, Client())
    where = f"/2.0/sign_requests{path.format(made['id'])}"
    body = {"signers": []} if path == "" and method == "POST" else None
    assert other.call(method, where, body, 403)["code"] == "insufficient_scope"
    assert stored(made).is_open


def test_another_publishers_requests_are_not_there(program, company):
    answer = program.request()
    other = Program(make_key(make_member(company, "Sam Poe")).secret, Client())
    path = f"/2.0/sign_requests/{answer['id']}"
    other.get(path, 404)
    other.post(f"{path}/cancel", None, 404)
    other.post(f"{path}/resend", None, 404)
    assert other.get("/2.0/sign_requests")["entries"] == []
    assert stored(answer).is_open


# Lists


@pytest.mark.parametrize(
    "query",
    ["limit=abc", "limit=0", "limit=-1", "limit=1.5", "limit=" + "9" * 30, "limit=%00"]
    + ["marker=x", "marker=1-2", "marker=" + "9" * 40 + "-" + "a" * 32, "marker=%00"],
)
def test_a_page_that_is_none_is_refused(program, query):
    program.get(f"/2.0/sign_requests?{query}", 400)


def test_a_limit_too_large_is_made_smaller(program):
    answer = program.get("/2.0/sign_requests?limit=5000&marker=")
    assert (answer["limit"], answer["next_marker"], answer["entries"]) == (
        1000,
        None,
        [],
    )


@examples(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    seed=some.integers(0, 2**32), limit=some.integers(1, 9), count=some.integers(0, 12)
)
def test_pages_give_every_request_once_newest_first(
    program, company, pat, seed, limit, count
):
    """However many there are, made at one moment or not, and while more come."""
    SignRequest.objects.all().delete()
    chance, now = random.Random(seed), timezone.now()  # noqa: S311  no secret
    made = []
    for _ in range(count):
        one = make_draft(company, pat, people=())
        one.created_at = now - timedelta(microseconds=chance.choice([0, 0, 1, 2]))
        one.save()
        made.append(one)
    made.sort(key=lambda one: (one.created_at, one.public_id), reverse=True)
    found, marker = [], ""
    while marker is not None:
        query = f"limit={limit}&marker={marker}"
        page = program.get(f"/2.0/sign_requests?{query}")
        assert len(page["entries"]) <= page["limit"] == limit
        found += [one["id"] for one in page["entries"]]
        marker = page["next_marker"]
        late = make_draft(company, pat, people=())
        SignRequest.objects.filter(pk=late.pk).update(
            created_at=now + timedelta(seconds=1)
        )
    assert found == [str(one.public_id) for one in made]


def test_senders_can_be_chosen(program, company, alex):
    program.request()
    admin = Program(make_key(alex).secret, Client())
    admin.request(name="Own")
    both = admin.get("/2.0/sign_requests")["entries"]
    assert len(both) == 2
    mine = admin.get(f"/2.0/sign_requests?senders={alex.email}")["entries"]
    assert [one["name"] for one in mine] == ["Own"]
    others = admin.get("/2.0/sign_requests?shared_requests=true")["entries"]
    assert [one["name"] for one in others] == ["lease-0.pdf"]


def test_a_list_and_a_request_cost_the_same_however_much_is_in_them(
    program, django_assert_num_queries
):
    program.request()
    program.get("/2.0/users/me")
    with django_assert_num_queries(7):
        program.get("/2.0/sign_requests")
    people = [
        {"email": f"s{number}@example.com", "verification_phone_number": SEED_PHONE}
        for number in range(5)
    ]
    made = [program.request(signers=people) for _ in range(3)]
    with django_assert_num_queries(7):
        program.get("/2.0/sign_requests")
    with django_assert_num_queries(7):
        program.get(f"/2.0/sign_requests/{made[0]['id']}")


def test_a_create_costs_no_more_than_it_did(program, django_assert_max_num_queries):
    program.request()
    file = program.upload("another.pdf")
    with django_assert_max_num_queries(80):
        program.request(source_files=[{"id": file}])


# The gate


def test_the_code_opens_the_gate_that_was_asked_for(program):
    both = {"password": "1234", "verification_phone_number": SEED_PHONE}
    answer = program.request(
        signers=[SIGNER | both], is_phone_verification_required_to_view=True
    )
    browser = Browser(only_signer(answer).gate)
    assert not browser.standing.may_view
    browser.enter_password("1234")
    assert not browser.standing.may_view
    browser.pass_phone()
    assert browser.standing.may_view
