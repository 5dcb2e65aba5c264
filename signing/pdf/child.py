"""The child process: `python -m signing.pdf.child OPERATION SECONDS`.

Reads one line of JSON options and the source from standard input, writes one
line of JSON and the resulting files to standard output. It limits itself
before it loads any parser; see sandbox.py for the other side.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import logging
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any

from signing.pdf.answers import OUT_OF_MEMORY, Result

MEBIBYTE = 1 << 20
MEMORY = 512 * MEBIBYTE
ANSWER = 256 * MEBIBYTE
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38

# Looked up by name, so that a child loads only the parser it needs.
OPERATIONS = {
    "clean": ("signing.pdf.cleaning", "clean"),
    "draw": ("signing.pdf.drawing", "draw"),
    "stamp": ("signing.pdf.stamping", "stamp"),
    "merge": ("signing.pdf.stamping", "merge"),
    "bind": ("signing.pdf.stamping", "bind"),
    "logo": ("signing.pdf.pictures", "logo"),
    "examine": ("signing.pdf.examining", "examine"),
}

Operation = Callable[[bytes, dict[str, Any]], Result]


def limit(seconds: int) -> None:
    """Give this process at most MEMORY and seconds of processor time."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, ANSWER),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (most, most))


def load(name: str) -> Operation:
    module, function = OPERATIONS[name]
    operation: Operation = getattr(importlib.import_module(module), function)
    return operation


def answer(result: Result) -> None:
    sizes = [len(blob) for blob in result.blobs]
    head = json.dumps({"data": result.data, "sizes": sizes}).encode()
    out = sys.stdout.buffer
    out.write(head + b"\n")
    for blob in result.blobs:
        out.write(blob)
    out.flush()


def main(name: str, seconds: str) -> int:
    limit(int(seconds))
    logging.disable(logging.CRITICAL)  # parsers describe every damaged object
    options = json.loads(sys.stdin.buffer.readline())
    source = sys.stdin.buffer.read()
    try:
        answer(load(name)(source, options))
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
