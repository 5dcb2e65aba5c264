"""What the page of all components shows."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

COLOURS = [
    "canvas",
    "surface",
    "raised",
    "sunken",
    "hover",
    "line",
    "edge",
    "control",
    "ink",
    "ink2",
    "ink3",
    "accent",
    "accent-h",
    "on-accent",
    "soft",
    "accent-line",
    "ok",
    "ok-soft",
    "ok-line",
    "warn",
    "warn-soft",
    "warn-line",
    "bad",
    "bad-soft",
    "bad-line",
]


def everything() -> dict[str, Any]:
    return {
        "colours": COLOURS,
        "chips": chips(),
        "avatars": avatars(),
        "strips": strips(),
    }


def chips() -> list[dict[str, str]]:
    rows = [
        (_("Draft"), "outlined", "pencil"),
        (_("Sent"), "info", "send"),
        (_("Viewed"), "info", "eye"),
        (_("Needs attention"), "warn", "alert"),
        (_("Completed"), "ok", "check"),
        (_("Declined"), "bad", "close"),
        (_("Recalled"), "", "undo"),
        (_("Expired"), "", "clock"),
    ]
    return [dict(zip(("words", "tone", "icon"), row, strict=True)) for row in rows]


def avatars() -> list[dict[str, str]]:
    rows = [
        ("GN", "", _("Not sent")),
        ("AL", "waiting", _("Not in yet")),
        ("MO", "inside", _("Inside")),
        ("SO", "signed", _("Signed")),
        ("JP", "unreachable", _("Can’t be reached")),
        ("NH", "locked", _("Locked")),
    ]
    keys = ("initials", "standing", "words")
    return [dict(zip(keys, row, strict=True)) for row in rows]


def strips() -> list[dict[str, str]]:
    delivered = _("Delivered at %(time)s") % {"time": "10:42"}
    rows = [
        ("", "clock", _("Getting ready to send"), ""),
        ("", "send", _("Sent, on its way"), "K7"),
        ("ok", "check-circle", delivered, "K7"),
        ("", "phone", _("Calling now. Press 1."), "R3"),
        ("warn", "clock", _("Slower than usual"), "K7"),
        ("bad", "alert", _("Could not be delivered"), ""),
    ]
    keys = ("tone", "icon", "words", "reference")
    return [dict(zip(keys, row, strict=True)) for row in rows]
