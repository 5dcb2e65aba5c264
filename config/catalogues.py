"""Compile the message catalogues with Babel, so that gettext need not be there."""

from __future__ import annotations

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

BASE_DIR = Path(__file__).resolve().parent.parent
FOLDERS = ("templates", "verification", "signing", "workspace")


def sources() -> list[Path]:
    """Return every .po file of the project."""
    found: list[Path] = []
    for folder in FOLDERS:
        found += sorted((BASE_DIR / folder / "locale").glob("*/LC_MESSAGES/*.po"))
    return found


def compile_changed() -> list[Path]:
    """Write the .mo file of every .po file that is newer; return those written.

    The file appears whole or not at all: a web process may be reading it.
    """
    written = []
    for source in sources():
        target = source.with_suffix(".mo")
        changed_at = source.stat().st_mtime
        if target.exists() and target.stat().st_mtime >= changed_at:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file)
        partial = target.with_suffix(f".{os.getpid()}")
        with partial.open("wb") as file:
            write_mo(file, catalogue)
        partial.replace(target)
        written.append(target)
    return written
