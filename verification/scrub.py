"""Keep secrets out of logs: links, codes, phone numbers (threats T37, T55)."""

from __future__ import annotations

import logging
import re

LINK = re.compile(r"/l/[\w-]{20,}")
PHONE = re.compile(r"\+\d[\d ()-]{5,}\d")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def scrub(text: str) -> str:
    return PHONE.sub("+…", LINK.sub("/l/…", text))


class ScrubFilter(logging.Filter):
    """Rewrite each record; one record stays one line (threat T45)."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = CONTROL.sub(" ", scrub(record.getMessage()))
        record.args = ()
        if record.exc_info and not record.exc_text:
            record.exc_text = scrub(
                logging.Formatter().formatException(record.exc_info)
            )
        return True
