"""What comes before any view: headers that Django itself stumbles over."""

from __future__ import annotations

import io

import pytest

from config.wsgi import application

ODD = {
    "a codec that reads no text": "charset=hex",
    "a codec that always fails": "charset=undefined",
    "a codec that takes no replacements": 'charset="idna"',
    "two bytes for each letter": "charset=utf-16",
    "no codec at all": "charset=nonsense",
    "an endless name": f"charset={'a' * 5000}",
    "a parameter in an unknown charset": "boundary*=nonsense''x",
    "a charset in an unknown charset": "charset*=undefined''x",
}
ADDRESSES = {
    "boldsign": "/v1/document/send",
    "box": "/2.0/files/content",
    "own": "/api/v1/webhooks",
    "a page": "/workspace/sign-in/",
}


def ask(path: str, kind: str) -> int:
    """Return the status of a POST as a web server hands it in."""
    body = b"--x--\r\n"
    environ = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "page=1&title=%ff%ED%A0%80",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
    }
    answered = []
    application(environ, lambda status, headers: answered.append(status)).close()
    return int(answered[0][:3])


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data;boundary=x"])
@pytest.mark.parametrize("path", ADDRESSES.values(), ids=ADDRESSES)
def test_no_content_type_is_a_fault_of_ours(path, kind):
    for parameter in ODD.values():
        assert ask(path, f"{kind}; {parameter}") < 500, parameter


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "hex", ""])
def test_a_form_is_read_as_utf_8(charset):
    body = "name=é".encode()
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "CONTENT_TYPE": f"application/x-www-form-urlencoded; charset={charset}",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    assert application.request_class(environ).POST["name"] == "é"
