"""kombu's filesystem broker, in which a file is whole or not there at all.

kombu 5.7 opens a file under its final name and then writes it. A worker that
looks in between reads nothing, takes that for broken JSON and ends; seen once
in some hundred messages on a busy machine. Here files are written aside and
renamed.
"""

from __future__ import annotations

import fcntl
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.transport.filesystem import exchange_queue_t
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]  # its own bases disagree
        name = f"{time.monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"
        write_whole(Path(self.data_folder_out) / name, dumps(payload))

    def _queue_bind(
        self, exchange: str, routing_key: str | None, pattern: str | None, queue: str
    ) -> None:
        folder = Path(self.control_folder)
        folder.mkdir(exist_ok=True)
        bound = exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with (folder / "lock").open("wb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            table = self.get_table(exchange)
            if bound not in table:
                write_whole(folder / f"{exchange}.exchange", dumps([bound, *table]))


class Transport(filesystem.Transport):
    Channel = Channel


def write_whole(path: Path, text: str) -> None:
    """Write a file under another name and rename it, which nobody sees halfway."""
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    draft.write_text(text)
    draft.rename(path)


def install() -> None:
    """Let "filesystem://" mean this transport, for publishers and workers."""
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
