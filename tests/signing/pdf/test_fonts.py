from __future__ import annotations

import io
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from signing.pdf import bidi, fonts, pages

NAMES = (
    "Łukasz Żółć",
    "Željko Šarić",
    "Ελένη",
    "Иван",
    "山田太郎",
    "髙﨑",
    "דוד",
    "محمد",
)
STATIC = Path(__file__).parents[3] / "static" / "fonts"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("family", fonts.FAMILIES)
def test_every_family_has_letters_for(name, family):
    assert fonts.missing(name) == ""
    drawn = "".join(run.text for run in fonts.runs(name, family))
    assert drawn == bidi.visual(name)


def test_missing_script_is_named_instead_of_boxes():
    assert fonts.missing("สมชาย Ada") == "สมชาย"
    assert "".join(run.text for run in fonts.runs("สมชาย Ada", "text")) == "[Thai] Ada"


def test_word_is_not_split_between_faces_when_one_has_it_all():
    (run,) = fonts.runs("Иван", "typed-1")
    assert run.face == fonts.HAND


def test_control_letters_are_not_drawn():
    assert fonts.clean("a\u202eb\x00c\u200dd") == "abcd"


def test_arabic_letters_join_and_run_to_the_left():
    assert bidi.visual("محمد") == "ﺪﻤﺤﻣ"
    assert bidi.visual("سلام") == "ﻡﻼﺳ"


def test_hebrew_and_numbers_keep_their_own_directions():
    assert bidi.visual("שלום 12 Ada") == "Ada 12 םולש"
    assert bidi.visual("Ada (דוד)") == "Ada (דוד)"[:5] + "דוד"[::-1] + ")"
    assert bidi.visual("Ada Lane") == "Ada Lane"


def test_lines_break_at_spaces_and_hashes_anywhere():
    lines = fonts.wrap(
        "one two three", "text", 10, fonts.width("one two", "text", 10) + 1
    )
    assert lines == ["one two", "three"]
    digest = "ab" * 32
    lines = fonts.wrap(digest, "mono", 10, 100)
    assert "".join(lines) == digest
    assert all(fonts.width(line, "mono", 10) <= 100 for line in lines)


def test_japanese_breaks_between_letters_but_never_before_a_full_stop():
    text = "これは契約書です。" * 8
    lines = fonts.wrap(text, "text", 10, 95)
    assert "".join(lines) == text
    assert len(lines) > 5
    assert not any(line.startswith("。") for line in lines)


def test_long_title_loses_its_middle():
    short = fonts.shorten(
        "a very long title of a document " * 9 + "2026.pdf", "text", 10, 200
    )
    assert short.endswith("2026.pdf")
    assert "…" in short
    assert fonts.width(short, "text", 10) <= 200


def test_drawn_text_can_be_searched():
    out = io.BytesIO()
    canvas = Canvas(out)
    for line, name in enumerate(NAMES[:6]):
        fonts.draw(canvas, 50, 700 - 30 * line, name, "text", 12)
    canvas.save()
    (page,) = pages.render(out.getvalue(), [0], width=300)
    assert all(name in page.text for name in NAMES[:6])


def test_every_font_has_its_licence_beside_it():
    for folder, ending in ((fonts.FOLDER, "*.ttf"), (STATIC, "*.woff2")):
        licences = [path.read_text() for path in folder.glob("*-OFL.txt")]
        assert list(folder.glob(ending))
        assert licences
        assert all("SIL OPEN FONT LICENSE" in text for text in licences)
    names = {path.name.split("-")[0] for path in fonts.FOLDER.glob("*.ttf")}
    owners = {path.name.split("-")[0] for path in fonts.FOLDER.glob("*-OFL.txt")}
    assert all(any(name.startswith(owner) for owner in owners) for name in names)
