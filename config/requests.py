"""What Content-Type may say of a request."""

from __future__ import annotations

from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.utils.http import parse_header_parameters


class Utf8Request(WSGIRequest):
    """A request that is read as UTF-8, whatever charset it names.

    Django would read the query string in that one: Python also knows codecs that
    read no text ("hex") or fail whatever comes ("undefined"), and then there would
    be a fault of ours before any view sees the request. Parameters that cannot be
    read are taken out of the header, for all who look at it later.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        written = str(meta.get("CONTENT_TYPE", ""))
        try:
            kind, parameters = parse_header_parameters(written)
        except (LookupError, ValueError):
            kind, parameters = written.partition(";")[0].strip().lower(), {}
            meta["CONTENT_TYPE"] = kind
        self.content_type, self.content_params = kind, parameters
