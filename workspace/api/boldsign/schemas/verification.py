from __future__ import annotations

from workspace.api.boldsign.schemas.base import Output


class IdError(Output):
    code: str
    message: str


class IdDocument(Output):
    type: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    country: str | None = None
    document_number: str | None = None
    document_files: list[str] = []
    selfie_file: str | None = None


class IdReport(Output):
    verification_result: str
    verified_date: str | None = None
    error: IdError | None = None
    document: IdDocument | None = None
