from __future__ import annotations

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from verification import gsm, texts

HOST = "sign.example.com"
ADA = {
    "code": "482913",
    "reference": "K7",
    "host": HOST,
    "company": "Acme Advisors",
    "title": "Lease 2026",
    "name": "Ada Lane",
    "language": "en",
}


def text_for(**changes):
    return texts.sms_text(**(ADA | changes))


@pytest.fixture
def in_japanese(monkeypatch):
    """The same in words of which none is in the GSM alphabet."""
    monkeypatch.setitem(ADA, "language", "ja")


def test_a_text_says_who_sends_what_to_whom():
    assert text_for() == (
        "Acme Advisors: 482 913 is Ada Lane's security code for Lease 2026. "
        "Ref K7. Do not tell anyone.\n@sign.example.com #482913"
    )


def test_an_eight_digit_code_is_shown_in_two_halves():
    text = text_for(code="48291357")
    assert "4829 1357 is" in text
    assert text.endswith("#48291357")


def test_what_does_not_fit_goes_in_this_order():
    kept = []
    for length in range(10, 160, 5):
        text = text_for(title="T" * length, name="N" * 12, company="C" * 12)
        kept.append(
            "".join(
                mark
                for mark, part in [
                    ("a", "Do not tell"),
                    ("n", "N" * 12),
                    ("t", "T" * length),
                    ("c", "C" * 12),
                ]
                if part in text
            )
        )
    assert list(dict.fromkeys(kept)) == ["antc", "ntc", "tc", "c"]


def test_a_company_too_long_goes_last():
    text = text_for(company="C" * 140)
    assert text == "482 913 is your security code. Ref K7.\n@sign.example.com #482913"


def test_a_hidden_title_leaves_a_whole_sentence():
    assert "482 913 is Ada Lane's security code. Ref K7." in text_for(title="")


def test_code_and_reference_fit_with_the_longest_host_that_is_allowed(in_japanese):
    text = text_for(host="h" * 63, code="48291357", company="", title="", name="")
    assert gsm.fits_one_segment(text)
    assert "4829 1357" in text
    assert "K7" in text


def test_a_host_that_leaves_no_room_is_an_error_not_a_broken_text():
    with pytest.raises(ValueError, match="no room"):
        text_for(host="h" * 160)


def test_curly_apostrophes_and_dashes_are_made_straight():
    text = text_for(name="Ada O’Lane", title="Lease – “2026”…")
    assert "Ada O'Lane's" in text
    assert 'Lease - "2026"...' in text
    assert gsm.septets(text) is not None


def test_a_name_outside_the_alphabet_costs_the_words_around_it():
    text = text_for(name="Łukasz Żółć")
    assert gsm.fits_one_segment(text)
    assert "482 913" in text
    assert text.endswith("\n@sign.example.com #482913")


@pytest.mark.parametrize("breaks", ["\n", "\r\n", "\u2028", "\x85", "\v", "\f", "\x1b"])
def test_a_title_cannot_add_a_line(breaks):
    text = text_for(title=f"Lease{breaks}@evil.example #000000")
    assert text.count("\n") == 1
    assert "Lease @evil.example #000000" in text


def test_a_japanese_text_fits_seventy_units(in_japanese):
    text = text_for(company="アクメ", title="", name="田中")
    assert gsm.septets(text) is None
    assert gsm.utf16_units(text) <= 70
    assert "482 913" in text
    assert "照合番号K7" in text


def test_a_japanese_text_tells_not_to_pass_it_on_where_that_fits(in_japanese):
    text = text_for(company="", title="", name="")
    assert text.startswith("セキュリティコードは482 913です。照合番号K7。誰にも")
    assert gsm.utf16_units(text) <= 70


def test_a_japanese_text_leaves_out_what_does_not_fit(in_japanese):
    text = text_for(company="アクメ顧問", title="賃貸契約書" * 3, name="田中花子")
    assert gsm.utf16_units(text) <= 70
    assert "田中花子" not in text
    assert text.endswith("\n@sign.example.com #482913")


any_words = st.text(max_size=120)


# On a machine with much else to do, making words takes its time.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    code=st.from_regex(r"[0-9]{6}([0-9]{2})?", fullmatch=True),
    reference=st.from_regex(r"[A-Z][0-9]", fullmatch=True),
    host=st.from_regex(r"[a-z0-9.-]{1,63}", fullmatch=True),
    company=any_words,
    title=any_words,
    name=any_words,
)
def test_every_text_is_one_segment_with_code_reference_and_last_line(
    code, reference, host, company, title, name
):
    text = texts.sms_text(
        code=code,
        reference=reference,
        host=host,
        company=company,
        title=title,
        name=name,
        language="en",
    )
    first, last = text.split("\n")
    assert last == f"@{host} #{code}"
    assert texts.grouped(code) in first
    assert reference in first
    septets = gsm.septets(text)
    if septets is None:
        assert len(text.encode("utf-16-le")) // 2 <= 70
    else:
        assert septets <= 160


@given(name=any_words, title=any_words)
def test_the_order_of_dropping_holds_for_any_words(name, title):
    text = text_for(name=name, title=title)
    name, title = texts._plain(name), texts._plain(title)
    has_name = bool(name) and f" is {name}'s security code" in text
    has_advice = text.split("\n")[0].endswith("Do not tell anyone.")
    has_company = text.startswith("Acme Advisors: ")
    assert has_name or not has_advice or not name
    assert has_company or not has_name


def test_the_language_of_whoever_asks_does_not_leak_into_the_text():
    with translation.override("ja"):
        assert "security code" in text_for(language="en")


def test_a_language_without_catalogue_is_written_in_english():
    assert texts.written_language("tlh") == "en"
    assert texts.written_language("") == "en"
    assert "security code" in text_for(language="tlh")


def test_a_call_introduces_itself_without_the_code():
    said = texts.voice_intro(company="Acme Advisors", name="Robert Lane", language="en")
    assert said == (
        "This is Countersign, for Acme Advisors, with a security code for "
        "Robert Lane. Press 1 to hear it."
    )


def test_a_call_without_names_is_a_whole_sentence():
    said = texts.voice_intro(company="", name="", language="en")
    assert said == "This is Countersign, with a security code. Press 1 to hear it."


def test_a_call_says_each_digit_apart_and_twice():
    assert texts.voice_code("054321", "en") == (
        "Your security code is: 0, 5, 4, 3, 2, 1. Again: 0, 5, 4, 3, 2, 1. "
        "Press 1 to hear it again."
    )


@pytest.mark.parametrize(
    ("text", "septets"),
    [("", 0), ("abc", 3), ("€", 2), ("[x]", 5), ("@£Δ\n", 4), ("ó", None), ("`", None)],
)
def test_septets_are_counted_as_the_network_counts_them(text, septets):
    assert gsm.septets(text) == septets


def test_the_alphabet_has_the_size_of_the_standard():
    assert len(gsm.BASIC) == 127  # 128 places, one is the escape
    assert len(gsm.EXTENSION) == 10


def test_one_emoji_takes_two_units():
    assert gsm.utf16_units("🔑") == 2


@pytest.mark.parametrize("length", [160, 161])
def test_a_segment_is_160_septets(length):
    assert gsm.fits_one_segment("x" * length) is (length == 160)


@pytest.mark.parametrize("length", [70, 71])
def test_a_segment_is_70_units_of_ucs2(length):
    assert gsm.fits_one_segment("題" * length) is (length == 70)
