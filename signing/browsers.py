"""A short name of a browser, as people say it: "Safari on iPhone"."""

from __future__ import annotations

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


def _first(names: tuple[tuple[str, str], ...], lowered: str) -> str:
    return next((name for sign, name in names if sign.lower() in lowered), "")
