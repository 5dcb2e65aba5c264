"""Specimens as a phone would send them: on a table, tilted, blurred, too dark."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, ImageDraw, ImageFilter, ImageOps

TABLE = (104, 92, 80)
LONG_SIDE = 1800


def on_table(document: Image.Image, tilt: float = 0.0) -> Image.Image:
    """Lay a document on a table and photograph it from above; tilt in degrees."""
    margin = round(document.width * 0.09)
    lying = document.convert("RGBA").rotate(tilt, Image.Resampling.BICUBIC, expand=True)
    size = (lying.width + 2 * margin, lying.height + 2 * margin)
    picture = Image.new("RGB", size, TABLE)
    noise = Image.effect_noise(size, 22).convert("L")
    picture = Image.blend(picture, ImageOps.colorize(noise, "#2c2620", "#a89c8c"), 0.3)
    picture.paste(lying, (margin, margin), lying)
    picture.thumbnail((LONG_SIDE, LONG_SIDE))
    return picture


def from_the_side(document: Image.Image) -> Image.Image:
    """Photograph it with the phone not held level: the far edge is shorter."""
    flat = on_table(document)
    wide, high = flat.size
    far = round(wide * 0.05)
    corners = (-far, 0, 0, high, wide, high, wide + far, 0)
    return flat.transform(flat.size, Image.Transform.QUAD, corners, fillcolor=TABLE)


def blurred(picture: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(picture.width / 180))


def glaring(picture: Image.Image) -> Image.Image:
    """A lamp is reflected where the names stand."""
    mask = Image.new("L", picture.size, 0)
    wide, high = picture.size
    spot = (wide * 0.36, high * 0.3, wide * 0.66, high * 0.62)
    ImageDraw.Draw(mask).ellipse(spot, fill=255)
    mask = mask.filter(ImageFilter.GaussianBlur(wide / 60))
    mask = mask.point([min(255, round(one * 1.25)) for one in range(256)])
    return Image.composite(Image.new("RGB", picture.size, "white"), picture, mask)


def dark(picture: Image.Image) -> Image.Image:
    return picture.point([round(one * 0.16) for one in range(256)] * 3)


def as_jpeg(picture: Image.Image, **extra: object) -> bytes:
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=90, **extra)
    return out.getvalue()


def as_png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def telling(picture: Image.Image) -> bytes:
    """A JPEG that tells where it was taken, by what and for whom, four times over."""
    exif = Image.Exif()
    exif[0x010F] = "Specimen Phones"
    exif[0x0112] = 6  # turn it right by a quarter to see it upright
    exif[0x8825] = {1: "N", 2: (37.0, 46.0, 30.0), 3: "W", 4: (122.0, 25.0, 10.0)}
    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>taken by Ada Lane</x:xmpmeta>"
    turned = picture.transpose(Image.Transpose.ROTATE_90)
    return as_jpeg(
        turned,
        exif=exif,
        xmp=xmp,
        comment=b"for Ada Lane",
        icc_profile=b"profile of Ada Lane's phone".ljust(160, b"\0"),
    )


def enormous() -> bytes:
    """A real picture of 40 megapixels; small as a file."""
    return as_png(Image.new("L", (8000, 5000), 128))


def bomb() -> bytes:
    """Some hundred bytes that claim to be 60,000 by 60,000 pixels."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(bytes(100_000), 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    check = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)
