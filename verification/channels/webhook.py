"""One signed POST to a program that asked to be told."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from contextlib import suppress
from datetime import datetime
from urllib.parse import urlsplit

from verification import targets
from verification.channels.base import DeliveryError, Message, Reason, Report

CONNECT_SECONDS = 3.0
# From connecting to the status line, however slowly the other side drips.
TOTAL_SECONDS = 8.0
AGENT = "Countersign-Webhooks/1"
SUCCESS = range(200, 300)


class Webhooks:
    """A receiver that answers with any 2xx has it; no redirect is followed and
    nothing of the answer is kept (threat T43)."""

    def send(self, message: Message) -> str:
        """Return the status. Raises DeliveryError, and then it is tried again:
        receivers know an event by its id."""
        try:
            target = targets.look_up(message.to)
        except targets.ForbiddenTargetError as error:
            permanent = error.why != "unknown_host"
            raise DeliveryError(
                Reason.BAD_ADDRESS, permanent=permanent, detail=error.why
            ) from error
        try:
            status = _post(target, message)
        except (OSError, http.client.HTTPException) as error:
            raise DeliveryError(
                Reason.UNREACHABLE, permanent=False, detail=type(error).__name__
            ) from error
        if status not in SUCCESS:
            gone = status == http.HTTPStatus.GONE
            raise DeliveryError(Reason.REFUSED, permanent=gone, detail=f"HTTP {status}")
        return f"HTTP {status}"

    def find(self, message: Message, since: datetime) -> str | None:
        """Nobody to ask: the same event twice has the same id."""
        return None

    def poll(self, provider_id: str) -> Report | None:
        return None


def build() -> Webhooks:
    return Webhooks()


def _post(target: targets.Target, message: Message) -> int:
    line = socket.create_connection((target.address, target.port), CONNECT_SECONDS)
    watchdog = threading.Timer(TOTAL_SECONDS, _hang_up, [line])
    watchdog.daemon = True
    watchdog.start()
    try:
        line.settimeout(TOTAL_SECONDS)
        connection = http.client.HTTPConnection(target.host, target.port)
        connection.sock = _secured(line, target)
        connection.request(
            "POST",
            target.path,
            body=message.text.encode(),
            headers={
                "Host": _host_of(message.to),
                "Content-Type": "application/json",
                "User-Agent": AGENT,
                "Connection": "close",
                **message.headers,
            },
        )
        return connection.getresponse().status
    finally:
        watchdog.cancel()
        _hang_up(line)
        line.close()


def _secured(line: socket.socket, target: targets.Target) -> socket.socket:
    if not target.is_https:
        return line
    context = ssl.create_default_context()
    return context.wrap_socket(line, server_hostname=target.host)


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _host_of(url: str) -> str:
    return urlsplit(url).netloc
