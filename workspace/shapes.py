"""How one kind of trail entry looks and reads; the sentences stand elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

Facts = Mapping[str, Any]
Sentence = Callable[[Facts], str]


@dataclass(frozen=True)
class Shape:
    """How one kind of entry looks and reads.

    Sentences get the entry's facts, with who did it and whom it is about.
    """

    icon: str
    fate: str
    says: Sentence
    adds: Sentence = lambda facts: ""


def line(words: str | Promise) -> Sentence:
    """A sentence with %(who)s, translated when it is read."""
    return lambda facts: str(words) % facts


def fact(name: str) -> Sentence:
    return lambda facts: str(facts.get(name) or "")


def simple(icon: str, fate: str, words: Promise, adds: Sentence | None = None) -> Shape:
    return Shape(icon, fate, line(words), adds or (lambda facts: ""))


def changed_detail(facts: Facts) -> str:
    if not facts.get("old") and not facts.get("new"):
        return ""
    return _("From %(old)s to %(new)s.") % {
        "old": facts.get("old") or "–",
        "new": facts.get("new") or "–",
    }


def reference(facts: Facts) -> str:
    return _("Reference %(reference)s.") % facts if facts.get("reference") else ""
