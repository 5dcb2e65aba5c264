"""What a schema found wrong, as sentences that name the member and the rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

LOCATIONS = frozenset({"body", "query", "path", "form"})
UNREADABLE = "The body must be a JSON object."
DEEPEST = 32


def sentence_of(error: Mapping[str, Any]) -> str:
    """Return a sentence for one of pydantic's errors; never the value itself."""
    member = member_of(error.get("loc") or ())
    if not member:
        return UNREADABLE
    context = error.get("ctx") or {}
    rule = RULES.get(str(error["type"]))
    if rule is not None:
        return f"{member} {rule.format_map(context)}."
    if error["type"] == "value_error":
        return f"{member} {context['error']}."
    return f"{member} is not valid."


def member_of(location: Sequence[str | int]) -> str:
    """Return signers[0].email for where pydantic was; "" for the body itself."""
    parts = list(location)
    if parts and parts[0] in LOCATIONS:
        parts = parts[2:] if parts[0] == "body" else parts[1:]
    written = ""
    for part in parts:
        if isinstance(part, int):
            written += f"[{part}]"
        else:
            written += f".{part}" if written else part
    return written


def unstorable(value: Any) -> str:
    """Say what in a JSON value no row could hold: NUL, half a character, nesting
    without end; "" when there is nothing."""
    try:
        for text in _texts_in(value, DEEPEST):
            if "\0" in text:
                return "The body has a NUL character in a text."
            text.encode()
    except UnicodeEncodeError:
        return "The body has half a character in a text."
    except RecursionError:
        return "The body is nested too deeply."
    return ""


def _texts_in(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        if not depth:
            raise RecursionError
        if isinstance(value, dict):
            yield from value
            value = list(value.values())
        for one in value:
            yield from _texts_in(one, depth - 1)


RULES = {
    "missing": "is required",
    "string_type": "must be text",
    "string_unicode": "must be text",
    "string_pattern_mismatch": "is not valid",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_parsing_size": "must be a smaller whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "literal_error": "must be one of {expected}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "string_too_long": "has at most {max_length} characters",
    "string_too_short": "must have at least {min_length} character",
    "too_long": "has at most {max_length} entries",
    "too_short": "must have at least {min_length} entry",
}
