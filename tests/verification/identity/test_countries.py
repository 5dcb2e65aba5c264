from __future__ import annotations

import pytest
from django.utils import translation
from django_countries.data import ALT_CODES

from verification.identity import countries


def test_every_country_of_iso_has_a_name_and_three_letters():
    for code in (*ALT_CODES, "XK"):
        assert countries.name(code, "en") != code
        assert countries.name(code, "ja") != code
        assert countries.from_mrz(countries.ALPHA3[code]) == code


def test_choices_are_where_people_live():
    codes = [code for code, _name in countries.choices("en")]
    assert len(codes) == len(set(codes)) == len(ALT_CODES) + 1 - 6
    assert "AQ" not in codes
    assert {"DE", "JP", "US", "XK", "HK", "TW"} < set(codes)


def test_choices_are_sorted_as_english_is_read():
    listed = countries.choices("en")
    assert [code for code, _name in listed[:3]] == ["AF", "AX", "AL"]
    assert listed[-1] == ("ZW", "Zimbabwe")
    names = [name for _code, name in listed]
    assert names.index("Côte d’Ivoire") < names.index("Croatia")
    assert ("HK", "Hong Kong") in listed


def test_choices_are_sorted_as_japanese_is_read():
    names = [name for _code, name in countries.choices("ja")]
    assert names[0] == "アイスランド"
    for earlier, later in (
        ("カタール", "韓国"),
        ("韓国", "北朝鮮"),
        ("ニジェール", "日本"),
        ("日本", "ニュージーランド"),
        ("ホンジュラス", "マーシャル諸島"),
        ("タイ", "台湾"),
    ):
        assert names.index(earlier) < names.index(later), (earlier, later)


def test_no_japanese_name_is_sorted_behind_all_others():
    for _code, name in countries.choices("ja"):
        kana = "\N{KATAKANA LETTER SMALL A}" <= countries._sorted_by(name)[0] <= "ヿ"
        assert kana, name


def test_the_reader_s_language_is_the_default():
    with translation.override("ja"):
        assert dict(countries.choices())["DE"] == "ドイツ"
        assert countries.name("FR") == "フランス"
    with translation.override("en"):
        assert dict(countries.choices())["DE"] == "Germany"


def test_unknown_languages_read_english():
    assert countries.name("DE", "tlh-klingon") == "Germany"


@pytest.mark.parametrize(
    ("issuer", "code"),
    [
        ("USA", "US"), ("JPN", "JP"), ("D", "DE"), ("D<<", "DE"), ("DEU", "DE"),
        ("GBR", "GB"), ("GBD", "GB"), ("GBN", "GB"), ("GBO", "GB"), ("GBP", "GB"),
        ("GBS", "GB"), ("RKS", "XK"), ("TWN", "TW"), ("CHN", "CN"), ("ROM", "RO"),
        ("UNO", ""), ("UNA", ""), ("EUE", ""), ("XOM", ""), ("XXA", ""), ("XXB", ""),
        ("XXC", ""), ("XXX", ""), ("UTO", ""), ("", ""), ("<<<", ""), ("QQQ", ""),
        ("us", ""), ("U5A", ""), ("../", ""),
    ],
)  # fmt: skip
def test_zones_name_their_issuer(issuer, code):
    assert countries.from_mrz(issuer, with_specimens=False) == code


def test_specimens_are_of_a_state_for_demos_only(settings):
    settings.DEMO = False
    assert countries.UTOPIA not in dict(countries.choices("en"))
    assert countries.from_mrz("UTO") == ""
    settings.DEMO = True
    assert countries.choices("en")[0] == ("XU", "Utopia (specimens)")
    assert countries.from_mrz("UTO") == "XU"


def test_what_is_no_country_stays_what_it_is():
    assert countries.name("QQ") == "QQ"
    assert countries.name("150", "en") == "150"


def test_passports_of_hong_kong_say_china():
    assert countries.is_issuer("HK", "CN")
    assert countries.is_issuer("HK", "HK")
    assert countries.is_issuer("PR", "US")
    assert not countries.is_issuer("US", "PR")
    assert not countries.is_issuer("CN", "HK")
    assert not countries.is_issuer("DE", "FR")
    assert not countries.is_issuer("DE", "")
    assert not countries.is_issuer("", "")


def test_states_are_countries_that_can_be_chosen():
    for place, state in countries.STATES.items():
        assert place in countries.CODES
        assert state in countries.CODES
        assert state not in countries.STATES
