"""A tree of processes that starts and ends as one.

Each child is a session of its own, so Ctrl-C reaches only this process, which
ends them in order; and each asks the kernel for SIGTERM when this process is
gone, so that not even kill -9 leaves one behind.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

PR_SET_PDEATHSIG = 1
STOP = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
GRACE_SECONDS = 10
# A child that lived this long and died is started again; one that died sooner
# would only die again.
WORTH_RESTARTING_SECONDS = 10


@dataclass(frozen=True)
class Program:
    name: str
    command: Sequence[str]


class Report(Protocol):
    def __call__(self, sentence: str) -> object: ...


def end_with_parent() -> None:
    """Ask for SIGTERM when the process that started this one is gone."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    def __init__(self, program: Program, environment: Mapping[str, str]) -> None:
        self.program = program
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 -- our own command lines
            program.command,
            stdin=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
            preexec_fn=_prepare,
        )

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    @property
    def was_worth_it(self) -> bool:
        return time.monotonic() - self.started_at >= WORTH_RESTARTING_SECONDS

    def end(self, how: signal.Signals) -> None:
        """Signal the child's whole session, its own children too."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, how)


def _prepare() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    end_with_parent()


def run(
    programs: Sequence[Program], environment: Mapping[str, str], report: Report
) -> int:
    """Run programs until a signal or a lasting failure; return the exit status."""
    signal.pthread_sigmask(signal.SIG_BLOCK, watched())
    children = [Child(program, environment) for program in programs]
    try:
        return _watch(children, environment, report)
    finally:
        _end(children)


def watched() -> frozenset[signal.Signals]:
    """Return the signals that matter; under nohup the terminal's end does not."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return STOP - {signal.SIGHUP} | {signal.SIGCHLD}
    return STOP | {signal.SIGCHLD}


def _watch(
    children: list[Child], environment: Mapping[str, str], report: Report
) -> int:
    while signal.sigwait(watched()) not in STOP:
        for position, child in enumerate(children):
            if not child.has_ended:
                continue
            status = child.process.returncode
            report(f"{child.program.name} ended with status {status}.")
            if not child.was_worth_it:
                return 1
            child.end(signal.SIGKILL)
            children[position] = Child(child.program, environment)
    return 0


def _end(children: Sequence[Child]) -> None:
    for child in children:
        child.process.terminate()
    end = time.monotonic() + GRACE_SECONDS
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.0, end - time.monotonic()))
    for child in children:
        child.end(signal.SIGKILL)
        child.process.wait()
