"""Servers that end with the process that started them, however it ends."""

from __future__ import annotations

import ctypes
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

PR_SET_PDEATHSIG = 1


class ServiceError(RuntimeError):
    """A server that tests need is not there or did not start."""


def start(
    command: list[str],
    log: Path,
    *,
    user: str | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start command in a session of its own, with its output in log.

    The kernel sends death_signal to it when the calling thread is gone, so
    call this from a thread that lives as long as the server should.
    """
    prctl = ctypes.CDLL(None).prctl
    account = pwd.getpwnam(user) if user else None
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603 -- our own command lines
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            cwd=cwd or log.parent,
            env=environment,
            preexec_fn=lambda: prctl(PR_SET_PDEATHSIG, death_signal),
        )


def wait_until(
    ready: Callable[[], bool],
    process: subprocess.Popen[bytes],
    log: Path,
    seconds: float = 60,
) -> None:
    """Return when ready() is true; raise ServiceError when that cannot come."""
    end = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > end:
            tail = log.read_text(errors="replace")[-2000:]
            raise ServiceError(f"{process.args!r} did not start:\n{tail}")
        time.sleep(0.05)


def stop(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """Ask the server to end, and end it if it does not within ten seconds."""
    if process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
