"""A private Redis server for one run of the tests."""

from __future__ import annotations

import shutil
import signal
import tempfile
from pathlib import Path

import redis

from tests.services import process
from tests.services.ports import free_port


class RedisServer:
    def __init__(self, port: int | None = None) -> None:
        binary = shutil.which("redis-server")
        if binary is None:
            raise process.ServiceError(
                "Redis is missing: install the package redis-server."
            )
        self.binary = binary
        self.port = port or free_port()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="countersign-redis-"))
        log = self.folder / "server.log"
        command = [self.binary, "--bind", "127.0.0.1", "--port", str(self.port)]
        command += ["--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        self.process = process.start(command, log)
        process.wait_until(self._is_ready, self.process, log)

    def stop(self) -> None:
        process.stop(self.process, signal.SIGTERM)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _is_ready(self) -> bool:
        client = redis.Redis(host="127.0.0.1", port=self.port, socket_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()
