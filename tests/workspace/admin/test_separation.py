"""Every address of the admin with another company's ids: not found, nothing leaked
(threats T49, T50)."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from signing.models import Company
from tests.workspace.admin.conftest import House, signed_in
from verification.models import Budget, TrailEntry, User
from workspace.admin import site
from workspace.models import ApiKey, Membership

pytestmark = pytest.mark.ignore_template_errors

METHODS = ("get", "post")


def names() -> list[str]:
    """The name of every page of the admin."""
    urls, _app, _namespace = site.urls
    found = []
    for pattern in urls:
        nested = getattr(pattern, "url_patterns", [pattern])
        found += [one.name for one in nested if one.name]
    return found


def pages_of(row) -> list[str]:
    """Every address that speaks of this row."""
    start = f"{row._meta.app_label}_{row._meta.model_name}_"
    found = []
    for name in names():
        if name.startswith(start):
            try:
                found.append(reverse(f"admin:{name}", args=[row.pk]))
            except NoReverseMatch:
                continue
    return found


def common_pages() -> list[str]:
    """Every address that speaks of no row."""
    found = []
    for name in names():
        try:
            found.append(reverse(f"admin:{name}"))
        except NoReverseMatch:
            continue
    labels = {model._meta.app_label for model in site._registry}
    return found + [reverse("admin:app_list", args=[label]) for label in labels]


def lists() -> list[str]:
    return [
        reverse(f"admin:{name}") for name in names() if name.endswith("_changelist")
    ]


def leaks(response, house: House) -> list[str]:
    body = response.content.decode() if not response.streaming else ""
    body += str(response.headers)
    return [word for word in house.words() if word in body]


def pictured() -> list:
    """Rows that a stranger must not change."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Company, Membership, User, ApiKey, Budget)
    ] + [TrailEntry.objects.count(), LogEntry.objects.count()]


def test_another_company_s_rows_are_not_found(as_alex, rival):
    before = pictured()
    tried = 0
    for row in rival.rows():
        for address in pages_of(row):
            for method in METHODS:
                response = getattr(as_alex, method)(address, {"reason": "Mine."})
                assert response.status_code == 404, (method, address)
                assert leaks(response, rival) == [], address
                tried += 1
    assert pictured() == before
    assert tried >= 70


def test_every_kind_of_row_is_tried(rival):
    assert {type(row) for row in rival.rows()} == set(site._registry)


def test_one_s_own_rows_are_there(as_alex, acme):
    for row in acme.rows():
        address = next(one for one in pages_of(row) if one.endswith("/change/"))
        response = as_alex.get(address)
        assert response.status_code == 200, address


def test_no_page_names_another_company(as_alex, acme, rival):
    for address in common_pages():
        assert leaks(as_alex.get(address, follow=True), rival) == [], address


@pytest.mark.parametrize("typed", ["pier", "Mia", "Head of Rival", "csk_Riva"])
def test_no_search_finds_what_is_another_company_s(as_alex, rival, typed):
    for address in lists():
        found = leaks(as_alex.get(address, {"q": typed}), rival)
        assert set(found) <= {typed}, address


def test_another_company_s_whole_id_finds_nothing(as_alex, rival):
    wanted = str(rival.request.public_id)
    for address in lists():
        assert set(leaks(as_alex.get(address, {"q": wanted}), rival)) <= {wanted}


def test_a_publisher_finds_no_admin(acme):
    client = signed_in(acme.publisher)
    for address in common_pages() + [
        one for row in acme.rows() for one in pages_of(row)
    ]:
        if address != reverse("admin:login"):
            assert client.get(address).status_code == 404, address
            assert client.post(address).status_code == 404, address


def test_whom_nobody_knows_is_sent_to_the_sign_in(acme):
    client = Client()
    for address in common_pages() + [
        one for row in acme.rows() for one in pages_of(row)
    ]:
        for method in METHODS:
            response = getattr(client, method)(address)
            assert response.status_code == 302, address
            assert response.url.startswith("/workspace/sign-in/"), address


def test_the_operator_sees_settings_of_all_and_no_document(acme, rival):
    boss = User.objects.create_superuser("root@example.com", "x", name="Root")
    client = signed_in(boss)
    listed = client.get(reverse("admin:signing_company_changelist")).content.decode()
    assert "Acme Advisors" in listed
    assert "Rival Realty" in listed
    page = client.get(reverse("admin:signing_company_change", args=[acme.company.pk]))
    assert "GENERATE_ACCESS_CODE" in page.content.decode()
    assert client.post(page.request["PATH_INFO"], {"name": "Mine"}).status_code == 404
    for row in acme.rows()[1:]:
        for address in pages_of(row):
            assert client.get(address).status_code == 404, address
    start = reverse("admin:signing_signrequest_changelist")
    assert client.get(start).status_code == 404
    assert leaks(client.get("/admin/"), acme) == []


@pytest.mark.parametrize(
    "query",
    [
        "secret_sha256__startswith=a",
        "member__user__password__startswith=a",
        "company__name=Rival+Realty",
        "_to_field=secret_sha256",
    ],
)
def test_nothing_is_asked_of_the_list_that_it_does_not_offer(as_alex, query):
    address = reverse("admin:workspace_apikey_changelist")
    assert as_alex.get(f"{address}?{query}").status_code == 400


@pytest.mark.parametrize("typed", ["\x00", "'\"--%'", "😀", "a" * 5000, "-1"])
def test_no_search_breaks_a_list(as_alex, typed):
    for address in lists():
        response = as_alex.get(address, {"q": typed})
        assert response.status_code in (200, 302, 404), address


@pytest.mark.parametrize("typed", ["x", "-1", "9" * 30, "\x00"])
def test_no_page_number_and_no_order_breaks_a_list(as_alex, typed):
    address = reverse("admin:signing_signer_changelist")
    for name in ("p", "o", "all", "state__exact", "locked", "e"):
        response = as_alex.get(address, {name: typed}, follow=True)
        assert response.status_code in (200, 400, 404), name


def test_no_id_breaks_a_page(as_alex):
    for address in lists():
        for pk in ("abc", "9" * 30, "%00", "1_2F"):
            assert as_alex.get(f"{address}{pk}/change/").status_code == 404, address


def test_a_forged_action_reaches_no_other_company_s_signer(as_alex, rival):
    signer = rival.signer
    now = timezone.now()
    Budget.objects.create(
        gate=signer.gate, kind="one_time_code", consecutive=3, locked_at=now
    )
    before = pictured()
    facts = {
        "action": "unlock",
        "_selected_action": [signer.pk],
        "select_across": "1",
        "reason": "I am curious.",
    }
    for answer in (facts, {**facts, "reason": ""}):
        address = reverse("admin:signing_signer_changelist")
        response = as_alex.post(address, answer, follow=True)
        assert leaks(response, rival) == []
    assert pictured() == before


def test_a_key_is_not_made_for_another_company_s_member(as_alex, rival):
    facts = {"name": "Mine", "member": rival.member.pk, "scopes": ["read"], "ends": ""}
    address = reverse("admin:workspace_apikey_add")
    response = as_alex.post(address, facts)
    assert "Select a valid choice" in response.content.decode()
    assert leaks(response, rival) == []
    assert not ApiKey.objects.filter(name="Mine").exists()


def test_nothing_is_handed_over_to_another_company(as_alex, acme, rival):
    address = reverse("admin:workspace_membership_deactivate", args=[acme.member.pk])
    response = as_alex.post(address, {"heir": rival.member.pk})
    assert "Select a valid choice" in response.content.decode()
    assert leaks(response, rival) == []
    acme.request.refresh_from_db()
    assert acme.request.sender == acme.publisher


def test_forms_take_only_what_they_show(as_alex, acme, rival):
    before = Company.objects.values("public_id", "seal_key", "trail").get(
        pk=acme.company.pk
    )
    flags = {"is_superuser": "on", "is_staff": "on", "user": rival.admin.pk}
    facts = {
        "company": rival.company.pk,
        "role": "company_admin",
        "user__is_superuser": "on",
        "is_active": "",
        "joined_at_0": "2001-01-01",
        "id": rival.member.pk,
        "pk": rival.member.pk,
        "public_id": "00000000-0000-0000-0000-000000000000",
        "seal_key": "mine",
        "trail": "",
    }
    for row in (acme.member, acme.company, acme.key):
        for address in pages_of(row):
            if not address.endswith("/delete/"):
                as_alex.post(address, facts | flags)
    as_alex.post(
        reverse("admin:workspace_membership_add"),
        facts
        | flags
        | {
            "email": "new@example.com",
            "name": "New",
        },
    )
    assert not User.objects.filter(is_superuser=True).exists()
    assert not User.objects.filter(is_staff=True).exists()
    assert set(rival.company.memberships.values_list("user__email", flat=True)) == {
        rival.admin.email,
        rival.publisher.email,
    }
    changed = Company.objects.values(*before).get(pk=acme.company.pk)
    assert changed == before


def test_accounts_are_no_part_of_the_admin(as_alex, rival):
    assert User not in site._registry
    for path in ("verification/user", "auth/user", "auth/group", "axes/accesslog"):
        assert as_alex.get(f"/admin/{path}/").status_code == 404
    for path in ("autocomplete/", "password_change/", f"r/1/{rival.company.pk}/"):
        assert as_alex.get(f"/admin/{path}").status_code == 404


def test_who_is_admin_here_and_publisher_there_sees_the_chosen_one(acme, rival):
    rival.company.memberships.create(user=acme.admin)
    client = signed_in(acme.admin)
    assert client.get("/admin/").url.startswith("/workspace/company/")
    choose = "/workspace/company/"
    client.post(choose, {"company": str(rival.company.public_id)})
    assert client.get("/admin/").status_code == 404
    client.post(choose, {"company": str(acme.company.public_id)})
    page = client.get("/admin/workspace/membership/").content.decode()
    assert acme.publisher.email in page
    assert rival.publisher.email not in page


def test_who_lost_the_role_is_out_at_once(as_alex, acme):
    assert as_alex.get("/admin/").status_code == 200
    acme.admin.memberships.update(role=Membership.Role.PUBLISHER)
    assert as_alex.get("/admin/").status_code == 404
