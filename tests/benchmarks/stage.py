"""What a benchmark runs against: carrier, database, web server and worker.

A benchmark is a process of its own. Its variables come from
tests.environment; prepare() adds the carrier and loads the settings, and the
servers that it starts inherit them. The public address is an HTTPS one, as in
production; requests reach the web server as if a proxy had passed them on.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.carrier.records import Text
from tests.carrier.server import Carrier
from tests.services import process
from tests.services.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
HOST = "sign.bench.test"
PUBLIC = {
    "PUBLIC_URL": f"https://{HOST}",
    "ALLOWED_HOSTS": HOST,
    "TRUSTED_PROXIES": "1",
    "SECURE_SSL_REDIRECT": "no",
    # Everybody comes from one address; the statements stay the same.
    "LIMIT_FACTOR": "100000",
    "LOG_LEVEL": "ERROR",
    "SMS_CHANNEL": "twilio",
    "VOICE_CHANNEL": "twilio",
}
WORKER = ["worker", "-P", "threads", "-c", "4", "-Q", "codes", "--loglevel", "INFO"]
WORKER += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
GUNICORN = ["--workers", "2", "--threads", "8", "--no-control-socket"]


class Doorbell(Carrier):
    """A carrier that rings when a text arrives: whoever waits spends no time."""

    def __init__(self, account_sid: str, auth_token: str) -> None:
        super().__init__(account_sid, auth_token)
        self.arrived: dict[str, Text] = {}
        self.bell = threading.Condition()

    def accept_text(self, text: Text) -> dict[str, Any]:
        with self.bell:
            self.arrived[text.to] = text
            self.bell.notify_all()
        return super().accept_text(text)

    def wait_for_arrival(self, number: str, timeout: float = 30.0) -> Text:
        with self.bell:
            assert self.bell.wait_for(lambda: number in self.arrived, timeout)
            return self.arrived[number]

    def wait_for_body(self, number: str) -> str:
        return self.wait_for_arrival(number).body


def prepare() -> Doorbell:
    """Start a carrier, load the settings and make the tables."""
    account, token = os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"]
    carrier = Doorbell(account, token)
    carrier.calls_back = False
    carrier.start()
    os.environ.update(PUBLIC, TWILIO_API_URL=carrier.url)
    prepare_django()
    return carrier


def prepare_django() -> None:
    import django  # noqa: PLC0415 -- the environment comes first

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    for name in ("queue", "processed", "control"):
        (settings.DATA_DIR / "broker" / name).mkdir(parents=True, exist_ok=True)
    (settings.DATA_DIR / "tmp").mkdir(exist_ok=True)
    # Kombu moves each message file through the temporary folder.
    os.environ["TMPDIR"] = str(settings.DATA_DIR / "tmp")
    tempfile.tempdir = None
    call_command("migrate", interactive=False, verbosity=0)
    if not (settings.STATIC_ROOT / "staticfiles.json").exists():
        call_command("collectstatic", interactive=False, verbosity=0)


def backend() -> str:
    """Name what this process runs on."""
    broker = "Redis" if os.environ.get("REDIS_URL") else "filesystem broker"
    database = os.environ.get("DATABASE_URL", "sqlite:")
    return f"{broker}, {'SQLite' if database.startswith('sqlite') else 'PostgreSQL'}"


@contextmanager
def worker(app: str = "config", *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run one Celery worker, as the demo and production do."""
    log = _log("worker")
    command = [sys.executable, "-m", "celery", "-A", app, *WORKER, *options]
    running = process.start(command, log, environment=dict(os.environ), cwd=ROOT)
    try:
        process.wait_until(lambda: b" ready." in log.read_bytes(), running, log)
        yield running
    finally:
        process.stop(running, signal.SIGTERM)


@contextmanager
def web(application: str = "config.wsgi:application") -> Iterator[int]:
    """Run gunicorn; yield its port."""
    port, log = free_port(), _log("web")
    command = [sys.executable, "-m", "gunicorn", application, *GUNICORN]
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    running = process.start(command, log, environment=dict(os.environ), cwd=ROOT)
    try:
        process.wait_until(lambda: _listens(port), running, log)
        yield port
    finally:
        process.stop(running, signal.SIGTERM)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _log(name: str) -> Path:
    return Path(os.environ["DATA_DIR"]) / f"{name}-{os.getpid()}-{free_port()}.log"
