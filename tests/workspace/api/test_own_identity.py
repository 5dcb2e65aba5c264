"""Identity checks at our own door: read, decided, given back, let go on."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from signing.flows import reassigning
from tests import factories
from tests.factories import Browser
from tests.workspace.api.test_own_door import Program, path_of
from verification import trail
from verification.flows import identity, passing
from verification.identity.base import Finding, Reason
from verification.models import Factor, Gate, IdentityCheck, IdentityRules
from verification.outcomes import Outcome
from workspace.models import ApiKey

pytestmark = pytest.mark.django_db
Scope = ApiKey.Scope
EXPIRED = Finding(False, reason=Reason.EXPIRED, checks={"expiry": False})
SECRET = ("pictures", "facts", "front", "selfie", ".jpg")


@pytest.fixture
def program(pat):
    return Program(pat)


@pytest.fixture
def lease(company, pat):
    made = factories.make_identity_request(company, pat)
    factor = Factor.objects.get(gate__signer__request=made)
    IdentityRules.objects.create(factor=factor, max_tries=2)
    return made


@pytest.fixture
def check(lease) -> IdentityCheck:
    """It waits for a person."""
    return factories.make_identity_check(lease)


def of(lease, tail="") -> str:
    return path_of(lease, f"/identity{tail}")


def report(program, lease) -> dict:
    answer = program.ask("GET", of(lease))
    assert answer.status_code == 200, answer.content
    return answer.json()


def signer_in(program, lease) -> dict:
    whole = program.ask("GET", f"/transactions/{lease.public_id}").json()
    return whole["signers"][0]


def code_of(answer) -> str:
    return answer.json()["error"]["code"]


def test_before_anything_was_shown_there_is_nothing_to_tell(program, lease):
    told = report(program, lease)
    assert (told["result"], told["check"], told["review_url"]) == (
        "not_started",
        None,
        None,
    )
    (factor,) = signer_in(program, lease)["factors"]
    assert factor["identity"] == {"result": "not_started", "reason": None}
    assert (factor["tries_left"], factor["is_locked"]) == (2, False)


def test_what_waits_is_told_without_a_picture_and_approved(program, lease, check):
    told = report(program, lease)
    assert (told["result"], told["check"]) == ("needs_review", str(check.public_id))
    assert (told["name"], told["born_on"]) == ("Ada Lane", "1984-05-12")
    shown = factories.LIKELY.facts
    assert (told["country"], told["number_end"]) == (shown.country, shown.number_end)
    assert told["checks"]["check_digits"] is True
    assert told["review_url"].endswith(f"/workspace/identity/{check.public_id}/")
    assert not any(word in str(told) for word in SECRET)
    body = {"check": told["check"]}
    assert program.ask("POST", of(lease, "/approve"), body).status_code == 204
    told = report(program, lease)
    assert (told["result"], told["decided_by"]) == ("passed", "Pat Miller")
    again = program.ask("POST", of(lease, "/approve"), body)
    assert (again.status_code, code_of(again)) == (409, "already_decided")


def test_each_report_that_is_read_stands_in_the_trail_once(program, lease, check, pat):
    read = lease.trail.entries.filter(kind="verification_read")
    report(program, lease)
    assert read.count() == 1
    assert trail.facts_of(read.get())["actor"].endswith("(API key CRM)")
    assert Program(pat, [Scope.SEND]).ask("GET", of(lease)).status_code == 403
    assert read.count() == 1


def test_a_program_approves_for_a_member_who_has_looked(program, lease, pat):
    check = factories.make_identity_check(lease, is_seen=False)
    body = {"check": str(check.public_id)}
    refused = program.ask("POST", of(lease, "/approve"), body)
    assert (refused.status_code, code_of(refused)) == (409, "not_looked")
    factories.make_look(check, pat)
    assert program.ask("POST", of(lease, "/approve"), body).status_code == 204


def test_a_rejected_check_carries_the_reason_and_leaves_a_try_less(
    program, lease, check
):
    body = {"check": str(check.public_id), "reason": "The picture is cut off."}
    assert program.ask("POST", of(lease, "/reject"), body).status_code == 204
    told = report(program, lease)
    assert (told["result"], told["reason"]) == ("failed", "refused")
    assert told["sentence"] == "The picture is cut off."
    (factor,) = signer_in(program, lease)["factors"]
    assert factor["identity"] == {"result": "failed", "reason": "refused"}
    assert factor["tries_left"] == 1


@pytest.mark.parametrize("reason", ["", "   "])
def test_no_reason_no_rejection(program, lease, check, reason):
    body = {"check": str(check.public_id), "reason": reason}
    answer = program.ask("POST", of(lease, "/reject"), body)
    assert (answer.status_code, code_of(answer)) == (400, "reason_needed")
    assert report(program, lease)["result"] == "needs_review"


def test_a_locked_signer_is_reset(program, lease):
    browser = Browser(lease.signers.get().gate)
    for _ in range(2):
        factories.make_identity_check(lease, browser=browser, finding=EXPIRED)
    signer = signer_in(program, lease)
    assert signer["is_locked"] is True
    assert signer["diagnosis"]["is_trouble"] is True
    assert signer["factors"][0]["tries_left"] == 0
    body = {"reason": "They have a new passport now."}
    assert program.ask("POST", of(lease, "/reset"), body).status_code == 204
    assert signer_in(program, lease)["factors"][0]["tries_left"] == 2


def test_a_signer_who_waits_for_fields_is_let_go_on(program, lease, check):
    now = timezone.now()
    gate = Gate.objects.get(signer__request=lease)
    refused = program.ask("POST", of(lease, "/release"))
    assert (refused.status_code, code_of(refused)) == (409, "not_held")
    Gate.objects.filter(pk=gate.pk).update(held_until=now + timedelta(seconds=30))
    assert signer_in(program, lease)["is_held"] is True
    assert report(program, lease)["is_held"] is True
    assert program.ask("POST", of(lease, "/release")).status_code == 204
    assert signer_in(program, lease)["is_held"] is False
    assert lease.trail.entries.filter(kind="released").count() == 1


def test_a_check_of_somebody_else_is_not_decided_here(program, lease, check, pat):
    other = factories.make_identity_request(lease.company, pat)
    body = {"check": str(check.public_id)}
    assert program.ask("POST", of(other, "/approve"), body).status_code == 404
    body = {"check": str(uuid4())}
    assert program.ask("POST", of(lease, "/approve"), body).status_code == 404
    check.refresh_from_db()
    assert check.state == IdentityCheck.State.WAITING


def test_an_outdated_check_is_not_approved(program, lease, check):
    identity_ended(check)
    answer = program.ask("POST", of(lease, "/approve"), {"check": str(check.public_id)})
    assert (answer.status_code, code_of(answer)) == (409, "outdated")


def identity_ended(check):
    assert check.move(IdentityCheck.State.ENDED, timezone.now())


def test_where_no_check_is_asked_for_there_is_nothing(program, company, pat):
    plain = factories.make_request(company, pat)
    assert program.ask("GET", of(plain)).status_code == 404


@pytest.mark.parametrize(
    ("scopes", "method", "tail"),
    [
        ([Scope.SEND, Scope.MANAGE], "GET", ""),
        ([Scope.READ, Scope.SEND], "POST", "/approve"),
        ([Scope.READ, Scope.SEND], "POST", "/reject"),
        ([Scope.READ, Scope.SEND], "POST", "/reset"),
        ([Scope.READ, Scope.MANAGE], "POST", "/release"),
    ],
)
def test_a_key_needs_the_scope(pat, lease, check, scopes, method, tail):
    body = {"check": str(check.public_id), "reason": "x"} if method == "POST" else None
    answer = Program(pat, scopes).ask(method, of(lease, tail), body)
    assert (answer.status_code, code_of(answer)) == (403, "insufficient_scope")


def test_nobody_approves_their_own_id(program, company, pat):
    own = factories.make_identity_request(company, pat)
    Gate.objects.filter(signer__request=own).update(email=pat.email)
    check = factories.make_identity_check(own)
    answer = program.ask("POST", of(own, "/approve"), {"check": str(check.public_id)})
    assert (answer.status_code, code_of(answer)) == (409, "own_check")


def test_a_used_check_is_told_while_its_proof_stands(program, lease, check, pat):
    program.ask("POST", of(lease, "/approve"), {"check": str(check.public_id)})
    passed = IdentityCheck.objects.select_related("visit", "gate").get(pk=check.pk)
    passing.use(passed, passed.visit, timezone.now())
    assert report(program, lease)["result"] == "passed"
    assert signer_in(program, lease)["factors"][0]["is_proven"] is True


def test_a_failure_beside_the_check_that_was_approved_is_not_the_result(
    program, lease, pat
):
    browser = Browser(lease.signers.get().gate)
    IdentityRules.objects.update_or_create(
        factor=browser.factor(Factor.Kind.IDENTITY), defaults={"max_tries": 5}
    )
    first, _second = [
        factories.make_identity_check(lease, browser=browser, finding=EXPIRED)
        for _try in range(2)
    ]
    assert report(program, lease)["result"] == "failed"
    now = timezone.now()
    identity.approve(first, actor="Pat <pat@x>", user_id=pat.pk, now=now)
    passed = IdentityCheck.objects.select_related("visit", "gate").get(pk=first.pk)
    assert passing.use(passed, passed.visit, now) is Outcome.PASSED
    told = report(program, lease)
    assert (told["result"], told["check"]) == ("passed", str(first.public_id))
    identities = signer_in(program, lease)["factors"][0]["identity"]
    assert identities == {"result": "passed", "reason": None}


@pytest.mark.parametrize("finding", [EXPIRED, None])
def test_what_the_person_before_showed_is_not_told_of_the_new_one(
    program, lease, pat, finding
):
    check = factories.make_identity_check(lease, finding=finding)
    if finding is None:
        now = timezone.now()
        identity.approve(check, actor="Pat <pat@x>", user_id=pat.pk, now=now)
        passed = IdentityCheck.objects.select_related("visit", "gate").get(pk=check.pk)
        assert passing.use(passed, passed.visit, now) is Outcome.PASSED
    reassigning.reassign(
        lease.signers.get(),
        name="Bob Reed",
        email="bob@example.com",
        reason="Ada is away.",
        actor=pat,
        now=timezone.now(),
    )
    told = report(program, lease)
    assert (told["result"], told["check"], told["name"]) == ("not_started", None, None)
    identities = signer_in(program, lease)["factors"][0]["identity"]
    assert identities == {"result": "not_started", "reason": None}
