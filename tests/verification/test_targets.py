"""Addresses that somebody else chose never lead into our own network (T43)."""

from __future__ import annotations

import pytest

from verification import targets
from verification.targets import ForbiddenTargetError


def why(url: str) -> str:
    with pytest.raises(ForbiddenTargetError) as refused:
        targets.look_up(url)
    return refused.value.why


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://localhost/",
        "https://0.0.0.0/",
        "https://10.1.2.3/",
        "https://172.16.0.1/",
        "https://192.168.1.1:8443/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://[2002:7f00:1::]/",
        "https://[ff02::1]/",
    ],
)
def test_an_address_inside_a_private_network_is_refused(url):
    assert why(url) == "private"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com/", "not_https"),
        ("ftp://example.com/", "not_https"),
        ("file:///etc/passwd", "not_https"),
        ("//example.com/", "not_https"),
        ("", "not_https"),
        ("https:///path", "malformed"),
        ("https://example.com:99999/", "malformed"),
        ("https://exa mple.com/", "malformed"),
        ("https://example.com/\r\nX-Evil: 1", "malformed"),
        ("https://exämple.com/", "malformed"),
        ("https://example.com/" + "x" * 250, "malformed"),
        ("https://user:pass@example.com/", "credentials"),
        ("https://user@example.com/", "credentials"),
        ("https://nobody.invalid/", "unknown_host"),
    ],
)
def test_what_is_no_plain_https_address_is_refused(url, reason):
    assert why(url) == reason


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("64:ff9b::808:808", True),
        ("2002:808:808::", True),
        ("192.0.2.1", False),
        ("240.0.0.1", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("nonsense", False),
    ],
)
def test_only_addresses_of_everybody_are_public(address, public):
    assert targets.is_public(address) is public


def test_a_public_address_is_connected_to_as_it_was_looked_at():
    target = targets.look_up("https://8.8.8.8:8443/hook?a=1")
    assert (target.address, target.port, target.path) == ("8.8.8.8", 8443, "/hook?a=1")


def test_an_operators_own_network_is_let_in_when_they_say_so(settings):
    settings.WEBHOOKS_TO_PRIVATE = True
    assert targets.look_up("http://127.0.0.1:8001/hook").address == "127.0.0.1"
