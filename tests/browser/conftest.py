"""What every browser test has: rows that the live server sees, and people."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

# Names the signer's cookie when it is loaded: before a test speaks of https.
import signing.doors  # noqa: F401
from tests import factories
from tests.browser.people import Person, person_of

Invite = Callable[..., Person]


@pytest.fixture
def invite(request: pytest.FixtureRequest, transactional_db) -> Invite:
    """Send a transaction and put its signer before a browser.

    invite("phone") asks Ada for a phone code; takes what make_request takes.
    """

    def make(*kinds: str, page: Page | None = None, who="ada", **options) -> Person:
        sent = factories.make_request(kinds=kinds, **options)
        person_page = page or request.getfixturevalue("page")
        return person_of(sent, person_page, who)

    return make
