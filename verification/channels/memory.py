"""A full channel that keeps what it was given, for tests of what calls it."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from verification.channels.base import DeliveryError, Fate, Message, Report

outbox: list[Message] = []
# Nothing is kept of a message whose sending was scripted to fail.
failures: deque[DeliveryError] = deque()
reports: dict[str, Report] = {}


class Memory:
    def send(self, message: Message) -> str:
        """Keep the message, or raise what was scripted for it."""
        if failures:
            raise failures.popleft()
        outbox.append(message)
        return _provider_id(len(outbox) - 1)

    def find(self, message: Message, since: datetime) -> str | None:
        for index, kept in enumerate(outbox):
            if (kept.to, kept.text) == (message.to, message.text):
                return _provider_id(index)
        return None

    def poll(self, provider_id: str) -> Report | None:
        return reports.get(provider_id, Report(provider_id, Fate.SENT))


def forget() -> None:
    """Empty everything, between tests."""
    outbox.clear()
    failures.clear()
    reports.clear()


def build() -> Memory:
    return Memory()


def _provider_id(index: int) -> str:
    return f"memory-{index}"
