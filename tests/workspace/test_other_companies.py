"""What belongs to another company does not exist (threats T38, T48)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from signing.models import SignRequest
from tests import factories
from verification.models import TrailEntry
from workspace.urls import draft_patterns, phone_patterns, request_patterns


@pytest.fixture
def draft(company, pat) -> SignRequest:
    return factories.make_draft(company, pat)


@pytest.fixture
def sent(company, pat) -> SignRequest:
    return factories.make_request(company, pat)


def addresses(request: SignRequest) -> dict[str, str]:
    """Every address that speaks of this request."""
    signer, document = request.signers.first(), request.documents.first()
    known = {
        "pk": request.public_id,
        "signer_pk": signer.public_id,
        "document_pk": document.public_id,
        "field_pk": signer.fields.first().public_id,
        "number": 1,
    }
    found = {}
    for pattern in draft_patterns + request_patterns + phone_patterns:
        names = pattern.pattern.converters
        if names:
            given = {name: known[name] for name in names}
            found[pattern.name] = reverse(f"workspace:{pattern.name}", kwargs=given)
    return found


def snapshot() -> list:
    """Rows that nobody else may change."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (SignRequest, *[field.related_model for field in RELATED])
    ]


RELATED = [
    SignRequest._meta.get_field("signers"),
    SignRequest._meta.get_field("documents"),
]


@pytest.mark.parametrize("method", ["get", "post", "head"])
def test_mal_finds_nothing(as_mal, draft, sent, method):
    before = snapshot(), TrailEntry.objects.count()
    for request in (draft, sent):
        for name, address in addresses(request).items():
            response = getattr(as_mal, method)(address)
            assert response.status_code in (404, 405), name
    assert (snapshot(), TrailEntry.objects.count()) == before


def test_whom_nobody_knows_is_sent_to_the_sign_in(db, draft):
    for name, address in addresses(draft).items():
        for method in ("get", "post"):
            response = getattr(Client(), method)(address)
            assert response.status_code == 302, name
            assert response.url.startswith("/workspace/sign-in/"), name


def test_every_address_is_tried(draft):
    assert len(addresses(draft)) >= 25


def test_a_publisher_finds_nothing_of_another_publisher(client, company, draft):
    client.force_login(factories.make_member(company, "Quinn Otto"))
    for name, address in addresses(draft).items():
        assert client.get(address).status_code in (404, 405), name
        assert client.post(address).status_code in (404, 405), name


def test_parts_of_one_draft_are_not_found_in_another(as_pat, pat, company, draft):
    other = factories.make_draft(company, pat)
    mixed = [
        address.replace(str(draft.public_id), str(other.public_id))
        for name, address in addresses(draft).items()
        if address.count("-") > 6
    ]
    assert len(mixed) >= 7
    for address in mixed:
        assert as_pat.post(address).status_code in (404, 405), address
        assert as_pat.get(address).status_code in (404, 405), address


def test_a_sent_transaction_is_no_draft(as_pat, sent):
    before = snapshot()
    for name, address in addresses(sent).items():
        if "/drafts/" in address and name != "send":
            assert as_pat.post(address).status_code in (404, 405), name
    assert snapshot() == before
