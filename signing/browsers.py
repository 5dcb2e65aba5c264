"""A short name of a browser, as people say it: "Safari on iPhone"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

# The first that matches wins: most browsers claim to be several.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("python", "a program"),
    ("curl", "a program"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def short_name(user_agent: str) -> str:
    """Return a name for people, never the raw header: it is not ours to quote."""
    lowered = user_agent.lower()
    browser = _first(BROWSERS, lowered)
    system = _first(SYSTEMS, lowered)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "an unknown browser"


def shown(name: str) -> str:
    """Return a short name, as trails keep it, in the reader's language."""
    browser, on, system = name.partition(" on ")
    nameless = {
        "a program": _("a program"),
        "an unknown browser": _("an unknown browser"),
    }
    browser = nameless.get(browser, browser)
    if not on:
        return browser
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}


def origin_of(facts: Mapping[str, Any]) -> str:
    """Return where an entry of a trail came from: Safari on iPhone, 203.0.113.24"""
    found = (shown(str(facts.get("browser") or "")), str(facts.get("ip") or ""))
    return ", ".join(filter(None, found))


def _first(names: tuple[tuple[str, str], ...], lowered: str) -> str:
    return next((name for sign, name in names if sign.lower() in lowered), "")
