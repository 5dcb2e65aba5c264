from __future__ import annotations

import hashlib
import os
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config import catalogues, processes
from config.env import read_int

HOST = "127.0.0.1"
READY_SECONDS = 60


class Command(BaseCommand):
    help = "Run everything on this machine, with a demo company: web, workers, beat."
    # The database is made by this command; checks run once it is there.
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--with-parent",
            action="store_true",
            help="End when the process that started this one ends.",
        )

    def handle(self, *args: object, **options: object) -> None:
        if options["with_parent"]:
            processes.end_with_parent()
        if not settings.DEMO:
            raise CommandError("Set DEMO=1, or run `make demo`.")
        self.port = read_int("PORT", 8000)
        refuse_taken_port(self.port)
        prepare_folders(settings.DATA_DIR)
        self.prepare_data()
        threading.Thread(target=self.announce, daemon=True).start()
        status = processes.run(
            programs(self.port), dict(os.environ), lambda text: self.stderr.write(text)
        )
        if status:
            raise CommandError("The demo ended because a part of it did.")

    def prepare_data(self) -> None:
        catalogues.compile_changed()
        collect_static()
        call_command("migrate", interactive=False, verbosity=0)
        self.check()
        if "seed_demo" not in get_commands():
            raise CommandError("The command seed_demo is not there yet.")
        if not (settings.DATA_DIR / "demo.json").exists():
            self.stdout.write("Making the demo's companies and documents ...")
            self.stdout.flush()
        call_command("seed_demo")

    def announce(self) -> None:
        """Say where the product is as soon as it answers."""
        url = f"http://{HOST}:{self.port}"
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            if answers(f"{url}/healthz"):
                self.stdout.write(f"Countersign is ready: {url} (Ctrl-C ends it)\n")
                self.stdout.flush()
                return
            time.sleep(0.2)


def refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is not free. Choose another one: make demo PORT=8010"
            ) from error


def prepare_folders(data_dir: Path) -> None:
    """Make what the parts write to, for the owner alone.

    Kombu's filesystem transport moves each message through the temporary
    folder, which must lie on the same file system as the queue.
    """
    os.umask(0o077)
    for name in ("broker/queue", "broker/processed", "broker/control", "tmp"):
        (data_dir / name).mkdir(parents=True, exist_ok=True)
    os.environ["TMPDIR"] = str(data_dir / "tmp")
    # The parts find the code in the working directory, wherever this was typed.
    os.environ["DATA_DIR"] = str(data_dir)
    os.chdir(settings.BASE_DIR)


def collect_static() -> None:
    """Collect the static files unless none has changed since the last time."""
    root = Path(settings.STATIC_ROOT)
    stamp = root / ".collected"
    fingerprint = static_fingerprint()
    if stamp.exists() and stamp.read_text() == fingerprint:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(fingerprint)


def static_fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            facts = os.stat(storage.path(path))
            line = f"{path} {facts.st_size} {facts.st_mtime_ns}\n"
            digest.update(line.encode())
    return digest.hexdigest()


def programs(port: int) -> list[processes.Program]:
    """Return what runs: codes have a worker of their own, so that they never
    wait behind the rendering of pages."""
    gunicorn = [sys.executable, "-m", "gunicorn", "config.wsgi:application"]
    gunicorn += ["--bind", f"{HOST}:{port}", "--workers", "2", "--threads", "8"]
    gunicorn += ["--graceful-timeout", "3", "--no-control-socket"]
    gunicorn += ["--log-level", "warning"]
    # A demo may well run as root, in a container of its own.
    quiet = ["-W", "ignore:You're running the worker with superuser"]
    celery = [sys.executable, *quiet, "-m", "celery", "-A", "config", "--quiet"]
    celery += ["worker"]
    celery += ["-P", "threads", "--loglevel", "WARNING", "--without-gossip"]
    celery += ["--without-mingle", "--without-heartbeat"]
    codes = [*celery, "-n", "codes@%h", "-Q", "codes", "-c", "4", "-B"]
    pages = [*celery, "-n", "pages@%h", "-Q", "pages", "-c", "2"]
    return [
        processes.Program("The web server", gunicorn),
        processes.Program("The worker for codes", codes),
        processes.Program("The worker for pages", pages),
    ]


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 -- ours
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
