"""Twilio's REST interface, as far as texts and calls need it.

Sources: https://www.twilio.com/docs/messaging/api/message-resource,
https://www.twilio.com/docs/voice/api/call-resource,
https://www.twilio.com/docs/api/errors
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.carrier.records import Call, Mode, Text, one

if TYPE_CHECKING:
    from tests.carrier.server import Carrier

PATH = re.compile(
    r"/2010-04-01/Accounts/(?P<account>AC[0-9a-f]{32})/(?P<kind>Messages|Calls)"
    r"(?:/(?P<sid>(?:SM|CA)[0-9a-f]{32}))?\.json"
)
E164 = re.compile(r"\+[1-9]\d{6,14}")
LONGEST_BODY = 1600
LONGEST_TWIML = 4000
SLOW_SECONDS = 2.0
SILENT_SECONDS = 30.0


class Refusal(Exception):  # noqa: N818  the carrier's answer, not an error of ours
    """Twilio's error answer: HTTP status, error code, sentence."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {
            "code": code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }


class Hangup(Exception):  # noqa: N818  an instruction to the connection
    """Close the connection without an answer."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body leave together: apart, each answer takes 40 ms longer.
    wbufsize = -1
    disable_nagle_algorithm = True
    carrier: Carrier

    def do_POST(self) -> None:  # noqa: N802  the name is http.server's
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length).decode()
        self._answer(lambda: self._create(parse_qs(body, keep_blank_values=True)))

    def do_GET(self) -> None:  # noqa: N802  the name is http.server's
        self._answer(self._read)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test's output clean; requests are in carrier.requests."""

    def _answer(self, act: Any) -> None:
        self.carrier.requests.append((self.command, self.path))
        try:
            self._authenticate()
            status, content = act()
        except Refusal as refusal:
            status, content = refusal.status, refusal.body
        except Hangup:
            self.close_connection = True
            return
        raw = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json;charset=utf-8")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _authenticate(self) -> None:
        scheme, _, encoded = self.headers.get("Authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            given = ""
        name, _, secret = given.partition(":")
        if scheme != "Basic" or self.carrier.credentials.get(name) != secret:
            raise Refusal(401, 20003, "Authenticate")

    def _route(self) -> re.Match[str]:
        route = PATH.fullmatch(urlsplit(self.path).path)
        if route is None or route["account"] != self.carrier.account_sid:
            path = self.path.partition("?")[0]
            raise Refusal(404, 20404, f"The requested resource {path} was not found")
        return route

    def _create(self, params: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        route = self._route()
        to = one(params, "To")
        mode = self.carrier.mode_of(to)
        self._delay(mode)
        if route["kind"] == "Messages":
            check_text(params, mode)
            accepted = self.carrier.accept_text(
                Text(route["account"], to, one(params, "Body"), params)
            )
        else:
            check_call(params, mode)
            accepted = self.carrier.accept_call(
                Call(route["account"], to, one(params, "Twiml"), params)
            )
        if mode is Mode.ACCEPT_THEN_DROP:
            raise Hangup
        if mode is Mode.ACCEPT_THEN_SILENCE:
            self.carrier.closing.wait(SILENT_SECONDS)
            raise Hangup
        return HTTPStatus.CREATED, accepted

    def _delay(self, mode: Mode) -> None:
        if mode is Mode.SLOW:
            self.carrier.closing.wait(self.carrier.slow_seconds)
        if mode is Mode.TIME_OUT:
            self.carrier.closing.wait(SILENT_SECONDS)
            raise Hangup
        if mode is Mode.ERROR:
            raise Refusal(500, 20500, "Internal Server Error")
        if mode is Mode.BAD_GATEWAY:
            raise Refusal(502, 502, "Bad Gateway")
        if mode is Mode.TOO_MANY:
            raise Refusal(429, 20429, "Too Many Requests")

    def _read(self) -> tuple[int, dict[str, Any]]:
        route = self._route()
        kept = self.carrier.kept(route["kind"])
        if sid := route["sid"]:
            found = [record for record in kept if record.sid == sid]
            if not found:
                raise Refusal(404, 20404, f"The requested resource {sid} was not found")
            return HTTPStatus.OK, found[0].resource
        query = parse_qs(urlsplit(self.path).query)
        return HTTPStatus.OK, page(route["kind"].lower(), kept, query, self.path)


def check_text(params: dict[str, list[str]], mode: Mode) -> None:
    """Refuse what Twilio refuses at once, with its words."""
    to, body = one(params, "To"), one(params, "Body")
    if not to:
        raise Refusal(400, 21604, "A 'To' phone number is required.")
    if not (one(params, "From") or one(params, "MessagingServiceSid")):
        raise Refusal(400, 21603, "A 'From' phone number is required.")
    if not body:
        raise Refusal(400, 21602, "Message body is required.")
    if len(body) > LONGEST_BODY:
        raise Refusal(400, 21617, "The concatenated message body is too long.")
    check_callback(params, "StatusCallback", 21609)
    if mode is Mode.OPTED_OUT:
        raise Refusal(400, 21610, "Attempt to send to unsubscribed recipient")
    if mode is Mode.COUNTRY:
        words = f"Permission to send an SMS has not been enabled for {to}"
        raise Refusal(400, 21408, words)
    if mode is Mode.INVALID or not E164.fullmatch(to):
        raise Refusal(400, 21211, f"The 'To' number {to} is not a valid phone number.")


def check_call(params: dict[str, list[str]], mode: Mode) -> None:
    to, twiml = one(params, "To"), one(params, "Twiml")
    if not to:
        raise Refusal(400, 21201, "No 'To' number is specified")
    if not one(params, "From"):
        raise Refusal(400, 21213, "No 'From' number is specified")
    if not twiml:
        raise Refusal(400, 21205, "Url parameter is required.")
    if len(twiml) > LONGEST_TWIML:
        raise Refusal(400, 21240, "The TwiML is too long.")
    check_callback(params, "StatusCallback", 21609)
    if mode is Mode.COUNTRY:
        raise Refusal(400, 21215, f"Account not authorized to call {to}.")
    if mode is Mode.INVALID or not E164.fullmatch(to):
        raise Refusal(
            400, 21211, f"The phone number you are calling, {to}, is not valid"
        )


def check_callback(params: dict[str, list[str]], name: str, code: int) -> None:
    url = one(params, name)
    if url and urlsplit(url).scheme not in ("http", "https"):
        raise Refusal(400, code, f"The {name} URL {url} is not a valid URL.")


def page(
    name: str, kept: list[Any], query: dict[str, list[str]], path: str
) -> dict[str, Any]:
    """List records newest first, a page at a time, as Twilio does."""
    matching = [record for record in reversed(kept) if matches(record, query)]
    size, number = int(one(query, "PageSize") or 50), int(one(query, "Page") or 0)
    shown = matching[number * size : (number + 1) * size]
    base = urlsplit(path).path
    onward = None
    if len(matching) > (number + 1) * size:
        following = query | {"Page": [str(number + 1)], "PageToken": ["PA" + "0" * 8]}
        onward = f"{base}?{urlencode(following, doseq=True)}"
    return {
        name: [record.resource for record in shown],
        "end": number * size + len(shown) - 1,
        "first_page_uri": f"{base}?Page=0&PageSize={size}",
        "next_page_uri": onward,
        "page": number,
        "page_size": size,
        "previous_page_uri": None,
        "start": number * size,
        "uri": path,
    }


def matches(record: Any, query: dict[str, list[str]]) -> bool:
    """Filter as Twilio does: a queued text has no day of sending yet."""
    to = one(query, "To")
    if to and record.to != to:
        return False
    sent_on = record.accepted_at.date().isoformat()
    unsent = record.status == "queued"
    wanted = {
        "DateSent": sent_on.__eq__,
        "DateSent>": sent_on.__ge__,
        "DateSent<": sent_on.__le__,
    }
    return all(
        not unsent and test(one(query, key))
        for key, test in wanted.items()
        if one(query, key)
    )
