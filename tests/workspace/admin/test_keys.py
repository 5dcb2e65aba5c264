from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from verification.models import TrailEntry
from workspace import keys
from workspace.models import ApiKey

pytestmark = pytest.mark.ignore_template_errors

ADD = "/admin/workspace/apikey/add/"
LIST = "/admin/workspace/apikey/"


@pytest.fixture
def make(as_alex, acme):
    def make(**changes):
        facts = {"name": "CRM", "member": acme.member.pk, "scopes": ["send", "read"]}
        return as_alex.post(ADD, facts | {"ends": "90"} | changes)

    return make


def secret_in(response) -> str:
    found = re.findall(r"csk_[\w-]{20,}", response.content.decode())
    assert len(found) == 1
    return found[0]


def test_a_secret_is_shown_once_and_works(make, as_alex, acme, caplog):
    now = timezone.now()
    secret = secret_in(make())
    key = keys.find(secret, now)
    assert key.member == acme.member
    assert key.scopes == ["read", "send"]
    assert key.expires_at - now == pytest.approx(
        timedelta(days=90), abs=timedelta(minutes=1)
    )
    for address in (LIST, f"{LIST}{key.pk}/change/", f"{LIST}{key.pk}/history/", ADD):
        assert secret not in as_alex.get(address).content.decode(), address
    assert secret not in caplog.text
    kept = [str(list(model.objects.values())) for model in (LogEntry, TrailEntry)]
    assert not any(secret in text or secret[8:] in text for text in kept)
    assert "api_key_issued" in str(kept)


def test_the_page_with_the_secret_is_not_kept(make):
    assert "no-store" in make()["Cache-Control"]


@pytest.mark.parametrize(
    "changes",
    [{"scopes": []}, {"scopes": ["root"]}, {"name": ""}, {"ends": "9999"}],
)
def test_a_key_says_what_it_may(make, changes):
    before = ApiKey.objects.count()
    assert make(**changes).status_code == 200
    assert ApiKey.objects.count() == before


def test_no_key_is_made_for_who_left(make, acme):
    member = acme.member
    member.is_active = False
    member.save()
    make()
    assert not ApiKey.objects.filter(name="CRM").exists()


def test_a_revoked_key_is_refused_at_once(as_alex, acme):
    assert keys.find(acme.secret, timezone.now())
    address = reverse("admin:workspace_apikey_revoke", args=[acme.key.pk])
    as_alex.get(address)
    assert keys.find(acme.secret, timezone.now())
    as_alex.post(address)
    assert keys.find(acme.secret, timezone.now()) is None
    assert "revoked" in as_alex.get(LIST).content.decode()


def test_a_key_is_not_changed(as_alex, acme):
    address = f"{LIST}{acme.key.pk}/change/"
    facts = {"name": "Mine", "scopes": ["manage"], "revoked_at": "", "ends": ""}
    assert as_alex.post(address, facts).status_code == 404
    acme.key.refresh_from_db()
    assert acme.key.name == "Acme Advisors key"
