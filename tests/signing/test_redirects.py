"""Where signers go on to when they are done: only where the company lets them."""

from __future__ import annotations

import pytest
from django.utils import timezone

from signing import redirects
from signing.flows import acting
from signing.models import Company, Signer
from tests import factories as make
from tests.signing.pages import SignerClient
from verification.flows.opening import Origin
from verification.models import Visit

DONE = "https://crm.acme.example/signed/42?a=b"
NO = "https://crm.acme.example/declined"


def company(*addresses: str) -> Company:
    return Company(name="Acme Advisors", redirect_urls=list(addresses))


@pytest.mark.parametrize(
    ("known", "url"),
    [
        ("https://crm.acme.example", DONE),
        ("https://crm.acme.example/", DONE),
        ("https://crm.acme.example/signed", DONE),
        ("https://crm.acme.example/signed/", DONE),
        ("https://crm.acme.example/signed", "https://crm.acme.example/signed"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000/x"),
    ],
)
def test_what_begins_as_the_company_says_is_allowed(known, url):
    assert redirects.is_allowed(company("https://other.example", known), url)


@pytest.mark.parametrize(
    "url",
    [
        "https://crm.acme.example.evil.example/signed",
        "https://crm.acme.example@evil.example/signed",
        "https://user@crm.acme.example/signed",
        "https://crm.acme.example:444/signed",
        "http://crm.acme.example/signed",
        "https://crm.acme.example/signed-elsewhere",
        "https://crm.acme.example/signed/../admin",
        "https://crm.acme.example\\@evil.example/signed",
        "https://evil.example/https://crm.acme.example/signed",
        "//crm.acme.example/signed",
        "javascript:alert(1)",
        "javascript://crm.acme.example/signed",
        "https://[",
        "",
    ],
)
def test_what_only_looks_like_it_is_not(url):
    assert not redirects.is_allowed(company("https://crm.acme.example/signed"), url)


@pytest.mark.parametrize("known", [[], ["nonsense"], ["https://"], [5, None]])
def test_a_list_without_addresses_allows_nothing(known):
    assert not redirects.is_allowed(company(*known), DONE)


@pytest.fixture
def lease(db):
    """A transaction whose program named addresses for afterwards."""
    acme = make.make_company(redirect_urls=["https://crm.acme.example/"])
    request = make.make_request(acme)
    Signer.objects.update(redirect_url=DONE, declined_redirect_url=NO)
    return request


def browser_of(lease) -> SignerClient:
    person = SignerClient(make.signer_of(lease).gate)
    person.open_link()
    return person


def test_who_has_signed_is_offered_to_go_on(lease):
    person = browser_of(lease)
    sign_in_it(lease, person)
    person.reload()
    assert "You’ve signed" in person.text
    assert f'href="{DONE}"' in person.response.text
    assert "Go on to crm.acme.example" in person.text


def test_who_has_declined_goes_elsewhere(lease):
    person = browser_of(lease)
    pass_the_gate(person)
    decline(lease)
    person.reload()
    assert "You declined to sign" in person.text
    assert f'href="{NO}"' in person.response.text
    assert DONE not in person.response.text


def test_whoever_only_holds_the_link_is_not_told_where(lease):
    """The address may name a customer: before the gate nothing of it is shown."""
    decline(lease)
    person = browser_of(lease)
    assert "You declined to sign" in person.text
    assert "crm.acme.example" not in person.response.text


def test_an_address_that_was_taken_off_the_list_is_offered_no_more(lease):
    person = browser_of(lease)
    sign_in_it(lease, person)
    Company.objects.update(redirect_urls=["https://other.example/"])
    person.reload()
    assert "You’ve signed" in person.text
    assert "crm.acme.example" not in person.response.text


def test_nobody_goes_on_before_they_are_done(lease):
    signer = make.signer_of(lease)
    assert redirects.onward(signer) is None


def pass_the_gate(person: SignerClient) -> None:
    person.press("/ask/sms")
    person.press("/code", code=make.live_code(person.gate).code())


def decline(lease) -> None:
    Signer.objects.update(state=Signer.State.DECLINED)
    assert lease.move("declined")


def sign_in_it(lease, person: SignerClient) -> None:
    """Pass the gate in this browser, and sign."""
    pass_the_gate(person)
    signer, now = make.signer_of(lease), timezone.now()
    visit = Visit.objects.select_related("gate__trail", "session").get()
    acting.adopt(signer, "signature", acting.Drawing("typed-1", "Ada Lane"), now)
    acting.sign(signer, visit, Origin(), consented=True, language="en", now=now)
