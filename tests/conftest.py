"""What every test has: an environment of its own, servers, and the cast.

Settings load when this module is imported, so the order below matters:
servers first, then variables, then Django.
"""

from __future__ import annotations

import atexit
import gc
import os
import time
from contextlib import ExitStack
from pathlib import Path

import django
import pytest
from django.conf import settings

from config import catalogues
from tests import environment
from tests.services.process import ServiceError
from tests.services.run import services

SLOW = ("browser", "race", "slow")
A_DAY = 24 * 60 * 60
_running = ExitStack()


def _start_services() -> None:
    """Start what DATABASE_URL and REDIS_URL do not name.

    Workers of pytest-xdist find the variables that the first process set.
    """
    try:
        os.environ.update(_running.enter_context(services()))
    except ServiceError as error:
        pytest.exit(f"{error} Or run `make test`, which installs it.", returncode=2)
    atexit.register(_running.close)


def _load_django() -> None:
    if settings.configured:
        pytest.exit("Unset DJANGO_SETTINGS_MODULE: the tests load their own.", 2)
    environment.install(environment.for_tests())
    # Static files come from where they lie: no collectstatic before each run.
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    Path(settings.STATIC_ROOT).mkdir(parents=True)
    # The first is for members' passwords; access codes ask for argon2 by name.
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "tests.hashers.CheapArgon2PasswordHasher",
    ]

    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # A file, as in the demo: in memory neither WAL nor locks would be tried.
        database["TEST"] = {"NAME": str(Path(settings.DATA_DIR) / "test.sqlite3")}
    catalogues.compile_changed()
    django.setup()
    # Workers of pytest-xdist would load settings with it before they come here.
    del os.environ["DJANGO_SETTINGS_MODULE"]


_start_services()
_load_django()

pytest_plugins = [
    "tests.carrier.fixture",
    "tests.fixtures.browser",
    "tests.fixtures.database",
    "tests.fixtures.delivery",
    "tests.stripe.fixture",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what is quick first, so that a plain mistake shows at once.

    What needs a browser comes last: Playwright leaves an event loop running in
    its thread, and pyHanko wants to start one. Of these, the longest come first:
    at the end one process waits for the other.
    """
    items.sort(key=_lateness)


def _lateness(item: pytest.Item) -> int:
    if item.get_closest_marker("browser"):
        is_long = "axe" in item.fixturenames or item.get_closest_marker("slow")
        return 2 if is_long else 3
    return int(any(item.get_closest_marker(marker) for marker in SLOW))


def pytest_collection_finish() -> None:
    """Look for garbage less often, and not in what was imported: a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Begin no test that the end of a day would catch: tries are counted by days."""
    is_long = any(item.get_closest_marker(marker) for marker in SLOW)
    left = A_DAY - time.time() % A_DAY
    if left < (30 if is_long else 2):
        time.sleep(left)


def pytest_unconfigure() -> None:
    _running.close()
