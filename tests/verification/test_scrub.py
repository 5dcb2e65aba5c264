from __future__ import annotations

import io
import logging

import pytest

from tests import factories as make
from verification import links, scrub

TOKEN = "aB3-_" * 10


@pytest.fixture
def log():
    """A logger with the filter that production has, and what it wrote."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.addFilter(scrub.ScrubFilter())
    logger = logging.getLogger("tests.scrub")
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, out.getvalue
    logger.removeHandler(handler)


@pytest.mark.parametrize(
    "line",
    [
        f"GET /l/{TOKEN} 200",
        f"GET https://sign.example.com/l/{TOKEN}?show=x",
        f"('/l/{TOKEN}',)",
    ],
)
def test_no_link_is_logged(line):
    assert TOKEN not in scrub.scrub(line)
    assert "/l/…" in scrub.scrub(line)


def test_no_link_of_a_qr_code_is_logged():
    line = f"POST /p/{TOKEN}/front/send 302"
    assert scrub.scrub(line) == "POST /p/…/front/send 302"


@pytest.mark.django_db
def test_no_real_link_is_logged():
    token = links.make_token(make.make_gate().public_id, 1)
    assert token not in scrub.scrub(f"/l/{token}")


@pytest.mark.parametrize(
    "number",
    ["+14155550190", "+1 (415) 555-0190", "+44 7400 123456", "+81-90-1234-5678"],
)
def test_no_number_is_logged(number):
    assert scrub.scrub(f"Sent to {number}.") == "Sent to +…."


def test_arguments_and_tracebacks_are_scrubbed_too(log):
    logger, written = log
    logger.warning("Link %s for %s", f"/l/{TOKEN}", "+14155550190")
    try:
        raise ValueError(f"/l/{TOKEN} +14155550190")
    except ValueError:
        logger.exception("It broke.")
    assert TOKEN not in written()
    assert "4155550190" not in written()
    assert "It broke." in written()
    assert "ValueError" in written()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\x00", "\x1b[31m", "\x85", "\u2028"])
def test_one_record_stays_one_line(log, end):
    logger, written = log
    logger.warning("name: %s", f"Mal{end}CRITICAL forged")
    assert len(written().splitlines()) == 1
    assert "\x1b" not in written()


def test_a_record_that_cannot_be_written_is_no_crash(log):
    logger, _written = log
    logger.warning("%s and %s", "one")
