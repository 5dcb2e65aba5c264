"""Look at an uploaded PDF: refuse it with a reason, or make it safe to show."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from signing.pdf import sandbox
from signing.pdf.problems import Problem as Problem

SECONDS = 9.0  # a person waits for the answer
HEAD = 1024
MARKUP = re.compile(rb"<\s*(!doctype|html|head|body|script|svg|iframe)\b", re.I)
ARCHIVE_END = b"PK\x05\x06"  # a ZIP is found by its last 64 KiB
ARCHIVE_TAIL = 65_557


class Refused(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The file is not taken. details depend on the problem: see problem_sentence."""

    def __init__(self, problem: Problem, details: tuple[str, ...] = ()) -> None:
        super().__init__(problem, details)
        self.problem = problem
        self.details = details


@dataclass(frozen=True)
class Intake:
    """A file that was taken. Sizes are points as displayed, rotation included."""

    cleaned: bytes
    page_sizes: tuple[tuple[float, float], ...]
    sha256: str
    cleaned_sha256: str
    removed: tuple[str, ...] = ()


def check(
    source: bytes, *, remove_active: bool = False, max_bytes: int, max_pages: int
) -> Intake:
    """Return the cleaned file, or raise Refused. Takes ten seconds at most."""
    refuse_by_bytes(source, max_bytes)
    try:
        result = sandbox.run(
            "clean",
            source,
            timeout=SECONDS,
            remove_active=remove_active,
            max_pages=max_pages,
        )
    except sandbox.PdfFailed as error:
        raise Refused(Problem.TOO_COMPLEX) from error
    if problem := result.data.get("problem"):
        raise Refused(Problem(problem), tuple(result.data["details"]))
    (cleaned,) = result.blobs
    return Intake(
        cleaned=cleaned,
        page_sizes=tuple((width, height) for width, height in result.data["pages"]),
        sha256=hashlib.sha256(source).hexdigest(),
        cleaned_sha256=hashlib.sha256(cleaned).hexdigest(),
        removed=tuple(result.data["removed"]),
    )


def refuse_by_bytes(source: bytes, max_bytes: int) -> None:
    """Refuse what no parser needs to see: too large, or not (only) a PDF.

    Some programs put a byte order mark or line ends before the header. Anything
    else there makes a file that is two things at once, which a browser may take
    for the other one.
    """
    if len(source) > max_bytes:
        raise Refused(Problem.TOO_LARGE, (megabytes(max_bytes),))
    head = source[:HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head.startswith(b"%PDF-") or MARKUP.search(head):
        raise Refused(Problem.NOT_A_PDF)
    end = source.rfind(b"%%EOF")
    if end < 0 or source.rfind(b"startxref", 0, end) < 0:
        raise Refused(Problem.DAMAGED)
    if ARCHIVE_END in source[max(end, len(source) - ARCHIVE_TAIL) :]:
        raise Refused(Problem.NOT_A_PDF)


def megabytes(size: int) -> str:
    return f"{size / 1_000_000:.0f}"


def problem_sentence(refused: Refused) -> str:
    """Say what is wrong with the file and what to do next."""
    first = refused.details[0] if refused.details else ""
    names = ", ".join(part_names(refused.details))
    return str(SENTENCES[refused.problem]) % {"detail": first, "names": names}


SENTENCES = {
    Problem.NOT_A_PDF: _("This file is not a PDF. Save it as a PDF and add that."),
    Problem.ENCRYPTED: _(
        "This PDF is protected by a password. Save a copy without protection and add that."
    ),
    Problem.DAMAGED: _(
        "This PDF is damaged or not complete. Open it, save it again, and add the new file."
    ),
    Problem.TOO_LARGE: _(
        "This PDF is larger than %(detail)s MB. Make it smaller or split it into several files."
    ),
    Problem.TOO_MANY_PAGES: _(
        "This PDF has more than %(detail)s pages. Split it into several transactions."
    ),
    Problem.PAGE_TOO_LARGE: _(
        "Page %(detail)s is larger than 200 inches (5 m). Save it at a smaller paper size and add that."
    ),
    Problem.ACTIVE_CONTENT: _(
        "This PDF contains active parts: %(names)s. Remove them and go on, or add a file without them."
    ),
    Problem.ALREADY_SIGNED: _(
        "This PDF is already signed by %(detail)s, and sending it would break that signature. "
        "Add a copy without the signature."
    ),
    Problem.TOO_COMPLEX: _(
        "This PDF is too complex to be opened safely. Print it to a new PDF and add that."
    ),
}

LABELS = {
    "javascript": _("JavaScript"),
    "launch": _("a command that starts a program"),
    "embedded_file": _("an embedded file"),
    "xfa": _("an XFA form"),
    "submit": _("a form that sends data"),
    "media": _("sound, video or 3D"),
}


def part_names(removed: tuple[str, ...]) -> tuple[str, ...]:
    """Return the translated names of what Intake.removed lists."""
    return tuple(str(LABELS.get(name, name)) for name in removed)
