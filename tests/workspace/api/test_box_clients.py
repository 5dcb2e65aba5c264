"""The vendor's own clients and commands, against a server that runs.

After each the signer gets in the way that was asked for, signs, and the signed
file comes back through the door.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from box_sdk_gen import (
    BoxAPIError,
    BoxCCGAuth,
    BoxClient,
    BoxSDKError,
    CCGConfig,
    FileBase,
    FolderMini,
    SignRequestCreateSigner,
)
from box_sdk_gen.managers.uploads import (
    UploadFileAttributes,
    UploadFileAttributesParentField,
)
from django.core.files.base import ContentFile
from django.utils import timezone

from signing.flows import acting, sealing
from signing.models import Signer, SignRequest
from tests.factories import Browser, deliver_due, make_pdf
from tests.workspace.api.box import (
    SEED_EMAIL,
    SEED_FILE,
    SEED_FOLDER,
    SEED_PHONE,
    make_key,
    sdk,
    session_at,
)
from verification.channels import memory
from verification.flows import opening
from verification.outcomes import Outcome
from workspace import keys
from workspace.models import BoxFile, BoxFolder

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[3]
SEEDS = Path(__file__).parent / "seeds"
# Where scripts/install puts the client that the phone snippet needs.
OLD_CLIENT = ROOT / ".cache" / "box-sdk-1.8" / "bin" / "python"


@pytest.fixture
def issued(pat, company) -> keys.Issued:
    """A key, in a company that has the folder and the file of the seed."""
    facts = {"company": company, "created_at": timezone.now()}
    folder = BoxFolder.objects.create(number=SEED_FOLDER, name="Sign docs", **facts)
    source = make_pdf()
    file = BoxFile(number=SEED_FILE, owner=pat, folder=folder, **facts)
    file.name, file.size, file.sha1 = "Simple-PDF.pdf", len(source), "0" * 40
    file.content.save("seed.bin", ContentFile(source), save=False)
    file.save()
    return make_key(pat)


@pytest.fixture
def base(live_server) -> str:
    return live_server.url


@pytest.fixture
def client_of(base, issued) -> BoxClient:
    return sdk(base, issued.secret)


def run_snippet(python: str, name: str, base: str, secret: str) -> dict:
    command = [python, SEEDS / "run_box_snippet.py", SEEDS / name, base, secret]
    environment = {"PATH": "/usr/bin:/bin", "NO_PROXY": "*"}
    done = subprocess.run(  # noqa: S603  a file of ours
        command, capture_output=True, text=True, env=environment, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if done.stdout else {}


def run_curl(name: str, base: str, secret: str) -> dict:
    """Run the documentation's command, at this server and with this key."""
    if shutil.which("curl") is None:
        pytest.fail("curl is missing: install the package curl.")
    command = (SEEDS / name).read_text()
    for written, ours in {"https://api.box.com": base, "ej...3t": secret}.items():
        assert command.count(written) == 1
        command = command.replace(written, ours)
    done = subprocess.run(  # noqa: S603  a file of ours
        ["/bin/sh", "-c", command], capture_output=True, text=True, timeout=60
    )
    return json.loads(done.stdout)


def signer_gets_in(request: SignRequest, *proofs: str) -> Browser:
    """Pass what was asked for, in this order; nothing opens before the last."""
    signer = request.signers.get()
    assert (signer.email, signer.state) == (SEED_EMAIL, "invited")
    browser = Browser(signer.gate)
    for proof in proofs:
        assert not browser.standing.may_sign
        if proof == "password":
            browser.enter_password("1234")
            continue
        opening.admit(browser.visit, timezone.now())  # where it guards signing only
        browser.must_ask()
        deliver_due()
        assert browser.enter(code_that_arrived()) is Outcome.PASSED
    assert browser.standing.may_sign
    return browser


def code_that_arrived() -> str:
    """Read the newest code off the seed's phone, as a person would."""
    texts = [one.text for one in memory.outbox if one.to == SEED_PHONE]
    return re.search(r"#(\d{6})$", texts[-1]).group(1)


def signs(request: SignRequest, browser: Browser) -> None:
    signer = signer_of(request)
    drawing = acting.Drawing(style="typed-1", text=signer.name)
    now = timezone.now()
    acting.adopt(signer, "signature", drawing, now)
    result = acting.sign(
        signer, browser.visit, browser.origin, consented=True, language="en", now=now
    )
    assert result.outcome == "signed"
    assert sealing.seal(request.pk, now)


def signer_of(request: SignRequest) -> Signer:
    signers = request.signers.select_related(
        "gate__trail", "request__company", "request__sender"
    )
    return signers.get()


def the_signed_file_comes_back(client: BoxClient, request: SignRequest) -> None:
    shown = client.sign_requests.get_sign_request_by_id(str(request.public_id))
    assert shown.status.value == "signed"
    assert shown.sign_files.is_ready_for_download
    (file,) = shown.sign_files.files
    source = client.downloads.download_file(file.id).read()
    request.refresh_from_db()
    assert source == request.sealed.read()
    assert b"/ByteRange" in source
    told = request.trail.entries.get(kind="downloaded")
    assert "(API key Ledger)" in told.payload
    assert client.files.get_file_by_id(file.id).size == len(source)


# The snippets of the documentation


def test_the_phone_snippet_runs_as_it_stands(base, issued, client_of):
    if not OLD_CLIENT.exists():
        pytest.fail(
            "The client of the phone snippet is missing: run `scripts/install dev`."
        )
    told = run_snippet(str(OLD_CLIENT), "box_phone.py.txt", base, issued.secret)
    request = SignRequest.objects.get(public_id=told["id"])
    assert told["status"] == "sent"
    assert told["roles"] == ["final_copy_reader", "signer"]
    signs(request, signer_gets_in(request, "phone"))
    the_signed_file_comes_back(client_of, request)


def test_the_password_snippet_runs_as_it_stands(base, issued, client_of):
    run_snippet(sys.executable, "box_password.py.txt", base, issued.secret)
    request = SignRequest.objects.get()
    signs(request, signer_gets_in(request, "password"))
    the_signed_file_comes_back(client_of, request)


@pytest.mark.parametrize(
    ("name", "proof"),
    [("box_phone.sh.txt", "phone"), ("box_password.sh.txt", "password")],
)
def test_the_curl_commands_run_as_they_stand(
    base, issued, client_of, as_pat, name, proof
):
    told = run_curl(name, base, issued.secret)
    assert told["status"] == "created"
    request = SignRequest.objects.get(public_id=told["id"])
    assert as_pat.get(told["prepare_url"].removeprefix(base)).status_code == 200
    path = f"/workspace/drafts/{request.public_id}/send/"
    as_pat.post(path, {"version": request.version})
    signs(request, signer_gets_in(request, proof))
    the_signed_file_comes_back(client_of, request)


# The client as a program uses it


def test_from_an_upload_to_a_list_with_the_newest_client(client_of):
    attributes = UploadFileAttributes(
        name="L\u00e9ase.pdf", parent=UploadFileAttributesParentField(id=SEED_FOLDER)
    )
    files = client_of.uploads.upload_file(attributes, io.BytesIO(make_pdf()))
    (file,) = files.entries
    assert client_of.downloads.download_file(file.id).read() == make_pdf()
    folder = client_of.folders.get_folder_by_id(SEED_FOLDER)
    assert {one.id for one in folder.item_collection.entries} == {SEED_FILE, file.id}
    assert client_of.users.get_user_me().login == "pat@acme.example"

    made = client_of.sign_requests.create_sign_request(
        signers=[SignRequestCreateSigner(email=SEED_EMAIL, password="1234")],
        source_files=[FileBase(id=file.id)],
        parent_folder=FolderMini(id=SEED_FOLDER),
        days_valid=30,
    )
    assert made.parent_folder.name == "Sign docs"
    shown = client_of.sign_requests.get_sign_request_by_id(made.id)
    assert shown.days_valid == 30
    assert shown.auto_expire_at.date() > timezone.now().date()
    client_of.sign_requests.resend_sign_request(made.id)
    gone = client_of.sign_requests.cancel_sign_request(made.id)
    assert gone.status.value == "cancelled"
    page = client_of.sign_requests.get_sign_requests(limit=1)
    assert [one.id for one in page.entries] == [made.id]
    with pytest.raises(BoxAPIError) as caught:
        client_of.sign_requests.cancel_sign_request(made.id)
    assert caught.value.response_info.status_code == 409
    assert caught.value.response_info.code == "conflict"
    assert caught.value.response_info.request_id


def test_a_wrong_token_is_told_as_the_client_expects(base):
    with pytest.raises(BoxSDKError, match="token has expired"):
        sdk(base, "csk_wrong").users.get_user_me()


def test_the_client_gets_its_own_token_and_another_when_that_ended(base, issued):
    config = CCGConfig(
        client_id=str(issued.key.public_id),
        client_secret=issued.secret,
        enterprise_id="1",
    )
    client = BoxClient(auth=BoxCCGAuth(config), network_session=session_at(base))
    assert client.users.get_user_me().login == "pat@acme.example"
    issued.key.tokens.all().delete()
    assert client.users.get_user_me().login == "pat@acme.example"
    assert issued.key.tokens.count() == 1


def test_a_wrong_secret_gets_no_token(base, issued):
    config = CCGConfig(
        client_id=str(issued.key.public_id), client_secret="csk_wrong", user_id="1"
    )
    client = BoxClient(auth=BoxCCGAuth(config), network_session=session_at(base))
    with pytest.raises(BoxAPIError) as caught:
        client.users.get_user_me()
    assert caught.value.response_info.status_code == 400
    assert caught.value.response_info.body["error"] == "invalid_client"
