from __future__ import annotations

import pytest

from tests import factories
from verification.models import User


@pytest.fixture
def company(db):
    return factories.make_company()


@pytest.fixture
def pat(company) -> User:
    """Publishes for Acme."""
    return factories.make_member(company, "Pat Miller", email="pat@acme.example")


@pytest.fixture
def alex(company) -> User:
    """Administers Acme."""
    return factories.make_admin(company)


@pytest.fixture
def mal(db) -> User:
    """Publishes for somebody else, and must not."""
    return factories.make_mal()


@pytest.fixture
def as_pat(client, pat):
    client.force_login(pat)
    return client


@pytest.fixture
def as_mal(client_class, mal):
    client = client_class()
    client.force_login(mal)
    return client


@pytest.fixture
def client_class():
    from django.test import Client  # noqa: PLC0415  after settings

    return Client
