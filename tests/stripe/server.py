"""Stripe Identity of the tests' own, on a free port of the loopback."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from http.server import ThreadingHTTPServer
from typing import Any

from tests.stripe.records import Document, Mode, Report, Session
from tests.stripe.rest import Handler, Refusal

Answer = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    params: dict[str, Any]
    headers: dict[str, str]


@dataclass(frozen=True)
class Hook:
    """One message to us: its body and the signature beside it."""

    body: bytes
    signature: str


class StripeServer:
    """Speaks Stripe's REST over HTTP, and signs messages as Stripe does.

    What a person does on Stripe's pages is a method of its own: show, leave.
    Everything else is to be read: sessions and requests, oldest first.
    """

    def __init__(self) -> None:
        # Made for this run: they look like live keys and open nothing.
        self.key = f"rk_live_{secrets.token_hex(12)}"
        self.plain_key = f"sk_live_{secrets.token_hex(12)}"
        self.other_key = f"sk_live_{secrets.token_hex(12)}"
        self.webhook_secret = f"whsec_{secrets.token_hex(16)}"
        self.closing = threading.Event()
        self._lock = threading.Lock()
        handler = type("BoundHandler", (Handler,), {"server_of": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.forget()

    def start(self) -> None:
        serve = self._server.serve_forever
        threading.Thread(target=serve, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def forget(self) -> None:
        """Be as new: no sessions, no modes."""
        self.accounts = {
            self.key: "acct_ours",
            self.plain_key: "acct_ours",
            self.other_key: "acct_other",
        }
        self.sessions: list[Session] = []
        self.requests: list[Request] = []
        self.mode = Mode.OK
        self.shows_guarded = True
        self._done: dict[str, tuple[object, Answer | Refusal]] = {}
        self._locks: dict[str, threading.Lock] = defaultdict(threading.Lock)

    # What people do on Stripe's pages

    @property
    def session(self) -> Session:
        """The newest session."""
        return self.sessions[-1]

    def show(self, session: Session | None = None, **changes: Any) -> Report:
        """Let somebody show a document, by default Ada's good passport."""
        return (session or self.session).show(replace(Document(), **changes))

    def at(self, path: str) -> Session | None:
        """The session whose page is there, if nobody was there before."""
        with self._lock:
            opening = [one for one in self.sessions if one.url == self.url + path]
        return next((one for one in opening if one.status == "requires_input"), None)

    # What the REST interface does

    def note(
        self, method: str, path: str, params: dict[str, Any], headers: dict[str, str]
    ) -> None:
        with self._lock:
            self.requests.append(Request(method, path, params, headers))

    def asked(self, method: str, ending: str) -> list[Request]:
        """The requests of one kind, oldest first."""
        with self._lock:
            return [
                one
                for one in self.requests
                if one.method == method and one.path.endswith(ending)
            ]

    def open(self, account: str, params: dict[str, Any]) -> Session:
        made = Session(account, params, self.url)
        with self._lock:
            self.sessions.append(made)
        return made

    def find(self, session_id: str, account: str) -> Session | None:
        with self._lock:
            found = [one for one in self.sessions if one.id == session_id]
        return next((one for one in found if one.account == account), None)

    def lock_of(self, key: str) -> threading.Lock:
        with self._lock:
            return self._locks[key]

    def once(
        self, key: str, path: str, params: dict[str, Any], act: Callable[[], Answer]
    ) -> Answer:
        """Keep what the first request of a key brought, also a failure of ours.

        Stripe: "Subsequent requests with the same key return the same result,
        including 500 errors." Other parameters under it are refused.
        """
        asked = (path, params)
        if key not in self._done:
            try:
                self._done[key] = (asked, act())
            except Refusal as refusal:
                if refusal.status < 500:
                    raise
                self._done[key] = (asked, refusal)
        before, done = self._done[key]
        if before != asked:
            raise Refusal(400, "idempotency_error", "", "other parameters")
        if isinstance(done, Refusal):
            raise done
        return done

    # What it tells the application

    def event(self, session: Session | None, what: str, **changes: Any) -> bytes:
        """Write an event about a session: identity.verification_session.<what>."""
        told = session.resource([]) if session else {"id": "vs_of_nobody"}
        whole = {
            "id": f"evt_{secrets.token_hex(12)}",
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": int(time.time()),
            "data": {"object": told},
            "livemode": True,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": f"identity.verification_session.{what}",
        }
        return json.dumps(whole | changes).encode()

    def hook(self, session: Session | None, what: str, **changes: Any) -> Hook:
        body = self.event(session, what, **changes)
        return Hook(body, self.sign(body))

    def sign(self, body: bytes, secret: str = "", at: float | None = None) -> str:
        """Sign as https://docs.stripe.com/webhooks/signature says: scheme v1."""
        stamp = int(time.time() if at is None else at)
        signed = f"{stamp}.".encode() + body
        key = (secret or self.webhook_secret).encode()
        mac = hmac.new(key, signed, hashlib.sha256).hexdigest()
        return f"t={stamp},v1={mac}"
