from __future__ import annotations

import io

from PIL import Image

from signing.pdf import pages, sample, sandbox
from tests.signing.pdf import corpus


def test_page_has_picture_and_text():
    (page,) = pages.render(sample.lease().pdf, [2])
    picture = Image.open(io.BytesIO(page.image))
    assert picture.size == (page.width, page.height) == (1632, 2112)
    assert page.content_type == "image/png"
    assert page.number == 2
    assert page.text.startswith("Residential Lease Agreement")


def test_photograph_is_kept_small():
    noise = Image.effect_noise((1600, 2000), 60).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "PDF", resolution=150)
    (page,) = pages.render(out.getvalue(), [0])
    assert page.content_type == "image/webp"
    assert len(page.image) < 3_000_000


def test_coloured_and_grey_pages_keep_what_they_show():
    (blue,) = pages.render(corpus.build(), [0], width=306)
    assert Image.open(io.BytesIO(blue.image)).getpixel((100, 300)) == (0, 0, 255)
    black = corpus.build({4: corpus.stream(b"0 g 100 100 200 200 re f")})
    (grey,) = pages.render(black, [0], width=300)
    assert Image.open(io.BytesIO(grey.image)).mode == "L"


def test_very_long_page_is_drawn_smaller():
    source = corpus.build({3: corpus.page(b"", b"/MediaBox[0 0 20 14000]")})
    (page,) = pages.render(source, [0])
    assert page.height <= 16_000
    assert page.width * page.height <= 24_000_000


def test_pages_come_in_batches_of_ten(monkeypatch):
    sizes = []
    run = sandbox.run

    def counted(operation, source, **options):
        sizes.append(len(options["numbers"]))
        return run(operation, source, **options)

    monkeypatch.setattr(sandbox, "run", counted)
    source = corpus.build({2: b"<</Type/Pages/Kids[%s]/Count 23>>" % (b"3 0 R " * 23)})
    drawn = pages.render(source, range(23), width=50)
    assert [page.number for page in drawn] == list(range(23))
    assert sizes == [10, 10, 3]
