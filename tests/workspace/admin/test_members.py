from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from signing.flows.refusals import RefusedError
from signing.models import SignRequest
from tests import factories
from tests.factories import MEMBER_PASSWORD, deliver_due, kinds_of
from tests.workspace.admin.conftest import signed_in
from tests.workspace.test_second_step import code_now
from verification import trail
from verification.models import Gate, User
from workspace import devices, keys, members, remembering
from workspace.models import Membership

pytestmark = pytest.mark.ignore_template_errors

ADD = "/admin/workspace/membership/add/"
LIST = "/admin/workspace/membership/"
Role = Membership.Role


def page(member, verb="change") -> str:
    name = f"admin:workspace_membership_{verb}"
    return reverse(name, args=[member.pk])


def invite(client, email="nina@example.com", name="Nina New", role="publisher"):
    return client.post(ADD, {"email": email, "name": name, "role": role}, follow=True)


def told(company) -> list[str]:
    company.refresh_from_db()
    return kinds_of(company.trail)


def test_somebody_new_is_invited_and_signs_in(as_alex, acme, outbox):
    invite(as_alex, email=" Nina@Example.com ")
    deliver_due()
    letter = next(one for one in outbox if one.to == "nina@example.com")
    assert "Alex Stone invites you to work for Acme Advisors" in letter.text
    link = next(word for word in letter.text.split() if "/password/" in word)
    client = Client()
    form = client.get(link[link.index("/workspace") :]).url
    new = {
        "new_password1": "a lighthouse keeper",
        "new_password2": "a lighthouse keeper",
    }
    assert client.post(form, new).status_code == 302
    facts = {"username": "nina@example.com", "password": "a lighthouse keeper"}
    client.post("/workspace/sign-in/", facts)
    assert client.get("/workspace/").status_code == 200
    member = Membership.objects.get(user__email="nina@example.com")
    assert member.role == Role.PUBLISHER
    assert member.joined_at is not None
    assert "member_invited" in told(acme.company)


def test_who_has_an_account_elsewhere_is_just_invited(as_alex, acme, rival, outbox):
    """What Acme's admin sees is the same as for a stranger, but for the address."""
    stranger = invite(as_alex, "nina@example.com", "Nina").content.decode()
    known = invite(as_alex, rival.admin.email, "Nina").content.decode()
    member = acme.company.memberships.get(user=rival.admin)
    other = acme.company.memberships.get(user__email="nina@example.com")
    begun = devices.begin(rival.admin)
    devices.confirm(rival.admin, begun.pk, code_now(rival.admin))
    for address in (LIST, f"{LIST}?q=Nina", page(member), page(member, "history")):
        body = as_alex.get(address).content.decode()
        assert "Mal Grey" not in body, address
        assert "Rival" not in body, address
    assert "Mal Grey" not in known
    assert "successfully" in stranger
    assert "successfully" in known
    assert "Nina" not in as_alex.get(f"{LIST}?q=Mal+Grey").content.decode()
    for one in (member, other):
        assert ">invited<" in as_alex.get(page(one)).content.decode()
    deliver_due()
    letter = next(
        one for one in outbox if one.to == rival.admin.email and "invites" in one.text
    )
    assert "/password/" not in letter.text
    assert "Mal Grey" not in letter.text


def test_the_real_name_is_shown_once_they_came(as_alex, acme, rival):
    invite(as_alex, rival.publisher.email, "M. F.")
    client = Client()
    facts = {"username": rival.publisher.email, "password": MEMBER_PASSWORD}
    client.post("/workspace/sign-in/", facts)
    assert "Mia Foe" not in as_alex.get(LIST).content.decode()
    client.post("/workspace/company/", {"company": str(acme.company.public_id)})
    assert "Mia Foe" in as_alex.get(LIST).content.decode()


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "x" * 250 + "@example.com"])
def test_a_bad_address_is_not_invited(as_alex, email):
    before = User.objects.count()
    assert "errornote" in invite(as_alex, email).content.decode()
    assert User.objects.count() == before


def test_nobody_is_invited_twice(as_alex, acme):
    page = invite(as_alex, acme.publisher.email.upper()).content.decode()
    assert "There is a member with this email address already." in page
    assert acme.company.memberships.count() == 2


def test_a_role_is_changed_at_once(as_alex, acme):
    client = signed_in(acme.publisher)
    assert client.get("/admin/").status_code == 404
    as_alex.post(page(acme.member), {"role": "company_admin"})
    assert client.get("/admin/").status_code == 200
    assert "member_role_changed" in told(acme.company)


def test_there_is_no_role_beyond_the_two(as_alex, acme):
    for role in ("superuser", "", "operator"):
        as_alex.post(page(acme.member), {"role": role})
        assert acme.member.role == Role.PUBLISHER


def test_the_last_admin_stays(acme):
    member = acme.company.memberships.get(user=acme.admin)
    pending = members.invite(
        acme.company,
        email="new@example.com",
        name="New",
        role=Role.COMPANY_ADMIN,
        actor=acme.admin,
        now=timezone.now(),
    )
    assert pending.is_company_admin  # but has no password yet
    for act in (
        lambda: members.change_role(
            member, Role.PUBLISHER, actor=acme.publisher, now=timezone.now()
        ),
        lambda: members.deactivate(
            member, heir=None, actor=acme.publisher, now=timezone.now()
        ),
    ):
        with pytest.raises(RefusedError) as refused:
            act()
        assert refused.value.code == "last_admin"
    member.refresh_from_db()
    assert member.is_company_admin
    assert member.is_active


def test_nobody_sends_themselves_away(as_alex, acme):
    factories.make_admin(acme.company, "Bo Second")
    me = acme.company.memberships.get(user=acme.admin)
    said = as_alex.post(page(me, "deactivate"), {}).content.decode()
    assert "You cannot do this to yourself." in said
    as_alex.post(page(me), {"role": "publisher"})
    me.refresh_from_db()
    assert me.is_active
    assert me.is_company_admin


def test_who_is_sent_away_is_out_at_once(as_alex, acme):
    """Sessions and keys end; what was open goes on with somebody else."""
    client = signed_in(acme.publisher)
    heir = factories.make_member(acme.company, "Hanna Heir")
    draft = factories.make_draft(acme.company, acme.publisher)
    asked = as_alex.get(page(acme.member, "deactivate")).content.decode()
    assert "2 drafts and open transactions wait for this member." in asked
    refused = as_alex.post(page(acme.member, "deactivate"), {}).content.decode()
    assert "This field is required." in refused
    assert client.get("/workspace/").status_code == 200
    chosen = {"heir": heir.memberships.get().pk}
    said = as_alex.post(page(acme.member, "deactivate"), chosen, follow=True)
    assert "2 transactions were handed over." in said.content.decode()
    assert client.get("/workspace/").url.startswith("/workspace/sign-in/")
    assert keys.find(acme.secret, timezone.now()) is None
    acme.key.refresh_from_db()
    assert acme.key.revoked_at is not None
    senders = SignRequest.objects.filter(company=acme.company)
    assert set(senders.values_list("sender", flat=True)) == {heir.pk}
    draft.refresh_from_db()
    assert kinds_of(draft.trail) == []
    assert kinds_of(acme.request.trail)[-1] == "handed_over"
    assert Gate.objects.get(signer__request=acme.request).contact_email == heir.email
    assert told(acme.company)[-2:] == ["api_key_revoked", "member_deactivated"]
    assert trail.verify(acme.company.trail) is None
    shown = signed_in(heir).get(f"/workspace/transactions/{acme.request.public_id}/")
    assert "Hanna Heir" in shown.content.decode()


def test_who_works_elsewhere_keeps_that_session(as_alex, acme, rival):
    rival.company.memberships.create(user=acme.publisher)
    client = signed_in(acme.publisher)
    heir = acme.company.memberships.get(user=acme.admin)
    as_alex.post(page(acme.member, "deactivate"), {"heir": heir.pk})
    assert client.get("/workspace/").status_code == 200
    gone = client.get(f"/workspace/transactions/{acme.request.public_id}/")
    assert gone.status_code == 404


def test_who_comes_back_has_no_keys(as_alex, acme):
    heir = acme.company.memberships.get(user=acme.admin)
    as_alex.post(page(acme.member, "deactivate"), {"heir": heir.pk})
    as_alex.post(page(acme.member, "reactivate"), {})
    assert acme.member.is_active
    assert keys.find(acme.secret, timezone.now()) is None


@pytest.fixture
def protected(acme) -> User:
    begun = devices.begin(acme.publisher)
    assert devices.confirm(acme.publisher, begun.pk, code_now(acme.publisher))
    return acme.publisher


def test_a_second_step_is_reset(as_alex, acme, protected, outbox):
    client = signed_in(protected)
    said = as_alex.post(page(acme.member, "reset"), {}, follow=True).content.decode()
    assert "Pat Miller is told by email how to sign in now." in said
    assert not devices.is_on(protected)
    assert client.get("/workspace/").url.startswith("/workspace/sign-in/")
    deliver_due()
    letter = next(one for one in outbox if "second step" in one.subject)
    assert "Alex Stone of Acme Advisors turned the second step" in letter.text
    assert "second_step_reset" in told(acme.company)


def test_the_second_step_of_another_company_s_member_stays(
    as_alex, acme, rival, protected, outbox
):
    """It guards that company too; to Acme's admin it looks all the same."""
    rival.company.memberships.create(user=protected)
    said = as_alex.post(page(acme.member, "reset"), {}, follow=True).content.decode()
    assert "Pat Miller is told by email how to sign in now." in said
    assert "Rival" not in said
    assert devices.is_on(protected)
    deliver_due()
    letter = next(one for one in outbox if "second step" in one.subject)
    assert "recovery codes" in letter.text
    assert "Rival" not in letter.text


def test_nobody_resets_their_own(as_alex, acme):
    me = acme.company.memberships.get(user=acme.admin)
    said = as_alex.post(page(me, "reset"), {}).content.decode()
    assert "Change your own second step" in said


def test_opening_a_page_changes_nobody(as_alex, acme, protected):
    for verb in ("deactivate", "reactivate", "reset", "invite-again"):
        as_alex.get(page(acme.member, verb))
    assert acme.member.is_active
    assert devices.is_on(protected)


def test_an_invitation_is_sent_again_until_they_came(as_alex, acme, outbox):
    invite(as_alex)
    member = acme.company.memberships.get(user__email="nina@example.com")
    as_alex.post(page(member, "invite-again"), {})
    deliver_due()
    assert [one.to for one in outbox].count("nina@example.com") == 2
    said = as_alex.post(page(acme.member, "invite-again"), {}).content.decode()
    assert "This member has come already." in said


def test_the_list_costs_the_same_for_many(as_alex, acme):
    with CaptureQueriesContext(connection) as few:
        as_alex.get(LIST)
    for number in range(12):
        factories.make_member(acme.company, f"Member {number}")
    with CaptureQueriesContext(connection) as many:
        as_alex.get(LIST)
    assert len(many) == len(few)
    assert len(many) <= 8


def test_the_operator_turns_off_a_second_step(acme, protected):
    client = signed_in(protected)
    call_command("reset_second_step", protected.email.upper())
    assert not devices.is_on(protected)
    assert client.get("/workspace/").url.startswith("/workspace/sign-in/")
    assert told(acme.company)[-1] == "second_step_reset"
    with pytest.raises(CommandError):
        call_command("reset_second_step", "nobody@example.com")


def test_the_timeline_says_who_took_over(as_alex, acme):
    heir = factories.make_member(acme.company, "Hanna Heir")
    chosen = {"heir": heir.memberships.get().pk}
    as_alex.post(page(acme.member, "deactivate"), chosen)
    shown = as_alex.get(f"/workspace/transactions/{acme.request.public_id}/")
    told = f"Alex Stone gave the transaction to Hanna Heir &lt;{heir.email}&gt;"
    assert told in shown.content.decode()


def test_an_invitation_disturbs_nobody_at_work(as_alex, acme, rival):
    """Acme's rules and Acme's name come to Mia only once she chooses Acme."""
    acme.company.second_step_required = True
    acme.company.remembered_days = 1
    acme.company.save()
    client = signed_in(rival.publisher)
    invite(signed_in_with_app(acme.admin), rival.publisher.email, "Mia")
    assert client.get("/workspace/").status_code == 200
    assert "Acme" not in client.get("/workspace/").content.decode()
    assert remembering.days_for(rival.publisher) == 7
    boss = signed_in(rival.admin)
    boss.post(page(rival.member, "reset"), {})
    assert client.get("/workspace/").url.startswith("/workspace/sign-in/")
    rival.publisher.refresh_from_db()
    offered = signed_in(rival.publisher).get("/workspace/company/").content.decode()
    assert "Acme Advisors" in offered
    assert "You are invited" in offered


def signed_in_with_app(user) -> Client:
    client = signed_in(user)
    client.get("/workspace/security/set-up/")
    client.post("/workspace/security/set-up/", {"code": code_now(user)})
    return client


def test_who_has_two_invitations_takes_one(as_alex, acme, rival):
    user = User.objects.create_user("zoe@example.com", MEMBER_PASSWORD, name="Zoe")
    for house in (acme, rival):
        members.invite(
            house.company,
            email=user.email,
            name="Zoe",
            role=Role.PUBLISHER,
            actor=house.admin,
            now=timezone.now(),
        )
    client = signed_in(user)
    assert client.get("/workspace/").url.startswith("/workspace/company/")
    client.post("/workspace/company/", {"company": str(acme.company.public_id)})
    assert client.get("/workspace/").status_code == 200
    took = Membership.objects.at_work().get(user=user)
    assert took.company == acme.company


def test_an_invitation_may_be_taken_back(as_alex, acme):
    invite(as_alex)
    member = acme.company.memberships.get(user__email="nina@example.com")
    as_alex.post(page(member, "deactivate"), {})
    member.user.set_password(MEMBER_PASSWORD)
    member.user.save()
    client = signed_in(member.user)
    assert client.get("/workspace/").status_code == 403
    choice = {"company": str(acme.company.public_id)}
    client.post("/workspace/company/", choice)
    assert client.get("/workspace/").status_code == 403


def test_new_members_begin_with_the_company_s_notices(as_alex, acme):
    acme.company.attention_mails_on = False
    acme.company.save()
    invite(as_alex)
    member = acme.company.memberships.get(user__email="nina@example.com")
    assert member.notices == Membership.Notices.OFF
