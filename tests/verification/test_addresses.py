from __future__ import annotations

import pytest
from django.test import RequestFactory

from verification.addresses import client_ip, mask_email, mask_phone

SOCKET = "10.0.0.9"


def ip_of(forwarded=None):
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_ip(RequestFactory(REMOTE_ADDR=SOCKET).get("/", headers=headers))


@pytest.mark.parametrize("forwarded", [None, "1.2.3.4", "1.2.3.4, 5.6.7.8", "", ","])
def test_without_proxies_of_ours_only_the_socket_is_believed(settings, forwarded):
    settings.TRUSTED_PROXIES = 0
    assert ip_of(forwarded) == SOCKET


@pytest.mark.parametrize(
    ("proxies", "forwarded", "ip"),
    [
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "1.1.1.1, 198.51.100.7", "198.51.100.7"),  # the left one is made up
        (1, "1.1.1.1,2.2.2.2,198.51.100.7", "198.51.100.7"),
        (2, "1.1.1.1, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, "198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (1, None, SOCKET),
        (1, "", SOCKET),
        (1, "1.1.1.1, ", SOCKET),
    ],
)
def test_behind_proxies_the_hop_that_they_wrote_counts(
    settings, proxies, forwarded, ip
):
    settings.TRUSTED_PROXIES = proxies
    assert ip_of(forwarded) == ip


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+14155550190", "••• ••• ••90"), ("", ""), ("+7", "••• ••• ••7")],
)
def test_a_number_is_shown_by_its_last_two_digits(number, shown):
    assert mask_phone(number) == shown


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("ada@example.com", "a••@example.com"),
        ("a@example.com", "a••@example.com"),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_an_address_is_shown_by_its_first_letter(email, shown):
    assert mask_email(email) == shown
