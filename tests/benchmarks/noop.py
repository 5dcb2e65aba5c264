"""The floor of every code: a task that does nothing on the same broker."""

from __future__ import annotations

import socket
import time

from celery import shared_task

PATIENCE = 5.0  # seconds; then the task counts as lost


@shared_task(ignore_result=True)
def run(number: int, port: int) -> None:
    """Note the time, then tell it by one datagram."""
    at = time.time()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(f"{number} {at!r}".encode(), ("127.0.0.1", port))


class Noop:
    """Publish no-op tasks and learn when they ran."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(PATIENCE)
        self.port = self.socket.getsockname()[1]
        self.number = self.lost = 0

    def measure(self) -> float | None:
        """Return the seconds from just before publishing to the first line.

        None when the broker lost the task: a file can be read while it is
        being written. A code's row would be found by the sweeper then.
        """
        self.number += 1
        begun = time.time()
        run.apply_async(args=[self.number, self.port], queue="codes")
        try:
            while True:
                number, at = self.socket.recv(64).decode().split()
                if int(number) == self.number:
                    return float(at) - begun
        except TimeoutError:
            self.lost += 1
            return None
