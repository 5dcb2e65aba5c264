"""PDFs that must be refused, and odd ones that must be taken. Made, not kept."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, NumberObject

from signing.pdf import sample, seal
from signing.pdf.intake import Problem

CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
TREE = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<<>>>>"
SQUARE = b"0 0 1 rg 100 100 200 200 re f"


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), entries, data)


def build(
    objects: dict[int, bytes] | None = None,
    *,
    trailer: bytes = b"",
    prev: int | None = None,
) -> bytes:
    """Write objects over a plain file of one page, with a right xref table."""
    everything = {1: CATALOG, 2: TREE, 3: PAGE, 4: stream(SQUARE), **(objects or {})}
    out = io.BytesIO(b"")
    out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = {}
    for number, body in sorted(everything.items()):
        places[number] = out.tell()
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    size = max(everything) + 1
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
    for number in range(1, size):
        used = number in places
        place = places.get(number, 0)
        out.write(
            b"%010d %05d %s \n" % (place, 0 if used else 65535, b"n" if used else b"f")
        )
    loop = b"/Prev %d" % (start if prev == -1 else prev) if prev is not None else b""
    out.write(b"trailer<</Size %d/Root 1 0 R%s%s>>\n" % (size, trailer, loop))
    out.write(b"startxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()


def catalog(entries: bytes) -> bytes:
    return b"<</Type/Catalog/Pages 2 0 R%s>>" % entries


def page(entries: bytes, box: bytes = b"/MediaBox[0 0 612 792]") -> bytes:
    return b"<</Type/Page/Parent 2 0 R%s/Contents 4 0 R%s>>" % (box, entries)


def javascript() -> bytes:
    action = b"/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"
    return build({1: catalog(action)})


def named_javascript() -> bytes:
    tree = b"/Names<</JavaScript<</Names[(a)5 0 R]>>>>"
    return build(
        {1: catalog(tree), 5: b"<</S/JavaScript/JS 6 0 R>>", 6: stream(b"x()")}
    )


def disguised_javascript() -> bytes:
    return build({1: catalog(b"/OpenAction<</#53/Java#53cript/J#53(x\\(\\))>>")})


def javascript_on_close() -> bytes:
    return build({3: page(b"/AA<</C<</S/JavaScript/JS(x\\(\\))>>>>")})


def javascript_after_a_link() -> bytes:
    link = b"<</S/URI/URI(https://example.com)/Next<</S/JavaScript/JS(x\\(\\))>>>>"
    note = b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A%s>>" % link
    return build({3: page(b"/Annots[5 0 R]"), 5: note})


def launch() -> bytes:
    action = b"/A<</S/Launch/F(cmd.exe)>>"
    note = b"<</Type/Annot/Subtype/Link/Rect[0 0 612 792]%s>>" % action
    return build({3: page(b"/Annots[5 0 R]"), 5: note})


def xfa() -> bytes:
    form = b"/AcroForm<</Fields[]/XFA 5 0 R>>"
    return build({1: catalog(form), 5: stream(b"<xdp:xdp/>")})


def embedded_file() -> bytes:
    names = b"/Names<</EmbeddedFiles<</Names[(a.exe)5 0 R]>>>>"
    spec = b"<</Type/Filespec/F(a.exe)/EF<</F 6 0 R>>>>"
    return build({1: catalog(names), 5: spec, 6: stream(b"MZ", b"/Type/EmbeddedFile")})


def attached_note() -> bytes:
    note = b"<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS 6 0 R>>"
    spec = b"<</Type/Filespec/F(a.exe)/EF<</F 7 0 R>>>>"
    parts = {5: note, 6: spec, 7: stream(b"MZ")}
    return build({3: page(b"/Annots[5 0 R]"), **parts})


def submit() -> bytes:
    action = b"/A<</S/SubmitForm/F(https://example.com)>>"
    note = b"<</Type/Annot/Subtype/Widget/FT/Btn/T(b)/Rect[0 0 9 9]%s>>" % action
    return build({3: page(b"/Annots[5 0 R]"), 5: note})


def movie() -> bytes:
    note = b"<</Type/Annot/Subtype/Movie/Rect[0 0 9 9]/Movie<</F(a.mov)>>>>"
    return build({3: page(b"/Annots[5 0 R]"), 5: note})


def encrypted() -> bytes:
    return protected("secret")


def owner_encrypted() -> bytes:
    return protected("")


def protected(password: str) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(build()))
    writer.encrypt(password, "owner", algorithm="RC4-128")
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def zeros(mebibytes: int) -> bytes:
    squeeze = zlib.compressobj(9)
    block = bytes(1 << 20)
    return b"".join(squeeze.compress(block) for _ in range(mebibytes)) + squeeze.flush()


def bomb() -> bytes:
    return build({4: stream(zeros(300), b"/Filter/FlateDecode")})


def nested_bomb() -> bytes:
    data = zlib.compress(zeros(600), 9)
    return build({4: stream(data, b"/Filter[/FlateDecode/FlateDecode]")})


def many_bombs() -> bytes:
    data = zeros(40)
    numbers = range(5, 25)
    listed = b" ".join(b"%d 0 R" % number for number in numbers)
    entries = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents[%s]>>" % listed
    parts = {number: stream(data, b"/Filter/FlateDecode") for number in numbers}
    return build({3: entries, **parts})


def image_bomb() -> bytes:
    kind = b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 8"
    image = stream(zeros(1), kind + b"/ColorSpace/DeviceRGB/Filter/FlateDecode")
    drawn = stream(b"600 0 0 600 0 0 cm /I Do")
    return build({3: page(b"/Resources<</XObject<</I 5 0 R>>>>"), 4: drawn, 5: image})


def million_pages() -> bytes:
    listed = b"3 0 R " * 1_000_000
    return build({2: b"<</Type/Pages/Count 1000000/Kids[%s]>>" % listed})


def million_pages_in_a_tree() -> bytes:
    nodes = {}
    for level in range(6):
        kid = 3 if level == 5 else 11 + level
        listed = b"%d 0 R " % kid * 10
        count = 10 ** (6 - level)
        nodes[2 if level == 0 else 10 + level] = (
            b"<</Type/Pages/Count %d/Kids[%s]>>"
            % (
                count,
                listed,
            )
        )
    return build(nodes)


def lying_count() -> bytes:
    """A tree that says one page and has a million."""
    source = million_pages_in_a_tree()
    return source.replace(b"/Count 1000000/", b"/Count 1      /")


def huge_page() -> bytes:
    return build({3: page(b"", b"/MediaBox[0 0 20000 20000]")})


def huge_unit() -> bytes:
    return build({3: page(b"/UserUnit 100")})


def endless_page() -> bytes:
    return build({3: page(b"", b"/MediaBox[0 0 1%s 1]" % (b"0" * 30))})


def page_tree_loop() -> bytes:
    return build({2: b"<</Type/Pages/Kids[2 0 R]/Count 1>>"})


def deep() -> bytes:
    return build({5: b"[" * 50_000 + b"]" * 50_000, 1: catalog(b"/Deep 5 0 R")})


def html_polyglot() -> bytes:
    return b"<html><script>alert(1)</script>\n" + build()


def html_after_the_header() -> bytes:
    source = build()
    return source[:9] + b"%<script>alert(1)</script>\n" + source[9:]


def zip_polyglot() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "hello")
    return build() + out.getvalue()


def truncated() -> bytes:
    return sample.lease().pdf[:-3000]


def empty() -> bytes:
    return b""


def picture() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + bytes(100)


def header_only() -> bytes:
    return b"%PDF-1.7\nnothing more\nstartxref\n0\n%%EOF\n"


def no_pages() -> bytes:
    return build({2: b"<</Type/Pages/Kids[]/Count 0>>"})


@cache
def seal_key() -> seal.SealKey:
    return seal.make_key("Acme Advisors")


@cache
def sealed() -> bytes:
    return seal.seal(
        sample.lease().pdf,
        seal_key(),
        reason="Completed",
        location="https://sign.example.com",
        contact="pat@example.com",
        transaction_id="3f9a2c1e-7b64-4d0a-9c55-1e8d20b7a6f4",
        trail_seq=31,
        trail_head="ab" * 32,
        at=datetime(2026, 5, 14, 18, 26, 47, tzinfo=UTC),
    )


Maker = Callable[[], bytes]

REFUSED: dict[Maker, tuple[Problem, ...]] = {
    javascript: (Problem.ACTIVE_CONTENT,),
    named_javascript: (Problem.ACTIVE_CONTENT,),
    disguised_javascript: (Problem.ACTIVE_CONTENT,),
    javascript_on_close: (Problem.ACTIVE_CONTENT,),
    javascript_after_a_link: (Problem.ACTIVE_CONTENT,),
    launch: (Problem.ACTIVE_CONTENT,),
    xfa: (Problem.ACTIVE_CONTENT,),
    embedded_file: (Problem.ACTIVE_CONTENT,),
    attached_note: (Problem.ACTIVE_CONTENT,),
    submit: (Problem.ACTIVE_CONTENT,),
    movie: (Problem.ACTIVE_CONTENT,),
    encrypted: (Problem.ENCRYPTED,),
    owner_encrypted: (Problem.ENCRYPTED,),
    bomb: (Problem.TOO_COMPLEX,),
    nested_bomb: (Problem.TOO_COMPLEX,),
    many_bombs: (Problem.TOO_COMPLEX,),
    image_bomb: (Problem.TOO_COMPLEX,),
    million_pages: (Problem.TOO_MANY_PAGES,),
    million_pages_in_a_tree: (Problem.TOO_MANY_PAGES,),
    lying_count: (Problem.TOO_MANY_PAGES, Problem.DAMAGED),
    huge_page: (Problem.PAGE_TOO_LARGE,),
    huge_unit: (Problem.PAGE_TOO_LARGE,),
    endless_page: (Problem.PAGE_TOO_LARGE,),
    deep: (Problem.TOO_COMPLEX,),
    page_tree_loop: (Problem.DAMAGED, Problem.TOO_COMPLEX),
    html_polyglot: (Problem.NOT_A_PDF,),
    html_after_the_header: (Problem.NOT_A_PDF,),
    zip_polyglot: (Problem.NOT_A_PDF,),
    truncated: (Problem.DAMAGED,),
    empty: (Problem.NOT_A_PDF,),
    picture: (Problem.NOT_A_PDF,),
    header_only: (Problem.DAMAGED,),
    no_pages: (Problem.DAMAGED,),
    sealed: (Problem.ALREADY_SIGNED,),
}
HEAVY = (bomb, nested_bomb, many_bombs, image_bomb, million_pages, deep)
ACTIVE = [maker for maker, why in REFUSED.items() if why == (Problem.ACTIVE_CONTENT,)]


def xref_loop() -> bytes:
    return build(prev=-1)


def far_prev() -> bytes:
    return build(prev=999_999_999)


def no_box() -> bytes:
    return build({3: page(b"", b"")})


def turned_box() -> bytes:
    return build({3: page(b"", b"/MediaBox[612 792 0 0]")})


def crop_outside() -> bytes:
    return build({3: page(b"/CropBox[5000 5000 6000 6000]")})


def inherited() -> bytes:
    tree = b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 300 400]/Rotate 90>>"
    return build({2: tree, 3: page(b"", b"")})


def same_page_twice() -> bytes:
    return build({2: b"<</Type/Pages/Kids[3 0 R 3 0 R]/Count 2>>"})


def wrong_xref() -> bytes:
    source = build()
    at = source.rindex(b"startxref\n") + 10
    return source[:at] + b"7\n%%EOF\n"


def spaces_before() -> bytes:
    return b"\xef\xbb\xbf\r\n" + build()


def harmless_open_action() -> bytes:
    return build({1: catalog(b"/OpenAction[3 0 R/Fit]/PageMode/UseOutlines")})


def reader_enabled() -> bytes:
    """A form that its maker opened for the free reader: not signed by a person."""
    rights = b"/Perms<</UR3<</Type/Sig/Filter/X/ByteRange[0 1 2 3]/Contents<00>>>>>"
    return build({1: catalog(rights + b">")})


TAKEN: tuple[Maker, ...] = (
    build,
    xref_loop,
    far_prev,
    no_box,
    turned_box,
    crop_outside,
    inherited,
    same_page_twice,
    wrong_xref,
    spaces_before,
    harmless_open_action,
    reader_enabled,
)


def rotated(degrees: int, crop: tuple[float, ...] = (50, 80, 500, 780)) -> bytes:
    """The first page of the lease, cropped and turned."""
    writer = PdfWriter()
    writer.add_page(PdfReader(io.BytesIO(sample.lease().pdf)).pages[0])
    only = writer.pages[0]
    only.cropbox.lower_left, only.cropbox.upper_right = crop[:2], crop[2:]
    only[NameObject("/Rotate")] = NumberObject(degrees)
    return written(writer)
