from __future__ import annotations

import hmac
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verification import codes

KEY = "k" * 64


def test_a_code_is_the_hmac_cut_to_digits():
    nonce = bytes(range(16))
    mac = hmac.digest(KEY.encode(), b"one-time-code\0" + nonce, "sha256")
    number = int.from_bytes(mac[:8], "big")
    assert codes.derive(KEY, nonce, 6) == f"{number % 10**6:06}"
    assert codes.derive(KEY, nonce, 8) == f"{number % 10**8:08}"


def test_a_code_belongs_to_nonce_and_key():
    nonce = codes.new_nonce()
    assert codes.derive(KEY, nonce, 8) == codes.derive(KEY, nonce, 8)
    assert codes.derive(KEY, nonce, 8) != codes.derive("other", nonce, 8)
    assert codes.derive(KEY, nonce, 8) != codes.derive(KEY, codes.new_nonce(), 8)


def chi_squared(counts, cells, total):
    expected = total / cells
    return sum((counts[cell] - expected) ** 2 / expected for cell in range(cells))


def test_20_000_codes_are_even_unrelated_and_keep_their_zeros():
    made = [codes.derive(KEY, codes.new_nonce(), 6) for _ in range(20_000)]
    assert {len(code) for code in made} == {6}
    # Bounds that chance passes but once in about a million runs.
    for place in range(6):
        counts = Counter(int(code[place]) for code in made)
        assert chi_squared(counts, 10, len(made)) < 46
    pairs = Counter(int(code[:2]) for code in made)
    assert chi_squared(pairs, 100, len(made)) < 180
    assert any(code.startswith("00") for code in made)
    differences = Counter(
        (int(after) - int(before)) % 10
        for before, after in zip(made, made[1:], strict=False)
    )
    assert chi_squared(differences, 10, len(made) - 1) < 46
    assert 19_500 < len(set(made)) < 20_000  # some meet by chance, few


def test_consecutive_nonces_give_unrelated_codes():
    made = [codes.derive(KEY, number.to_bytes(16, "big"), 6) for number in range(5000)]
    assert len(set(made)) > 4950


def test_nonces_have_128_bits_and_never_meet():
    nonces = {codes.new_nonce() for _ in range(10_000)}
    assert len(nonces) == 10_000
    assert {len(nonce) for nonce in nonces} == {16}


@given(st.text(max_size=40))
def test_no_text_breaks_the_compare(typed):
    assert codes.matches(typed, "123456") == (codes.normalize(typed) == "123456")
    codes.normalize_alternative(typed)
    codes.normalize_access_code(typed)
    codes.looks_sent(typed)


@pytest.mark.parametrize(
    "typed", ["123456", "123 456", "123-456", " 123456\n", "\uff11\uff12\uff13456"]
)
def test_a_code_is_read_as_people_write_it(typed):
    assert codes.matches(typed, "123456")


@pytest.mark.parametrize("typed", ["12345", "1234567", "123456a", "0123456", ""])
def test_another_code_is_another_code(typed):
    assert not codes.matches(typed, "123456")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Lighthouse-42 ", "Lighthouse-42"),
        ("\uff21\uff42\uff43", "Abc"),
        ("a b", "a b"),
        ("lighthouse-42", "lighthouse-42"),
    ],
)
def test_an_access_code_keeps_its_case_and_symbols(typed, kept):
    assert codes.normalize_access_code(typed) == kept


def test_a_reference_is_never_the_one_before():
    for _number in range(2000):
        reference = codes.new_reference(besides="K7")
        assert reference != "K7"
        assert reference[0] in codes.REFERENCE_LETTERS
        assert reference[1] in codes.REFERENCE_DIGITS


def test_alternative_codes_use_all_their_letters():
    seen = Counter("".join(codes.new_alternative_code() for _ in range(4000)))
    assert set(seen) == set(codes.ALTERNATIVE_ALPHABET)
    assert not set("ILOU") & set(codes.ALTERNATIVE_ALPHABET)
