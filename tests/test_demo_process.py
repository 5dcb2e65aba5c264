"""`make demo` as a stranger's program uses it: start, read, stop."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.services.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 120
END_SECONDS = 30

# One after the other: they share a folder, as somebody's demo from day to day.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]


class Demo:
    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.mark = f"DATA_DIR={data_dir}".encode()
        environment = {
            name: os.environ[name]
            for name in ("HOME", "LANG", "PATH")
            if name in os.environ
        }
        environment |= {"DATA_DIR": str(data_dir), "PORT": str(self.port)}
        self.log = data_dir.with_suffix(".log")
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                ["make", "demo"],  # noqa: S607 -- make is where PATH says
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def read(self, path: str) -> bytes:
        with urllib.request.urlopen(self.url + path, timeout=10) as response:  # noqa: S310
            return response.read()

    def wait_until_ready(self) -> None:
        end = time.monotonic() + READY_SECONDS
        while True:
            try:
                self.read("/healthz")
            except OSError:
                assert self.process.poll() is None, self.log.read_text()[-4000:]
                assert time.monotonic() < end, self.log.read_text()[-4000:]
                time.sleep(0.2)
            else:
                return

    def processes(self) -> dict[int, str]:
        """Return every process of this demo: their environment names its folder."""
        found = {}
        for folder in Path("/proc").iterdir():
            try:
                if self.mark in (folder / "environ").read_bytes().split(b"\0"):
                    command = (folder / "cmdline").read_bytes()
                    found[int(folder.name)] = command.replace(b"\0", b" ").decode()
            except (OSError, ValueError):
                continue
        return found

    def wait_until_gone(self) -> None:
        end = time.monotonic() + END_SECONDS
        self.process.wait(END_SECONDS)
        while self.processes() and time.monotonic() < end:
            time.sleep(0.1)
        assert self.processes() == {}

    def clean_up(self) -> None:
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "data"


@pytest.fixture
def demo(data_dir: Path) -> Iterator[Demo]:
    demo = Demo(data_dir)
    try:
        demo.wait_until_ready()
        yield demo
    finally:
        demo.clean_up()


def end_make(demo: Demo) -> None:
    demo.process.terminate()


def press_control_c(demo: Demo) -> None:
    os.killpg(demo.process.pid, signal.SIGINT)


def kill_make(demo: Demo) -> None:
    demo.process.kill()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def test_the_demo_says_who_to_be_to_its_owner_alone(demo):
    facts = json.loads((demo.data_dir / "demo.json").read_text())
    assert facts["base_url"] == demo.url
    assert {"publisher", "company_admin"} <= {one["role"] for one in facts["accounts"]}
    assert len({one["company"] for one in facts["accounts"]}) == 2
    kinds = {kind for signer in facts["signers"] for kind in signer["factors"]}
    assert {"access_code", "phone", "email", "identity", "passkey", "totp"} == kinds
    assert all(signer["link"].startswith(demo.url) for signer in facts["signers"])
    assert isinstance(json.loads(demo.read("/demo/outbox.json")), list)
    assert b"<html" in demo.read("/")
    # Its secrets are the owner's alone.
    for name in ("keys.json", "demo.json"):
        assert (demo.data_dir / name).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("end", [end_make, press_control_c, kill_make])
def test_nothing_is_left_when_the_demo_ends(demo: Demo, end: Callable[[Demo], None]):
    assert len(demo.processes()) >= 4
    end(demo)
    demo.wait_until_gone()
    assert is_free(demo.port)


def test_a_taken_port_is_said_in_a_sentence(data_dir):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = subprocess.run(  # noqa: S603 -- make
            ["make", "demo", f"PORT={port}", f"DATA_DIR={data_dir}"],  # noqa: S607
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")},
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert run.returncode != 0
    assert f"Port {port} is not free." in run.stderr
