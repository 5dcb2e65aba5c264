"""Every text people see has a Japanese form. English is the source."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from config import catalogues

ROOT = catalogues.BASE_DIR
PACKAGES = ("config", "verification", "signing", "workspace")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
NAMED = re.compile(r"%\((\w+)\)[a-z]")

# The context and the singular text: what gettext looks up.
Key = tuple[str | None, str]


def extract_from(text: str, method: str) -> Iterator[Key]:
    found = extract(method, io.BytesIO(text.encode()), KEYWORDS)
    for _line, message, _comments, context in found:
        yield context, message if isinstance(message, str) else message[0]


def python_messages() -> Iterator[tuple[Path, Key]]:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for key in extract_from(path.read_text(), "python"):
                yield path, key


def template_messages() -> Iterator[tuple[Path, Key]]:
    for folder in ("templates", *(f"{package}/templates" for package in PACKAGES)):
        for path in (ROOT / folder).rglob("*.*"):
            if path.suffix not in {".html", ".txt", ".xml"}:
                continue
            # Python with everything but the messages blanked out; without its
            # indentation it can be read as such.
            source = templatize(path.read_text(), origin=str(path))
            lines = "\n".join(line.strip() for line in source.splitlines())
            for key in extract_from(lines, "python"):
                yield path, key


def script_messages() -> Iterator[tuple[Path, Key]]:
    for path in (ROOT / "static" / "js").rglob("*.js"):
        for key in extract_from(path.read_text(), "javascript"):
            yield path, key


def catalogue_messages() -> list[tuple[Path, Message]]:
    messages = []
    for path in catalogues.sources():
        with path.open("rb") as file:
            catalogue = read_po(file, locale="ja")
        messages += [(path, message) for message in catalogue if message.id]
    return messages


def singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


@pytest.fixture(scope="module")
def japanese() -> dict[Key, Message]:
    return {
        (message.context, singular(message)): message
        for path, message in catalogue_messages()
        if "ja" in path.parts and not message.fuzzy and all(forms(message.string))
    }


@pytest.mark.parametrize(
    "messages", [python_messages, template_messages, script_messages]
)
def test_every_text_has_a_japanese_form(messages, japanese):
    missing = {
        f"{path.relative_to(ROOT)}: {key[1]}"
        for path, key in messages()
        if key not in japanese
    }
    assert sorted(missing) == []


def test_no_translation_is_a_guess():
    fuzzy = [
        singular(message) for _path, message in catalogue_messages() if message.fuzzy
    ]
    assert fuzzy == []


def test_translations_keep_their_placeholders():
    wrong = [
        singular(message)
        for _path, message in catalogue_messages()
        for form in forms(message.string)
        if set(NAMED.findall(form)) != set(NAMED.findall(forms(message.id)[-1]))
    ]
    assert wrong == []


def test_catalogues_compile(tmp_path):
    catalogues.compile_changed()
    for source in catalogues.sources():
        assert source.with_suffix(".mo").stat().st_mtime >= source.stat().st_mtime
