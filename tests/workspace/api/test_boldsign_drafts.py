"""What programs see of a draft that somebody is still writing in the workspace."""

from __future__ import annotations

import pytest

from signing.models import SignRequest
from tests import factories
from tests.workspace.api import boldsign
from tests.workspace.api.boldsign import Door, error_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def door(pat) -> Door:
    return Door(boldsign.make_key(pat))


@pytest.fixture
def draft(company, pat) -> SignRequest:
    return factories.make_draft(company, pat)


def test_a_draft_is_listed_read_and_thrown_away(door, draft):
    (row,) = door.get("document/list", page=1).json()["result"]
    assert row["status"] == "Draft"
    shown = door.properties(draft)
    assert (shown["status"], shown["expiryDate"]) == ("Draft", None)
    assert shown["documentHistory"] == []
    assert door.get("document/download", documentId=draft.public_id).status_code == 200
    answer = door.get("document/downloadAuditLog", documentId=draft.public_id)
    assert answer.status_code == 400
    assert error_of(answer)
    gone = door.delete("document/delete", documentId=draft.public_id)
    assert (gone.status_code, SignRequest.objects.count()) == (204, 0)


def test_an_empty_draft_has_nothing_to_download(door, draft):
    draft.documents.all().delete()
    answer = door.get("document/download", documentId=draft.public_id)
    assert answer.status_code == 400
    assert error_of(answer) == "There is no document yet."


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "document/addAuthentication", {"authenticationType": "EmailOTP"}),
        ("PATCH", "document/changeAccessCode", {"accessCode": "1234"}),
        ("POST", "document/revoke", {"message": "x"}),
        ("POST", "document/remind", {}),
        ("PATCH", "document/extendExpiry", {"newExpiryValue": "3"}),
        ("PATCH", "document/prefillFields", {"fields": [{"id": "x"}]}),
        ("GET", "document/getEmbeddedSignLink", None),
    ],
)
def test_a_draft_is_changed_in_the_workspace_only(door, draft, method, path, body):
    ada = "ada@example.com"
    named = body | {"emailId": ada} if body else body
    query = {"documentId": draft.public_id, "signerEmail": ada, "emailId": ada}
    answer = door.call(method, path, named, **query)
    assert answer.status_code in (400, 403), answer.content
    assert error_of(answer)
    draft.refresh_from_db()
    assert (draft.state, draft.trail.entries.count()) == ("draft", 0)


def test_a_body_that_is_too_large_is_refused_before_it_is_read(door, draft, settings):
    body = b'{"emailId": "' + b"x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}'
    path = "document/addAuthentication"
    answer = door.patch(path, body, documentId=draft.public_id)
    assert (answer.status_code, bool(error_of(answer))) == (413, True)
    settings.MAX_UPLOAD_BYTES = 1_000
    assert door.post("document/send", b" " * 2_001).status_code == 413
