"""System checks: what works, but not as it should."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connections

from signing import trigrams


@register(Tags.database)
def check_search(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None,
    **kwargs: Any,
) -> list[CheckMessage]:
    """A search that reads every row is told of wherever the database is looked at."""
    return [
        Warning(trigrams.SLOW, hint=trigrams.ADVICE, id="signing.W001")
        for alias in databases or []
        if trigrams.is_missing(connections[alias])
    ]
