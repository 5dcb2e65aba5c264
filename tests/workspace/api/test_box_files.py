from __future__ import annotations

import base64
import hashlib
import io
import json

import pytest
from django.test import Client

from tests.factories import make_member, make_pdf
from tests.workspace.api.box import Program, make_key, multipart
from workspace.models import ApiKey, BoxFile, BoxFolder

pytestmark = pytest.mark.django_db
Scope = ApiKey.Scope


@pytest.fixture
def program(pat) -> Program:
    return Program(make_key(pat).secret, Client())


@pytest.mark.parametrize("path", ["/api/2.0/files/content", "/2.0/files/content"])
@pytest.mark.parametrize("filename", ["", "a.pdf", "\u00e9.pdf"])
def test_an_upload_is_kept_byte_for_byte_whatever_its_filename(program, path, filename):
    source = bytes(range(256)) + b"\r\n--fram\r\n" + make_pdf()
    attributes = json.dumps({"name": "L\u00e9ase.pdf", "parent": {"id": "0"}})
    body = multipart(attributes.encode(), source, filename)
    kind = "multipart/form-data; boundary=frame"
    answer = program.call("POST", path, body, 201, content_type=kind)
    (entry,) = answer["entries"]
    assert entry["name"] == "L\u00e9ase.pdf"
    assert entry["size"] == len(source)
    assert entry["sha1"] == hashlib.sha1(source, usedforsecurity=False).hexdigest()
    assert program.get(f"/2.0/files/{entry['id']}") == entry
    assert program.send("GET", f"/2.0/files/{entry['id']}/content").content == source


def upload_in_chunks(program, stream):
    """What gunicorn hands on of "Transfer-Encoding: chunked"."""
    return program.client.generic(
        "POST",
        "/2.0/files/content",
        headers={"Authorization": f"Bearer {program.secret}"},
        CONTENT_TYPE="multipart/form-data; boundary=frame",
        CONTENT_LENGTH="",
        **{"wsgi.input_terminated": True, "wsgi.input": stream},
    )


def test_an_upload_in_chunks_has_no_length_and_is_kept(program):
    source = bytes(range(256)) * 9
    body = multipart(b'{"name": "a.pdf", "parent": {"id": "0"}}', source)
    answer = upload_in_chunks(program, io.BytesIO(body))
    assert answer.status_code == 201, answer.content
    number = answer.json()["entries"][0]["id"]
    assert program.send("GET", f"/2.0/files/{number}/content").content == source


def test_chunks_without_end_are_not_read_to_the_end(program, settings):
    settings.MAX_UPLOAD_BYTES = 1000
    attributes = b'{"name": "a.pdf", "parent": {"id": "0"}}'
    stream = io.BytesIO(multipart(attributes, b"x" * 3_000_000))
    assert upload_in_chunks(program, stream).status_code == 413
    assert stream.tell() < 2_000_000


def test_numbers_are_decimal_and_tell_nothing_of_how_many_there_are(program):
    first, second = program.upload("a.pdf"), program.upload("b.pdf")
    assert first.isdecimal()
    assert second.isdecimal()
    assert abs(int(first) - int(second)) > 1


def test_a_taken_name_is_a_conflict_in_the_same_folder_only(program):
    program.upload("a.pdf")
    answer = program.upload("a.pdf", status=409)
    assert answer["code"] == "item_name_in_use"
    folder = program.post("/2.0/folders", {"name": "Other", "parent": {"id": "0"}})
    program.upload("a.pdf", folder=folder["id"])
    program.upload("a.pdf", folder=folder["id"], status=409)
    assert BoxFile.objects.count() == 2


def test_an_unknown_folder_takes_nothing(program):
    assert program.upload(folder="99", status=404)["code"] == "not_found"
    assert not BoxFile.objects.exists()


@pytest.mark.parametrize("name", ["", ".", "..", "a/b.pdf", "a\\b", "a\nb", "x" * 256])
def test_a_name_that_cannot_stand_in_a_folder_is_refused(program, name):
    assert program.upload(name, status=400)["type"] == "error"


@pytest.mark.parametrize(
    "attributes",
    [
        b"",
        b"[]",
        b"{",
        b'{"name": "a.pdf"}',
        b'{"name": 5, "parent": {"id": "0"}}',
        b'{"name": "a.pdf", "parent": {"id": 0}}',
        b'{"name": "a\\u0000.pdf", "parent": {"id": "0"}}',
        b"\xff\xfe",
    ],
)
def test_attributes_that_are_none_are_refused_with_a_sentence(program, attributes):
    body = multipart(attributes, b"%PDF-")
    kind = "multipart/form-data; boundary=frame"
    path = "/api/2.0/files/content"
    answer = program.call("POST", path, body, 400, content_type=kind)
    assert answer["context_info"]["message"].endswith(".")
    assert not BoxFile.objects.exists()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"--frame--"),
        ("multipart/form-data; boundary=frame", b""),
        ("multipart/form-data; boundary=frame", b"--frame\r\n\r\n--frame--\r\n"),
        ("multipart/form-data; boundary=frame", b"nothing framed"),
        ("multipart/form-data; boundary=" + "x" * 300, b"--x--"),
    ],
)
def test_a_body_without_the_two_parts_is_refused(program, kind, body):
    path = "/api/2.0/files/content"
    program.call("POST", path, body, 400, content_type=kind)


def test_a_file_as_large_as_allowed_is_taken_and_one_byte_more_is_not(
    program, settings
):
    settings.MAX_UPLOAD_BYTES = 1_000
    program.upload("a.bin", b"x" * 1_000)
    answer = program.upload("b.bin", b"x" * 1_001, status=413)
    assert "larger than" in answer["context_info"]["message"]
    assert BoxFile.objects.count() == 1


def test_a_far_larger_body_is_refused_before_it_is_looked_at(program, settings):
    settings.MAX_UPLOAD_BYTES = 1_000
    program.upload("b.bin", b"x" * 1_100_000, status=413)


@pytest.mark.parametrize("how", ["sha1", "md5", "md5 in base64"])
def test_a_digest_that_fits_lets_a_file_in_and_another_one_keeps_it_out(program, how):
    source = make_pdf()
    md5 = hashlib.md5(source, usedforsecurity=False)
    right = {
        "sha1": hashlib.sha1(source, usedforsecurity=False).hexdigest(),
        "md5": md5.hexdigest(),
        "md5 in base64": base64.b64encode(md5.digest()).decode(),
    }[how]
    program.upload("a.pdf", source, **{"Content-MD5": right})
    program.upload("b.pdf", source + b" ", status=412, **{"Content-MD5": right})
    assert BoxFile.objects.get().name == "a.pdf"


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-3", 206, slice(0, 4)),
        ("bytes=4-", 206, slice(4, None)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=0-99999", 206, slice(0, None)),
        ("bytes=99999-", 416, None),
        ("bytes=4-2", 416, None),
        ("bytes=", 200, slice(0, None)),
        ("bytes=-", 200, slice(0, None)),
        ("bytes=a-b", 200, slice(0, None)),
        ("bytes=0-1,3-4", 200, slice(0, None)),
    ],
)
def test_a_range_of_a_file_can_be_had(program, asked, status, part):
    source = make_pdf()
    number = program.upload(source=source)
    answer = program.send("GET", f"/2.0/files/{number}/content", Range=asked)
    assert answer.status_code == status
    if part is not None:
        assert answer.content == source[part]


def test_what_came_from_outside_is_only_ever_saved_never_shown(program):
    page = b"<html><script>alert(1)</script></html>"
    number = program.upload("page.html", page)
    answer = program.send("GET", f"/2.0/files/{number}/content")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_folders_show_what_is_in_them(program):
    made = program.post("/2.0/folders", {"name": "Leases", "parent": {"id": "0"}})
    inner = program.post("/2.0/folders", {"name": "2026", "parent": {"id": made["id"]}})
    number = program.upload("a.pdf", folder=made["id"])
    shown = program.get(f"/2.0/folders/{made['id']}")
    assert (shown["name"], shown["parent"]["id"]) == ("Leases", "0")
    items = [(one["type"], one["id"]) for one in shown["item_collection"]["entries"]]
    assert items == [("folder", inner["id"]), ("file", number)]
    root = program.get("/2.0/folders/0")
    assert [one["name"] for one in root["item_collection"]["entries"]] == ["Leases"]
    page = program.get(f"/2.0/folders/{made['id']}/items?offset=1&limit=1")
    assert [one["id"] for one in page["entries"]] == [number]
    assert page["total_count"] == 2


def test_two_folders_of_one_name_cannot_lie_beside_each_other(program):
    body = {"name": "Leases", "parent": {"id": "0"}}
    made = program.post("/2.0/folders", body)
    assert program.post("/2.0/folders", body, 409)["code"] == "item_name_in_use"
    program.post("/2.0/folders", {"name": "Leases", "parent": {"id": made["id"]}})
    assert BoxFolder.objects.count() == 2


@pytest.mark.parametrize(
    "path",
    [
        "/2.0/files/99",
        "/2.0/files/abc",
        "/2.0/files/" + "9" * 39,
        "/2.0/files/" + "9" * 500,
        "/2.0/files/99/content",
        "/2.0/folders/99",
        "/2.0/folders/x",
        "/2.0/folders/99/items",
        "/2.0/nothing",
        "/2.0",
        "/2.0/",
        "/2.0/files/\u0661",
    ],
)
def test_what_is_not_there_is_404_with_the_whole_error_object(program, path):
    answer = program.get(path, 404)
    assert answer["type"] == "error"
    assert (answer["status"], answer["code"]) == (404, "not_found")
    assert set(answer) == {
        "type",
        "status",
        "code",
        "message",
        "context_info",
        "help_url",
        "request_id",
    }


@pytest.mark.parametrize("query", ["offset=x", "limit=-1", "offset=" + "9" * 20])
def test_a_page_of_items_that_is_none_is_refused(program, query):
    program.get(f"/2.0/folders/0/items?{query}", 400)


def test_a_method_that_an_address_does_not_have_is_told_as_such(program):
    answer = program.call("DELETE", "/2.0/users/me", None, 405)
    assert answer["code"] == "method_not_allowed"


def test_a_key_says_who_it_acts_for(program, pat):
    me = program.get("/2.0/users/me")
    assert (me["type"], me["login"], me["name"]) == ("user", pat.email, pat.name)
    assert me["id"].isdecimal()
    assert int(me["id"]) > 10_000


def test_another_publishers_files_are_not_there_but_the_admins_sees_them(
    program, company, alex
):
    number = program.upload()
    other = Program(make_key(make_member(company, "Sam Poe")).secret, Client())
    other.get(f"/2.0/files/{number}", 404)
    other.get(f"/2.0/files/{number}/content", 404)
    other.request(404, source_files=[{"id": number, "type": "file"}])
    assert other.get("/2.0/folders/0")["item_collection"]["total_count"] == 0
    Program(make_key(alex).secret, Client()).get(f"/2.0/files/{number}")


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        (Scope.READ, "POST", "/2.0/files/content"),
        (Scope.READ, "POST", "/2.0/folders"),
        (Scope.SEND, "GET", "/2.0/files/1"),
        (Scope.SEND, "GET", "/2.0/files/1/content"),
        (Scope.SEND, "GET", "/2.0/folders/0"),
    ],
)
def test_a_key_without_the_scope_is_refused(pat, scope, method, path):
    program = Program(make_key(pat, scope).secret, Client())
    body = {"name": "A", "parent": {"id": "0"}} if method == "POST" else None
    answer = program.call(method, path, body, 403)
    assert answer["code"] == "insufficient_scope"
    assert not BoxFolder.objects.exists()
