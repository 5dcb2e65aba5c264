"""What a Box client asks for is what its signer meets: password, then the document,
then the phone before the signature, and on to the client's own page."""

from __future__ import annotations

import io

import pytest
from box_sdk_gen import FileBase, SignRequestCreateSigner
from box_sdk_gen.managers.uploads import (
    UploadFileAttributes,
    UploadFileAttributesParentField,
)
from django.utils import timezone
from playwright.sync_api import expect

from signing.flows import sealing
from signing.models import SignRequest
from tests import factories
from tests.browser.people import Person
from tests.workspace.api.box import SEED_EMAIL, SEED_PHONE, make_key, sdk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_password_opens_and_a_phone_signs(open_page, live_server):
    pat = factories.make_member(
        factories.make_company(redirect_urls=[live_server.url]), email="pat@example.com"
    )
    client = sdk(live_server.url, make_key(pat).secret)
    onward = f"{live_server.url}/healthz"
    made = client.sign_requests.create_sign_request(
        signers=[
            SignRequestCreateSigner(
                email=SEED_EMAIL,
                password="1234",
                verification_phone_number=SEED_PHONE,
                redirect_url=onward,
            )
        ],
        source_files=[FileBase(id=upload(client))],
    )
    request = SignRequest.objects.get(public_id=made.id)
    verify = Person(open_page(width=390), request.signers.get().gate)

    verify.open()
    verify.type_password("1234")
    verify.sees_document()
    verify.sees("We’ll send a code to ••• ••• ••90 before you sign.")
    assert client.sign_requests.get_sign_request_by_id(made.id).status.value == "viewed"
    verify.page.get_by_role("button", name="Sign here").first.click()
    verify.page.get_by_role("button", name="Sign and finish").click()
    verify.type_code(verify.ask("phone").code())
    verify.page.get_by_role("button", name="Sign and finish").click()
    verify.sees_signed()

    assert sealing.seal(request.pk, timezone.now())
    shown = client.sign_requests.get_sign_request_by_id(made.id)
    assert shown.status.value == "signed"
    source = client.downloads.download_file(shown.sign_files.files[0].id).read()
    assert source.startswith(b"%PDF-")
    go_on = verify.page.get_by_role("link", name="Go on to 127.0.0.1")
    expect(go_on).to_be_visible()
    go_on.click()
    verify.page.wait_for_url(onward)


def test_what_must_be_prepared_is_sent_from_the_fields(open_page, live_server):
    pat = factories.make_member(factories.make_company(), email="pat@example.com")
    client = sdk(live_server.url, make_key(pat).secret)
    made = client.sign_requests.create_sign_request(
        signers=[
            SignRequestCreateSigner(
                email=SEED_EMAIL, verification_phone_number=SEED_PHONE
            )
        ],
        source_files=[FileBase(id=upload(client))],
        is_document_preparation_needed=True,
    )
    assert made.status.value == "created"
    desk = open_page()
    desk.goto(made.prepare_url)
    desk.get_by_label("Email").fill("pat@example.com")
    desk.get_by_label("Password", exact=True).fill(factories.MEMBER_PASSWORD)
    desk.get_by_role("button", name="Sign in").click()
    desk.wait_for_url("**/fields/")
    desk.get_by_role("link", name="Send…").click()
    desk.get_by_role("button", name="Send", exact=True).click()
    expect(desk.get_by_text("Sent. The first email is on its way.")).to_be_visible()
    assert client.sign_requests.get_sign_request_by_id(made.id).status.value == "sent"


def upload(client) -> str:
    parent = UploadFileAttributesParentField(id="0")
    attributes = UploadFileAttributes(name="Simple-PDF.pdf", parent=parent)
    files = client.uploads.upload_file(attributes, io.BytesIO(factories.make_pdf()))
    return files.entries[0].id
