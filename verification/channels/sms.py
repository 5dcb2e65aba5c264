from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from twilio.rest import Client

from verification.channels.base import Message, Report
from verification.channels.twilio_client import asking, get_client, sending, sid_of
from verification.channels.twilio_codes import text_report

# Two clocks are compared. The body is unique (code and reference), so being
# generous costs nothing.
CLOCK_SLACK = timedelta(minutes=5)
# A phone gets 20 texts a day at most (limits), Twilio lists the newest first.
LOOK_BACK = 50


class TwilioTexts:
    """Text messages through Twilio.

    sender names either a messaging service or a number, as Twilio's
    parameters want it.
    """

    def __init__(self, client: Client, sender: Mapping[str, str]) -> None:
        self.client = client
        self.sender = sender

    def send(self, message: Message) -> str:
        """Return the message's SID. Raises DeliveryError.

        Smart encoding is off: the text was measured by us, and find must
        meet it again unchanged.
        """
        extra = {"status_callback": message.status_url} if message.status_url else {}
        with sending():
            created = self.client.messages.create(
                to=message.to,
                body=message.text,
                smart_encoded=False,
                **self.sender,
                **extra,
            )
            return sid_of(created)

    def find(self, message: Message, since: datetime) -> str | None:
        """Look the recipient's messages through for exactly this text.

        Not by Twilio's date filter: it looks at the day of sending, which a
        queued message has none of. A trial account puts words before the
        text, so the end is compared.
        """
        with asking():
            recent = self.client.messages.list(to=message.to, limit=LOOK_BACK)
        oldest = since - CLOCK_SLACK
        for listed in recent:
            fresh = listed.date_created is None or listed.date_created >= oldest
            if fresh and (listed.body or "").endswith(message.text):
                return str(listed.sid)
        return None

    def poll(self, provider_id: str) -> Report | None:
        """Fetch the message's status. Raises DeliveryError."""
        with asking():
            fetched = self.client.messages(provider_id).fetch()
        return text_report(provider_id, fetched.status, fetched.error_code or 0)


def from_settings() -> TwilioTexts:
    if service := settings.TWILIO_MESSAGING_SERVICE_SID:
        return TwilioTexts(get_client(), {"messaging_service_sid": service})
    return TwilioTexts(get_client(), {"from_": settings.TWILIO_FROM_NUMBER})
