"""Run one operation in a child process that may die without harm.

The parent hands over bytes and gets bytes back; it never parses them. Both
ways go through files without a name, so that neither side can block the other
and the kernel's file-size limit caps what a child can answer.

The child is a module of its own, which limits itself before it loads any
parser: see confinement.py.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from verification.confinement import OUT_OF_MEMORY, Result

ROOT = Path(__file__).resolve().parents[1]
WALL_SECONDS = 60.0


class ChildFailed(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The child gave no answer."""


class ChildTimeout(ChildFailed):
    """The child used up its time."""


class ChildCrashed(ChildFailed):
    """The child died. out_of_memory tells whether for want of memory."""

    def __init__(self, detail: str, *, out_of_memory: bool = False) -> None:
        super().__init__(detail)
        self.out_of_memory = out_of_memory


def run(
    module: str,
    operation: str,
    source: bytes,
    *,
    timeout: float = WALL_SECONDS,
    options: Mapping[str, Any],
    on_disk: bool = True,
) -> Result:
    """Run an operation of a child module on source. options must be JSON.

    timeout is in seconds. What must not reach a disk in clear says so: then the
    files are memory's. Raises ChildTimeout and ChildCrashed.
    """
    with _unnamed(on_disk=on_disk) as request, _unnamed(on_disk=on_disk) as answer:
        request.write(json.dumps(options).encode() + b"\n")
        request.write(source)
        request.seek(0)
        child = _start(module, operation, timeout, request, answer)
        status = _wait(child, timeout)
        if status != 0:
            raise _failure(operation, status)
        answer.seek(0)
        return _read(answer)


def _unnamed(*, on_disk: bool) -> IO[bytes]:
    if on_disk:
        return tempfile.TemporaryFile()
    return os.fdopen(os.memfd_create("child"), "w+b")


def _start(
    module: str,
    operation: str,
    timeout: float,
    request: IO[bytes],
    answer: IO[bytes],
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-E", "-s", "-m", module]
    return subprocess.Popen(  # noqa: S603 - our own module, no shell
        [*command, operation, str(int(timeout) + 1)],
        stdin=request,
        stdout=answer,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        # Nothing of ours: a parser that is taken over must find no key.
        env={"PATH": os.defpath, "LANG": "C.UTF-8"},
        start_new_session=True,
    )


def _wait(child: subprocess.Popen[bytes], timeout: float) -> int:
    """Return the child's status as soon as it ends: Popen.wait looks 20 times a
    second, and most children need less than a third of one."""
    end = os.pidfd_open(child.pid)
    try:
        waiting = select.poll()
        waiting.register(end, select.POLLIN)
        if not waiting.poll(timeout * 1000):
            raise ChildTimeout(f"no answer in {timeout:.0f} s")
        return child.wait()
    finally:
        os.close(end)
        if child.poll() is None:
            child.kill()
            child.wait()


def _failure(operation: str, status: int) -> ChildFailed:
    if status == -signal.SIGXCPU:
        return ChildTimeout(f"{operation} used up its processor time")
    detail = f"{operation} ended with status {status}"
    return ChildCrashed(detail, out_of_memory=status == OUT_OF_MEMORY)


def _read(answer: IO[bytes]) -> Result:
    try:
        head = json.loads(answer.readline())
        blobs = tuple(answer.read(size) for size in head["sizes"])
    except (ValueError, KeyError, TypeError) as error:
        raise ChildCrashed("the answer is not readable") from error
    return Result(data=head["data"], blobs=blobs)
