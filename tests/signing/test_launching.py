"""A signer without email comes in by a code that the publisher tells them."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from signing.flows import launching, readiness, reassigning, sending
from signing.flows.refusals import RefusedError
from signing.models import LaunchCode, Signer
from tests.factories import make_draft, make_request
from tests.signing.pages import SignerClient
from verification.flows.opening import Origin
from verification.limits import LimitReachedError
from verification.models import Factor, Gate, TrailEntry

pytestmark = pytest.mark.django_db
NOW = timezone.now()
HERE = Origin(ip="203.0.113.9", browser="Safari on iPhone")
Kind = Factor.Kind


def make_ada(**options) -> Signer:
    """Ada, who has a phone and no email, and has been sent a lease."""
    draft = make_draft(**options)
    Gate.objects.filter(signer__request=draft).update(email="")
    sending.send(draft, actor=draft.sender, now=timezone.now())
    return draft.signers.select_related("gate", "request__sender").first()


@pytest.fixture
def ada():
    return make_ada()


def issue(signer, now=None):
    issuer = signer.request.sender
    return launching.issue(signer, issuer=issuer, now=now or timezone.now())


def refusal(*args, **options):
    with pytest.raises(RefusedError) as refused:
        issue(*args, **options)
    return refused.value.code


def test_ada_types_the_code_and_stands_before_her_gate(ada):
    code = issue(ada).code
    client = Client()
    page = client.get("/launch").content.decode()
    assert "Open your document" in page
    assert ada.name not in page

    shown = f" {code[:4].lower()}-{code[4:]} "
    response = client.post("/launch", {"code": shown}, follow=True)
    browser = SignerClient(ada.gate, client)
    browser.response = response
    assert response.request["PATH_INFO"] == browser.home
    assert browser.offers("/ask/sms")
    assert "••• ••• ••90" in browser.text
    kinds = TrailEntry.objects.filter(gate=ada.gate).values_list("kind", flat=True)
    assert [kind for kind in kinds if kind != "invited"] == [
        "launch_code_issued",
        "launched",
        "opened",
    ]


def test_a_code_works_once(ada):
    code = issue(ada).code
    assert launching.launch(code, HERE, timezone.now()) == ada
    assert launching.launch(code, HERE, timezone.now()) is None


def test_a_code_works_until_its_end_and_not_at_it(ada):
    issued = issue(ada)
    assert launching.launch(issued.code, HERE, issued.ends_at) is None
    just_before = issued.ends_at - timedelta(seconds=1)
    assert launching.launch(issued.code, HERE, just_before) == ada


def test_it_lives_sixty_minutes_unless_the_company_says_otherwise(ada):
    assert issue(ada, NOW).ends_at == NOW + timedelta(minutes=60)
    company = ada.request.company
    company.launch_code_lifetime = timedelta(minutes=5)
    company.save()
    assert issue(ada, NOW).ends_at == NOW + timedelta(minutes=5)


def test_a_newer_code_ends_the_one_before(ada):
    first, second = issue(ada).code, issue(ada).code
    assert launching.launch(first, HERE, timezone.now()) is None
    assert launching.launch(second, HERE, timezone.now()) == ada


def test_the_code_is_kept_nowhere(ada):
    code = issue(ada).code
    rows = [*LaunchCode.objects.values(), *TrailEntry.objects.values()]
    assert code not in str(rows)


def test_a_code_told_to_the_person_before_does_not_open_for_the_next(ada):
    code = issue(ada).code
    reassigning.reassign(
        ada,
        name="Bob Reed",
        email="bob@example.com",
        phone="+14155550173",
        reason="Ada sold it",
        actor=ada.request.sender,
        now=timezone.now(),
    )
    assert launching.launch(code, HERE, timezone.now()) is None


def test_a_code_dies_with_the_transaction(ada):
    code = issue(ada).code
    request = ada.request
    sending.recall(request, actor=request.sender, reason="", now=timezone.now())
    assert launching.launch(code, HERE, timezone.now()) is None


def test_the_eleventh_guess_from_one_network_is_not_looked_at(ada, settings):
    settings.LIMIT_FACTOR = 1
    code = issue(ada).code
    for _ in range(10):
        assert launching.launch("WRNG-2345", HERE, NOW) is None
    with pytest.raises(LimitReachedError):
        launching.launch(code, HERE, NOW)
    response = Client(REMOTE_ADDR=HERE.ip).post("/launch", {"code": code})
    assert response.status_code == 429
    assert LaunchCode.objects.get().used_at is None


@pytest.mark.parametrize("typed", ["", "   ", "\0", "x" * 5000, "ÄÖÜ", "12345678"])
def test_whatever_is_typed_the_page_stays(ada, typed):
    issue(ada)
    response = Client().post("/launch", {"code": typed})
    assert response.status_code == 200
    assert 'aria-invalid="true"' in response.content.decode()


def test_no_code_for_who_has_an_email_address():
    signer = make_request().signers.select_related("request__sender").get()
    assert refusal(signer) == "has_email"


def test_no_code_before_it_is_their_turn():
    make_ada(people=("ada", "bob"))
    second = Signer.objects.select_related("request__sender").get(order=2)
    assert refusal(second) == "not_their_turn"


def test_no_code_for_who_has_signed(ada):
    Signer.objects.filter(pk=ada.pk).update(state=Signer.State.SIGNED)
    assert refusal(ada) == "already_done"


@pytest.mark.parametrize(
    ("kinds", "is_ready"),
    [
        ((Kind.PHONE,), True),
        ((Kind.ACCESS_CODE,), True),
        ((Kind.PHONE, Kind.ACCESS_CODE), True),
        ((Kind.EMAIL,), False),
        ((Kind.PHONE, Kind.EMAIL), False),
        ((), False),
    ],
)
def test_a_draft_is_ready_without_email_where_something_else_is_proven(kinds, is_ready):
    draft = make_draft(kinds=kinds)
    Gate.objects.filter(signer__request=draft).update(email="")
    assert (readiness.problems(draft) == []) is is_ready


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_type_it_at_once_one_gets_in(ada):
    code = issue(ada).code
    won = []

    def launch(number):
        origin = Origin(ip=f"203.0.113.{number}")
        won.append(launching.launch(code, origin, timezone.now()))
        connection.close()

    threads = [threading.Thread(target=launch, args=[at]) for at in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one for one in won if one] == [ada]
