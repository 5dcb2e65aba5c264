"""Gate journeys per second: link, Text Me, code, document page, by real HTTP.

Floor: the same journey in bare/app.py. Both stand ready on the same servers
and take turns, so that whatever else the machine does meets both.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.benchmarks import figures, stage
from tests.benchmarks.browser import Browser
from tests.benchmarks.stage import Doorbell

ROUNDS = 4
JOURNEYS = 24  # in each round
BROWSERS = 8
SPOKEN = re.compile(r"(\d{3}) ?(\d{3})")


class Side:
    """One of the two: its links, its phones, where it listens."""

    def __init__(self, name: str, links: list[str], phones: list[str]) -> None:
        self.name = name
        self.waiting = list(zip(links, phones, strict=True))
        self.port = 0
        self.seconds = 0.0
        self.done = 0

    def round(self, carrier: Doorbell, *, counts: bool = True) -> None:
        taken = [self.waiting.pop() for _ in range(JOURNEYS if counts else BROWSERS)]
        begun = time.perf_counter()
        with ThreadPoolExecutor(BROWSERS) as pool:
            list(pool.map(lambda one: journey(carrier, self.port, *one), taken))
        if counts:
            self.seconds += time.perf_counter() - begun
            self.done += len(taken)

    @property
    def rate(self) -> float:
        return self.done / self.seconds


def main() -> None:
    carrier = stage.prepare()
    make_bare_database()
    count = ROUNDS * JOURNEYS + BROWSERS
    ours, bare = make_ours(count), make_bare(count)
    with (
        stage.web() as ours.port,
        stage.web("tests.benchmarks.bare.app:application") as bare.port,
        stage.worker(),
        stage.worker("tests.benchmarks.bare.app:celery"),
    ):
        for side in (bare, ours):
            side.round(carrier, counts=False)
        for _ in range(ROUNDS):
            for side in (bare, ours):
                side.round(carrier)
    figures.show(
        f"Gate journeys, {BROWSERS} browsers at once ({stage.backend()})",
        ("", "journeys", "per second", "ratio"),
        [
            (bare.name, str(bare.done), f"{bare.rate:.1f}", "1"),
            (
                ours.name,
                str(ours.done),
                f"{ours.rate:.1f}",
                figures.ratio(ours.rate, bare.rate),
            ),
        ],
    )


def journey(carrier: Doorbell, port: int, link: str, phone: str) -> None:
    browser = Browser(port)
    browser.open(link)
    browser.press("/ask/sms")
    code = "".join(SPOKEN.search(carrier.wait_for_body(phone)).groups())
    browser.press("/code", code=code)
    assert "pages" in browser.page, browser.page[:400]
    assert "one-time-code" not in browser.page
    browser.close()


def make_ours(count: int) -> Side:
    from tests.benchmarks import cast  # noqa: PLC0415 -- needs the settings
    from verification import links  # noqa: PLC0415

    gates = [signer.gate for signer in cast.Cast().signers(count)]
    return Side(
        "countersign",
        [f"/l/{links.make_token(g.public_id, g.link_version)}" for g in gates],
        [gate.phone_e164 for gate in gates],
    )


def make_bare(count: int) -> Side:
    """Make the floor's people in a process of its own: it has its own settings."""
    phones = [f"+1900{number:07}" for number in range(count)]
    code = "import sys; from tests.benchmarks.bare import app; "
    code += "print(*app.make_tables(sys.argv[1:]))"
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    out = subprocess.run(  # noqa: S603 -- our own line
        [sys.executable, "-c", code, *phones],
        env=environment,
        cwd=stage.ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return Side("bare Django", [f"/l/{token}" for token in out.split()], phones)


def make_bare_database() -> None:
    """Give the floor a database beside ours, on the same servers."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    name = f"bare_{os.getpid()}"
    with psycopg.connect(urlunsplit(parts), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    os.environ["BARE_DATABASE_URL"] = urlunsplit(parts._replace(path=f"/{name}"))
    redis = os.environ["REDIS_URL"].rpartition("/")[0]
    os.environ["BARE_REDIS_URL"] = f"{redis}/9"


if __name__ == "__main__":
    main()
