"""Stripe's REST interface, as far as identity sessions need it.

Sources: https://docs.stripe.com/api/identity/verification_sessions,
https://docs.stripe.com/api/idempotent_requests, https://docs.stripe.com/api/errors
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from tests.stripe.records import Mode, Session

if TYPE_CHECKING:
    from tests.stripe.server import StripeServer

SESSIONS = "/v1/identity/verification_sessions"
REPORTS = "/v1/identity/verification_reports"
ONE = re.compile(rf"{SESSIONS}/(?P<id>vs_\w+)(?:/(?P<verb>cancel|redact))?")
KEY_PARTS = re.compile(r"[^\[\]]+")
KNOWN = {
    "client_reference_id",
    "expand",
    "metadata",
    "options",
    "provided_details",
    "return_url",
    "type",
}
KNOWN_OPTIONS = {
    "allowed_types",
    "require_id_number",
    "require_live_capture",
    "require_matching_selfie",
}
TYPES = {"driving_license", "id_card", "passport"}
GUARDED = (".number", ".expiration_date", ".dob")
SILENT_SECONDS = 30.0
PAGE = """<!doctype html><html lang="en"><title>Verify your identity</title>
<h1>Verify your identity</h1>
<form method="post"><button name="first_name" value="Ada">Show my passport</button>
<button name="first_name" value="Mal">Show another passport</button></form></html>"""


class Refusal(Exception):  # noqa: N818  Stripe's answer, not an error of ours
    """Stripe's error answer: HTTP status, type, code, sentence."""

    def __init__(
        self, status: int, kind: str, code: str = "", message: str = ""
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"error": {"type": kind, "message": message or code or kind}}
        if code:
            self.body["error"]["code"] = code


class Hangup(Exception):  # noqa: N818  an instruction to the connection
    """Close the connection without an answer."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body leave together: apart, each answer takes 40 ms longer.
    wbufsize = -1
    disable_nagle_algorithm = True
    server_of: StripeServer

    def do_POST(self) -> None:  # noqa: N802  the name is http.server's
        length = int(self.headers.get("Content-Length", 0))
        params = nest(self.rfile.read(length).decode())
        if self.path.startswith("/start/"):
            self._take(params)
        else:
            self._answer(params)

    def do_GET(self) -> None:  # noqa: N802  the name is http.server's
        if self.path.startswith("/start/"):
            self._page()
        else:
            self._answer(nest(urlsplit(self.path).query))

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the test's output clean; requests are in server.requests."""

    def _answer(self, params: dict[str, Any]) -> None:
        stripe, path = self.server_of, urlsplit(self.path).path
        stripe.note(self.command, path, params, dict(self.headers))
        try:
            status, content = self._act(path, params)
        except Refusal as refusal:
            status, content = refusal.status, refusal.body
        except Hangup:
            self.close_connection = True
            return
        raw = json.dumps(content).encode()
        if stripe.mode is Mode.GARBAGE:
            raw = b"<html>upstream error</html>"
        self._send(status, raw, "application/json")

    def _act(self, path: str, params: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        stripe = self.server_of
        account = self._authenticate()
        if stripe.mode is Mode.SILENT:
            stripe.closing.wait(SILENT_SECONDS)
            raise Hangup
        if stripe.mode is Mode.TOO_MANY:
            raise Refusal(429, "invalid_request_error", "rate_limit")
        key = self.headers.get("Idempotency-Key", "")
        if self.command == "POST":
            with stripe.lock_of(key):
                done = stripe.once(
                    key, path, params, lambda: self._route(path, params, account)
                )
        else:
            done = self._route(path, params, account)
        if stripe.mode is Mode.DROP_AFTER:
            raise Hangup
        return done

    def _page(self) -> None:
        """Stripe's own page, for browsers. Each address opens once."""
        session = self.server_of.at(self.path)
        words = PAGE if session else "<h1>This link has expired</h1>"
        self._send(200 if session else 410, words.encode(), "text/html")

    def _take(self, params: dict[str, Any]) -> None:
        """Somebody held a document before the camera, and is led back."""
        session = self.server_of.at(self.path)
        if session is None:
            self._send(410, b"", "text/html")
            return
        self.server_of.show(session, **params)
        self.send_response(303)
        self.send_header("Location", session.params["return_url"])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, status: int, raw: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def _authenticate(self) -> str:
        scheme, _, key = self.headers.get("Authorization", "").partition(" ")
        account = self.server_of.accounts.get(key)
        if scheme != "Bearer" or account is None:
            raise Refusal(401, "invalid_request_error", "", "Invalid API Key provided")
        return account

    def _route(
        self, path: str, params: dict[str, Any], account: str
    ) -> tuple[int, dict[str, Any]]:
        stripe = self.server_of
        if stripe.mode is Mode.ERROR:
            raise Refusal(500, "api_error")
        if (self.command, path) == ("POST", SESSIONS):
            check_create(params)
            made = stripe.open(account, params)
            return HTTPStatus.OK, made.resource(listed(params))
        if (self.command, path) == ("GET", REPORTS):
            return HTTPStatus.OK, self._list(params, account)
        route = ONE.fullmatch(path)
        if route is None:
            raise Refusal(404, "invalid_request_error", "", "Unrecognized request URL")
        session = stripe.find(route["id"], account)
        if session is None:
            raise Refusal(404, "invalid_request_error", "resource_missing")
        if route["verb"]:
            getattr(self, f"_{route['verb']}")(session)
        return HTTPStatus.OK, session.resource(self._allowed(listed(params)))

    def _list(self, params: dict[str, Any], account: str) -> dict[str, Any]:
        session = self.server_of.find(params.get("verification_session", ""), account)
        kept = list(reversed(session.reports)) if session else []
        return {
            "object": "list",
            "data": [one.resource(frozenset()) for one in kept],
            "has_more": False,
            "url": REPORTS,
        }

    def _cancel(self, session: Session) -> None:
        if session.status != "requires_input":
            raise Refusal(400, "invalid_request_error", "", "can't be canceled now")
        session.status = "canceled"

    def _redact(self, session: Session) -> None:
        if session.status not in ("requires_input", "verified"):
            raise Refusal(400, "invalid_request_error", "", "can't be redacted now")
        session.is_redacted = True

    def _allowed(self, expand: list[str]) -> list[str]:
        """Refuse sensitive fields to a plain secret key, as Stripe does."""
        asks = [one for one in expand if one.endswith(GUARDED)]
        is_restricted = "Bearer rk_" in self.headers["Authorization"]
        if asks and not (is_restricted and self.server_of.shows_guarded):
            raise Refusal(403, "invalid_request_error", "", f"{asks[0]}: not permitted")
        return expand


def nest(text: str) -> dict[str, Any]:
    """Read a[b][0]=c as {"a": {"b": {"0": "c"}}}."""
    whole: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        *parents, last = KEY_PARTS.findall(name)
        place = whole
        for part in parents:
            place = place.setdefault(part, {})
        place[last] = value
    return whole


def listed(params: dict[str, Any]) -> list[str]:
    return list(params.get("expand", {}).values())


def check_create(params: dict[str, Any]) -> None:
    """Refuse what Stripe refuses at once."""
    if unknown := set(params) - KNOWN:
        raise Refusal(400, "invalid_request_error", "parameter_unknown", str(unknown))
    if params.get("type") not in ("document", "id_number"):
        raise Refusal(400, "invalid_request_error", "parameter_missing", "type")
    document = params.get("options", {}).get("document", {})
    if unknown := set(document) - KNOWN_OPTIONS:
        raise Refusal(400, "invalid_request_error", "parameter_unknown", str(unknown))
    if unknown := set(document.get("allowed_types", {}).values()) - TYPES:
        raise Refusal(400, "invalid_request_error", "", f"allowed_types: {unknown}")
    url = params.get("return_url", "")
    if url and urlsplit(url).scheme not in ("http", "https"):
        raise Refusal(400, "invalid_request_error", "url_invalid")
