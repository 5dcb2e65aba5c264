from __future__ import annotations

import io

import pytest
from PIL import Image
from pypdf import PdfReader

from signing.pdf import intake, pages, sample, stamp
from signing.pdf.stamp import BlockEntry, Mark
from tests.signing.pdf import corpus

# Each file is read by a child process of its own, as in production.
pytestmark = pytest.mark.slow

WIDTH = 800
ZIGZAG = (((0.1, 0.2), (0.5, 0.8), (0.9, 0.2)), ((0.5, 0.5),))


def picture(pdf, number=0):
    (drawn,) = pages.render(pdf, [number], width=WIDTH)
    return Image.open(io.BytesIO(drawn.image)).convert("RGB"), drawn.text


def ink_box(picture):
    """Return the fractions of the page within which the signature's blue lies."""
    blue = [
        (x, y)
        for x in range(0, picture.width, 2)
        for y in range(0, picture.height, 2)
        if is_blue(picture.getpixel((x, y)))
    ]
    xs, ys = [x for x, _y in blue], [y for _x, y in blue]
    return (
        min(xs) / picture.width,
        min(ys) / picture.height,
        max(xs) / picture.width,
        max(ys) / picture.height,
    )


def is_blue(pixel):
    red, green, blue = pixel[:3]
    return blue - red > 50 and blue - green > 40


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize(
    "ink",
    [{"text": "Ada Lane", "style": "typed-1"}, {"style": "drawn", "strokes": ZIGZAG}],
)
def test_mark_lands_where_it_was_placed_on_the_page_as_displayed(degrees, ink):
    cleaned = intake.check(
        corpus.rotated(degrees), max_bytes=10**7, max_pages=5
    ).cleaned
    mark = Mark(0, 0.6, 0.7, 0.3, 0.1, "signature", **ink)
    seen, _text = picture(stamp.stamp(cleaned, [mark]))
    left, top, right, bottom = ink_box(seen)
    assert left >= 0.59
    assert right <= 0.91
    assert top >= 0.69
    assert bottom <= 0.81


def test_state_left_behind_by_the_page_does_not_move_or_hide_marks():
    content = b"q q 0.1 0 0 0.1 300 300 cm 0 0 10 10 re W n"
    source = corpus.build({4: corpus.stream(content)})
    mark = Mark(0, 0.1, 0.1, 0.3, 0.1, "signature", "Ada Lane", "typed-2")
    left, top, _right, _bottom = ink_box(picture(stamp.stamp(source, [mark]))[0])
    assert 0.1 <= left < 0.15
    assert 0.1 <= top < 0.2


def test_text_marks_can_be_read_and_the_page_stays():
    lease = sample.lease()
    place = lease.places["Ada Lane date"]
    box = (place.page, place.x, place.y, place.width, place.height)
    marks = [
        Mark(*box, "date", "2026-05-14"),
        Mark(0, 0.1, 0.9, 0.4, 0.04, "name", "Łukasz 山田太郎 Ελένη"),
        Mark(0, 0.1, 0.95, 0.02, 0.02, "checkbox", "x"),
    ]
    stamped = stamp.stamp(lease.pdf, marks)
    assert "2026-05-14" in picture(stamped, 2)[1]
    assert "Whole agreement" in picture(stamped, 2)[1]
    assert "Łukasz 山田太郎 Ελένη" in picture(stamped, 0)[1]


def test_marks_on_one_page_leave_the_others_alone():
    lease = sample.lease().pdf
    stamped = stamp.stamp(lease, [Mark(0, 0, 0, 0.1, 0.1, "initials", "AL")])
    before, after = (pages.render(pdf, [1], width=400)[0] for pdf in (lease, stamped))
    assert before.image == after.image


@pytest.mark.parametrize("kind", ["signature", "initials", "date", "name", "text"])
def test_empty_mark_draws_nothing(kind):
    mark = Mark(0, 0.1, 0.1, 0.2, 0.1, kind)
    stamped = stamp.stamp(corpus.build({4: corpus.stream(b"")}), [mark])
    assert picture(stamped)[0].getextrema() == ((255, 255),) * 3


def test_no_marks_change_no_byte():
    assert stamp.stamp(b"untouched", []) == b"untouched"


def test_files_are_joined_in_order():
    merged = stamp.merge([sample.lease().pdf, sample.fee_schedule().pdf])
    texts = [page.text for page in pages.render(merged, range(5), width=100)]
    assert "House Rules" in texts[3]
    assert "Fee Schedule" in texts[4]


def test_signature_block_goes_on_as_long_as_there_are_signers():
    mark = Mark(0, 0, 0, 1, 1, "signature", "Ada Lane", "typed-1")
    entries = [
        BlockEntry(f"Signer {number}", f"{number}@example.com", "2026-05-14", mark)
        for number in range(15)
    ]
    block = PdfReader(io.BytesIO(stamp.signature_block(entries, (612, 792))))
    text = "\n".join(page.extract_text() for page in block.pages)
    assert len(block.pages) == 3
    assert all(f"Signer {number}" in text for number in range(15))
