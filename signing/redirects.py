"""Where a signer goes on to when they are done, if the company allows it.

Programs name an address with each transaction, and a signer believes what our
page leads to: so the company's own list decides, at that moment (decision 35).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from signing.models import Company, Signer

SCHEMES = frozenset({"http", "https"})


@dataclass(frozen=True)
class Onward:
    """An address that is allowed, and its host, which the page names."""

    url: str
    host: str


def onward(signer: Signer) -> Onward | None:
    """Return where a signer who is done may go on to."""
    if signer.state == Signer.State.DECLINED:
        url = signer.declined_redirect_url
    else:
        url = signer.redirect_url if signer.is_done else ""
    if not url or not is_allowed(signer.request.company, url):
        return None
    return Onward(url, urlsplit(url).hostname or "")


def is_allowed(company: Company, url: str) -> bool:
    """Whether url begins as one of the company's addresses does.

    Scheme, host and port must be the same, not only begin alike: else
    acme.example would let acme.example.evil.example in.
    """
    try:
        return any(_begins_as(url, str(known)) for known in company.redirect_urls)
    except ValueError:  # no address at all, such as http://[
        return False


def _begins_as(url: str, known: str) -> bool:
    wanted, allowed = urlsplit(url), urlsplit(known)
    if wanted.scheme not in SCHEMES or "\\" in url or not allowed.netloc:
        return False
    if (wanted.scheme, wanted.netloc) != (allowed.scheme, allowed.netloc):
        return False
    if ".." in wanted.path.split("/"):
        return False
    folder = allowed.path.rstrip("/")
    return wanted.path in (folder, f"{folder}/") or wanted.path.startswith(f"{folder}/")
