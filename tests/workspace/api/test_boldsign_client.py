"""The real client library, as installed; test_boldsign_snippets has the network."""

from __future__ import annotations

import json

import boldsign as sdk
import pytest

from signing.models import SignRequest
from tests.factories import make_pdf
from tests.workspace.api import boldsign
from tests.workspace.api.boldsign import ALEX, NUMBER

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("papers_looked_at_once"),
]


@pytest.fixture
def secret(pat):
    return boldsign.make_key(pat)


@pytest.fixture
def api_client(secret):
    with boldsign.client_of(secret) as opened:
        yield opened


@pytest.fixture
def documents(api_client):
    return sdk.DocumentApi(api_client)


def send(documents, *signers: sdk.DocumentSigner, **members) -> str:
    form = sdk.SendForSign(
        title="Agreement",
        message="please sign",
        signers=list(signers) or [sdk.DocumentSigner(name="Alex", emailAddress=ALEX)],
        files=[make_pdf()],
        **members,
    )
    return documents.send_document(send_for_sign=form).document_id


def alex_by_text() -> sdk.DocumentSigner:
    """Signs first, after a code by text, at a place of his own."""
    place = sdk.FormField(
        fieldType="Signature",
        pageNumber=1,
        bounds=sdk.Rectangle(x=50, y=100, width=200, height=40),
        id="sign-here",
    )
    return sdk.DocumentSigner(
        name="Alex",
        emailAddress=ALEX,
        signerOrder=1,
        authenticationType="SMSOTP",
        phoneNumber=sdk.PhoneNumber(country_code="+1", number=NUMBER),
        authenticationRetryCount=5,
        formFields=[place],
    )


def bob_by_password() -> sdk.DocumentSigner:
    return sdk.DocumentSigner(
        name="Bob",
        emailAddress="bob@example.com",
        signerOrder=2,
        authenticationType="AccessCode",
        authenticationCode="123456",
    )


def test_what_is_sent_is_read_back(documents):
    document_id = send(
        documents,
        alex_by_text(),
        bob_by_password(),
        cc=[sdk.DocumentCC(emailAddress="cc@example.com")],
        enableSigningOrder=True,
        labels=["spring", "lease"],
        metaData={"Deal": "42"},
        reminderSettings=sdk.ReminderSettings(
            enableAutoReminder=True, reminderDays=5, reminderCount=2
        ),
        expiryDateType="Hours",
        expiryValue=48,
    )
    read = documents.get_properties(document_id=document_id)
    assert read.status == "InProgress"
    assert read.message_title == "Agreement"
    assert read.enable_signing_order is True
    alex, bob = read.signer_details
    assert alex.authentication_type == "SMSOTP"
    assert alex.phone_number.to_dict() == {"countryCode": "+1", "number": NUMBER}
    assert alex.authentication_retry_count == 5
    assert (bob.authentication_type, bob.enable_access_code) == ("AccessCode", True)
    assert "123456" not in json.dumps(read.to_dict(), default=str)
    assert [one.email_address for one in read.cc_details] == ["cc@example.com"]
    assert read.labels == ["spring", "lease"]
    assert read.meta_data == {"Deal": "42"}
    assert read.reminder_settings.reminder_days == 5
    assert (read.expiry_date_type, read.expiry_value) == ("Hours", 48)
    (field,) = alex.form_fields
    assert (field.id, field.type) == ("sign-here", "Signature")
    assert field.bounds.to_dict() == {"x": 50, "y": 100, "width": 200, "height": 40}
    assert [entry.action for entry in read.document_history] == ["Created", "Sent"]


def test_lists_hold_what_was_sent(documents):
    first, second = send(documents), send(documents, labels=["spring"])
    page = documents.list_documents(page=1, page_size=1)
    assert [row.document_id for row in page.result] == [second]
    assert page.page_details.total_records_count == 2
    labelled = documents.list_documents(page=1, labels=["spring"])
    assert [row.document_id for row in labelled.result] == [second]
    assert documents.list_documents(page=1, status=["Completed"]).result == []
    assert first in {row.document_id for row in documents.list_documents(1).result}


def test_a_bearer_token_is_a_key_too(secret):
    with boldsign.client_of("", access_token=secret) as opened:
        assert sdk.DocumentApi(opened).list_documents(page=1).result == []


def test_a_stranger_gets_the_client_s_own_exception():
    with (
        boldsign.client_of("wrong") as opened,
        pytest.raises(sdk.exceptions.UnauthorizedException) as caught,
    ):
        sdk.DocumentApi(opened).list_documents(page=1)
    assert caught.value.status == 401


def test_a_bad_request_comes_back_as_one(documents):
    with pytest.raises(sdk.exceptions.BadRequestException) as caught:
        send(
            documents,
            sdk.DocumentSigner(
                name="Alex", emailAddress=ALEX, authenticationType="AccessCode"
            ),
        )
    assert "authenticationCode" in caught.value.data.error
    assert not SignRequest.objects.exists()


def test_the_document_comes_back_as_bytes(documents):
    document_id = send(documents)
    assert documents.download_document(document_id=document_id)[:5] == b"%PDF-"
    assert documents.download_audit_log(document_id=document_id)[:5] == b"%PDF-"
    actions = [
        entry.action
        for entry in documents.get_properties(document_id=document_id).document_history
    ]
    assert actions == ["Created", "Sent", "Downloaded", "DownloadedAuditTrail"]


def test_a_document_is_revoked_once(documents):
    document_id = send(documents)
    revoked = sdk.RevokeDocument(message="Wrong file")
    documents.revoke_document(document_id=document_id, revoke_document=revoked)
    read = documents.get_properties(document_id=document_id)
    assert (read.status, read.revoke_message) == ("Revoked", "Wrong file")
    with pytest.raises(sdk.exceptions.ForbiddenException):
        documents.revoke_document(document_id=document_id, revoke_document=revoked)
