from __future__ import annotations

from typing import Literal

from workspace.api.boldsign.schemas.base import Output

Result = Literal["NotStarted", "InProgress", "NeedsReview", "Completed", "Failed"]


class IdError(Output):
    code: str
    message: str


class IdDate(Output):
    day: int
    month: int
    year: int


class IdDocument(Output):
    """documentNumber is its last three characters: no more of it is kept.

    documentFiles and selfieFile are there for keys that may see pictures.
    """

    type: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    country: str | None = None
    document_number: str | None = None
    address: None = None
    dob: IdDate | None = None
    issued_date: None = None
    expiration_date: IdDate | None = None
    document_files: list[str] = []
    selfie_file: str | None = None


class IdReport(Output):
    verification_result: Result
    verified_date: str | None = None
    error: IdError | None = None
    document: IdDocument | None = None
