"""Which addresses of the world we call when somebody else chose them (threat T43).

A name is looked up once, every address it has must be a public one, and the
connection goes to the address that was looked at: a second look-up could
answer otherwise.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from django.conf import settings

NAT64 = IPv6Network("64:ff9b::/96")
LONGEST = 250
PORTS = {"https": 443, "http": 80}
Address = IPv4Address | IPv6Address


class ForbiddenTargetError(Exception):
    """We do not call this address. why is a short key: see its uses."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Target:
    """Where a call goes: the name for its certificate, the address to connect to."""

    is_https: bool
    host: str
    port: int
    path: str
    address: str


def look_up(url: str) -> Target:
    """Return where url leads. Raises ForbiddenTargetError.

    WEBHOOKS_TO_PRIVATE lets an operator's own network in, and plain http with it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ForbiddenTargetError("malformed") from error
    allowed = ("https", "http") if settings.WEBHOOKS_TO_PRIVATE else ("https",)
    if parts.scheme not in allowed:
        raise ForbiddenTargetError("not_https")
    is_plain = url.isascii() and url.isprintable() and " " not in url
    if not parts.hostname or not is_plain or len(url) > LONGEST:
        raise ForbiddenTargetError("malformed")
    if parts.username is not None or parts.password is not None:
        raise ForbiddenTargetError("credentials")
    port = port or PORTS[parts.scheme]
    address = _public_address(parts.hostname, port)
    path = parts.path or "/"
    if parts.query:
        path = f"{path}?{parts.query}"
    return Target(parts.scheme == "https", parts.hostname, port, path, address)


def _public_address(host: str, port: int) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise ForbiddenTargetError("unknown_host") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not settings.WEBHOOKS_TO_PRIVATE:
        for address in addresses:
            if not is_public(address):
                raise ForbiddenTargetError("private")
    return addresses[0]


def is_public(text: str) -> bool:
    """Whether an address is everybody's, whatever it is wrapped in."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(_is_global(one) for one in _unwrapped(address))


def _is_global(address: Address) -> bool:
    # fec0::/10 was given up, and Python calls it global: routers may still know it.
    if isinstance(address, IPv6Address) and address.is_site_local:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _unwrapped(address: Address) -> list[Address]:
    """Return the address, or the IPv4 ones that an IPv6 one leads to."""
    if isinstance(address, IPv4Address):
        return [address]
    if address in NAT64:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]
    if address.sixtofour:
        return [address, address.sixtofour]
    if address.teredo:
        return [address, *address.teredo]
    return [address]
