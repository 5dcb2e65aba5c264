from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from verification import dispatch
from verification.flows import reading

_examine = cache(reading.examine)


@pytest.fixture
def quick_child(monkeypatch) -> None:
    """Each picture goes through a real child once, however many tests show it."""
    monkeypatch.setattr(reading, "examine", _examine)


@pytest.fixture
def morning(time_machine) -> datetime:
    time_machine.move_to(datetime(2026, 6, 1, 9, 0, tzinfo=UTC), tick=False)
    return datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def utopia(settings) -> None:
    """Documents of ICAO's specimen state count, as in the demo."""
    settings.DEMO = True


@pytest.fixture
def announced(monkeypatch) -> list[tuple[str, int]]:
    """What the broker was given: tasks and the ids of their rows."""
    published: list[tuple[str, int]] = []
    monkeypatch.setattr(
        dispatch, "publish", lambda task, row_id: published.append((task, row_id))
    )
    return published


@pytest.fixture
def no_files(settings) -> None:
    for path in (Path(settings.FILES_DIR) / "identity").glob("*"):
        path.unlink()
