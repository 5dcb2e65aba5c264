"""Why a file is refused, as child and parent name it."""

from __future__ import annotations

from enum import StrEnum


class Problem(StrEnum):
    """Why a file is refused."""

    NOT_A_PDF = "not_a_pdf"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    TOO_LARGE = "too_large"
    TOO_MANY_PAGES = "too_many_pages"
    PAGE_TOO_LARGE = "page_too_large"
    ACTIVE_CONTENT = "active_content"
    ALREADY_SIGNED = "already_signed"
    TOO_COMPLEX = "too_complex"
