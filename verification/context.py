from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page may need: is_demo, and the languages of the switch."""
    return {"is_demo": settings.DEMO, "site_languages": settings.LANGUAGES}
