"""Bodies and query strings as plain values, before any schema looks at them.

What no database row could hold is refused here once, for every member: NUL,
halves of surrogate pairs, nesting without end.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from pydantic import BaseModel, ValidationError

from workspace.api.boldsign.errors import DoorError, sentence_of
from workspace.api.sentences import UNREADABLE, unstorable

if TYPE_CHECKING:
    from django.utils.datastructures import MultiValueDict

Model = TypeVar("Model", bound=BaseModel)
# The vendor's spelling of query parameters, by the lower case of any other.
QUERY_NAMES: dict[str, str] = {}


def parse_json(source: bytes) -> Any:
    """Return what JSON says. Raises DoorError."""
    try:
        value = json.loads(source)
    except (ValueError, RecursionError) as error:
        raise DoorError("The body is not JSON.") from error
    refuse_unstorable(value)
    return value


def read_large_json(request: HttpRequest) -> Any:
    """Read a body that may carry files. Raises DoorError, RequestDataTooBig."""
    # Base64 makes four bytes of three, and several files may come at once.
    most = settings.MAX_UPLOAD_BYTES * 2
    source = request.read(most + 1)
    if len(source) > most:
        raise RequestDataTooBig
    return parse_json(source or b"{}")


def validate(model: type[Model], value: Any) -> Model:
    """Return value as model. Raises DoorError with a sentence."""
    if not isinstance(value, dict):
        raise DoorError(UNREADABLE)
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise DoorError(sentence_of(error.errors()[0])) from error


def parse_query(
    data: MultiValueDict[str, Any], list_fields: list[str]
) -> dict[str, Any]:
    """Return parameters by the vendor's names. Empty ones are absent."""
    read: dict[str, Any] = {}
    for name in data:
        values = [value for value in data.getlist(name) if value != ""]
        refuse_unstorable(values)
        known = QUERY_NAMES.get(name.lower(), name)
        if not values:
            continue
        if known in list_fields:
            read.setdefault(known, []).extend(values)
        else:
            read[known] = values[-1]
    return read


def refuse_unstorable(value: Any) -> None:
    if sentence := unstorable(value):
        raise DoorError(sentence)
