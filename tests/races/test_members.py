from __future__ import annotations

import pytest
from django.utils import timezone

from signing.flows.refusals import RefusedError
from tests import factories as make
from tests.factories import kinds_of
from verification import trail
from workspace import company_settings, members
from workspace.models import Membership

pytestmark = pytest.mark.race


def test_admins_who_send_each_other_away_leave_one(at_once):
    company = make.make_company()
    admins = [make.make_admin(company, f"Admin {number}") for number in range(6)]
    rows = list(Membership.objects.select_related("company", "user").order_by("pk"))

    def act(number):
        member, actor = rows[number % 6], admins[(number + 1) % 6]
        try:
            members.deactivate(member, heir=None, actor=actor, now=timezone.now())
        except RefusedError as refused:
            return refused.code
        return "gone"

    codes = at_once(act, 24)
    assert codes.count("gone") == 5
    assert Membership.objects.filter(is_active=True).count() == 1
    company.refresh_from_db()
    assert kinds_of(company.trail) == ["member_deactivated"] * 5
    assert trail.verify(company.trail) is None


def test_of_many_invitations_at_once_one_is_made(at_once):
    company = make.make_company()
    alex = make.make_admin(company)

    def act(number):
        try:
            members.invite(
                company,
                email="nina@example.com",
                name="Nina",
                role=Membership.Role.PUBLISHER,
                actor=alex,
                now=timezone.now(),
            )
        except RefusedError as refused:
            return refused.code
        return "invited"

    codes = at_once(act, 20)
    assert codes.count("invited") == 1
    assert codes.count("member_exists") == 19


def test_companies_that_invite_the_same_person_at_once_share_the_account(at_once):
    companies = [make.make_company(f"Company {number}") for number in range(12)]
    admins = [make.make_admin(company) for company in companies]

    def act(number):
        return members.invite(
            companies[number],
            email="nina@example.com",
            name=f"Nina {number}",
            role=Membership.Role.PUBLISHER,
            actor=admins[number],
            now=timezone.now(),
        ).user_id

    assert len(set(at_once(act, 12))) == 1


def test_settings_changed_at_once_make_one_chain(at_once):
    company = make.make_company()
    alex = make.make_admin(company)

    def act(number):
        mine = type(company).objects.get(pk=company.pk)
        mine.default_tries = number % 10 + 1
        now = timezone.now()
        company_settings.change(mine, ["default_tries"], actor=alex, now=now)

    at_once(act, 30)
    company.refresh_from_db()
    facts = [trail.facts_of(entry) for entry in company.trail.entries.order_by("seq")]
    assert facts[0]["old"] == 3
    assert facts[-1]["new"] == company.default_tries
    for before, after in zip(facts, facts[1:], strict=False):
        assert after["old"] == before["new"]
    assert trail.verify(company.trail) is None
