"""What somebody on the network tries at the workspace's doors."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import connection, transaction
from django.test import Client

from signing.flows import uploads as flows
from signing.models import SignRequest
from tests import factories
from tests.factories import MEMBER_PASSWORD
from workspace import devices
from workspace.devices import Authenticator

SIGN_IN = "/workspace/sign-in/"
SET_UP = "/workspace/security/set-up/"
FORGOT = "/workspace/password/forgot/"


def try_to_sign_in(client, email, password=MEMBER_PASSWORD, query="", **more):
    facts = {"username": email, "password": password, **more}
    return client.post(f"{SIGN_IN}{query}", facts)


# Signing in


@pytest.mark.parametrize("name", ["requests", "workspace:requests", "#"])
def test_the_page_to_go_on_to_is_an_address_and_no_name(client, pat, name):
    response = try_to_sign_in(client, pat.email, next=name)
    assert response.url == "/workspace/"


def test_an_address_longer_than_a_column_is_only_wrong(client, db):
    long = f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.example"
    assert len(long) > 255
    assert try_to_sign_in(client, long, "wrong").status_code < 500


def test_nothing_in_the_address_breaks_a_failed_sign_in(client, pat):
    assert try_to_sign_in(client, pat.email, "wrong", "?x=%00").status_code == 200


def test_one_network_cannot_try_many_accounts(client, pat):
    for number in range(60):
        response = try_to_sign_in(client, f"nobody{number}@example.com", "wrong")
    assert response.status_code == 429
    assert "Too many tries" in response.content.decode()
    assert try_to_sign_in(client, pat.email).status_code == 429
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    facts = {"username": pat.email, "password": MEMBER_PASSWORD}
    assert client.post(SIGN_IN, facts, **elsewhere).status_code == 302


# The second step


def test_a_key_that_another_session_saw_is_not_the_one_that_is_set_up(
    client_class, pat
):
    """Else whoever knew the password before it was changed has the app's codes too."""
    theirs, own = client_class(), client_class()
    for browser in (theirs, own):
        browser.force_login(pat)
        browser.get(SET_UP)
    keys = set(Authenticator.objects.values_list("key", flat=True))
    shown = [b.get(SET_UP).context["key"] for b in (theirs, own)]
    assert shown[0] != shown[1]
    assert len(keys) == 2


def test_no_code_is_kept_beside_a_failed_password(as_pat, pat):
    codes = devices.new_recovery_codes(pat)
    Authenticator.objects.create(
        user=pat, confirmed=True, key=devices.seal_key(b"k" * 20, pat.pk)
    )
    try_to_sign_in(as_pat, pat.email)
    as_pat.post("/workspace/sign-in/code/", {"code": codes[0]})
    page = "/workspace/security/remove/"
    as_pat.post(page, {"password": "wrong", "code": codes[1]})
    attempt = AccessAttempt.objects.get()
    assert codes[1] not in attempt.post_data
    assert "wrong" not in attempt.post_data


# Bodies


@pytest.fixture
def written(monkeypatch):
    """Names of files that a request has written to the disk."""
    names = []
    before = TemporaryUploadedFile.__init__

    def note(self, name, *args, **kwargs):
        names.append(name)
        before(self, name, *args, **kwargs)

    monkeypatch.setattr(TemporaryUploadedFile, "__init__", note)
    return names


def large() -> SimpleUploadedFile:
    return SimpleUploadedFile("large.pdf", b"%" * (3 * 1024 * 1024))


@pytest.mark.parametrize("page", [SIGN_IN, FORGOT, "/l/new", "/healthz", "/language"])
def test_a_stranger_fills_no_disk(client_class, db, written, page):
    """The check of the form's token reads a body before any view says no."""
    strict = client_class(enforce_csrf_checks=True)
    strict.get(SIGN_IN)
    response = strict.post(page, {"files": large()})
    assert response.status_code in (400, 403, 405)
    assert written == []


def test_a_member_uploads_as_before(as_pat, written):
    as_pat.post("/workspace/new/")
    draft = SignRequest.objects.get()
    page = f"/workspace/drafts/{draft.public_id}/documents/"
    response = as_pat.post(page, {"version": draft.version, "files": large()})
    assert response.status_code == 200
    assert "large.pdf" in response.content.decode()
    assert written == ["large.pdf"]


def test_a_member_sends_no_more_than_a_draft_holds(as_pat, written, settings):
    as_pat.post("/workspace/new/")
    draft = SignRequest.objects.get()
    settings.MAX_UPLOAD_BYTES = 100_000
    page = f"/workspace/drafts/{draft.public_id}/documents/"
    response = as_pat.post(page, {"version": draft.version, "files": large()})
    assert response.status_code == 400
    assert written == []


# Files


def test_a_title_of_two_lines_does_not_keep_the_sealed_copy_back(as_pat, pat, company):
    row = factories.make_request(company, pat, title="Lease\n2026\x07")
    row.sealed.save("x.pdf", ContentFile(b"%PDF-"), save=False)
    row.state = SignRequest.State.COMPLETED
    row.save()
    page = f"/workspace/transactions/{row.public_id}/sealed.pdf"
    response = as_pat.get(page)
    assert response.status_code == 200
    assert "Lease" in response["Content-Disposition"]


# Two tabs


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_what_another_tab_takes_out_while_sending_is_not_missing_afterwards():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets nobody write beside another.")
    draft = factories.make_draft()
    sender = Client()
    sender.force_login(draft.sender)
    page = f"/workspace/drafts/{draft.public_id}/send/"
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            flows.remove_document(draft.documents.get())
            sending = pool.submit(press, sender, page, {"version": draft.version})
            wait_for_a_lock()
        response = sending.result()
    draft.refresh_from_db()
    assert draft.is_draft
    assert response.status_code == 200


def press(client, page, facts):
    try:
        return client.post(page, facts)
    finally:
        connection.close()


def wait_for_a_lock() -> None:
    """Wait until somebody waits for what this transaction holds."""
    waits = (
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN ("
        "SELECT pid FROM pg_locks WHERE database = ("
        "SELECT oid FROM pg_database WHERE datname = current_database()))"
    )
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(waits)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


# The demo


@pytest.mark.parametrize(
    ("address", "starts"),
    [("http://127.0.0.1:8000", True), ("https://sign.example", False)],
)
def test_the_demo_serves_no_public_address(tmp_path, address, starts):
    """It shows every code; gunicorn runs no system checks, so it must ask itself."""
    around = {"PATH": os.environ["PATH"], "DEMO": "1", "DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", "import config.wsgi"],
        env=around | {"PUBLIC_URL": address},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) is starts, done.stderr
    if not starts:
        assert "not this computer" in done.stderr
