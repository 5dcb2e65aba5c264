"""The child's side of sandbox.py: limits itself, works, answers.

Loads next to nothing: a child waits for its imports.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import logging
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

OUT_OF_MEMORY = 77  # the child's exit status; any other failure is a crash
MEBIBYTE = 1 << 20
MEMORY = 512 * MEBIBYTE
ANSWER = 256 * MEBIBYTE
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38


@dataclass(frozen=True)
class Result:
    """What a child answered: JSON data and any number of files."""

    data: dict[str, Any]  # JSON: shaped by the operation
    blobs: tuple[bytes, ...] = ()


Operation = Callable[[bytes, dict[str, Any]], Result]


def limit(seconds: int, memory: int = MEMORY) -> None:
    """Give this process at most memory, in bytes, and seconds of processor time."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, ANSWER),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (most, most))


def serve(operations: Mapping[str, tuple[str, str]], memory: int = MEMORY) -> int:
    """Be the child: read options and source, answer, and return the exit status.

    operations maps a name to module and function, which are loaded only when
    they are asked for.
    """
    name, seconds = sys.argv[1], sys.argv[2]
    limit(int(seconds), memory)
    logging.disable(logging.CRITICAL)  # parsers describe every damaged object
    options = json.loads(sys.stdin.buffer.readline())
    source = sys.stdin.buffer.read()
    try:
        module, function = operations[name]
        operation: Operation = getattr(importlib.import_module(module), function)
        _answer(operation(source, options))
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def _answer(result: Result) -> None:
    sizes = [len(blob) for blob in result.blobs]
    head = json.dumps({"data": result.data, "sizes": sizes}).encode()
    out = sys.stdout.buffer
    out.write(head + b"\n")
    for blob in result.blobs:
        out.write(blob)
    out.flush()
