"""A signer waits for half a minute while somebody fills in fields."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from signing.flows import sending
from signing.gate import Action, Verdict, judge
from signing.models import Field
from tests import factories as make
from tests.factories import Browser, kinds_of, signer_of
from verification.models import Gate, TrailEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def lease(company, pat):
    request = make.make_request(company, pat, title="Lease 2026")
    signer = signer_of(request)
    make.make_field(signer, kind=Field.Kind.TEXT, label="Street", y=0.2)
    make.make_field(signer, kind=Field.Kind.CHECKBOX, label="Newsletter", y=0.3)
    return request


@pytest.fixture
def ada(lease, time_machine):
    """Ada has proven who she is, and waits."""
    time_machine.move_to(timezone.now(), tick=False)
    browser = make.enter_as(lease)
    held_until = timezone.now() + timedelta(seconds=30)
    Gate.objects.update(held_until=held_until)
    assert verdict(browser) is Verdict.HELD
    return browser


def verdict(browser: Browser) -> Verdict:
    signer = signer_of(browser.gate.signer.request)
    return judge(signer, browser.visit, Action.SIGN, timezone.now()).verdict


def at(name, request):
    args = [request.public_id, signer_of(request).public_id]
    return reverse(f"workspace:{name}", args=args)


def field(label):
    return Field.objects.get(label=label)


def body(response) -> str:
    return response.content.decode()


def test_the_page_says_for_how_long_they_wait(as_pat, lease, ada, time_machine):
    time_machine.shift(timedelta(seconds=9))
    address = reverse("workspace:request", args=[lease.public_id])
    page = body(as_pat.get(address))
    assert 'data-time-left="21"' in page
    assert "load delay:21s" in page
    assert "Fill in fields" in page
    time_machine.shift(timedelta(seconds=21))
    assert "data-time-left" not in body(as_pat.get(address))


def test_what_is_filled_in_is_there_when_they_go_on(as_pat, lease, ada):
    sent = {
        str(field("Street").public_id): "1 Main Street",
        str(field("Newsletter").public_id): "on",
    }
    response = as_pat.post(at("fill-in", lease), sent)
    assert response.url == reverse("workspace:request", args=[lease.public_id])
    assert field("Street").value == "1 Main Street"
    assert field("Newsletter").value == "yes"
    assert verdict(ada) is Verdict.OPEN
    assert kinds_of(lease.trail)[-2:] == ["released", "prefilled"]


def test_saving_nothing_lets_them_go_on_too(as_pat, lease, ada):
    as_pat.post(at("fill-in", lease), {})
    assert verdict(ada) is Verdict.OPEN
    assert kinds_of(lease.trail)[-1] == "released"


def test_they_are_let_go_on_once(as_pat, lease, ada):
    as_pat.post(at("release-hold", lease))
    assert verdict(ada) is Verdict.OPEN
    again = as_pat.post(at("release-hold", lease), follow=True)
    assert "Ada has gone on already." in body(again)
    assert kinds_of(lease.trail).count("released") == 1


def test_too_long_a_text_is_refused_and_they_wait_on(as_pat, lease, ada):
    sent = {str(field("Street").public_id): "x" * 501}
    page = body(as_pat.post(at("fill-in", lease), sent))
    assert "Use 500 characters at most." in page
    assert verdict(ada) is Verdict.HELD


def test_only_texts_and_boxes_of_this_signer_are_offered(as_pat, lease, ada):
    page = body(as_pat.get(at("fill-in", lease)))
    signature = Field.objects.get(kind=Field.Kind.SIGNATURE)
    assert str(signature.public_id) not in page
    as_pat.post(at("fill-in", lease), {str(signature.public_id): "Ada"})
    signature.refresh_from_db()
    assert signature.value == ""


def test_a_get_lets_nobody_go_on(as_pat, lease, ada):
    before = TrailEntry.objects.count()
    as_pat.get(at("fill-in", lease))
    assert as_pat.get(at("release-hold", lease)).status_code == 405
    assert verdict(ada) is Verdict.HELD
    assert TrailEntry.objects.count() == before


def test_mal_of_another_company_fills_in_and_releases_nothing(as_mal, lease, ada):
    sent = {str(field("Street").public_id): "Mal was here"}
    for name in ("fill-in", "release-hold"):
        assert as_mal.post(at(name, lease), sent).status_code == 404
    assert verdict(ada) is Verdict.HELD
    assert field("Street").value == ""


def test_after_a_recall_nothing_is_filled_in(as_pat, lease, ada, pat):
    sending.recall(lease, actor=pat, reason="", now=timezone.now())
    sent = {str(field("Street").public_id): "1 Main Street"}
    assert "This transaction is over." in body(as_pat.post(at("fill-in", lease), sent))
    assert field("Street").value == ""
