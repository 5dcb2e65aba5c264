from __future__ import annotations

from django_countries import Countries


def choices() -> list[tuple[str, str]]:
    return [(one.code, str(one.name)) for one in Countries()]
