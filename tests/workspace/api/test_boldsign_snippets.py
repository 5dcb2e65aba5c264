"""The vendor's own snippets and commands, word for word, against a server that runs.

After each the signer gets in the way that was asked for, signs, and the signed
file comes back through the door.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import partial
from pathlib import Path

import boldsign as sdk
import pytest
from django.utils import timezone

from signing.flows import acting, sealing
from signing.models import Signer, SignRequest
from tests.browser.people import Person
from tests.factories import deliver_due, make_pdf
from tests.signing.pages import SignerClient
from tests.workspace.api import boldsign
from tests.workspace.api.boldsign import ALEX, CURL_NUMBER, NUMBER
from verification.channels import memory
from verification.flows import opening
from verification.models import Allowance

SEEDS = Path(__file__).parent / "seeds"
CODE = re.compile(r"\b(\d{6})\b")
# What arrives where, and the code that opens the door.
MAIL, TEXT, TOLD = "email", "sms", "told"
SNIPPETS = {
    "email_otp": (MAIL, ALEX),
    "access_code": (TOLD, "123456"),
    "sms_otp": (TEXT, f"+1{NUMBER}"),
    "order": (MAIL, ALEX),
}


@pytest.fixture
def secret(pat):
    return boldsign.make_key(pat)


@pytest.fixture
def documents(live_server, secret):
    with boldsign.client_of(secret, live_server.url) as opened:
        yield sdk.DocumentApi(opened)


def send(documents, *orders: int) -> SignRequest:
    """Send to Alex, once for each of orders; in order where they are several."""
    form = sdk.SendForSign(
        title="Agreement",
        signers=[
            sdk.DocumentSigner(name="Alex Gayle", emailAddress=ALEX, signerOrder=order)
            for order in orders or (1,)
        ],
        enableSigningOrder=len(orders) > 1,
        files=[make_pdf()],
    )
    created = documents.send_document(send_for_sign=form)
    return SignRequest.objects.get(public_id=created.document_id)


def run_python(name: str, url: str, secret: str, document: SignRequest, monkeypatch):
    """Run a snippet as it stands: only its two placeholders are filled in, and the
    library is told which host is meant where a snippet names none."""
    at_ours = partial(sdk.Configuration, host=url)
    monkeypatch.setattr("boldsign.Configuration", at_ours)
    source = (SEEDS / f"boldsign_{name}.py.txt").read_text()
    for written, ours in {
        "YOUR_API_KEY": secret,
        "YOUR_DOCUMENT_ID": str(document.public_id),
    }.items():
        assert source.count(written) == 1
        source = source.replace(written, ours)
    exec(compile(source, name, "exec"), {})  # noqa: S102  a file of ours
    monkeypatch.undo()


def run_curl(name: str, url: str, secret: str, document: SignRequest, *, fixed: bool):
    """Run a command with what a reader fills in; return status and errors.

    Its lines lack the marks that lead on to the next one; fixed: three of the
    four write -H twice, and so send no key at all.
    """
    if shutil.which("curl") is None:
        pytest.fail("curl is missing: install the package curl.")
    command = " \\\n".join((SEEDS / f"boldsign_{name}.sh.txt").read_text().splitlines())
    command = command.replace("https://api.boldsign.com", url)
    command = command.replace("{documentId}", str(document.public_id))
    command = command.replace("{your API key}", secret)
    if fixed:
        command = command.replace("-H -H", "-H")
    command += " --silent --output /dev/null --write-out '%{http_code} '"
    done = subprocess.run(  # noqa: S603  a file of ours
        ["/bin/sh", "-c", command], capture_output=True, text=True, timeout=60
    )
    return done.stdout.split()[0]


def gets_in(signer: Signer, how: str, where: str) -> SignerClient:
    """Pass what was asked for, on the pages; nothing opens before."""
    Allowance.objects.all().delete()
    person = SignerClient(signer.gate)
    person.open_link()
    if how == TOLD:
        person.press("/password", password=where)
    else:
        person.press(f"/ask/{how}")
        deliver_due()
        person.press("/code", code=code_that_arrived(where))
    assert "Page 1" in person.reload().content.decode()
    return person


def code_that_arrived(where: str) -> str:
    """Read the newest code, as a person would."""
    texts = [one.text for one in memory.outbox if one.to == where]
    return CODE.findall(texts[-1])[-1]


def signs(person: SignerClient) -> None:
    now = timezone.now()
    visit = person.gate.visits.select_related("gate__trail", "session").get()
    signer = Signer.objects.select_related(
        "gate__trail", "request__company", "request__sender"
    ).get(gate=person.gate)
    acting.adopt(
        signer, "signature", acting.Drawing(style="typed-1", text=signer.name), now
    )
    signed = acting.sign(
        signer, visit, opening.Origin(), consented=True, language="en", now=now
    )
    assert signed.outcome == "signed"


def the_signed_file_comes_back(documents, document: SignRequest) -> None:
    assert sealing.seal(document.pk, timezone.now())
    read = documents.get_properties(document_id=str(document.public_id))
    assert (read.status, read.signer_details[0].status) == ("Completed", "Completed")
    source = documents.download_document(document_id=str(document.public_id))
    document.refresh_from_db()
    assert bytes(source) == document.sealed.read()
    assert b"/ByteRange" in source


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_python_snippets_run_as_they_stand(live_server, secret, documents, monkeypatch):
    for name, (how, where) in SNIPPETS.items():
        document = send(documents, *((1, 2) if name == "order" else ()))
        run_python(name, live_server.url, secret, document, monkeypatch)
        first = document.signers.select_related("gate").first()
        assert first.gate.max_tries == 3
        person = gets_in(first, how, where)
        if name == "order":
            assert not document.signers.last().gate.factors.exists()
            continue
        signs(person)
        the_signed_file_comes_back(documents, document)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_curl_commands_run_with_one_header_and_literally_send_no_key(
    live_server, secret, documents
):
    for name, (how, where) in SNIPPETS.items():
        document = send(documents, *((1, 2) if name == "order" else ()))
        literally = run_curl(name, live_server.url, secret, document, fixed=False)
        assert literally == ("200" if name == "email_otp" else "401")
        fixed = run_curl(name, live_server.url, secret, document, fixed=True)
        assert fixed == "200"
        where = f"+1{CURL_NUMBER}" if how == TEXT else where
        second = document.signers.select_related("gate").last()
        if name == "order":  # the second one's turn comes later
            assert [one.kind for one in second.gate.factors.all()] == ["email"]
        else:
            gets_in(second, how, where)


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_seed_s_own_number_opens_the_document_in_a_browser(
    live_server, secret, documents, monkeypatch, page
):
    document = send(documents)
    run_python("sms_otp", live_server.url, secret, document, monkeypatch)
    alex = Person(page, document.signers.get().gate).open()
    code = alex.ask("phone")
    assert code_that_arrived(f"+1{NUMBER}") == code.code()
    alex.type_code(code.code())
    alex.sign()
    alex.sees_signed()
    the_signed_file_comes_back(documents, document)
