"""Our own door: what neither vendor has words for, by the rules of the pages."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.factories import Browser
from verification.models import Delivery, TrailEntry
from workspace import keys
from workspace.models import ApiKey, Webhook

pytestmark = pytest.mark.django_db
Scope = ApiKey.Scope
QUERIES = 11
ALL = [Scope.SEND, Scope.READ, Scope.MANAGE]


@pytest.fixture
def company():
    return factories.make_company()


@pytest.fixture
def pat(company):
    return factories.make_member(company)


class Program:
    def __init__(self, member, scopes=ALL):
        issued = keys.issue(
            member.memberships.get(), name="CRM", scopes=scopes, now=timezone.now()
        )
        self.key, self.secret, self.client = issued.key, issued.secret, Client()

    def ask(self, method, path, body=None, **headers):
        headers = {"Authorization": f"Bearer {self.secret}"} | headers
        return self.client.generic(
            method,
            f"/api/v1{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers=headers,
        )


@pytest.fixture
def program(pat):
    return Program(pat)


@pytest.fixture
def sent(company, pat):
    return factories.make_request(company, pat, kinds=("access_code", "phone"))


def path_of(request, tail=""):
    signer = request.signers.get()
    return f"/transactions/{request.public_id}/signers/{signer.public_id}{tail}"


def allow_codes(company):
    company.alternative_codes_on = company.generate_in_resend = True
    company.save()


def lock(request):
    ada = Browser(request.signers.get().gate)
    for _ in range(3):
        ada.enter_password("wrong")
    return ada


def code_of(response):
    return response.json()["error"]["code"]


def test_a_locked_signer_is_diagnosed_unlocked_and_told_a_code(program, company, sent):
    allow_codes(company)
    ada = lock(sent)
    read = program.ask("GET", f"/transactions/{sent.public_id}").json()
    signer = read["signers"][0]
    assert signer["is_locked"] is True
    assert signer["diagnosis"]["code"] == "locked"
    assert signer["diagnosis"]["fix"]["url"].startswith("http")
    assert signer["factors"][0] == {
        "kind": "access_code",
        "stage": "view",
        "frequency": "every_access",
        "is_proven": False,
        "tries_left": 0,
        "is_locked": True,
        "identity": None,
    }

    unlocked = program.ask("POST", path_of(sent, "/unlock"), {"reason": "Called Ada"})
    assert unlocked.status_code == 204
    ada.enter_password()
    issued = program.ask("POST", path_of(sent, "/alternative-code"), {})
    assert issued.status_code == 201
    assert ada.redeem(issued.json()["code"]) == "passed"
    kinds = TrailEntry.objects.filter(trail=sent.trail).values_list("kind", flat=True)
    assert {"unlocked", "code_issued", "code_passed"} <= set(kinds)


def test_codes_that_the_company_turned_off_are_refused(program, sent):
    response = program.ask("POST", path_of(sent, "/alternative-code"), {})
    assert (response.status_code, code_of(response)) == (403, "codes_off")


def test_a_locked_signer_gets_no_code_without_a_reason(program, company, sent):
    allow_codes(company)
    lock(sent)
    address = path_of(sent, "/alternative-code")
    assert code_of(program.ask("POST", address, {})) == "locked"
    assert program.ask("POST", address, {"reason": "Called"}).status_code == 201


def test_a_number_is_corrected_and_taken_at_once(program, sent):
    ada = Browser(sent.signers.get().gate)
    response = program.ask("PATCH", path_of(sent, "/phone"), {"phone": "+15551232190"})
    assert response.status_code == 200
    assert response.json()["masked_phone"].endswith("90")
    ada.enter_password()
    ada.must_ask()
    assert Delivery.objects.get(channel="sms").address == "+15551232190"


@pytest.mark.parametrize("phone", ["", " ", "12", "+", "five", "+123456789012345678"])
def test_what_has_no_shape_of_a_number_changes_nothing(program, sent, phone):
    response = program.ask("PATCH", path_of(sent, "/phone"), {"phone": phone})
    assert (response.status_code, code_of(response)) == (400, "bad_number")
    assert sent.signers.get().phone == factories.ADA_PHONE


def test_the_trail_comes_whole(program, sent):
    told = program.ask("GET", f"/transactions/{sent.public_id}/trail").json()
    assert told["entries"][0]["kind"] == "created"
    assert told["head"] == told["entries"][-1]["hash"]
    last = TrailEntry.objects.filter(trail=sent.trail).order_by("seq").last()
    assert last.kind == "downloaded"
    assert "(API key CRM)" in last.payload


def test_the_list_pages_by_key_and_shows_each_once(program, company, pat, monkeypatch):
    monkeypatch.setattr("workspace.api.own.transactions.PAGE", 2)
    made = {str(factories.make_draft(company, pat).public_id) for _ in range(5)}
    seen, older = [], ""
    for _ in range(3):
        page = program.ask("GET", f"/transactions?older={older}").json()
        seen += [row["id"] for row in page["entries"]]
        older = page["next"]
    assert older is None
    assert len(seen) == 5
    assert set(seen) == made


def test_webhooks_are_made_listed_and_ended(program):
    body = {"url": "https://8.8.8.8/hook", "events": ["signer.locked"]}
    made = program.ask("POST", "/webhooks", body)
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    listed = program.ask("GET", "/webhooks").json()["entries"]
    assert [row["url"] for row in listed] == ["https://8.8.8.8/hook"]
    assert "secret" not in listed[0]
    assert program.ask("DELETE", f"/webhooks/{listed[0]['id']}").status_code == 204
    assert program.ask("GET", "/webhooks").json()["entries"] == []


def test_a_webhook_into_the_inside_is_refused(program):
    body = {"url": "https://169.254.169.254/", "events": ["signer.locked"]}
    response = program.ask("POST", "/webhooks", body)
    assert (response.status_code, code_of(response)) == (400, "bad_url")
    assert not Webhook.objects.exists()


OPERATIONS = [
    ("GET", "/transactions/{request}", None),
    ("GET", "/transactions/{request}/trail", None),
    ("POST", "/transactions/{request}/signers/{signer}/alternative-code", {}),
    ("POST", "/transactions/{request}/signers/{signer}/unlock", {"reason": "x"}),
    (
        "PATCH",
        "/transactions/{request}/signers/{signer}/phone",
        {"phone": "+15551230000"},
    ),
    ("DELETE", "/webhooks/{webhook}", None),
]


@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS)
@pytest.mark.parametrize("who", ["mal", "kim"])
def test_nothing_of_others_exists_for_a_key(
    company, pat, sent, who, method, path, body
):
    """Mal is of another company, Kim another publisher of the same one."""
    allow_codes(company)
    lock(sent)
    own = Program(pat).ask(
        "POST", "/webhooks", {"url": "https://8.8.8.8/", "events": ["signer.locked"]}
    )
    other = (
        factories.make_mal()
        if who == "mal"
        else factories.make_member(company, "Kim Lee")
    )
    ids = {
        "request": sent.public_id,
        "signer": sent.signers.get().public_id,
        "webhook": own.json()["id"],
    }
    program, before = Program(other), sent.trail.entries.count()
    response = program.ask(method, path.format(**ids), body)
    assert response.status_code == 404
    assert "Ada" not in response.content.decode()
    assert sent.trail.entries.count() == before
    assert Webhook.objects.filter(ended_at=None).count() == 1


@pytest.mark.parametrize(
    ("scopes", "method", "tail", "body"),
    [
        ([Scope.SEND], "GET", None, None),
        ([Scope.READ, Scope.SEND], "POST", "/unlock", {"reason": "x"}),
        ([Scope.READ, Scope.SEND], "POST", "/alternative-code", {}),
        ([Scope.READ, Scope.MANAGE], "PATCH", "/phone", {"phone": "+15551230000"}),
    ],
)
def test_a_key_does_only_what_its_scopes_say(pat, sent, scopes, method, tail, body):
    path = path_of(sent, tail) if tail else f"/transactions/{sent.public_id}"
    response = Program(pat, scopes).ask(method, path, body)
    assert (response.status_code, code_of(response)) == (403, "insufficient_scope")


@pytest.mark.parametrize("path", ["/transactions", "/nowhere", "/webhooks", "", "/"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_the_key_is_looked_at_before_anything_else(program, method, path):
    response = program.ask(method, path, {}, Authorization="Bearer nonsense")
    assert (response.status_code, code_of(response)) == (401, "unauthorized")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("POST", "/transactions", "GET"), ("DELETE", "/webhooks", "POST, GET")],
)
def test_another_method_is_refused_in_our_words(program, method, path, allowed):
    response = program.ask(method, path, {})
    assert (response.status_code, code_of(response)) == (405, "method_not_allowed")
    assert set(response["Allow"].split(", ")) == set(allowed.split(", "))


@pytest.mark.parametrize("path", ["/nowhere", "", "/", "/transactions/"])
def test_where_nothing_is_is_said_in_our_words(program, path):
    response = program.ask("GET", path)
    assert (response.status_code, code_of(response)) == (404, "not_found")


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '"x"', "\0", '{"reason": "\\u0000"}', "[" * 9000]
)
def test_a_body_that_is_none_is_refused_in_our_words(program, sent, body):
    response = program.client.post(
        f"/api/v1{path_of(sent, '/unlock')}",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {program.secret}"},
    )
    assert (response.status_code, code_of(response)) == (400, "bad_request")


def test_a_key_that_asks_too_often_is_told_when_to_come_again(program, settings):
    settings.API_REQUESTS_PER_HOUR, settings.LIMIT_FACTOR = 1, 1
    program.ask("GET", "/webhooks")
    response = program.ask("GET", "/webhooks")
    assert (response.status_code, code_of(response)) == (429, "too_many_requests")
    assert 0 < int(response["Retry-After"]) <= 3600


def test_a_key_in_the_address_is_no_key(program):
    response = Client().get(f"/api/v1/webhooks?api_key={program.secret}")
    assert response.status_code == 401


def test_a_transaction_takes_the_same_queries_for_many_signers(
    program, company, pat, django_assert_num_queries
):
    for people in (("ada",), ("ada", "bob")):
        request = factories.make_request(company, pat, people=people)
        program.ask("GET", f"/transactions/{request.public_id}")
        with django_assert_num_queries(QUERIES):
            program.ask("GET", f"/transactions/{request.public_id}")


def test_the_page_of_all_doors_needs_no_key_and_nothing_from_elsewhere(client):
    page = client.get("/api/docs").content.decode()
    for words in ("addAuthentication", "/2.0/sign_requests", "alternative-code"):
        assert words in page
    assert 'src="http' not in page
    for door in ("countersign", "boldsign", "box"):
        told = client.get(f"/api/docs/{door}.json").json()
        assert told["openapi"].startswith("3.")
        assert told["paths"]
    assert client.get("/api/docs/other.json").status_code == 404


def test_expired_keys_are_strangers(pat):
    program = Program(pat)
    ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert program.ask("GET", "/webhooks").status_code == 401
