"""Every operation, with the ids of another company, of another publisher, of nobody:
the same answer to all three, and nothing changes."""

from __future__ import annotations

import json

import pytest
from django.apps import apps
from django.core import serializers
from django.utils import timezone

from signing.models import SenderIdentity, SignRequest
from tests.factories import make_member
from tests.workspace.api import boldsign
from tests.workspace.api.boldsign import ALEX, Door, pdf, signer
from workspace.api.boldsign import urls

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("papers_looked_at_once"),
]
PHONE = {"countryCode": "+1", "number": "2015666802"}
OF_DOCUMENTS = {
    "PATCH document/addAuthentication": {
        "authenticationType": "EmailOTP",
        "emailId": ALEX,
    },
    "PATCH document/RemoveAuthentication": {"emailId": ALEX},
    "PATCH document/changeAccessCode": {"accessCode": "1234"},
    "PATCH document/changeRecipient": {
        "newSignerName": "Mal",
        "newSignerEmail": "mal@example.com",
        "oldSignerEmail": ALEX,
        "reason": "x",
    },
    "GET document/properties": None,
    "GET document/getEmbeddedSignLink": None,
    "PATCH document/prefillFields": {"fields": [{"id": "a", "value": "b"}]},
    "GET document/download": None,
    "GET document/downloadAuditLog": None,
    "POST document/remind": {},
    "POST document/revoke": {"message": "x"},
    "DELETE document/delete": None,
    "PATCH document/extendExpiry": {"newExpiryValue": "9"},
    "POST identityVerification/report": {"emailId": ALEX},
    "POST identityVerification/image": {"emailId": ALEX, "fileId": "1"},
    "POST identityVerification/createEmbeddedVerificationUrl": {"emailId": ALEX},
}
OF_TEMPLATES = {
    "POST template/send": {"roles": [{"roleIndex": 1}]},
    "GET template/properties": None,
    "DELETE template/delete": None,
}
OF_IDENTITIES = {
    "GET senderIdentities/properties": None,
    "POST senderIdentities/update": {"name": "Mal"},
    "DELETE senderIdentities/delete": None,
    "POST senderIdentities/rerequest": None,
    "POST senderIdentities/resendInvitation": None,
}
# What names nothing of anybody's; test_lists_show_nothing looks at the lists.
OF_NOBODY = {
    "POST document/send",
    "GET document/list",
    "GET document/behalfList",
    "POST template/create",
    "GET template/list",
    "POST senderIdentities/create",
    "GET senderIdentities/list",
}
NOBODY_S = "8f59295d-0000-4000-8000-e7dc88cfff2c"


@pytest.fixture
def door(pat) -> Door:
    return Door(boldsign.make_key(pat))


@pytest.fixture
def identity(company) -> SenderIdentity:
    return SenderIdentity.objects.create(
        company=company,
        email="lou@acme.example",
        name="Lou Hart",
        approved_at=timezone.now(),
    )


@pytest.fixture
def document(door, identity) -> SignRequest:
    return door.sent(
        signer(authenticationType="AccessCode", authenticationCode="1"),
        onBehalfOf=identity.email,
    )


@pytest.fixture
def template(door) -> str:
    parts = {
        "Files": pdf(),
        "title": "Lease",
        "roles": json.dumps({"index": 1, "name": "Client"}),
    }
    return door.form("template/create", parts).json()["templateId"]


@pytest.fixture(params=["another company", "another publisher"])
def mal_s(request, mal, company) -> Door:
    """A program of somebody who must not."""
    if request.param == "another publisher":
        mal = make_member(company, "Mal Grey")
    return Door(boldsign.make_key(mal))


def everything() -> str:
    """All rows but what counts requests and notes a key's use."""
    labels = ("signing", "verification", "workspace")
    ignored = {"allowance", "apikey"}
    rows = [
        row
        for model in apps.get_models()
        if model._meta.app_label in labels and model._meta.model_name not in ignored
        for row in model._base_manager.order_by("pk")
    ]
    return serializers.serialize("json", rows)


def test_every_operation_is_tried():
    known = {*OF_DOCUMENTS, *OF_TEMPLATES, *OF_IDENTITIES, *OF_NOBODY}
    there = {
        f"{method} {path.lstrip('/').removeprefix('v1/')}"
        for path, methods in urls.api.get_openapi_schema()["paths"].items()
        for method in (name.upper() for name in methods)
    }
    assert known == there


def test_documents_of_others_do_not_exist(mal_s, document):
    for_nobody = {
        operation: tried(mal_s, operation, body, documentId=NOBODY_S)
        for operation, body in OF_DOCUMENTS.items()
    }
    before = everything()
    for operation, body in OF_DOCUMENTS.items():
        answer = tried(mal_s, operation, body, documentId=str(document.public_id))
        assert answer == for_nobody[operation], operation
        assert answer == (403, {"error": "Invalid Document ID"})
    assert everything() == before


def test_templates_of_others_do_not_exist(mal_s, template):
    before = everything()
    for operation, body in OF_TEMPLATES.items():
        answer = tried(mal_s, operation, body, templateId=template)
        assert answer == (403, {"error": "Invalid Template ID"}), operation
    assert everything() == before


def test_sender_identities_of_others_do_not_exist(mal, identity):
    door = Door(boldsign.make_key(mal))
    before = everything()
    for operation, body in OF_IDENTITIES.items():
        answer = tried(door, operation, body, email=identity.email)
        assert answer[0] == 403, operation
        assert answer == tried(door, operation, body, email="no@acme.example")
    by_id = tried(door, "GET senderIdentities/properties", None, id=identity.pk)
    assert by_id[0] == 403
    refused = door.send_form([signer()], onBehalfOf=identity.email)
    assert refused.status_code == 403
    assert everything() == before


def test_lists_show_nothing_of_others(mal, document, template, identity):
    door = Door(boldsign.make_key(mal))
    for path in sorted(one.removeprefix("GET ") for one in OF_NOBODY if "GET" in one):
        answer = door.get(path, page=1, searchKey="Agreement").json()
        assert answer["result"] == []
        assert answer["pageDetails"]["totalRecordsCount"] == 0


def tried(door: Door, operation: str, body, **query) -> tuple[int, object]:
    method, path = operation.split()
    extra = {"emailId": ALEX, "signerEmail": ALEX} if "emailId" not in query else {}
    answer = door.call(method, path, body, **query, **extra)
    return answer.status_code, answer.json()
