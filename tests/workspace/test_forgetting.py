"""A lost passkey or authenticator app is removed from the signer's menu."""

from __future__ import annotations

import pytest
from django.utils import timezone

from signing.models import Company
from tests import factories
from tests.signing.pages import SignerClient
from verification import authenticators, devices
from verification.models import Authenticator, Factor, Gate, Passkey
from workspace.diagnosis import diagnose

pytestmark = pytest.mark.django_db

Kind = Factor.Kind


@pytest.fixture
def sent(company, pat):
    kinds = (Kind.PHONE, Kind.TOTP, Kind.PASSKEY)
    return factories.make_request(company, pat, kinds=kinds)


def give(gate: Gate, *kinds: str) -> None:
    """Let the person of a gate have set up these before."""
    person, now = devices.person_of(gate), timezone.now()
    if Kind.TOTP in kinds:
        key = authenticators.seal(authenticators.new_key(), person)
        times = {"created_at": now, "confirmed_at": now, "last_used_at": now}
        Authenticator.objects.create(**person, **times, key=key)
    if Kind.PASSKEY in kinds:
        facts = {"credential_id": f"id-{gate.pk}", "public_key": "AAAA"}
        times = {"created_at": now, "last_used_at": now}
        Passkey.objects.create(**person, **facts, **times)


def gate_of(request):
    return factories.signer_of(request).gate


def address(request):
    signer = factories.signer_of(request)
    return f"/workspace/transactions/{request.public_id}/signers/{signer.public_id}/forget/"


def page_of(request):
    return f"/workspace/transactions/{request.public_id}/"


def live():
    passkeys = Passkey.objects.filter(removed_at=None).count()
    return passkeys, Authenticator.objects.filter(removed_at=None).count()


def test_publisher_removes_what_is_lost_and_keeps_the_other(as_pat, sent):
    give(gate_of(sent), Kind.TOTP, Kind.PASSKEY)
    assert "Remove passkey or app…" in as_pat.get(page_of(sent)).content.decode()
    shown = as_pat.get(address(sent)).content.decode()
    assert "Passkey" in shown
    assert "Authenticator app" in shown
    done = as_pat.post(address(sent), {"kinds": ["passkey"]}, follow=True)
    assert "Removed. Ada Lane sets up a new one" in done.content.decode()
    assert live() == (0, 1)
    assert "Pat Miller removed the passkey of Ada Lane" in done.content.decode()
    assert factories.kinds_of(sent.trail)[-1] == "passkey_removed"


def test_nothing_chosen_removes_nothing(as_pat, sent):
    give(gate_of(sent), Kind.TOTP, Kind.PASSKEY)
    shown = as_pat.post(address(sent), {}).content.decode()
    assert "Choose what to remove." in shown
    assert live() == (1, 1)


def test_what_is_not_there_cannot_be_removed(as_pat, sent):
    assert "there is nothing to remove" in as_pat.get(address(sent)).content.decode()
    give(gate_of(sent), Kind.TOTP)
    shown = as_pat.post(address(sent), {"kinds": ["passkey"]})
    assert shown.status_code == 200
    assert live() == (0, 1)


def test_looking_removes_nothing(as_pat, sent):
    give(gate_of(sent), Kind.TOTP)
    as_pat.get(address(sent), {"kinds": ["totp"]})
    assert live() == (0, 1)


def test_mal_removes_nothing_and_finds_nothing(as_mal, sent):
    give(gate_of(sent), Kind.TOTP)
    assert as_mal.get(address(sent)).status_code == 404
    assert as_mal.post(address(sent), {"kinds": ["totp"]}).status_code == 404
    assert live() == (0, 1)


def test_the_same_person_at_another_company_keeps_theirs(as_pat, sent):
    rival = factories.make_request(Company.objects.create(name="Rival"))
    give(gate_of(rival), Kind.TOTP)
    give(gate_of(sent), Kind.TOTP)
    as_pat.post(address(sent), {"kinds": ["totp"]})
    assert devices.authenticator_of(gate_of(sent)) is None
    assert devices.authenticator_of(gate_of(rival)) is not None


def test_a_transaction_that_is_over_removes_nothing(as_pat, sent):
    give(gate_of(sent), Kind.TOTP)
    factories.sending.recall(sent, actor=sent.sender, reason="x", now=timezone.now())
    as_pat.post(address(sent), {"kinds": ["totp"]})
    assert live() == (0, 1)


def test_the_menu_offers_it_only_where_one_is_asked_for(as_pat, company, pat):
    plain = factories.make_request(company, pat)
    shown = as_pat.get(page_of(plain)).content.decode()
    assert "Remove passkey or app…" not in shown


# Why can't they get in?


def why(request):
    signer = factories.signer_of(request)
    return diagnose([signer], timezone.now())[signer.pk]


def at_the_app(request):
    ada = SignerClient(gate_of(request))
    ada.open_link()
    ada.press("/ask/sms")
    ada.press("/code", code=factories.live_code(ada.gate).code())
    return ada


def test_who_has_set_up_no_app_is_said_so(company, pat):
    sent = factories.make_request(company, pat, kinds=(Kind.PHONE, Kind.TOTP))
    ada = at_the_app(sent)
    found = why(sent)
    assert found.code == "app_not_set_up"
    assert "Ada has not set up an authenticator app" in found.sentence
    ada.press("/app/begin")
    ada.press("/app/confirm", code="123456")
    assert why(sent).code == "app_begun"


def test_wrong_codes_of_an_app_are_counted_for_the_publisher(company, pat):
    sent = factories.make_request(company, pat, kinds=(Kind.TOTP, Kind.PHONE))
    give(gate_of(sent), Kind.TOTP)
    ada = SignerClient(gate_of(sent))
    ada.open_link()
    ada.press("/ask/sms")
    ada.press("/code", code=factories.live_code(ada.gate).code())
    assert why(sent).code == "no_app_code_entered"
    ada.press("/app", code="000000")
    found = why(sent)
    assert found.code == "wrong_app_code"
    assert "2 tries are left" in found.sentence


def test_an_app_that_takes_no_codes_is_told_with_what_helps(company, pat, as_pat):
    sent = factories.make_request(company, pat, kinds=(Kind.TOTP, Kind.PHONE))
    give(gate_of(sent), Kind.TOTP)
    now = timezone.now()
    Authenticator.objects.update(day=10, day_on=now.date(), in_a_row=10)
    found = why(sent)
    assert found.code == "app_paused"
    assert "10 wrong codes of their app were typed today" in found.sentence
    assert found.fix.label == "Remove passkey or app"
    assert "It takes codes again" in as_pat.get(page_of(sent)).content.decode()
    Authenticator.objects.update(day=1, in_a_row=20)
    assert why(sent).code == "app_worn_out"
    Authenticator.objects.update(in_a_row=19)
    assert not why(sent).is_trouble


def test_a_gate_that_nothing_else_guards_is_said_to_keep_shut(company, pat):
    sent = factories.make_request(company, pat, kinds=(Kind.TOTP,))
    found = why(sent)
    assert found.code == "nothing_set_up"
    assert "Turn on one more" in found.sentence
    assert found.fix.label == "Change the checks"
