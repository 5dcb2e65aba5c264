from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# A program with a child of its own that ignores SIGTERM, as a stuck worker may.
STUBBORN = "trap '' TERM; sleep 300 & wait"


class Tree:
    """A process that runs programs with config.processes, as the demo does."""

    def __init__(self, mark: str, *commands: str) -> None:
        self.mark = f"TREE={mark}".encode()
        script = f"""
            import os, signal, sys
            from config import processes
            # Whatever runs the tests may ignore it (nohup): then so would we.
            signal.signal(signal.SIGHUP, signal.SIG_DFL)
            processes.GRACE_SECONDS = 0.3
            processes.WORTH_RESTARTING_SECONDS = 0.5
            programs = [
                processes.Program("A part", ["sh", "-c", command])
                for command in {commands!r}
            ]
            print("started", flush=True)
            sys.exit(processes.run(programs, dict(os.environ), print))
        """
        self.process = subprocess.Popen(  # noqa: S603 -- ourselves
            [sys.executable, "-c", textwrap.dedent(script)],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "TREE": mark},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout
        assert self.process.stdout.readline() == "started\n"

    def pids(self) -> list[int]:
        found = []
        for folder in Path("/proc").iterdir():
            with suppress(OSError, ValueError):
                if self.mark in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
        return found

    def wait_for(self, count: int) -> None:
        end = time.monotonic() + 30
        while len(self.pids()) != count:
            assert time.monotonic() < end, self.pids()
            time.sleep(0.02)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[type]:
    trees = []

    def start_one(*commands: str) -> Tree:
        trees.append(Tree(str(tmp_path), *commands))
        return trees[-1]

    yield start_one
    for tree in trees:
        for pid in tree.pids():
            os.kill(pid, signal.SIGKILL)
        tree.process.wait()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_every_part_and_its_children(start, how):
    tree = start("sleep 300 & wait", STUBBORN)
    tree.wait_for(5)
    tree.process.send_signal(how)
    tree.wait_for(0)
    assert tree.process.wait() == 0


def test_not_even_kill_9_leaves_a_part_behind(start):
    tree = start("exec sleep 300", "exec sleep 300")
    tree.wait_for(3)
    tree.process.kill()
    tree.process.wait()
    tree.wait_for(0)


def test_a_part_that_cannot_start_ends_the_whole(start):
    tree = start("exit 3", "exec sleep 300")
    assert tree.process.wait(30) == 1
    assert "A part ended with status 3." in tree.process.stdout.read()
    tree.wait_for(0)


def test_a_part_that_dies_later_is_started_again(start, tmp_path):
    tree = start(f"echo x >> {tmp_path}/starts; exec sleep 300")
    tree.wait_for(2)
    time.sleep(0.6)
    child = next(pid for pid in tree.pids() if pid != tree.process.pid)
    os.kill(child, signal.SIGKILL)
    end = time.monotonic() + 30
    while (tmp_path / "starts").read_text() != "x\nx\n":
        assert time.monotonic() < end
        time.sleep(0.02)
