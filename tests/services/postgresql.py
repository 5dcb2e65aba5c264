"""A private PostgreSQL server for one run of the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import tempfile
from pathlib import Path

import psycopg

from tests.services import process
from tests.services.ports import free_port

# PostgreSQL refuses to run as root; Debian's package brings this account.
ACCOUNT = "postgres"

# Durability is given up for speed: nothing here outlives the run.
SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "300",
    "synchronous_commit": "off",
    "unix_socket_directories": "",
}


def find_binaries() -> Path | None:
    """Return the folder that holds initdb and postgres, newest version first."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    for found in sorted(versions, key=lambda path: path.parts[4].zfill(3))[::-1]:
        return found.parent
    on_path = shutil.which("postgres")
    return Path(on_path).resolve().parent if on_path else None


class PostgreSQL:
    def __init__(self, port: int | None = None) -> None:
        binaries = find_binaries()
        if binaries is None:
            raise process.ServiceError(
                "PostgreSQL is missing: install the package postgresql."
            )
        self.binaries = binaries
        self.user = ACCOUNT if os.geteuid() == 0 else None
        self.port = port or free_port()

    @property
    def url(self) -> str:
        return f"postgresql://countersign@127.0.0.1:{self.port}/countersign"

    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="countersign-postgresql-"))
        if self.user:
            account = pwd.getpwnam(self.user)
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        self._initialise()
        log = self.folder / "server.log"
        command = [str(self.binaries / "postgres"), "-D", str(self.folder / "data")]
        command += ["-p", str(self.port)]
        for name, value in SETTINGS.items():
            command += ["-c", f"{name}={value}"]
        self.process = process.start(
            command, log, user=self.user, death_signal=signal.SIGINT
        )
        process.wait_until(self._is_ready, self.process, log)
        with self._connect() as connection:
            connection.execute("CREATE DATABASE countersign")

    def stop(self) -> None:
        # SIGINT: do not wait for clients to leave.
        process.stop(self.process, signal.SIGINT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _initialise(self) -> None:
        log = self.folder / "initdb.log"
        command = [str(self.binaries / "initdb"), "-D", str(self.folder / "data")]
        command += ["-U", "countersign", "--auth=trust", "--no-sync"]
        command += ["--encoding=UTF8", "--locale=C.UTF-8"]
        initdb = process.start(command, log, user=self.user)
        if initdb.wait() != 0:
            raise process.ServiceError(f"initdb failed:\n{log.read_text()}")

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="countersign",
            dbname="postgres",
            autocommit=True,
            connect_timeout=2,
        )

    def _is_ready(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True
