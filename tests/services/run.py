"""Start PostgreSQL and Redis for one command, and end them with it.

    python -m tests.services.run [--postgresql-port N] [--redis-port N] COMMAND...

COMMAND finds DATABASE_URL and REDIS_URL in its environment; a variable that is
already set is left alone and its server is not started.  Without a command the
servers run until SIGTERM or Ctrl-C, and what to export is printed.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.services.postgresql import PostgreSQL
from tests.services.process import ServiceError
from tests.services.redis_server import RedisServer


@contextmanager
def services(
    postgresql_port: int | None = None, redis_port: int | None = None
) -> Iterator[dict[str, str]]:
    """Start the servers whose variable is not set; yield the variables."""
    found = {}
    with ExitStack() as stack:
        if "DATABASE_URL" not in os.environ:
            postgresql = PostgreSQL(postgresql_port)
            stack.callback(postgresql.stop)
            postgresql.start()
            found["DATABASE_URL"] = postgresql.url
        if "REDIS_URL" not in os.environ:
            redis_server = RedisServer(redis_port)
            stack.callback(redis_server.stop)
            redis_server.start()
            found["REDIS_URL"] = redis_server.url
        yield found


def run(command: list[str], variables: dict[str, str]) -> int:
    """Run command to its end and return its exit status; pass signals on."""
    environment = os.environ | variables
    child = subprocess.Popen(command, env=environment)  # noqa: S603 -- the caller's
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: child.send_signal(number))
    status = child.wait()
    return status if status >= 0 else 128 - status


def wait(variables: dict[str, str]) -> int:
    for name, value in variables.items():
        sys.stdout.write(f"export {name}={value}\n")
    sys.stdout.flush()
    stop = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)
    signal.sigwait(stop)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--postgresql-port", type=int)
    parser.add_argument("--redis-port", type=int)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    try:
        with services(options.postgresql_port, options.redis_port) as variables:
            if options.command:
                return run(options.command, variables)
            return wait(variables)
    except ServiceError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
