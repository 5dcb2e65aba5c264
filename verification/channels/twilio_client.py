"""One way to Twilio for texts and calls: credentials, timeouts, errors."""

from __future__ import annotations

import functools
import logging
import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from requests import RequestException
from requests.exceptions import ConnectTimeout, InvalidSchema, InvalidURL, ProxyError
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError, SSLError

from verification.channels.base import DeliveryError, OutcomeUnknown, Reason
from verification.channels.twilio_codes import REASONS, TEMPORARY

# Together they must stay well below the 20 seconds of a delivery's lease.
CONNECT_SECONDS = 3
READ_SECONDS = 7
BAD_GATEWAY, GATEWAY_TIMEOUT = 502, 504

# The package logs every address that it asks for, and a list of messages is
# asked for by the recipient's number.
SILENT = logging.Logger("countersign.twilio.silent", level=logging.CRITICAL + 1)
# So does what lies below it, on DEBUG.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


@dataclass(frozen=True)
class Account:
    """Where to send and as whom. An API key stands in for the auth token."""

    sid: str
    username: str
    password: str = field(repr=False)
    api_url: str = ""


class HttpClient(TwilioHttpClient):  # type: ignore[misc]  # twilio ships no types
    """The package's own client, with two timeouts and a base URL of choice."""

    def __init__(self, api_url: str = "") -> None:
        super().__init__(logger=SILENT)
        self.timeout = (CONNECT_SECONDS, READ_SECONDS)
        self.base = urlsplit(api_url)

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        if self.base.netloc:
            _, _, path, query, fragment = urlsplit(url)
            path = self.base.path.rstrip("/") + path
            url = urlunsplit((*self.base[:2], path, query, fragment))
        return super().request(method, url, *args, **kwargs)


def get_client() -> Client:
    """Return a client of the account in the settings; its connections are kept."""
    account = Account(
        sid=settings.TWILIO_ACCOUNT_SID,
        username=settings.TWILIO_API_KEY_SID or settings.TWILIO_ACCOUNT_SID,
        password=settings.TWILIO_API_KEY_SECRET or settings.TWILIO_AUTH_TOKEN,
        api_url=settings.TWILIO_API_URL,
    )
    return _client(account, os.getpid())


@functools.lru_cache(maxsize=4)
def _client(account: Account, process_id: int) -> Client:
    """Keep connections open between sends; a forked worker makes its own."""
    return Client(
        account.username,
        account.password,
        account.sid,
        http_client=HttpClient(account.api_url),
        environment={"TWILIO": ""},  # the settings decide, not stray variables
    )


@contextmanager
def sending() -> Iterator[None]:
    """Turn every failure to hand something over into one of our errors.

    What is unclear becomes OutcomeUnknown: once a request is on the wire,
    silence, a lost connection, an unreadable answer or a gateway's shrug do
    not say whether Twilio took the message.
    """
    try:
        yield
    except TwilioRestException as error:
        raise as_delivery_error(error) from None
    except TwilioException:
        raise OutcomeUnknown(detail="Twilio: unreadable answer") from None
    except RequestException as error:
        raise _as_connection_error(error) from None
    except (ValueError, KeyError, TypeError):
        raise OutcomeUnknown(detail="Twilio: unreadable answer") from None


def sid_of(created: Any) -> str:
    """Return the SID of what Twilio says it took; ValueError when it gave none."""
    if not created.sid:
        raise ValueError("no SID in the answer")
    return str(created.sid)


@contextmanager
def asking() -> Iterator[None]:
    """The same for questions: nothing can have left, so asking again is safe."""
    try:
        with sending():
            yield
    except OutcomeUnknown as error:
        raise DeliveryError(
            Reason.TIMEOUT, permanent=False, detail=error.detail
        ) from None


def as_delivery_error(error: TwilioRestException) -> DeliveryError:
    """Return a refusal in our words; OutcomeUnknown where it may have left."""
    code = error.code or 0
    detail = f"Twilio {code}"  # never error.msg: it can repeat the number
    if reason := REASONS.get(code):
        permanent = reason not in TEMPORARY
        return DeliveryError(reason, permanent=permanent, detail=detail)
    if error.status in (BAD_GATEWAY, GATEWAY_TIMEOUT):
        return OutcomeUnknown(detail=detail)
    if error.status in (401, 403):
        return DeliveryError(Reason.CONFIGURATION, permanent=True, detail=detail)
    busy = error.status == 429 or error.status >= 500
    reason = Reason.BUSY if busy else Reason.UNKNOWN
    return DeliveryError(reason, permanent=not busy, detail=detail)


def _as_connection_error(error: RequestException) -> DeliveryError:
    detail = f"Twilio: {type(error).__name__}"
    if isinstance(error, InvalidURL | InvalidSchema):
        return DeliveryError(Reason.CONFIGURATION, permanent=True, detail=detail)
    if _never_connected(error):
        return DeliveryError(Reason.TIMEOUT, permanent=False, detail=detail)
    return OutcomeUnknown(detail=detail)


def _never_connected(error: RequestException) -> bool:
    if isinstance(error, ConnectTimeout | ProxyError):
        return True
    cause = error.args[0] if error.args else None
    if not isinstance(cause, MaxRetryError):
        return False
    if isinstance(cause.reason, SSLError):  # broken off while shaking hands, or later
        return isinstance(cause.reason.args[0], ssl.SSLCertVerificationError)
    return isinstance(cause.reason, NewConnectionError)
