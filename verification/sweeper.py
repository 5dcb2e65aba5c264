"""A thread in each worker that finds what no hint announced.

It needs no broker: after a crash, a lost hint or a broker that is down, codes
still leave, at most SWEEP_SECONDS late.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any

from celery.signals import worker_ready, worker_shutting_down
from django.db import close_old_connections
from django.utils import timezone

from verification import delivery
from verification.flows import hosted
from verification.tasks import attend_identity, send

logger = logging.getLogger(__name__)

SWEEP_SECONDS = 2.0
POLL_EVERY = 3
# A slow carrier must not hold up the rows behind it.
THREADS = 4


class Sweeper:
    """Sweeps until it is told to stop."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.pool = ThreadPoolExecutor(THREADS, thread_name_prefix="sweep")
        self.webhooks = ThreadPoolExecutor(1, thread_name_prefix="webhooks")
        self.calling: list[Future[None]] = []
        self.providers = ThreadPoolExecutor(THREADS, thread_name_prefix="providers")
        self.asking: list[Future[None]] = []
        self.thread = threading.Thread(target=self.run, name="sweeper", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self.stopping.set()
        self.pool.shutdown(wait=False, cancel_futures=True)
        self.webhooks.shutdown(wait=False, cancel_futures=True)
        self.providers.shutdown(wait=False, cancel_futures=True)

    def run(self) -> None:
        rounds = 0
        while not self.stopping.wait(SWEEP_SECONDS):
            rounds += 1
            try:
                self.sweep(polls=rounds % POLL_EVERY == 0)
            except Exception:
                logger.exception("A sweep failed; the next one follows.")
            finally:
                close_old_connections()

    def sweep(self, *, polls: bool = False) -> None:
        now = timezone.now()
        self.call_webhooks(now)
        self.ask_providers(now)
        waiting = [self.pool.submit(_send, pk) for pk in delivery.due(now)]
        for future in waiting:
            future.result()
        if polls:
            delivery.poll_carrier(now)

    def call_webhooks(self, now: datetime) -> None:
        """Begin with those that are due, unless the ones before still wait."""
        if all(call.done() for call in self.calling):
            waiting = delivery.due(now, webhooks=True)
            self.calling = [self.webhooks.submit(_send, pk) for pk in waiting]

    def ask_providers(self, now: datetime) -> None:
        """The same for identity checks at a provider."""
        if all(one.done() for one in self.asking):
            waiting = hosted.due(now)
            self.asking = [self.providers.submit(_attend, pk) for pk in waiting]


def _send(delivery_id: int) -> None:
    try:
        send(delivery_id)
    finally:
        close_old_connections()


def _attend(check_id: int) -> None:
    try:
        attend_identity(check_id)
    finally:
        close_old_connections()


_sweepers: list[Sweeper] = []


@worker_ready.connect
def start(**kwargs: Any) -> None:
    sweeper = Sweeper()
    _sweepers.append(sweeper)
    sweeper.start()


@worker_shutting_down.connect
def stop(**kwargs: Any) -> None:
    while _sweepers:
        _sweepers.pop().stop()
