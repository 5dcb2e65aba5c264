"""Tell the workers that a row waits. A hint: it may be lost, it must not hang.

With a silent broker a plain publish was seen to hang for more than 25 seconds;
here it gives up after a fifth of a second, and is not tried again for a while.
"""

from __future__ import annotations

import logging
import threading
import time

from celery import current_app
from django.conf import settings
from kombu import Connection

logger = logging.getLogger(__name__)

SOCKET_TIMEOUT = 0.2
PAUSE_AFTER_FAILURE = 5.0
_state = threading.local()
_down_until = 0.0


def hint(delivery_id: int, *, task: str = "send") -> None:
    """Announce one delivery. Never raises."""
    publish(f"verification.tasks.{task}", delivery_id)


def publish(task: str, row_id: int) -> None:
    """Put one task with one row id on the broker. Never raises."""
    global _down_until  # noqa: PLW0603  one breaker for the process
    if time.monotonic() < _down_until:
        return
    try:
        current_app.send_task(
            task, args=[row_id], connection=_connection(), retry=False
        )
    except Exception:  # noqa: BLE001  whatever the broker's client raises
        _down_until = time.monotonic() + PAUSE_AFTER_FAILURE
        _state.connection = None
        logger.warning("The broker does not answer; the sweeper will find the row.")


def _connection() -> Connection:
    connection: Connection | None = getattr(_state, "connection", None)
    if connection is None:
        quick = {
            "socket_timeout": SOCKET_TIMEOUT,
            "socket_connect_timeout": SOCKET_TIMEOUT,
            "max_retries": 0,
        }
        options = quick if settings.REDIS_URL else {}
        connection = current_app.connection(transport_options=options)
        _state.connection = connection
    return connection
