"""A draft is thrown away, whole, and only a draft."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from signing.flows import discarding, sending
from signing.flows.drafts import StaleError
from signing.models import Document, Signer, SignRequest
from tests import factories
from verification.models import Gate, Trail

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft():
    return factories.make_draft(people=("ada", "bob"))


@pytest.fixture
def pat(draft):
    client = Client()
    client.force_login(draft.sender)
    return client


def address(draft):
    return reverse("workspace:discard-draft", args=[draft.public_id])


def files():
    return [path for path in Path(settings.FILES_DIR).rglob("*") if path.is_file()]


def test_deleting_a_draft_leaves_nothing_behind(
    pat, draft, django_capture_on_commit_callbacks
):
    own = draft.documents.get()
    paths = {own.original.path, own.cleaned.path}
    with django_capture_on_commit_callbacks(execute=True):
        page = pat.post(address(draft), follow=True)
    assert "The draft is deleted." in page.content.decode()
    for model in (SignRequest, Document, Signer, Gate, Trail):
        assert not model.objects.exists(), model
    assert not paths & {str(path) for path in files()}


def test_looking_at_the_question_deletes_nothing(pat, draft):
    assert "Delete this draft?" in pat.get(address(draft)).content.decode()
    assert SignRequest.objects.filter(pk=draft.pk).exists()


def test_what_was_sent_is_not_deleted(pat, draft):
    sending.send(draft, actor=draft.sender, now=timezone.now())
    assert pat.post(address(draft)).status_code == 404
    with pytest.raises(StaleError):
        discarding.discard(draft)
    assert SignRequest.objects.filter(pk=draft.pk).exists()


def test_mal_finds_no_draft_of_another_company_to_delete(draft):
    mal = Client()
    mal.force_login(factories.make_mal())
    assert mal.post(address(draft)).status_code == 404
    assert SignRequest.objects.filter(pk=draft.pk).exists()
