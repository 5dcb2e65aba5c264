from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tests.factories import make_company, make_member
from verification.models import Allowance
from workspace import keys
from workspace.models import ApiKey

pytestmark = pytest.mark.django_db
NOW = timezone.now()
Scope = ApiKey.Scope


@pytest.fixture
def member():
    return make_member(make_company()).memberships.get()


@pytest.fixture
def issued(member):
    return keys.issue(member, name="Ledger", scopes={Scope.SEND, Scope.READ}, now=NOW)


def test_a_key_is_found_by_its_secret_and_kept_only_as_a_hash(issued, member):
    found = keys.find(issued.secret, NOW)
    assert found == issued.key
    assert found.member == member
    assert (found.allows(Scope.READ), found.allows(Scope.MANAGE)) == (True, False)
    kept = ApiKey.objects.values().get(pk=found.pk)
    assert issued.secret not in str(kept)
    assert issued.secret.startswith(kept["start"])


@pytest.mark.parametrize("wrong", ["", "csk_", "x" * 5000, "cst_unknown", "\0"])
def test_an_unknown_secret_finds_nothing(issued, wrong):
    assert keys.find(wrong, NOW) is None


def test_a_key_holds_until_its_end_and_not_at_it(member):
    end = NOW + timedelta(days=1)
    secret = keys.issue(
        member, name="Short", scopes={Scope.READ}, now=NOW, expires_at=end
    ).secret
    assert keys.find(secret, end - timedelta(seconds=1)) is not None
    assert keys.find(secret, end) is None


def test_revoking_ends_the_key_and_its_tokens_at_once(issued):
    token = keys.grant_token(str(issued.key.public_id), issued.secret, NOW)
    assert keys.find(token, NOW) == issued.key
    assert keys.revoke(issued.key, NOW) is True
    assert keys.find(issued.secret, NOW) is None
    assert keys.find(token, NOW) is None
    assert keys.revoke(issued.key, NOW) is False


def test_a_key_ends_with_its_member(issued, member):
    member.is_active = False
    member.save()
    assert keys.find(issued.secret, NOW) is None


def test_a_key_ends_with_its_members_account(issued, member):
    member.user.is_active = False
    member.user.save()
    assert keys.find(issued.secret, NOW) is None


def test_a_token_lasts_an_hour(issued):
    token = keys.grant_token(str(issued.key.public_id), issued.secret, NOW)
    assert keys.find(token, NOW + timedelta(minutes=59)) == issued.key
    assert keys.find(token, NOW + timedelta(hours=1)) is None


def test_a_token_is_not_granted_for_another_keys_id_or_for_a_token(issued, member):
    other = keys.issue(member, name="Other", scopes={Scope.READ}, now=NOW)
    assert keys.grant_token(str(other.key.public_id), issued.secret, NOW) is None
    assert keys.grant_token("1", issued.secret, NOW) is None
    own = str(issued.key.public_id)
    token = keys.grant_token(own, issued.secret, NOW)
    assert keys.grant_token(own, token, NOW) is None


def test_finding_a_key_notes_its_use_once_a_minute(
    issued, django_assert_max_num_queries
):
    keys.find(issued.secret, NOW)
    with django_assert_max_num_queries(1):
        keys.find(issued.secret, NOW + timedelta(seconds=59))
    later = NOW + timedelta(seconds=60)
    keys.find(issued.secret, later)
    issued.key.refresh_from_db()
    assert issued.key.last_used_at == later


def test_requests_are_counted_up_to_the_limit_and_anew_after_it(issued, settings):
    settings.API_REQUESTS_PER_HOUR = 2
    spent = [keys.charge(issued.key, NOW) for _ in range(3)]
    assert [(one.left, one.is_refused) for one in spent] == [
        (1, False),
        (0, False),
        (0, True),
    ]
    assert keys.charge(issued.key, spent[0].ends_at).is_refused is False


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_no_request_of_twenty_at_once_goes_uncounted(member):
    key = keys.issue(member, name="Busy", scopes={Scope.READ}, now=NOW).key

    def charge():
        keys.charge(key, NOW)
        connection.close()

    threads = [threading.Thread(target=charge) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Allowance.objects.get(name="api-key-hour").used == 20
