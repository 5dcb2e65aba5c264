"""Many at once, on PostgreSQL, with threads that really run side by side."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.db import connection, connections

from verification import policy

T = TypeVar("T")
AtOnce = Callable[..., list]
THREADS = 25


@pytest.fixture(autouse=True)
def _on_postgresql(transactional_db) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("Races are shown on PostgreSQL.")


@pytest.fixture(autouse=True)
def _permissive_company() -> Iterator[None]:
    before = list(policy._providers)
    policy.register(lambda _id: policy.Policy(True, frozenset({"US"}), "US"))
    yield
    policy._providers[:] = before


@pytest.fixture
def at_once() -> AtOnce:
    """at_once(act, 200): what 200 calls of act(number) returned, in that order.

    The first calls start together; the others follow as threads get free.
    """

    def run(act: Callable[[int], T], count: int, threads: int = THREADS) -> list[T]:
        threads = min(threads, count)
        gun = threading.Barrier(threads)
        waits = threading.Semaphore(threads)

        def one(number: int) -> T:
            if waits.acquire(blocking=False):
                connection.ensure_connection()
                gun.wait(30)
            return act(number)

        def leave() -> None:
            gun.wait(30)
            connections.close_all()

        with ThreadPoolExecutor(threads) as pool:
            results = list(pool.map(one, range(count)))
            gun.reset()
            for last in [pool.submit(leave) for _ in range(threads)]:
                last.result()
        return results

    return run
