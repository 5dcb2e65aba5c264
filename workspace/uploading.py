"""Uploads of a draft, one by one: each is taken, or refused with a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.files.base import File
from django.utils import timezone
from django.utils.translation import gettext as _

from signing.flows import uploads
from signing.models import SignRequest
from signing.pdf import intake
from signing.pdf.intake import Problem, Refused


@dataclass(frozen=True)
class Refusal:
    """Why a file was not taken. token: the way to "Remove and go on", or ""."""

    name: str
    words: str
    token: str = ""


def take(draft: SignRequest, files: list[File[bytes]]) -> list[Refusal]:
    """Add files to a draft; return what was refused."""
    refusals = [_take_one(draft, file) for file in files]
    if not files:
        refusals.append(Refusal("", _("Choose a PDF first.")))
    return [refusal for refusal in refusals if refusal]


def take_cleaned(draft: SignRequest, token: str) -> list[Refusal]:
    """Add a file that was put aside, without its active parts."""
    held = uploads.take_refused(draft, token)
    if held is None:
        return [Refusal("", _("That file is not here any more. Add it again."))]
    name, source = held
    try:
        uploads.add_document(draft, name, source, timezone.now(), remove_active=True)
    except Refused as refused:
        return [Refusal(name, intake.problem_sentence(refused))]
    return []


def _take_one(draft: SignRequest, file: File[bytes]) -> Refusal | None:
    name = uploads.clean_name(file.name or "")
    if draft.documents.count() >= uploads.MAX_DOCUMENTS:
        words = _("A transaction has %(count)d documents at most.")
        return Refusal(name, words % {"count": uploads.MAX_DOCUMENTS})
    source = b""
    try:
        source = uploads.read_upload(file)
        uploads.add_document(draft, name, source, timezone.now())
    except Refused as refused:
        token = ""
        if refused.problem == Problem.ACTIVE_CONTENT:
            token = uploads.keep_refused(draft, name, source)
        return Refusal(name, intake.problem_sentence(refused), token)
    return None
