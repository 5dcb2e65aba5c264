"""The way in: the workspace's own sign-in, with the second step where it is asked."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import MEMBER_PASSWORD
from tests.workspace.admin.conftest import signed_in
from tests.workspace.test_second_step import code_now, enter, sign_in
from workspace import devices

pytestmark = pytest.mark.ignore_template_errors

SET_UP = "/workspace/security/set-up/"


@pytest.fixture
def protected(acme):
    begun = devices.begin(acme.admin)
    assert devices.confirm(acme.admin, begun.pk, code_now(acme.admin))
    return acme.admin


def test_the_sign_in_leads_back_to_the_admin(acme):
    client = Client()
    asked = client.get("/admin/workspace/membership/")
    facts = {"username": acme.admin.email, "password": MEMBER_PASSWORD}
    facts["next"] = "/admin/workspace/membership/"
    assert asked.url.endswith("?next=%2Fadmin%2Fworkspace%2Fmembership%2F")
    assert client.post("/workspace/sign-in/", facts).url == facts["next"]
    assert client.get(facts["next"]).status_code == 200


def test_guesses_at_the_admin_s_door_count_as_at_the_sign_in(acme):
    client = Client()
    assert client.get("/admin/login/").url == "/workspace/sign-in/"
    facts = {"username": acme.admin.email, "password": "wrong"}
    assert client.post("/admin/login/", facts).url == "/workspace/sign-in/"
    for _ in range(5):
        client.post("/workspace/sign-in/", facts)
    facts["password"] = MEMBER_PASSWORD
    assert client.post("/workspace/sign-in/", facts).status_code == 429
    assert client.get("/admin/").status_code == 302


def test_without_a_setting_the_password_is_enough(as_alex):
    assert as_alex.get("/admin/").status_code == 200


def test_the_company_s_setting_leads_to_the_set_up(as_alex, acme):
    acme.company.second_step_required = True
    acme.company.save()
    assert as_alex.get("/admin/").url == SET_UP
    assert as_alex.get("/admin/workspace/apikey/add/").url == SET_UP


def test_the_operator_s_setting_leads_to_the_set_up(as_alex, settings):
    settings.ADMIN_SECOND_STEP = True
    assert as_alex.get("/admin/").url == SET_UP
    as_alex.get(SET_UP)
    user = as_alex.get(SET_UP).wsgi_request.user
    as_alex.post(SET_UP, {"code": code_now(user)})
    assert as_alex.get("/admin/").status_code == 200


def test_who_has_an_app_shows_its_code_first(protected):
    client = Client()
    sign_in(client, protected)
    assert client.get("/admin/").url.startswith("/workspace/sign-in/code/")
    enter(client, code_now(protected, later=1))
    assert client.get("/admin/").status_code == 200


def test_a_publisher_is_not_even_led_to_the_set_up(acme, settings):
    settings.ADMIN_SECOND_STEP = True
    assert signed_in(acme.publisher).get("/admin/").status_code == 404


def test_the_member_s_menu_leads_to_the_admin(acme):
    admin = signed_in(acme.admin).get("/workspace/").content.decode()
    publisher = signed_in(acme.publisher).get("/workspace/").content.decode()
    assert 'href="/admin/"' in admin
    assert 'href="/admin/"' not in publisher


def test_no_page_has_a_style_or_script_of_its_own(as_alex, acme):
    for address in ("/admin/", f"/admin/signing/company/{acme.company.pk}/change/"):
        response = as_alex.get(address)
        page = response.content.decode()
        assert "style=" not in page
        assert "<style" not in page
        assert "<script>" not in page
        assert "default-src 'self'" in response["Content-Security-Policy"]


def test_signing_out_is_the_workspace_s(as_alex):
    as_alex.post("/admin/logout/")
    assert as_alex.get("/admin/").status_code == 200
    page = as_alex.get("/admin/").content.decode()
    assert 'action="/workspace/sign-out/"' in page
