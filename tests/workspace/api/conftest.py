from __future__ import annotations

from functools import cache

import pytest

from signing.pdf import intake

_look = cache(intake.check)


@pytest.fixture
def papers_looked_at_once(monkeypatch):
    """The child process sees each file once in a run, not once for each test."""
    monkeypatch.setattr(intake, "check", _look)
