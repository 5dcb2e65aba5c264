from __future__ import annotations

import socket
import threading

import pytest
from django.core import mail

from tests.services.ports import free_port
from verification.channels import email as email_channel
from verification.channels.base import (
    DeliveryError,
    Message,
    OutcomeUnknown,
    Reason,
    get_channel,
)

ADA = "ada@example.com"
MESSAGE_ID = "<delivery-9-20260613@sign.example.com>"


def mail_to(address=ADA, **changes):
    facts = {
        "delivery_id": 9,
        "to": address,
        "subject": "Pat Reyes asks you to sign Lease 2026",
        "text": "Hello Ada.",
        "html": "<p>Hello Ada.</p>",
        "language": "en",
        "sender_name": "Acme Advisors",
        "reply_to": "pat@example.com",
        "message_id": MESSAGE_ID,
    }
    return Message(**(facts | changes))


@pytest.fixture
def emails(smtp_server, settings):
    settings.DEFAULT_FROM_EMAIL = "Countersign <sign@example.com>"
    return get_channel("email")


def test_a_mail_arrives_with_both_parts_and_the_companys_name(emails, smtp_server):
    assert emails.send(mail_to()) == MESSAGE_ID
    [received] = smtp_server.to(ADA)
    assert received["From"] == "Acme Advisors <sign@example.com>"
    assert received["Reply-To"] == "pat@example.com"
    assert received["Subject"] == "Pat Reyes asks you to sign Lease 2026"
    assert received["Auto-Submitted"] == "auto-generated"
    assert received.get_body(["plain"]).get_content().strip() == "Hello Ada."
    assert received.get_body(["html"]).get_content().strip() == "<p>Hello Ada.</p>"


def test_a_mail_sent_again_has_the_same_message_id(emails, smtp_server):
    emails.send(mail_to())
    emails.send(mail_to())
    assert [one["Message-ID"] for one in smtp_server.messages] == [MESSAGE_ID] * 2


def test_the_same_mail_cannot_be_looked_up(emails):
    assert emails.find(mail_to(), None) is None
    assert emails.poll(MESSAGE_ID) is None


@pytest.mark.parametrize("field", ["subject", "sender_name", "reply_to"])
@pytest.mark.parametrize("breaks", ["\r\n", "\n", "\r", "\u2028"])
def test_a_line_break_in_a_name_adds_no_header(emails, smtp_server, field, breaks):
    emails.send(mail_to(**{field: f"x{breaks}Bcc: mal@example.com"}))
    [received] = smtp_server.messages
    assert received["Bcc"] is None
    assert smtp_server.to("mal@example.com") == []


def test_template_marks_in_a_name_stay_what_they_are(emails, smtp_server):
    emails.send(mail_to(subject="{{7*7}} {% now %}", sender_name="{{7*7}}"))
    [received] = smtp_server.messages
    assert received["Subject"] == "{{7*7}} {% now %}"
    assert received["From"].addresses[0].display_name == "{{7*7}}"


@pytest.mark.parametrize("name", ['Mal" <mal@example.com>, "x', "a@b.example", "田中"])
def test_a_name_cannot_change_the_sender(emails, smtp_server, name):
    emails.send(mail_to(sender_name=name))
    [received] = smtp_server.messages
    [address] = received["From"].addresses
    assert address.addr_spec == "sign@example.com"
    assert address.display_name == name


def test_without_a_name_the_products_own_is_used(emails, smtp_server):
    emails.send(mail_to(sender_name=""))
    assert smtp_server.messages[0]["From"] == "Countersign <sign@example.com>"


@pytest.mark.parametrize(
    ("reply", "reason", "permanent"),
    [
        ("550 5.1.1 No such user here", Reason.BAD_ADDRESS, True),
        ("550 No such user here", Reason.BAD_ADDRESS, True),
        ("550 5.7.1 Blocked by policy", Reason.REFUSED, True),
        ("552 5.2.2 Mailbox full", Reason.UNREACHABLE, True),
        ("450 4.2.0 Greylisted, come again", Reason.BUSY, False),
    ],
)
def test_a_refused_recipient_says_why(emails, smtp_server, reply, reason, permanent):
    smtp_server.refusals[ADA] = reply
    with pytest.raises(DeliveryError) as caught:
        emails.send(mail_to())
    assert (caught.value.reason, caught.value.permanent) == (reason, permanent)
    assert not isinstance(caught.value, OutcomeUnknown)


@pytest.mark.parametrize(
    ("reply", "reason", "permanent"),
    [
        ("554 5.7.1 Looks like spam", Reason.REFUSED, True),
        ("451 4.3.0 Try again later", Reason.BUSY, False),
    ],
)
def test_a_refused_mail_says_why(emails, smtp_server, reply, reason, permanent):
    smtp_server.reply = reply
    with pytest.raises(DeliveryError) as caught:
        emails.send(mail_to())
    assert (caught.value.reason, caught.value.permanent) == (reason, permanent)


def test_a_refusal_does_not_repeat_the_address(emails, smtp_server):
    smtp_server.refusals[ADA] = f"550 5.1.1 <{ADA}> unknown"
    with pytest.raises(DeliveryError) as caught:
        emails.send(mail_to())
    assert caught.value.detail == "SMTP 550 5.1.1"
    assert ADA not in str(caught.value)


def test_a_server_that_is_not_there_has_taken_nothing(emails, settings):
    settings.EMAIL_PORT = free_port()
    with pytest.raises(DeliveryError) as caught:
        emails.send(mail_to())
    assert not isinstance(caught.value, OutcomeUnknown)
    assert not caught.value.permanent


@pytest.fixture
def dropping_server(settings):
    """A mail server that takes the whole mail and then breaks off."""
    listener = socket.create_server(("127.0.0.1", 0))
    settings.EMAIL_PORT = listener.getsockname()[1]

    def serve():
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb") as stream:
            stream.write(b"220 here\r\n")
            stream.flush()
            for line in stream:
                if line == b".\r\n":
                    return
                if line[:4] in (b"EHLO", b"ehlo", b"MAIL", b"mail", b"RCPT", b"rcpt"):
                    stream.write(b"250 OK\r\n")
                elif line[:4].upper() == b"DATA":
                    stream.write(b"354 go on\r\n")
                stream.flush()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield
    listener.close()
    thread.join(5)


def test_a_connection_lost_after_the_mail_leaves_the_outcome_unknown(
    emails, dropping_server
):
    with pytest.raises(OutcomeUnknown):
        emails.send(mail_to())


@pytest.mark.parametrize(
    "address", ["not an address", "ada@example.com, mal@example.com", "", "a@b.c\r\nx"]
)
def test_an_address_that_is_none_is_refused_for_good(emails, smtp_server, address):
    with pytest.raises(DeliveryError) as caught:
        emails.send(mail_to(address))
    assert caught.value.permanent
    assert smtp_server.messages == []


def test_any_backend_of_django_will_do(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    assert email_channel.from_settings().send(mail_to()) == MESSAGE_ID
    [sent] = mail.outbox
    assert sent.metadata == {"delivery_id": "9"}
