"""Templates, sender identities and identity verification, by the real client."""

from __future__ import annotations

import boldsign as sdk
import pytest
from django.utils import timezone

from signing.models import SenderIdentity, SignRequest, Template
from tests.factories import make_pdf
from tests.workspace.api import boldsign
from tests.workspace.api.boldsign import ALEX, CURL_NUMBER, kinds_asked
from verification.models import Factor, IdentityRules

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("papers_looked_at_once"),
]


@pytest.fixture
def api_client(pat):
    with boldsign.client_of(boldsign.make_key(pat)) as opened:
        yield opened


@pytest.fixture
def templates(api_client):
    return sdk.TemplateApi(api_client)


@pytest.fixture
def documents(api_client):
    return sdk.DocumentApi(api_client)


def make_template(templates, **members) -> str:
    request = sdk.CreateTemplateRequest(
        title="Lease".ljust(256, "."),
        description="A flat",
        documentTitle="Lease of a flat",
        documentMessage="Please sign.",
        roles=[
            sdk.TemplateRole(
                index=1,
                name="Client",
                imposeAuthentication="AccessCode",
                formFields=[
                    sdk.FormField(
                        fieldType="Signature",
                        pageNumber=1,
                        bounds=sdk.Rectangle(x=60, y=600, width=180, height=40),
                    ),
                    sdk.FormField(
                        fieldType="TextBox",
                        pageNumber=1,
                        id="rent",
                        bounds=sdk.Rectangle(x=60, y=500, width=180, height=24),
                    ),
                ],
            ),
            sdk.TemplateRole(
                index=2,
                name="Witness",
                defaultSignerName="Bob Reed",
                defaultSignerEmail="bob@example.com",
            ),
        ],
        files=[make_pdf()],
        **members,
    )
    return templates.create_template(create_template_request=request).template_id


def test_a_template_is_made_listed_read_and_put_away(templates):
    template_id = make_template(templates, templateLabels=["flats"])
    (row,) = templates.list_templates(page=1).result
    assert (row.document_id, row.template_name) == (
        template_id,
        "Lease".ljust(256, "."),
    )
    assert row.is_template is True
    read = templates.get_properties(template_id=template_id)
    assert (read.title, read.document_title) == (
        "Lease".ljust(256, "."),
        "Lease of a flat",
    )
    client, witness = read.roles
    assert (client.name, client.index) == ("Client", 1)
    assert client.impose_authentication == "AccessCode"
    assert [field.type for field in client.form_fields] == ["TextBox", "Signature"]
    assert witness.default_signer_email == "bob@example.com"
    templates.delete_template(template_id=template_id)
    assert templates.list_templates(page=1).result == []
    assert Template.objects.get().is_archived


def test_a_document_sent_from_a_template_is_one_of_its_own(templates, documents):
    template_id = make_template(templates)
    form = sdk.SendForSignFromTemplateForm(
        roles=[
            sdk.Role(
                roleIndex=1,
                signerName="Alex Gayle",
                signerEmail=ALEX,
                authenticationCode="123456",
                authenticationRetryCount=2,
                existingFormFields=[sdk.ExistingFormField(id="rent", value="900")],
            )
        ],
        labels=["march"],
    )
    created = templates.send_using_template(
        template_id=template_id, send_for_sign_from_template_form=form
    )
    read = documents.get_properties(document_id=created.document_id)
    assert (read.message_title, read.document_description) == (
        "Lease of a flat",
        "Please sign.",
    )
    alex, bob = read.signer_details
    assert (alex.signer_name, alex.authentication_type) == ("Alex Gayle", "AccessCode")
    assert (alex.signer_role, alex.authentication_retry_count) == ("Client", 2)
    assert {field.id: field.value for field in alex.form_fields}["rent"] == "900"
    assert (bob.signer_email, bob.authentication_type) == ("bob@example.com", "None")
    assert read.labels == ["march"]


def test_a_role_that_asks_for_two_proofs_keeps_both(templates, documents, pat):
    template_id = make_template(templates)
    role = Template.objects.get().request.signers.get(label="Client")
    Factor.objects.create(gate=role.gate, kind=Factor.Kind.PHONE)
    form = sdk.SendForSignFromTemplateForm(
        roles=[
            sdk.Role(
                roleIndex=1,
                signerName="Alex Gayle",
                signerEmail=ALEX,
                authenticationCode="123456",
                phoneNumber=sdk.PhoneNumber(country_code="+1", number=CURL_NUMBER),
            )
        ]
    )
    created = templates.send_using_template(
        template_id=template_id, send_for_sign_from_template_form=form
    )
    document = SignRequest.objects.get(public_id=created.document_id)
    assert kinds_asked(document) == ["access_code", "phone"]
    (alex, _bob) = documents.get_properties(created.document_id).signer_details
    assert (alex.authentication_type, alex.enable_access_code) == ("SMSOTP", True)


def test_a_document_from_a_template_gets_the_proof_that_the_client_names(
    templates, documents
):
    template_id = make_template(templates)
    role = sdk.Role(
        roleIndex=1,
        signerName="Alex Gayle",
        signerEmail=ALEX,
        authenticationType="SMSOTP",
        phoneNumber=sdk.PhoneNumber(country_code="+1", number=CURL_NUMBER),
    )
    created = templates.send_using_template(
        template_id=template_id,
        send_for_sign_from_template_form=sdk.SendForSignFromTemplateForm(
            roles=[role], files=[make_pdf()]
        ),
    )
    document = SignRequest.objects.get(public_id=created.document_id)
    assert kinds_asked(document) == ["phone"]
    assert document.documents.count() == 2


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (sdk.Role(roleIndex=1, signerName="A", signerEmail=ALEX), "authenticationCode"),
        (sdk.Role(roleIndex=9, signerName="A", signerEmail=ALEX), "roleIndex"),
    ],
    ids=["no password for a role that demands one", "no such role"],
)
def test_what_a_template_demands_is_demanded(templates, role, words):
    template_id = make_template(templates)
    form = sdk.SendForSignFromTemplateForm(roles=[role])
    with pytest.raises(sdk.ApiException) as caught:
        templates.send_using_template(
            template_id=template_id, send_for_sign_from_template_form=form
        )
    assert caught.value.status == 400
    assert words in caught.value.body
    assert not SignRequest.objects.exists()


def test_a_sender_identity_is_asked_and_counts_once_it_agreed(api_client, documents):
    identities = sdk.SenderIdentitiesApi(api_client)
    created = identities.create_sender_identities(
        create_sender_identity_request=sdk.CreateSenderIdentityRequest(
            email="Lou@Acme.example", name="Lou Hart", metaData={"desk": "3"}
        )
    )
    assert created.sender_identity_id
    (listed,) = identities.list_sender_identities(page=1).result
    assert (listed.email, listed.status) == ("lou@acme.example", "Pending")
    form = sdk.SendForSign(
        title="Agreement",
        signers=[sdk.DocumentSigner(name="Alex", emailAddress=ALEX)],
        files=[make_pdf()],
        onBehalfOf="lou@acme.example",
    )
    with pytest.raises(sdk.exceptions.ForbiddenException):
        documents.send_document(send_for_sign=form)
    identities.re_request_sender_identities(email="lou@acme.example")
    SenderIdentity.objects.update(approved_at=timezone.now())
    sent = documents.send_document(send_for_sign=form)
    read = documents.get_properties(document_id=sent.document_id)
    assert read.behalf_of.email_address == "lou@acme.example"
    (row,) = documents.behalf_documents(page=1).result
    assert row.behalf_of.name == "Lou Hart"
    identities.update_sender_identities(
        email="lou@acme.example",
        edit_sender_identity_request=sdk.EditSenderIdentityRequest(name="Lou Harte"),
    )
    shown = identities.get_sender_identity_properties(email="lou@acme.example")
    assert (shown.name, shown.status, shown.meta_data) == (
        "Lou Harte",
        "Verified",
        {"desk": "3"},
    )
    identities.delete_sender_identities(email="lou@acme.example")


def test_an_identity_verification_is_kept_and_told_before_it_begins(
    api_client, documents
):
    settings = sdk.IdentityVerificationSettings(
        type="OncePerDocument",
        maximumRetryCount=5,
        requireLiveCapture=True,
        requireMatchingSelfie=True,
        nameMatcher="Lenient",
        holdForPrefill=True,
        allowedDocumentTypes=["Passport", "IDCard"],
    )
    form = sdk.SendForSign(
        title="Agreement",
        signers=[sdk.DocumentSigner(name="Alex", emailAddress=ALEX)],
        files=[make_pdf()],
    )
    document_id = documents.send_document(send_for_sign=form).document_id
    identity = sdk.IdentityVerificationApi(api_client)
    about = sdk.VerificationDataRequest(emailId=ALEX)
    with pytest.raises(sdk.exceptions.BadRequestException):
        identity.report(document_id=document_id, verification_data_request=about)
    documents.add_authentication(
        document_id=document_id,
        access_code_detail=sdk.AccessCodeDetail(
            authenticationType="IdVerification",
            emailId=ALEX,
            identityVerificationSettings=settings,
        ),
    )
    rules = IdentityRules.objects.get()
    assert (rules.max_tries, rules.name_match) == (5, "lenient")
    assert rules.document_types == ["passport", "id_card"]
    (alex,) = documents.get_properties(document_id=document_id).signer_details
    assert alex.authentication_type == "IdVerification"
    echoed = alex.id_verification.to_dict()
    assert echoed.items() >= settings.to_dict().items()
    told = identity.report(document_id=document_id, verification_data_request=about)
    assert told.verification_result == "NotStarted"
    linked = identity.create_embedded_verification_url(
        document_id=document_id,
        embedded_file_details=sdk.EmbeddedFileDetails(emailId=ALEX),
    )
    assert "/workspace/transactions/" in linked.url
    with pytest.raises(sdk.exceptions.BadRequestException):
        identity.image(
            document_id=document_id,
            download_image_request=sdk.DownloadImageRequest(emailId=ALEX, fileId="1"),
        )
