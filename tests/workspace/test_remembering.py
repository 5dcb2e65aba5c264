from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.factories import MEMBER_PASSWORD
from tests.workspace.test_second_step import code_now, enter, sign_in
from workspace import devices, members, remembering


@pytest.fixture
def protected(pat):
    begun = devices.begin(pat)
    assert devices.confirm(pat, begun.pk, code_now(pat))
    return pat


@pytest.fixture
def remembered(client, protected) -> Client:
    """A browser that Pat told not to ask again, signed out."""
    sign_in(client, protected)
    facts = {"code": code_now(protected, later=1), "remember": "on"}
    assert client.post("/workspace/sign-in/code/", facts).url == "/workspace/"
    client.post("/workspace/sign-out/")
    return client


def asks_again(client, user) -> bool:
    return sign_in(client, user).url == "/workspace/sign-in/code/"


def test_a_remembered_browser_is_not_asked_again(remembered, pat):
    assert not asks_again(remembered, pat)
    assert remembered.get("/workspace/").status_code == 200


def test_another_browser_is_asked(remembered, pat):
    assert asks_again(Client(), pat)


def test_nothing_is_remembered_unasked(client, protected):
    sign_in(client, protected)
    enter(client, code_now(protected, later=1))
    assert remembering.COOKIE not in client.cookies


@pytest.mark.parametrize(("days", "asks"), [(6.99, False), (7.01, True)])
def test_a_browser_is_remembered_for_the_company_s_days(
    remembered, pat, time_machine, days, asks
):

    time_machine.move_to(timezone.now() + timedelta(days=days))
    assert asks_again(remembered, pat) is asks


def test_fewer_days_hold_at_once(remembered, pat, company, time_machine):

    company.remembered_days = 1
    company.save()
    time_machine.move_to(timezone.now() + timedelta(days=2))
    assert asks_again(remembered, pat)


def test_a_new_password_forgets_the_browser(remembered, pat):
    pat.set_password(MEMBER_PASSWORD)
    pat.save()
    assert asks_again(remembered, pat)


def test_a_new_app_forgets_the_browser(remembered, pat):
    devices.remove(pat)
    begun = devices.begin(pat)
    assert devices.confirm(pat, begun.pk, code_now(pat))
    assert asks_again(remembered, pat)


def test_the_end_of_all_sessions_forgets_the_browser(remembered, pat):
    members.end_sessions(pat)
    assert asks_again(remembered, pat)


def test_mal_s_second_step_is_not_skipped_in_pat_s_browser(remembered, mal):
    begun = devices.begin(mal)
    assert devices.confirm(mal, begun.pk, code_now(mal))
    assert asks_again(remembered, mal)


def test_a_forged_cookie_is_worth_nothing(client, protected):
    client.cookies[remembering.COOKIE] = "eyJkZXZpY2UiOjF9:1:forged"
    assert asks_again(client, protected)


def test_a_recovery_code_earns_nothing(client, protected):
    codes = devices.new_recovery_codes(protected)
    sign_in(client, protected)
    facts = {"code": codes[0], "remember": "on"}
    client.post("/workspace/sign-in/code/", facts)
    assert remembering.COOKIE not in client.cookies


def test_raising_the_epoch_ends_every_session(as_pat, pat):
    assert as_pat.get("/workspace/").status_code == 200
    members.end_sessions(pat)
    assert as_pat.get("/workspace/").url.startswith("/workspace/sign-in/")


def test_the_strictest_company_counts(pat, company):
    other = factories.make_company("Beta", remembered_days=2)
    pat.memberships.create(company=other)
    assert remembering.days_for(pat) == 2
