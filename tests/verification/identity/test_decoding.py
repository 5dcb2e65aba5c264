"""What a signer sends becomes plain pixels, or is refused: bombs, films, metadata."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.verification.identity import shots
from verification.identity import decoding
from workspace.demo import snapshots, specimens


def saved(picture, kind, **options) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def film(kind) -> bytes:
    pictures = [Image.new("RGB", (800, 600), shade) for shade in ("red", "blue")]
    return saved(pictures[0], kind, save_all=True, append_images=pictures[1:])


def refused(source, side="front") -> str:
    with pytest.raises(decoding.RefusedError) as told:
        decoding.decode(source, side)
    return str(told.value)


@pytest.mark.parametrize(
    "make",
    [
        bytes,
        lambda: b"hello",
        lambda: b"%PDF-1.7\n" + bytes(2000),
        lambda: b"<svg xmlns='http://www.w3.org/2000/svg' width='900' height='900'/>",
        lambda: film("GIF"),
        lambda: film("PNG"),
        lambda: film("WEBP"),
        lambda: saved(Image.new("RGB", (800, 600)), "BMP"),
        lambda: saved(Image.new("RGB", (800, 600)), "TIFF"),
        lambda: shots.passport()[:20_000],
        lambda: b"\xff\xd8\xff\xe0" + bytes(5000),
    ],
    ids=[
        "empty",
        "text",
        "pdf",
        "svg",
        "gif",
        "apng",
        "film-webp",
        "bmp",
        "tiff",
        "cut-off",
        "damaged",
    ],
)
def test_what_is_no_picture_is_refused(make):
    assert refused(make()) == "no_picture"


def test_a_bomb_is_refused_by_its_header():
    assert len(snapshots.bomb()) < 1000
    assert refused(snapshots.bomb()) == "too_large"


def test_40_megapixels_are_refused_and_25_taken():
    assert refused(snapshots.enormous()) == "too_large"
    largest = saved(Image.new("L", (5000, 5000), 90), "PNG")
    assert decoding.decode(largest, "front").shape == (2400, 2400, 3)
    assert refused(saved(Image.new("L", (5001, 5000), 90), "PNG")) == "too_large"


@pytest.mark.parametrize(("side", "least"), [("front", 480), ("selfie", 320)])
def test_too_small_is_told_on_both_sides_of_the_limit(side, least):
    assert refused(saved(Image.new("RGB", (2000, least - 1)), "PNG"), side) == (
        "too_small"
    )
    enough = saved(Image.new("RGB", (2000, least)), "PNG")
    assert decoding.decode(enough, side).shape == (least, 2000, 3)


def test_what_is_kept_is_upright_and_tells_nothing_but_the_picture():
    flat = snapshots.on_table(specimens.passport(shots.ADA))
    told = snapshots.telling(flat)
    for secret in (b"Ada Lane", b"Specimen Phones", b"adobe:ns"):
        assert secret in told
    pixels = decoding.decode(told, "front")
    kept = decoding.encode(pixels)
    assert pixels.shape[:2] == (flat.height, flat.width)
    for secret in (b"Ada Lane", b"Specimen Phones", b"adobe", b"Exif", b"ICC_PROFILE"):
        assert secret not in kept
    again = Image.open(io.BytesIO(kept))
    assert not again.getexif()
    assert set(again.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("PNG", "L"),
        ("PNG", "P"),
        ("PNG", "RGBA"),
        ("PNG", "I;16"),
        ("WEBP", "RGBA"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
    ],
)
def test_every_kind_of_colour_becomes_plain_colour(kind, mode):
    middle = "L" if mode == "I;16" else "RGB"
    source = saved(Image.new(middle, (800, 600), "teal").convert(mode), kind)
    pixels = decoding.decode(source, "front")
    assert pixels.shape == (600, 800, 3)


def test_what_shines_through_becomes_white():
    clear = saved(Image.new("RGBA", (800, 600), (0, 0, 0, 0)), "PNG")
    assert decoding.decode(clear, "front").min() == 255


def test_the_second_picture_of_a_phones_jpeg_is_no_film():
    first = Image.new("RGB", (800, 600), "teal")
    both = saved(first, "MPO", save_all=True, append_images=[first.resize((80, 60))])
    assert decoding.decode(both, "front").shape == (600, 800, 3)
