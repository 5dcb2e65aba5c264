"""One object of a PDF at a time. Runs in the child process."""

from __future__ import annotations

from pypdf.generic import DictionaryObject, IndirectObject

from signing.pdf.problems import Problem


class Stop(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The file is refused. Becomes intake.Refused in the parent."""

    def __init__(self, problem: Problem, *details: str) -> None:
        super().__init__(problem, details)
        self.problem = problem
        self.details = details


def plain(value: DictionaryObject, key: str) -> object:
    """Return the entry with references followed; None when it is not there."""
    raw = value.get(key)
    return raw.get_object() if isinstance(raw, IndirectObject) else raw
