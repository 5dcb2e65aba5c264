"""Why a verb did nothing: a value for the door, a sentence for the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class RefusedError(Exception):
    """The state of things does not allow this verb; nothing was changed.

    code is a short key for programs; message is a whole sentence that says
    what to do, translated where it is read.
    """

    def __init__(self, code: str, message: str | _StrPromise) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
