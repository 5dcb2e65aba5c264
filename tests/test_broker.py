"""The filesystem broker: nobody ever reads half a message."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from config import broker

MANY = 200


@pytest.fixture
def connect(tmp_path: Path, monkeypatch):
    broker.install()
    folders = {name: tmp_path / name for name in ("queue", "control", "tmp")}
    for folder in folders.values():
        folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folders["tmp"]))
    options = {
        "data_folder_in": str(folders["queue"]),
        "data_folder_out": str(folders["queue"]),
        "control_folder": str(folders["control"]),
    }
    return lambda: Connection("filesystem://localhost", transport_options=options)


def test_filesystem_means_our_transport(connect):
    assert isinstance(connect().channel(), broker.Channel)


def test_every_message_arrives_once_and_whole_while_others_write(connect):
    def write(start: int) -> None:
        channel = connect().channel()
        for number in range(start, start + MANY):
            channel._put("codes", {"number": number, "filling": "x" * 20_000})

    writers = [threading.Thread(target=write, args=(n * MANY,)) for n in range(3)]
    for writer in writers:
        writer.start()
    reader, found = connect().channel(), []
    end = time.monotonic() + 60
    while len(found) < 3 * MANY and time.monotonic() < end:
        with contextlib.suppress(Empty):
            found.append(reader._get("codes")["number"])
    assert sorted(found) == list(range(3 * MANY))


def test_workers_that_start_together_all_bind_their_queues(connect):
    def bind(number: int) -> None:
        channel = connect().channel()
        channel._queue_bind("tasks", "", "", f"queue-{number}")

    workers = [threading.Thread(target=bind, args=(n,)) for n in range(20)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    bound = {row.queue for row in connect().channel().get_table("tasks")}
    assert bound == {f"queue-{number}" for number in range(20)}


def test_half_written_message_is_not_taken(connect, tmp_path):
    (tmp_path / "queue" / ".1_a.codes.msg.0").write_text("")
    with pytest.raises(Empty):
        connect().channel()._get("codes")
