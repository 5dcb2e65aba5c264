from __future__ import annotations

import base64
import string
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from verification import links

KEYS = {"l2": "a" * 64, "l1": "b" * 64}
GATE = uuid.UUID("6f1d3c52-6b0e-4c5b-9d57-0f3a6f1a2b3c")
ALPHABET = string.ascii_letters + string.digits + "-_"


@pytest.fixture(autouse=True)
def _keys(settings) -> None:
    settings.LINK_KEYS = dict(KEYS)


@pytest.fixture
def token():
    return links.make_token(GATE, 7)


def opens(token):
    """Whether token is taken for a genuine link."""
    link = links.read_token(token)
    return link is not None and link.is_readable


def raw(token):
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def test_a_link_says_whose_it_is_and_which_it_is(token):
    assert links.read_token(token) == links.Link(GATE, 7)


def test_a_link_is_the_same_each_time_and_kept_nowhere(token):
    assert links.make_token(GATE, 7) == token


def test_any_changed_character_opens_nothing(token):
    for place, right in enumerate(token):
        for other in "AQgw-_7z":
            if other != right:
                assert not opens(token[:place] + other + token[place + 1 :])


def test_a_shortened_or_longer_link_opens_nothing(token):
    for length in range(len(token)):
        assert not opens(token[:length])
        assert not opens(token[length + 1 :])
    for end in ("A", "=", "==", "AAAA", ".", "%00", "\n", " "):
        assert not opens(token + end)
        assert not opens(end + token)


def test_a_link_has_one_spelling():
    token = links.make_token(GATE, 1)
    spellings = [last for last in ALPHABET if raw(token[:-1] + last) == raw(token)]
    assert len(token) % 4 == 0 or len(spellings) > 1  # else this shows nothing
    assert [last for last in spellings if opens(token[:-1] + last)] == [token[-1]]


@pytest.mark.parametrize(
    "token", ["", "x", "=", "\u6f22\u5b57" * 20, "A" * 5000, "\x00" * 40, "../" * 12]
)
def test_nonsense_is_no_link(token):
    assert links.read_token(token) is None


def test_a_link_is_of_its_gate_and_version_alone(token):
    assert token not in (links.make_token(uuid.uuid4(), 7), links.make_token(GATE, 8))
    mac = raw(token)[-links.MAC_BYTES :]
    for gate, version in ((uuid.uuid4(), 7), (GATE, 8)):
        mixed = raw(links.make_token(gate, version))[: -links.MAC_BYTES] + mac
        assert not opens(base64.urlsafe_b64encode(mixed).decode().rstrip("="))


def test_an_older_key_still_opens_and_a_retired_one_asks_for_a_new_link(settings):
    settings.LINK_KEYS = {"l1": KEYS["l1"]}
    old = links.make_token(GATE, 1)
    settings.LINK_KEYS = dict(KEYS)
    assert links.read_token(old) == links.Link(GATE, 1)
    settings.LINK_KEYS = {"l2": KEYS["l2"]}
    assert links.read_token(old) == links.Link(GATE, 1, is_readable=False)


def test_a_key_of_the_same_name_with_another_secret_opens_nothing(settings, token):
    settings.LINK_KEYS = {"l2": "c" * 64}
    assert links.read_token(token) is None


def test_a_callbacks_proof_is_for_one_delivery_and_is_no_link():
    mac = links.callback_mac(17)
    assert links.callback_is_genuine(17, mac)
    assert not links.callback_is_genuine(18, mac)
    assert not links.callback_is_genuine(17, mac.upper())
    assert not links.callback_is_genuine(17, "")
    assert not links.callback_is_genuine(17, "\u00fc")
    assert not opens(mac)


def test_a_callback_survives_the_change_of_keys(settings):
    settings.LINK_KEYS = {"l1": KEYS["l1"]}
    mac = links.callback_mac(17)
    settings.LINK_KEYS = dict(KEYS)
    assert links.callback_is_genuine(17, mac)


def test_a_link_is_hard_to_guess(token):
    assert links.MAC_BYTES * 8 >= 128
    assert len(token) >= 46


# Links that end sooner

SOON = datetime(2026, 11, 21, 10, 5, tzinfo=UTC)


def test_a_link_for_a_while_says_when_it_ends():
    link = links.read_token(links.make_token(GATE, 7, SOON))
    assert (link.gate_id, link.version, link.ends_at) == (GATE, 7, SOON)
    assert not link.is_over(SOON - timedelta(seconds=1))
    assert link.is_over(SOON)


def test_the_end_of_a_link_is_signed(token):
    timed = raw(links.make_token(GATE, 7, SOON))
    longer = raw(links.make_token(GATE, 7, SOON + timedelta(days=1)))
    plain = raw(token)
    mixed = [longer[:-16] + timed[-16:], plain[:-16] + timed[-16:], plain + timed[-5:]]
    for forged in mixed:
        assert not opens(base64.urlsafe_b64encode(forged).decode().rstrip("="))
    for place in range(len(timed)):
        changed = bytearray(timed)
        changed[place] ^= 1
        assert not opens(base64.urlsafe_b64encode(changed).decode().rstrip("="))
