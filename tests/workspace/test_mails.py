"""Emails about a member's account."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone

from signing.models import Company
from verification import messages
from verification.models import Delivery, User
from workspace import mails
from workspace.models import Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def pat():
    return User.objects.create_user("pat@example.com", name="Pat Reyes")


def written(user, kind):
    mails.send(user, kind, timezone.now())
    return messages.build(Delivery.objects.get(kind=kind))


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("kind", [mails.RESET_PASSWORD, mails.SET_PASSWORD])
def test_both_parts_carry_one_link_of_ours(pat, kind, language, settings):
    pat.language = language
    pat.save()
    content = written(pat, kind)
    found = re.findall(r"https?://[^\s\"<]+", content.text + content.html)
    assert len(set(found)) == 1
    assert found[0].startswith(f"{settings.PUBLIC_URL}/workspace/")
    assert content.language == language


def test_the_link_sets_a_password(pat, client):
    content = written(pat, mails.SET_PASSWORD)
    path = re.search(r"/workspace/password/\S+", content.text)[0]
    page = client.get(path, follow=True)
    assert page.status_code == 200
    assert b"new_password1" in page.content


def test_the_paper_is_the_companys(pat):
    company = Company.objects.create(name="Acme Advisors", colour="#7A1F5C")
    Membership.objects.create(user=pat, company=company)
    content = written(pat, mails.RESET_PASSWORD)
    assert "Acme Advisors" in content.html
    assert "#7a1f5c" in content.html
    assert "Hello Pat," in content.text


def test_a_name_adds_nothing(pat):
    pat.name = "x\r\nBcc:e@x<b>"
    pat.save()
    content = written(pat, mails.RESET_PASSWORD)
    assert "<b>" not in content.html
    assert not re.search("^Bcc", content.text, re.MULTILINE)
