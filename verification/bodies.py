"""How much a browser may send, known before any of it is written to the disk."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class BodyLimit(FileUploadHandler):
    """Refuse a body with files that is larger than its sender may send.

    The check of a form's token reads the whole body before any view can say no,
    so strangers could fill the disk at every address (threat T48). Members, and
    programs whose key was looked at first (may_send_files), may send as many
    files at once as a form has, each as large as it may be; a signer's browser
    that was looked at first as many bytes as the view says (may_send_bytes).
    """

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],  # noqa: N803  Django's name
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        if content_length > self._most():
            raise RequestDataTooBig("The body is larger than its sender may send.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None

    def _most(self) -> int:
        request = self.request
        may_send = request is not None and (
            SESSION_KEY in request.session or hasattr(request, "may_send_files")
        )
        if not may_send:
            own: int = getattr(request, "may_send_bytes", 0)
            return max(own, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        return settings.DATA_UPLOAD_MAX_NUMBER_FILES * settings.MAX_UPLOAD_BYTES
