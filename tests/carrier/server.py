"""A telephone company of the tests' own, on a free port of the loopback."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for_futures
from http.server import ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.request_validator import RequestValidator

from tests.carrier import phones
from tests.carrier.records import Call, Callback, Mode, Text, one
from tests.carrier.rest import SLOW_SECONDS, Handler

T = TypeVar("T")


class Carrier:
    """Takes texts and calls over HTTP as Twilio does, and signs its callbacks.

    live_url is where the application really listens, when that is not what
    its public addresses say. Everything else is to be read: messages, calls,
    requests and callbacks, oldest first.
    """

    def __init__(self, account_sid: str, auth_token: str) -> None:
        self.account_sid = account_sid
        self.auth_token = auth_token
        self.closing = threading.Event()
        self.key_may_be_pressed = threading.Event()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(16, thread_name_prefix="carrier")
        self._pending: list[Future[None]] = []
        handler = type("BoundHandler", (Handler,), {"carrier": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.forget()

    def start(self) -> None:
        serve = self._server.serve_forever
        threading.Thread(target=serve, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.closing.set()
        self.key_may_be_pressed.set()
        self._server.shutdown()
        self._server.server_close()
        self._pool.shutdown()

    def forget(self) -> None:
        """Be as new: no records, no modes, callbacks on."""
        self.messages: list[Text] = []
        self.calls: list[Call] = []
        self.requests: list[tuple[str, str]] = []
        self.callbacks: list[Callback] = []
        self.modes: dict[str, Mode] = {}
        self.mode = Mode.OK
        self.keys: dict[str, tuple[str, ...]] = {}
        self.credentials = {self.account_sid: self.auth_token}
        self.live_url = ""
        self.calls_back = True
        self.slow_seconds = SLOW_SECONDS
        self.key_may_be_pressed.set()

    # What tests tell it

    def set_mode(self, mode: Mode | str, number: str | None = None) -> None:
        """Treat number so from now on, or everybody without a mode of their own."""
        if number is None:
            self.mode = Mode(mode)
        else:
            self.modes[number] = Mode(mode)

    def mode_of(self, number: str) -> Mode:
        return self.modes.get(number, self.mode)

    def keys_of(self, number: str) -> tuple[str, ...]:
        """The keys that whoever answers there presses, one at each prompt."""
        return self.keys.get(number, ("1",))

    # What tests ask it

    def texts_to(self, number: str) -> list[str]:
        return [text.body for text in list(self.messages) if text.to == number]

    def calls_to(self, number: str) -> list[Call]:
        return [call for call in list(self.calls) if call.to == number]

    def wait_for(self, condition: Callable[[], T], timeout: float = 30.0) -> T:
        """Return the first true answer of condition; AssertionError when none came."""
        end = time.monotonic() + timeout
        while True:
            answer = condition()
            if answer:
                return answer
            if time.monotonic() > end:
                raise AssertionError("what was waited for did not happen")
            time.sleep(0.02)

    def wait_for_text(self, number: str, count: int = 1, timeout: float = 30.0) -> str:
        """Return the newest text to number once there are count of them."""
        enough = self.wait_for(
            lambda: self.texts_to(number)[count - 1 :] and self.texts_to(number),
            timeout,
        )
        return enough[-1]

    def settle(self, timeout: float = 30.0) -> None:
        """Wait until every text and call has reached its end."""
        self.key_may_be_pressed.set()
        pending, self._pending = self._pending, []
        wait_for_futures(pending, timeout)
        for future in pending:
            future.result(timeout=0)  # a phone that fell over fails the test

    # What the REST interface does

    def accept_text(self, text: Text) -> dict[str, Any]:
        with self._lock:
            self.messages.append(text)
        accepted = text.resource
        self._later(phones.deliver, text)
        return accepted

    def accept_call(self, call: Call) -> dict[str, Any]:
        with self._lock:
            self.calls.append(call)
        accepted = call.resource
        self._later(phones.ring, call)
        return accepted

    def kept(self, kind: str) -> list[Any]:
        with self._lock:
            return list(self.messages if kind == "Messages" else self.calls)

    # What it tells the application

    def report_text(self, text: Text, status: str, code: int | None = None) -> None:
        """Give a text a new status and report it."""
        text.status, text.error_code = status, code
        params = {
            "AccountSid": text.account_sid,
            "ApiVersion": "2010-04-01",
            "From": one(text.params, "From"),
            "MessageSid": text.sid,
            "MessageStatus": status,
            "SmsSid": text.sid,
            "SmsStatus": status,
            "To": text.to,
        }
        if code:
            params["ErrorCode"] = str(code)
        self._call_back(phones.callback_of(text), params)

    def report_call(self, call: Call, status: str, event: str) -> None:
        call.status = status
        if phones.wants(call, event):
            params = self._about(call) | {"CallbackSource": "call-progress-events"}
            self._call_back(phones.callback_of(call), params)

    def report_machine(self, call: Call) -> None:
        call.answered_by = "machine_start"
        if one(call.params, "MachineDetection"):
            params = {
                "AccountSid": call.account_sid,
                "AnsweredBy": "machine_start",
                "CallSid": call.sid,
                "MachineDetectionDuration": "2400",
            }
            self._call_back(one(call.params, "AsyncAmdStatusCallback"), params)

    def press(self, call: Call, url: str, key: str) -> str | None:
        """Send a pressed key to url and return the TwiML that comes back."""
        answer = self.post(
            url, self._about(call) | {"Digits": key, "msg": "Gather End"}
        )
        return answer.text if answer is not None and answer.ok else None

    def post(
        self, url: str, params: dict[str, str], signature: str | None = None
    ) -> requests.Response | None:
        """Send one signed request; with a signature of choice, a forged one."""
        signed = signature or RequestValidator(self.auth_token).compute_signature(
            url, params
        )
        try:
            answer = requests.post(
                self._really(url),
                data=params,
                headers={
                    "X-Twilio-Signature": signed,
                    "X-Forwarded-Proto": urlsplit(url).scheme,
                    "User-Agent": "TwilioProxy/1.1",
                },
                timeout=30,
                allow_redirects=False,
            )
        except requests.RequestException:
            self.callbacks.append(Callback(url, params, None))
            return None
        self.callbacks.append(Callback(url, params, answer.status_code))
        return answer

    def _really(self, url: str) -> str:
        public, live = urlsplit(url), urlsplit(self.live_url)
        if not self.live_url or public.hostname in ("127.0.0.1", "localhost"):
            return url
        return urlunsplit((live.scheme, live.netloc, *public[2:]))

    def _call_back(self, url: str, params: dict[str, str]) -> None:
        if url and self.calls_back:
            self.post(url, params)

    def _about(self, call: Call) -> dict[str, str]:
        return {
            "AccountSid": call.account_sid,
            "ApiVersion": "2010-04-01",
            "CallSid": call.sid,
            "CallStatus": call.status,
            "Direction": "outbound-api",
            "From": one(call.params, "From"),
            "To": call.to,
        }

    def _later(self, act: Callable[[Carrier, Any], None], record: Any) -> None:
        self._pending.append(self._pool.submit(act, self, record))
