"""Keep secrets out of logs: links, codes, phone numbers (threats T37, T55)."""

from __future__ import annotations

import logging
import re

LINK = re.compile(r"/(l|p)/[\w-]{20,}")
PASSWORD_LINK = re.compile(r"/password/[\w-]+/[\w-]{20,}")
PHONE = re.compile(r"\+\d[\d ()-]{5,}\d")
# Whatever some reader takes for the end of a line, or a terminal for an order.
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def scrub(text: str) -> str:
    text = PASSWORD_LINK.sub("/password/…", LINK.sub(r"/\1/…", text))
    return PHONE.sub("+…", text)


class ScrubFilter(logging.Filter):
    """Rewrite each record; one record stays one line (threat T45)."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = CONTROL.sub(" ", scrub(_message(record)))
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = scrub(
                logging.Formatter().formatException(record.exc_info)
            )
        return True


def _message(record: logging.LogRecord) -> str:
    """A mistake in somebody's log line must not end the request that wrote it."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args}"
