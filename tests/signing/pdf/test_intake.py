from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import time

import pytest
from django.utils import translation
from PIL import Image
from pypdf import PdfReader
from reportlab.pdfgen.canvas import Canvas

from signing.pdf import intake, pages, sample
from signing.pdf.findings import inspect
from signing.pdf.intake import Problem, Refused
from tests.signing.pdf import corpus

# Each file is read by a child process of its own, as in production.
pytestmark = pytest.mark.slow

MEBIBYTE = 1 << 20


def check(source, **options):
    options = {"max_bytes": 25_000_000, "max_pages": 500, **options}
    return intake.check(source, **options)


def refused(source, **options):
    with pytest.raises(Refused) as error:
        check(source, **options)
    return error.value


@pytest.mark.slow
@pytest.mark.parametrize("make", corpus.REFUSED, ids=lambda make: make.__name__)
def test_hostile_or_useless_file_is_refused_in_time(make):
    source = make()
    started = time.monotonic()
    problem = refused(source).problem
    assert problem in corpus.REFUSED[make]
    assert time.monotonic() - started < intake.SECONDS + 5  # a loaded machine


@pytest.mark.slow
@pytest.mark.parametrize("make", corpus.TAKEN, ids=lambda make: make.__name__)
def test_odd_file_is_taken_and_can_be_drawn(make):
    taken = check(make())
    drawn = pages.render(taken.cleaned, range(len(taken.page_sizes)), width=200)
    assert len(drawn) == len(taken.page_sizes)


def test_lease_is_taken_as_it_is():
    source = sample.lease().pdf
    taken = check(source)
    assert taken.page_sizes == ((612.0, 792.0),) * 4
    assert taken.sha256 == hashlib.sha256(source).hexdigest()
    assert taken.cleaned_sha256 == hashlib.sha256(taken.cleaned).hexdigest()
    assert taken.removed == ()


def test_cleaning_a_cleaned_file_changes_nothing_to_be_seen():
    once = check(sample.lease().pdf)
    twice = check(once.cleaned)
    assert [page.image for page in pages.render(once.cleaned, [2], width=400)] == [
        page.image for page in pages.render(twice.cleaned, [2], width=400)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("make", corpus.ACTIVE, ids=lambda make: make.__name__)
def test_active_content_is_removed_on_demand_and_named(make):
    taken = check(make(), remove_active=True)
    assert taken.removed
    reader = PdfReader(io.BytesIO(taken.cleaned))
    assert inspect(reader.trailer.raw_get("/Root")).active == set()
    for word in (b"JavaScript", b"/Launch", b"/XFA", b"EmbeddedFile", b"/JS", b"/AA"):
        assert word not in taken.cleaned


def test_sentence_names_what_is_active():
    refusal = refused(corpus.launch())
    assert "starts a program" in intake.problem_sentence(refusal)
    assert refusal.details == ("launch",)


@pytest.mark.parametrize("problem", Problem)
def test_every_problem_has_a_whole_sentence(problem):
    with translation.override("en"):
        sentence = intake.problem_sentence(Refused(problem, ("12",)))
    assert sentence.endswith(".")
    assert "%" not in sentence


def test_signature_is_named():
    assert refused(corpus.sealed()).details == ("Acme Advisors",)


def test_file_over_the_limit_is_refused_before_any_parser_sees_it():
    refusal = refused(sample.lease().pdf, max_bytes=10_000)
    assert refusal.problem is Problem.TOO_LARGE


def test_page_limit_holds_on_both_sides():
    lease = sample.lease().pdf
    assert len(check(lease, max_pages=4).page_sizes) == 4
    assert refused(lease, max_pages=3).details == ("3",)


@pytest.mark.parametrize(
    ("degrees", "size"),
    [
        (0, (450, 700)),
        (90, (700, 450)),
        (180, (450, 700)),
        (270, (700, 450)),
        (-90, (700, 450)),
    ],
)
def test_sizes_are_those_of_the_page_as_displayed(degrees, size):
    taken = check(corpus.rotated(degrees))
    assert taken.page_sizes == (size,)
    (drawn,) = pages.render(taken.cleaned, [0], width=700)
    assert drawn.width / drawn.height == pytest.approx(size[0] / size[1], abs=0.01)


def test_form_fields_stay_visible_and_are_no_fields_any_more():
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(72, 760, "Form")
    canvas.acroForm.textfield(name="who", value="Ada Lane", x=72, y=600)
    canvas.save()
    taken = check(out.getvalue())
    (drawn,) = pages.render(taken.cleaned, [0])
    assert "Ada Lane" in drawn.text
    reader = PdfReader(io.BytesIO(taken.cleaned))
    assert "/AcroForm" not in reader.trailer["/Root"]
    assert "/Annots" not in reader.pages[0]


def test_web_links_stay_and_others_go():
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.linkURL("https://example.com/a", (72, 700, 200, 720))
    canvas.linkURL("javascript:alert(1)", (72, 600, 200, 620))
    canvas.drawString(72, 704, "link")
    canvas.save()
    reader = PdfReader(io.BytesIO(check(out.getvalue()).cleaned))
    links = [note.get_object()["/A"]["/URI"] for note in reader.pages[0]["/Annots"]]
    assert links == ["https://example.com/a"]


def test_large_file_of_an_ordinary_program_is_taken():
    out = io.BytesIO()
    canvas = Canvas(out, pageCompression=0)
    for number in range(300):
        for line in range(50):
            canvas.drawString(40, 800 - 15 * line, f"Page {number}, line {line}. " * 4)
        canvas.showPage()
    canvas.save()
    assert len(check(out.getvalue()).page_sizes) == 300


MEMORY = """
import resource, sys
from django.conf import settings
settings.configure()
from signing.pdf import intake
from tests.signing.pdf import corpus
for make in corpus.HEAVY:
    try:
        intake.check(make(), max_bytes=25_000_000, max_pages=500)
    except intake.Refused:
        pass
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


@pytest.mark.slow
def test_no_child_ever_holds_more_than_half_a_gibibyte():
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) <= 512


def drawn_colours(pdf):
    (page,) = pages.render(pdf, [0], width=100)
    picture = Image.open(io.BytesIO(page.image)).convert("RGB")
    return {colour for _count, colour in picture.getcolors(10_000)}


def layered(state):
    layers = b"/OCProperties<</OCGs[5 0 R]/D<<%s/AS[<</Event/Print>>]>>>>" % state
    shown = b"/Resources<</Properties<</L 5 0 R>>>>"
    return corpus.build(
        {
            1: corpus.catalog(layers),
            3: corpus.page(shown),
            4: corpus.stream(b"/OC /L BDC " + corpus.SQUARE + b" EMC"),
            5: b"<</Type/OCG/Name(Layer)>>",
        }
    )


def test_layer_that_is_off_stays_off_and_one_that_is_on_stays_on():
    assert drawn_colours(check(layered(b"/OFF[5 0 R]")).cleaned) == {(255, 255, 255)}
    assert (0, 0, 255) in drawn_colours(check(layered(b"/ON[5 0 R]")).cleaned)
    assert b"/AS" not in check(layered(b"/OFF[5 0 R]")).cleaned


def test_field_without_a_picture_of_its_value_is_drawn():
    form = b"/AcroForm<</Fields[5 0 R]/NeedAppearances true/DA(/Helv 12 Tf 0 g)>>"
    field = b"/FT/Tx/T(a)/V(Ada Lane)/DA(/Helv 12 Tf 0 g)/F 4"
    note = b"<</Type/Annot/Subtype/Widget/Rect[72 600 300 630]/P 3 0 R%s>>" % field
    parts = {1: corpus.catalog(form), 3: corpus.page(b"/Annots[5 0 R]"), 5: note}
    (drawn,) = pages.render(check(corpus.build(parts)).cleaned, [0])
    assert "Ada Lane" in drawn.text


def test_highlight_and_note_of_a_reviewer_stay_as_ink():
    quads = b"/QuadPoints[100 500 300 500 100 450 300 450]"
    note = b"<</Type/Annot/Subtype/Highlight/Rect[100 450 300 500]/C[1 1 0]%s>>" % quads
    source = corpus.build({3: corpus.page(b"/Annots[5 0 R]"), 5: note})
    cleaned = check(source).cleaned
    assert (255, 255, 0) in drawn_colours(cleaned)
    assert b"/Annot" not in cleaned


def test_older_revisions_and_private_data_are_gone():
    hidden = {9: corpus.stream(b"secret of an older revision")}
    source = corpus.build(hidden, trailer=b"/Info<</Author(secret name)>>")
    cleaned = check(source).cleaned
    assert b"secret" not in cleaned
