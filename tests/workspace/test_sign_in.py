from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from tests import factories
from tests.factories import MEMBER_PASSWORD
from verification.models import Delivery, User
from verification.scrub import scrub
from workspace import mails
from workspace.models import Membership

SIGN_IN = "/workspace/sign-in/"


def try_to_sign_in(client, email, password=MEMBER_PASSWORD, **more):
    return client.post(SIGN_IN, {"username": email, "password": password, **more})


def test_a_member_signs_in_by_email_and_password(client, pat):
    response = try_to_sign_in(client, "PAT@acme.example")
    assert response.url == "/workspace/"
    assert client.get("/workspace/").status_code == 200


def test_the_page_that_was_asked_for_comes_after_signing_in(client, pat):
    wanted = "/workspace/?show=drafts"
    response = client.get(wanted)
    assert response.url == f"{SIGN_IN}?next=%2Fworkspace%2F%3Fshow%3Ddrafts"
    assert try_to_sign_in(client, pat.email, next=wanted).url == wanted


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_another_site(client, pat, elsewhere):
    assert try_to_sign_in(client, pat.email, next=elsewhere).url == "/workspace/"


@pytest.mark.parametrize("email", ["pat@acme.example", "nobody@acme.example"])
def test_a_wrong_password_says_nothing_about_the_account(client, pat, email):
    page = try_to_sign_in(client, email, "wrong").content.decode()
    assert "That email address or password is not right." in page


def test_guessing_is_stopped_in_any_spelling_of_the_address(client, pat):
    spellings = [
        "pat@acme.example",
        "Pat@acme.example",
        " pat@ACME.example",
        "PAT@acme.example",
    ]
    for email in [*spellings, "pat@acme.examplE"]:
        response = try_to_sign_in(client, email, "wrong")
    assert response.status_code == 429
    assert "Too many tries" in response.content.decode()
    assert try_to_sign_in(client, pat.email).status_code == 429


def test_signing_out_takes_a_press(as_pat):
    assert as_pat.get("/workspace/sign-out/").status_code == 405
    as_pat.post("/workspace/sign-out/")
    assert as_pat.get("/workspace/").status_code == 302


def test_a_form_of_another_site_is_refused(client_class, pat):
    client = client_class(enforce_csrf_checks=True)
    client.force_login(pat)
    assert client.post("/workspace/new/").status_code == 403
    assert try_to_sign_in(client, pat.email).status_code == 403


def test_who_belongs_to_no_company_is_told_so(as_pat, pat):
    Membership.objects.update(is_active=False)
    response = as_pat.get("/workspace/")
    assert response.status_code == 403
    assert "You belong to no company here" in response.content.decode()


def test_a_member_of_two_companies_chooses(as_pat, pat, company):
    other = factories.make_company("Second Co")
    Membership.objects.create(user=pat, company=other)
    factories.make_draft(company, pat, title="Of the first")
    factories.make_draft(other, pat, title="Of the second")
    assert as_pat.get("/workspace/").url.startswith("/workspace/company/")
    as_pat.post("/workspace/company/", {"company": str(other.public_id)})
    page = as_pat.get("/workspace/").content.decode()
    assert "Of the second" in page
    assert "Of the first" not in page


def test_nobody_chooses_a_company_that_is_not_theirs(as_pat, pat, company):
    foreign = factories.make_company("Rival Realty")
    response = as_pat.post("/workspace/company/", {"company": str(foreign.public_id)})
    assert response.status_code == 200
    assert "company" not in as_pat.session


def forget(client, email):
    return client.post("/workspace/password/forgot/", {"email": email})


def test_a_forgotten_password_is_set_anew_by_email(client, pat, outbox):
    forget(client, "Pat@ACME.example")
    factories.deliver_due()
    (mail,) = outbox
    assert mail.to == "pat@acme.example"
    link = next(word for word in mail.text.split() if word.startswith("http"))
    page = client.get(link, follow=True)
    address = page.redirect_chain[-1][0]
    assert "set-password" in address
    new = "a brand new long one"
    client.post(address, {"new_password1": new, "new_password2": new})
    assert try_to_sign_in(client, pat.email).status_code == 200
    assert try_to_sign_in(client, pat.email, new).status_code == 302
    assert "This link doesn’t work any more" in client.get(link).content.decode()


def test_forgetting_says_nothing_about_the_account(client, pat):
    known = forget(client, pat.email)
    unknown = forget(client, "nobody@acme.example")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert Delivery.objects.count() == 1


def test_a_mailbox_is_not_flooded(client, pat):
    for _ in range(6):
        forget(client, pat.email)
    assert Delivery.objects.count() == mails.PER_ADDRESS.most


def test_the_reset_link_is_nowhere_in_the_database(client, pat, outbox):
    forget(client, pat.email)
    factories.deliver_due()
    row = Delivery.objects.get()
    assert row.context == {"user": pat.pk}
    token = outbox[0].text.split("/password/")[1].split("/")[1]
    for value in Delivery.objects.values_list().get():
        assert token not in str(value)


def test_an_old_reset_link_ends(client, pat, time_machine):
    link = mails.link_for(pat)
    path = link.removeprefix("http://").partition("/")[2]
    time_machine.move_to(timezone.now() + timedelta(days=3, minutes=1))
    page = client.get(f"/{path}").content.decode()
    assert "This link doesn’t work any more" in page


def test_the_first_admin_gets_a_link(db, outbox, client, capsys):
    call_command("create_company", "Acme", admin="Boss@acme.example")
    factories.deliver_due()
    member = Membership.objects.get()
    assert member.is_company_admin
    assert member.user.email == "boss@acme.example"
    link = next(word for word in outbox[0].text.split() if word.startswith("http"))
    assert client.get(link).status_code == 302


def test_a_company_is_created_once(company):
    with pytest.raises(CommandError):
        call_command("create_company", company.name, admin="boss@acme.example")
    with pytest.raises(CommandError):
        call_command("create_company", "Other", admin="no address")
    assert User.objects.count() == 0


def test_every_page_asks_for_a_sign_in(client, db):
    for name in ("requests", "new-request", "security", "choose-company"):
        response = client.get(reverse(f"workspace:{name}"))
        assert response.url.startswith(SIGN_IN)


def test_a_reset_link_stands_in_no_log(pat):
    link = mails.link_for(pat)
    token = link.rstrip("/").rsplit("/", 1)[1]
    assert token not in scrub(f'"GET {link} HTTP/1.1" 302')
