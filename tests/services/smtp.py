"""A real SMTP server on the loopback that keeps what it is given."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Mailbox:
    """What the SMTP server was given, oldest first, and what it refuses."""

    messages: list[EmailMessage] = field(default_factory=list)
    # The reply to RCPT TO per address, e.g. "550 5.1.1 No such user".
    refusals: dict[str, str] = field(default_factory=dict)
    # The reply to every DATA while set, e.g. "451 4.3.0 Try again later".
    reply: str = ""

    def clear(self) -> None:
        self.messages.clear()
        self.refusals.clear()
        self.reply = ""

    def to(self, address: str) -> list[EmailMessage]:
        return [one for one in self.messages if address in one["To"]]

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.reply:
            return self.reply
        content = envelope.original_content or b""
        self.messages.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"


class SMTPServer:
    def __init__(self, port: int) -> None:
        # Every line of every session would bury what a failing test shows.
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        self.mailbox = Mailbox()
        self._controller = Controller(self.mailbox, hostname="127.0.0.1", port=port)

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()
