"""What the door answers when it does not do what was asked: always one object with
one sentence, which names the member and the rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workspace.api import sentences


class DoorError(Exception):
    """Refuse with a status and a sentence; nothing was changed."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


def unknown_document() -> DoorError:
    """The same for what never was and for what belongs to somebody else."""
    return DoorError("Invalid Document ID", 403)


def unknown_template() -> DoorError:
    return DoorError("Invalid Template ID", 403)


def sentence_of(error: Mapping[str, Any]) -> str:
    """Say what pydantic found; a rule of our own brings its sentence along."""
    if error["type"] == "rule":
        return str(error["ctx"]["sentence"])
    said = sentences.sentence_of(error)
    return said if said == sentences.UNREADABLE else f"The {said}"
