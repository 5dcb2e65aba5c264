from __future__ import annotations

import pytest

from verification import vault

KEYS = {"s2": "a" * 64, "s1": "b" * 64}


@pytest.fixture(autouse=True)
def _keys(settings) -> None:
    settings.STORAGE_KEYS = dict(KEYS)


def test_what_was_closed_opens_again_and_reads_differently_each_time():
    closed = vault.encrypt(b"seed", "totp")
    assert vault.decrypt(closed, "totp") == b"seed"
    assert closed != vault.encrypt(b"seed", "totp")
    assert "seed" not in closed


def test_a_text_serves_one_purpose():
    with pytest.raises(vault.UnreadableError):
        vault.decrypt(vault.encrypt(b"seed", "totp"), "seal")


def test_an_older_key_still_opens_and_a_lost_one_says_so(settings):
    settings.STORAGE_KEYS = {"s1": KEYS["s1"]}
    closed = vault.encrypt(b"seed", "totp")
    settings.STORAGE_KEYS = dict(KEYS)
    assert vault.decrypt(closed, "totp") == b"seed"
    settings.STORAGE_KEYS = {"s2": KEYS["s2"]}
    with pytest.raises(vault.UnreadableError, match="s1"):
        vault.decrypt(closed, "totp")


def test_any_changed_character_is_noticed():
    closed = vault.encrypt(b"seed", "totp")
    for place, sign in enumerate(closed):
        other = "A" if sign != "A" else "B"
        with pytest.raises(vault.UnreadableError):
            vault.decrypt(closed[:place] + other + closed[place + 1 :], "totp")


@pytest.mark.parametrize("text", ["", ":", "s2", "s2:", "s2:A", "s2:AAAA", "s2:\u00fc"])
def test_nonsense_is_unreadable_and_no_crash(text):
    with pytest.raises(vault.UnreadableError):
        vault.decrypt(text, "totp")
