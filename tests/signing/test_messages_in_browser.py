"""Emails as a mail program shows them: on a phone and on a desktop."""

from __future__ import annotations

import pytest

from tests.signing.rows import ada, make_request
from tests.signing.test_messages import KINDS, first_signer, write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = ada(
    name="Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh the Third",
    email="wolfeschlegelsteinhausenbergerdorff@very-long-name-of-a-company.example",
)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_mail_can_be_read_by_everybody(open_page, axe, language):
    page = open_page(width=720)
    signer = first_signer(make_request(ada(language=language), sender_language="ja"))
    for kind in KINDS:
        page.set_content(write(signer, kind).html)
        assert axe(page) == [], kind


@pytest.mark.parametrize("width", [390, 720])
def test_every_mail_fits_even_with_long_words(open_page, width):
    page = open_page(width=width)
    signer = first_signer(make_request(LONG, title="Lease" * 30, message="So" * 400))
    for kind in KINDS:
        page.set_content(write(signer, kind).html)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, kind
        button = page.locator(".button a")
        if width < 600 and button.count():
            assert button.bounding_box()["width"] > 300
