"""A page of the list of transactions, in a company of more and more of them.

Floor: one bare SQL statement that reads the ids of the same page, as somebody
would write it by hand. Beside it what our statements take together, and the
whole page, from the request to its last byte, in this process.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection

from tests.benchmarks import figures, stage

SIZES = (1_000, 100_000, 1_000_000)
RUNS = 15
WARM_UP = 3

SELECT = "SELECT r.id FROM signing_signrequest r WHERE r.company_id = %(company)s"
BY_CHANGE = "ORDER BY r.changed_at DESC, r.id DESC LIMIT 21"
TEXT = "JOIN signing_searchtext t ON t.request_id = r.id"
WALKED = f"""
    SELECT r.id FROM signing_signrequest r {TEXT}
    WHERE r.company_id = %(company)s AND t.text LIKE %(word)s {BY_CHANGE}
"""  # noqa: S608 -- our own
FOUND = f"""
    WITH found AS MATERIALIZED (
        SELECT request_id FROM signing_searchtext
        WHERE company_id = %(company)s AND text LIKE %(word)s
    )
    SELECT r.id FROM signing_signrequest r JOIN found ON found.request_id = r.id
    {BY_CHANGE}
"""  # noqa: S608 -- our own


@dataclass(frozen=True)
class Shape:
    """One way to ask for a page, and the statement that reads the same ids."""

    name: str
    floor: str
    asked: dict[str, str] = field(default_factory=dict)
    word: str = ""
    is_deep: bool = False
    is_own: bool = False


SHAPES = (
    Shape("newest change", f"{SELECT} {BY_CHANGE}"),
    Shape(
        "its middle page",
        f"{SELECT} AND (r.changed_at, r.id) < (%(at)s, %(pk)s) {BY_CHANGE}",
        is_deep=True,
    ),
    Shape(
        "oldest first, one sender",
        f"{SELECT} AND r.sender_id = %(sender)s ORDER BY r.created_at, r.id LIMIT 21",
        {"sort": "oldest"},
        is_own=True,
    ),
    Shape(
        "waiting",
        f"{SELECT} AND r.state = 'sent' {BY_CHANGE}",
        {"show": "waiting"},
    ),
    Shape(
        "declined, one sender",
        f"{SELECT} AND r.state = 'declined' AND r.sender_id = %(sender)s {BY_CHANGE}",
        {"show": "declined"},
        is_own=True,
    ),
    Shape(
        "needs attention",
        f"{SELECT} AND r.attention_since IS NOT NULL {BY_CHANGE}",
        {"show": "attention"},
    ),
    Shape("search: a common title", WALKED, {"q": "lease"}, "%LEASE%"),
    Shape("search: a rare title", FOUND, {"q": "zephyr"}, "%ZEPHYR%"),
    Shape("search: a common name", WALKED, {"q": "otani"}, "%OTANI%"),
    Shape("search: one address", FOUND, {"q": "777@example"}, "%777@EXAMPLE%"),
    Shape("search: digits of a phone", FOUND, {"q": "043 21"}, "%04321%"),
    Shape(
        "search: title and number", FOUND, {"q": "agreement 4711"}, "%AGREEMENT 4711%"
    ),
    Shape("search: two letters", WALKED, {"q": "la"}, "% LA%"),
    Shape("search: nobody", FOUND, {"q": "xylophone"}, "%XYLOPHONE%"),
)
HEAD = ("", "rows", "queries", "bare SQL", "our SQL", "p50 page", "p95 page")


def main() -> None:
    os.environ["LOG_LEVEL"] = "ERROR"
    stage.prepare_django()
    from tests.benchmarks.crowd import Crowd  # noqa: PLC0415 -- needs the settings

    crowd = Crowd()
    for size in SIZES:
        took = timed(lambda size=size: crowd.grow_to(size))
        figures.show(
            f"The list of transactions: {size:,} of one company ({stage.backend()})",
            HEAD,
            [measure(shape, crowd) for shape in SHAPES],
        )
        figures.note(f"The rows were made in {took:.0f} s.")


def measure(shape: Shape, crowd) -> tuple[str, ...]:
    from django.test import Client  # noqa: PLC0415 -- needs the settings

    client = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
    client.force_login(crowd.sender if shape.is_own else crowd.admin)
    asked = dict(shape.asked)
    values = {
        "company": crowd.company.pk,
        "sender": crowd.sender.pk,
        "word": shape.word,
    }
    if shape.is_deep:
        key = crowd.middle()
        asked["after"] = str(key)
        values |= {"at": key.at, "pk": key.pk}
    watch = Watch()
    floor, ours, pages, rows = [], [], [], 0
    for _run in range(WARM_UP + RUNS):
        with connection.connection.cursor() as cursor:
            floor.append(timed(lambda: cursor.execute(shape.floor, values).fetchall()))
        watch.begin()
        with connection.execute_wrapper(watch):
            start = time.perf_counter()
            response = client.get("/workspace/", asked)
            pages.append(time.perf_counter() - start)
        assert response.status_code == 200, response.status_code
        rows = response.content.count(b"data-row-check")
        ours.append(watch.took)
    return (
        shape.name,
        str(rows),
        str(watch.count),
        figures.in_ms(figures.middle(floor[WARM_UP:])),
        figures.in_ms(figures.middle(ours[WARM_UP:])),
        figures.in_ms(figures.middle(pages[WARM_UP:])),
        figures.in_ms(figures.quantile(pages[WARM_UP:], 0.95)),
    )


class Watch:
    """Counts and times the statements of one request."""

    def begin(self) -> None:
        self.count, self.took = 0, 0.0

    def __call__(self, execute, sql, params, many, context):
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.took += time.perf_counter() - start
            self.count += 1


def timed(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
