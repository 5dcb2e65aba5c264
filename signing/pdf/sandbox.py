"""Run one PDF operation in a child process that may die without harm.

The parent hands over bytes and gets bytes back; it never parses them. Both
ways go through unnamed files, so that neither side can block the other and the
kernel's file-size limit caps what a child can answer.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

from signing.pdf.answers import OUT_OF_MEMORY, Result

ROOT = Path(__file__).resolve().parents[2]
WALL_SECONDS = 60.0


class PdfFailed(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The child gave no answer."""


class PdfTimeout(PdfFailed):
    """The child used up its time."""


class PdfCrashed(PdfFailed):
    """The child died. out_of_memory tells whether for want of memory."""

    def __init__(self, detail: str, *, out_of_memory: bool = False) -> None:
        super().__init__(detail)
        self.out_of_memory = out_of_memory


def run(
    operation: str, source: bytes, *, timeout: float = WALL_SECONDS, **options: Any
) -> Result:
    """Run operation on source. options must be JSON. timeout is in seconds.

    Raises PdfTimeout and PdfCrashed.
    """
    with tempfile.TemporaryFile() as request, tempfile.TemporaryFile() as answer:
        request.write(json.dumps(options).encode() + b"\n")
        request.write(source)
        request.seek(0)
        status = _wait(_start(operation, timeout, request, answer), timeout)
        if status != 0:
            raise _failure(operation, status)
        answer.seek(0)
        return _read(answer)


def _start(
    operation: str, timeout: float, request: IO[bytes], answer: IO[bytes]
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-E", "-s", "-m", "signing.pdf.child"]
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
            raise PdfTimeout(f"no answer in {timeout:.0f} s")
        return child.wait()
    finally:
        os.close(end)
        if child.poll() is None:
            child.kill()
            child.wait()


def _failure(operation: str, status: int) -> PdfFailed:
    if status == -signal.SIGXCPU:
        return PdfTimeout(f"{operation} used up its processor time")
    detail = f"{operation} ended with status {status}"
    return PdfCrashed(detail, out_of_memory=status == OUT_OF_MEMORY)


def _read(answer: IO[bytes]) -> Result:
    try:
        head = json.loads(answer.readline())
        blobs = tuple(answer.read(size) for size in head["sizes"])
    except (ValueError, KeyError, TypeError) as error:
        raise PdfCrashed("the answer is not readable") from error
    return Result(data=head["data"], blobs=blobs)
