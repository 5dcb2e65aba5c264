from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.utils import formataddr, parseaddr
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from anymail.exceptions import (
    AnymailConfigurationError,
    AnymailError,
    AnymailRecipientsRefused,
)
from anymail.message import AnymailMessage
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import get_connection
from django.core.validators import validate_email

from verification.channels.base import (
    DeliveryError,
    Message,
    OutcomeUnknown,
    Reason,
    Report,
)
from verification.texts import one_line

PERMANENT_FROM = 500
# RFC 3463: 5.1 is about the address, 5.2 about the mailbox, 5.7 about policy.
SUBJECTS = {"1": Reason.BAD_ADDRESS, "2": Reason.UNREACHABLE, "7": Reason.REFUSED}
NO_SUCH_MAILBOX = (550, 551, 553)


class DjangoEmails:
    """Emails through Django's backends: SMTP, or an API by way of anymail."""

    def send(self, message: Message) -> str:
        """Hand the mail over. Raises DeliveryError.

        Opening the connection stands apart: until it is open, nothing can
        have left. Closing may fail; by then the mail is taken.
        """
        _check_address(message.to)
        email = compose(message)
        connection = get_connection()
        try:
            with _connecting():
                connection.open()
            with _handing_over():
                connection.send_messages([email])
        finally:
            with suppress(SMTPException, OSError):
                connection.close()
        return email.anymail_status.message_id or message.message_id

    def find(self, message: Message, since: datetime) -> str | None:
        """Never found: no server can be asked. The Message-ID tells twins apart."""
        return None

    def poll(self, provider_id: str) -> Report | None:
        """Nothing to fetch: bounces come by webhook, or not at all with SMTP."""
        return None


def from_settings() -> DjangoEmails:
    return DjangoEmails()


def compose(message: Message) -> AnymailMessage:
    """Build the mail. No value of ours or anybody's can add a header."""
    headers = {"Auto-Submitted": "auto-generated", "Content-Language": message.language}
    if message.message_id:
        headers["Message-ID"] = message.message_id
    reply_to = one_line(message.reply_to)
    email = AnymailMessage(
        subject=one_line(message.subject),
        body=message.text,
        from_email=sender(message.sender_name),
        to=[message.to],
        reply_to=[reply_to] if reply_to else None,
        headers=headers,
        # What API services give back in their webhooks; SMTP ignores it.
        metadata={"delivery_id": str(message.delivery_id)},
    )
    if message.html:
        email.attach_alternative(message.html, "text/html")
    return email


def sender(name: str) -> str:
    """Return our address under the company's name."""
    own_name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return formataddr((one_line(name) or own_name, address))


def _check_address(address: str) -> None:
    """Refuse what would be two addresses, or a header of its own."""
    try:
        validate_email(address)
    except ValidationError:
        raise DeliveryError(
            Reason.BAD_ADDRESS, permanent=True, detail="not an address"
        ) from None


@contextmanager
def _connecting() -> Iterator[None]:
    try:
        yield
    except (SMTPAuthenticationError, SMTPNotSupportedError) as error:
        raise DeliveryError(
            Reason.CONFIGURATION, permanent=False, detail=type(error).__name__
        ) from None
    except (SMTPException, OSError) as error:
        raise DeliveryError(
            Reason.TIMEOUT, permanent=False, detail=type(error).__name__
        ) from None


@contextmanager
def _handing_over() -> Iterator[None]:
    """Sort what may go wrong by whether the server took the mail.

    The server's sentences repeat the address, so only its codes are kept.
    """
    try:
        yield
    except SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise _as_delivery_error(code, words, Reason.REFUSED) from None
    except SMTPSenderRefused as error:
        raise _as_delivery_error(
            error.smtp_code, error.smtp_error, Reason.CONFIGURATION
        ) from None
    except SMTPDataError as error:
        raise _as_delivery_error(
            error.smtp_code, error.smtp_error, Reason.REFUSED
        ) from None
    except SMTPResponseException as error:
        raise _as_delivery_error(
            error.smtp_code, error.smtp_error, Reason.UNKNOWN
        ) from None
    except (SMTPNotSupportedError, AnymailRecipientsRefused, ValueError) as error:
        raise DeliveryError(
            Reason.BAD_ADDRESS, permanent=True, detail=type(error).__name__
        ) from None
    except AnymailError as error:
        raise _as_api_error(error) from None
    except (SMTPException, OSError) as error:
        raise OutcomeUnknown(detail=type(error).__name__) from None


def _as_delivery_error(
    code: int, words: bytes | str, otherwise: Reason
) -> DeliveryError:
    said = words.decode("ascii", "replace") if isinstance(words, bytes) else words
    status = re.match(r"[245]\.(\d{1,3})\.\d{1,3}", said.strip())
    detail = f"SMTP {code} {status[0] if status else ''}".strip()
    if code < PERMANENT_FROM:
        return DeliveryError(Reason.BUSY, permanent=False, detail=detail)
    reason = otherwise
    if otherwise is Reason.REFUSED:
        if status:
            reason = SUBJECTS.get(status[1], Reason.REFUSED)
        elif code in NO_SUCH_MAILBOX:
            reason = Reason.BAD_ADDRESS
    return DeliveryError(reason, permanent=True, detail=detail)


def _as_api_error(error: AnymailError) -> DeliveryError:
    detail = f"{type(error).__name__} {error.status_code or ''}".strip()
    if isinstance(error, AnymailConfigurationError) or error.status_code in (401, 403):
        return DeliveryError(Reason.CONFIGURATION, permanent=False, detail=detail)
    if error.status_code is None:
        return OutcomeUnknown(detail=detail)
    if error.status_code == 429 or error.status_code >= PERMANENT_FROM:
        return DeliveryError(Reason.BUSY, permanent=False, detail=detail)
    return DeliveryError(Reason.UNKNOWN, permanent=True, detail=detail)
