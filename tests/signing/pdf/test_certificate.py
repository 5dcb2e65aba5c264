from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from signing.pdf import certificate, pages
from signing.pdf.certificate import Certificate, CertificateSigner, Event
from signing.pdf.marks import Mark

START = datetime(2026, 5, 14, 17, 31, tzinfo=UTC)
ORIGINAL, SHOWN, HEAD = "9c" * 32, "5e" * 32, "e3" * 32


def events(count):
    return tuple(
        Event(START + timedelta(minutes=number), f"Event {number}", f"Detail {number}")
        for number in range(count)
    )


def signer(name, count=3):
    mark = Mark(0, 0, 0, 1, 1, "signature", name, "typed-1")
    return CertificateSigner(name, "ada@example.com", mark, events(count))


@pytest.fixture
def plain():
    return Certificate(
        title="Lease 2026.pdf",
        page_count=4,
        transaction_id="3f9a2c1e-7b64-4d0a-9c55-1e8d20b7a6f4",
        company_name="Acme Advisors",
        company_logo=None,
        company_colour="#27459f",
        sender=("Pat Reyes", "pat@example.com"),
        sent_at=START,
        completed_at=START + timedelta(hours=1),
        documents=(("Lease 2026.pdf", ORIGINAL, SHOWN),),
        trail_head=HEAD,
        trail_seq=31,
        signers=(signer("Ada Lane"), signer("Robert Lane")),
    )


def read(value, width=300):
    pdf = certificate.render(value)
    count = pdf.count(b"/Type /Page\n") or pdf.count(b"/Type /Page ")
    return [page.text for page in pages.render(pdf, range(count), width=width)]


def test_certificate_says_who_proved_what_and_both_hashes(plain):
    (text,) = read(plain)
    for words in (
        "Acme Advisors",
        "Lease 2026.pdf, 4 pages",
        "3f9a2c1e-7b64-4d0a-9c55-1e8d20b7a6f4",
        "Pat Reyes, Acme Advisors, pat@example.com",
        "2026-05-14 17:31:00, 2026-05-14 18:31:00",
        ORIGINAL,
        SHOWN,
        HEAD,
        "Robert Lane",
        "2026-05-14 17:33:00",
        "Detail 2",
        "Page 1 of 1",
    ):
        assert words in text


def test_long_trail_goes_on_under_the_signers_name(plain):
    texts = read(replace(plain, signers=(signer("Ada Lane", 90),)))
    assert len(texts) == 4
    assert all("Ada Lane (continued)" in text for text in texts[1:])
    assert all(f"Page {number} of 4" in text for number, text in enumerate(texts, 1))
    found = [line for text in texts for line in text.split() if line.isdigit()]
    assert {str(number) for number in range(90)} <= set(found)


@pytest.mark.parametrize(
    "name",
    [
        "Łukasz Wałęsa",
        "Željko Šarić",
        "山田太郎",
        "Ελένη Παπαδοπούλου",
        "Иван Іванович",
    ],
)
def test_names_of_the_world_are_letters(plain, name):
    assert name in read(replace(plain, signers=(signer(name),)))[0]


def test_right_to_left_name_is_drawn_and_a_missing_script_is_named(plain):
    text = read(replace(plain, signers=(signer("דוד"), signer("สมชาย"))))[0]
    assert "דוד" in text or "דוד"[::-1] in text
    assert "[Thai]" in text


def test_very_long_words_stay_on_the_page(plain):
    long = "x" * 400
    event = Event(START, "A very long label that goes on and on", long)
    value = replace(
        plain,
        title=long,
        company_name=long,
        sender=(long, long),
        signers=(CertificateSigner(long, long, None, (event,)),),
    )
    drawn = pages.render(certificate.render(value), [0], width=794)[0]
    picture = Image.open(io.BytesIO(drawn.image)).convert("L")
    assert picture.crop((735, 0, 794, picture.height)).getextrema() == (255, 255)


def test_logo_is_drawn_and_a_hostile_one_is_left_out(plain):
    out = io.BytesIO()
    Image.new("RGB", (300, 100), (0, 128, 128)).save(out, "PNG")
    pdf = certificate.render(replace(plain, company_logo=out.getvalue()))
    drawn = pages.render(pdf, [0], width=794)[0]
    picture = Image.open(io.BytesIO(drawn.image)).convert("RGB")
    assert picture.getpixel((70, 68)) == (0, 128, 128)
    assert certificate.render(replace(plain, company_logo=b"GIF89a" + bytes(50)))


def test_japanese_certificate_is_made(plain):
    texts = read(replace(plain, language="ja", company_name="アクメ株式会社"))
    assert "アクメ株式会社" in texts[0]


def test_same_facts_make_the_same_bytes(plain):
    assert certificate.render(plain) == certificate.render(plain)
